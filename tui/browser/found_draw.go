package browser

import (
	"fmt"
	"strings"
	"time"

	"rexec/library"
	"rexec/library/query"
	"rexec/tui/page"
	"rexec/tui/screen"
	"rexec/tui/widget"
)

// drawSearch draws the search line, and below it what can be written there or what is
// wrong with it.
func (m Model) drawSearch(env page.Env, s *screen.Screen, r screen.Rect) {
	th := env.Theme
	state := m.searchState(env)
	w := min(s.Width(state), max(r.Dx()/2, r.Dx()-44))
	s.Text(r.Min.X+1, r.Min.Y, 2, "/", th.Accent)
	cols := r.Dx() - 4
	if state != "" {
		s.TextRight(r.Max.X-1, r.Min.Y, w, state, th.Muted)
		cols -= w + 1
	}
	if m.filtering {
		m.input.Draw(s, th, r.Min.X+3, r.Min.Y, cols, true)
	} else {
		s.Text(r.Min.X+3, r.Min.Y, cols, m.found.text, th.Bold)
	}
	if r.Dy() < 2 {
		return
	}
	x, y, cols := r.Min.X+3, r.Min.Y+1, r.Dx()-4
	bad := m.found.bad
	switch {
	case bad != nil && !unfinished(m.found.text, bad):
		s.Text(x, y, cols, "✗ "+badly(bad), th.Error)
	case m.filtering && helpOn(m.input.Value()) != "":
		s.Text(x, y, cols, helpOn(m.input.Value()), th.Muted)
	case m.found.note != "":
		s.Text(x, y, cols, "! "+m.found.note, th.Warn)
	case m.filtering:
		s.Text(x, y, cols, someOf(s, language, cols), th.Faint)
	}
}

// badly says what is wrong with a query.
func badly(bad *query.Error) string {
	return fmt.Sprintf("at %d: %s", bad.Column, screen.Clean(bad.Reason))
}

// someOf joins as many texts as there is room for.
func someOf(s *screen.Screen, texts []string, cols int) string {
	line := ""
	for _, t := range texts {
		next := line + t
		if s.Width(next) > cols {
			break
		}
		line = next + "  "
	}
	return strings.TrimRight(line, " ")
}

// searchState says how much was found, in which order, and whether that is all.
func (m Model) searchState(env page.Env) string {
	f := m.found
	if !f.active() || f.bad != nil {
		return ""
	}
	var parts []string
	if f.known {
		parts = append(parts, f.counted(m.flat || m.relevant))
	}
	if m.relevant {
		parts = append(parts, "best first")
	}
	if (f.run != nil || !f.known) && env.Now.Sub(f.begun) >= slowSearch {
		parts = append(parts, "searching…")
	}
	return strings.Join(parts, " · ")
}

// drawNothing says what to do when nothing was found.
func (m Model) drawNothing(env page.Env, s *screen.Screen, r screen.Rect) {
	th, f := env.Theme, m.found
	y := r.Min.Y + max(r.Dy()/2-4, 0)
	lines := []string{}
	switch {
	case f.failed != "":
		s.TextCenter(r, y, "The search failed.", th.Error)
		lines = s.Wrap(f.failed, max(r.Dx()-8, 10))
	case f.bad != nil:
		lines = m.nonsense(s, r)
		if !unfinished(f.text, f.bad) {
			s.TextCenter(r, y, "This query is not understood.", th.Bold)
		}
	case !f.known:
		if env.Now.Sub(f.begun) >= slowSearch {
			s.TextCenter(r, y, "Searching…", th.Muted)
		}
		return
	default:
		s.TextCenter(r, y, "Nothing found.", th.Bold)
		if f.note != "" {
			lines = append(lines, s.Wrap(f.note, max(r.Dx()-8, 10))...)
		} else {
			lines = append(lines, m.tries()...)
		}
		lines = append(lines, "esc clears the search")
	}
	for i, line := range lines {
		if y+2+i < r.Max.Y {
			s.TextCenter(r, y+2+i, line, th.Muted)
		}
	}
}

func (m Model) nonsense(s *screen.Screen, r screen.Rect) []string {
	text := fieldNames()
	return s.Wrap("words, \"phrases\", pre*, *part*, /regexp/, -not, and "+text, max(min(r.Dx()-8, 60), 10))
}

// tries are what may find more.
func (m Model) tries() []string {
	q, err := query.Parse(m.found.text, time.Time{})
	if err != nil {
		return nil
	}
	var out []string
	if words := query.Positive(q.Of(query.Any)); len(words) > 1 {
		out = append(out, "All of it must stand on one line: try fewer words.")
	}
	if len(q.Of(query.Any, query.Output, query.Command)) < len(q.Terms) && len(q.Terms) > 1 {
		out = append(out, "Leave out what is asked of the recording, such as after:.")
	}
	switch {
	case q.Trash() && len(q.Terms) == 1:
		out = append(out, "The trash is empty.")
	case len(out) == 0 && q.Kind() == query.Lines:
		out = append(out, "Part of a word will do: *part*, or /a regexp/.")
	}
	return out
}

// drawFound draws a row of what was found.
func (c columns) drawFound(env page.Env, s *screen.Screen, r screen.Rect, look look, e entry, flat bool) {
	switch e.kind {
	case moment:
		c.drawMoment(env, s, r, look, e, flat)
	case heading:
		c.drawRecording(env, s, r, look, e.recording, e.name)
	default:
		c.drawRecording(env, s, r, look, e.recording, e.hit)
	}
}

// drawMoment draws a moment: its time, its line, and where there is room the command
// that it belongs to, or its recording.
func (c columns) drawMoment(env page.Env, s *screen.Screen, r screen.Rect, look look, e entry, flat bool) {
	h := e.hit
	x, right := r.Min.X+margin, r.Max.X-2
	clock := widget.Clock(h.Time)
	width := max(s.Width(clock), 5)
	s.TextRight(x+width, r.Min.Y, width, clock, look.accent)
	x += width + 2
	about := ""
	switch {
	case flat && r.Dx() >= 60:
		about = e.recording.Name()
		if r.Dx() >= 90 {
			about += "  " + widget.Ago(env.Now, e.recording.Created)
		}
	case !flat && r.Dx() >= 70 && h.Kind == library.HitLine && h.Command != nil:
		about, _, _ = strings.Cut(h.Command.Text, "\n")
		about = "$ " + about
	}
	if about != "" {
		w := min(s.Width(about), max((right-x)/3, 12))
		s.TextRight(right, r.Min.Y, w, about, look.muted)
		right -= w + 2
	}
	match := env.Theme.Match
	s.Spans(x, r.Min.Y, right-x, inSight(s, h, right-x, look.text, match)...)
}

// inSight cuts a moment's line into spans so that its first match is seen in a width.
func inSight(s *screen.Screen, h *library.Hit, width int, st, match screen.Style) []screen.Span {
	line, skipped := h.Line, 0
	if len(h.Spans) > 0 {
		// Of several lines, the one that matches.
		if end := strings.IndexByte(line[h.Spans[0].End:], '\n'); end >= 0 {
			line = line[:h.Spans[0].End+end]
		}
		skipped = strings.LastIndexByte(line[:h.Spans[0].Start], '\n') + 1
		line = line[skipped:]
	}
	// Indentation tells nothing here.
	trimmed := strings.TrimLeft(line, " ")
	if len(h.Spans) > 0 {
		trimmed = line[min(len(line)-len(trimmed), h.Spans[0].Start-skipped):]
	}
	skipped += len(line) - len(trimmed)
	return widget.Excerpt(s, trimmed, parts(h.Spans, skipped), width, st, match)
}

// parts are the spans of a match in a text without its first bytes.
func parts(spans []query.Span, skipped int) []widget.Part {
	out := make([]widget.Part, len(spans))
	for i, sp := range spans {
		out[i] = widget.Part{Start: sp.Start - skipped, End: sp.End - skipped}
	}
	return out
}

// drawMomentDetails says in the preview what a moment belongs to.
func drawMomentDetails(env page.Env, s *screen.Screen, r screen.Rect, h library.Hit) int {
	th, y := env.Theme, r.Min.Y
	spans := []screen.Span{{Text: widget.Clock(h.Time), Style: th.Accent}, {Text: " of " + widget.Clock(h.Recording.Duration), Style: th.Muted}}
	s.Spans(r.Min.X, y, r.Dx(), spans...)
	y++
	if c := h.Command; c != nil && y < r.Max.Y {
		text, _, _ := strings.Cut(c.Text, "\n")
		spans := []screen.Span{{Text: "$ ", Style: th.Muted}, {Text: text, Style: th.Text}}
		if c.Exit != nil && *c.Exit != 0 {
			spans = append(spans, screen.Span{Text: fmt.Sprintf("  exit %d", *c.Exit), Style: th.Warn})
		}
		s.Spans(r.Min.X, y, r.Dx(), spans...)
		y++
	}
	return y + 1
}
