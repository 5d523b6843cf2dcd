package browser

import (
	"strconv"
	"strings"

	"rexec/library"
	"rexec/tui/page"
	"rexec/tui/screen"
	"rexec/tui/theme"
	"rexec/tui/widget"
)

// columns are the columns of the list at a width: where each ends, 0 for one that
// has no room. The title takes what is left.
type columns struct {
	title                               int // its width
	when, length, size, dims, ncommands int
}

// margin is what stands before the title: the cursor's bar and the status glyph.
const margin = 4

// minTitle is what a status beside it leaves of a title.
const minTitle = 12

// columnsFor gives columns room in the order of their worth.
func columnsFor(width int) columns {
	c := columns{}
	left := width - margin - 1 // the last column is the scroll bar's
	take := func(col *int, w, title int) {
		if left-w-2 >= title {
			*col, left = w, left-w-2
		}
	}
	take(&c.length, 8, 12)
	take(&c.when, 10, 20)
	take(&c.size, 7, 24)
	take(&c.ncommands, 8, 30)
	take(&c.dims, 7, 30)
	c.title = left
	return c
}

// cells writes one text for each column that has room, right-aligned.
func (c columns) cells(s *screen.Screen, r screen.Rect, st screen.Style, when, length, dims, ncommands, size string) {
	x := r.Min.X + margin + c.title
	for _, col := range []struct {
		width int
		text  string
	}{{c.when, when}, {c.length, length}, {c.dims, dims}, {c.ncommands, ncommands}, {c.size, size}} {
		if col.width > 0 {
			x += 2 + col.width
			s.TextRight(x, r.Min.Y, col.width, col.text, st)
		}
	}
}

func (c columns) drawHeads(s *screen.Screen, th *theme.Theme, r screen.Rect) {
	s.Text(r.Min.X+margin, r.Min.Y, c.title, "Title", th.Faint)
	c.cells(s, r, th.Faint, "When", "Length", "Screen", "Commands", "Size")
	s.Text(r.Min.X, r.Min.Y+1, r.Dx(), strings.Repeat("─", r.Dx()), th.Border)
}

func (c columns) drawTerminal(env page.Env, s *screen.Screen, r screen.Rect, look look, t page.Terminal) {
	glyph, glyphStyle, word := "❯", look.accent, "running"
	switch {
	case t.Recording:
		glyph, glyphStyle, word = "●", look.recording, "recording"
	case !t.Running:
		glyph, glyphStyle, word = "■", look.muted, t.Exit
	}
	s.Text(r.Min.X+2, r.Min.Y, 1, glyph, glyphStyle)
	spans := []screen.Span{{Text: t.Title, Style: look.text}, {Text: "  " + word, Style: glyphStyle}}
	if tab := strconv.Itoa(t.Tab); c.when > 0 {
		spans = append(spans, screen.Span{Text: "  tab " + tab, Style: look.muted})
	} else {
		spans = append([]screen.Span{{Text: tab + " ", Style: look.muted}}, spans...)
	}
	s.Spans(r.Min.X+margin, r.Min.Y, c.title, spans...)
	length, size := "", ""
	if t.Recording {
		length, size = widget.Clock(t.Elapsed), widget.Bytes(t.Bytes)
	}
	c.cells(s, r, look.muted, widget.Ago(env.Now, t.Started), length, "", "", size)
}

func (c columns) drawRecording(env page.Env, s *screen.Screen, r screen.Rect, look look, rec library.Recording, hit *library.Hit) {
	glyph, word := state(env, rec)
	st := look.warn
	if rec.Status == library.StatusRecording {
		st = look.recording
	}
	s.Text(r.Min.X+2, r.Min.Y, 1, glyph, st)
	spans := []screen.Span{{Text: rec.Name(), Style: look.text}}
	if hit != nil && hit.Line == rec.Name() {
		spans = widget.Marked(hit.Line, 0, parts(hit.Spans, 0), look.text, env.Theme.Match)
	}
	for _, tag := range rec.Tags {
		spans = append(spans, screen.Span{Text: "  #" + tag, Style: look.muted})
	}
	if rec.Keep {
		spans = append(spans, screen.Span{Text: "  kept", Style: look.muted})
	}
	// The title gives way to the status, as long as enough of it is left.
	x, room := r.Min.X+margin, c.title
	if word != "" {
		word = "  " + word
		if short := room - s.Width(word); short >= minTitle {
			room = short
		}
	}
	x += s.Spans(x, r.Min.Y, room, spans...)
	s.Text(x, r.Min.Y, r.Min.X+margin+c.title-x, word, st)
	commands := ""
	if rec.Commands > 0 {
		commands = strconv.Itoa(rec.Commands)
	}
	c.cells(s, r, look.muted, widget.Ago(env.Now, rec.Created), widget.Clock(rec.Duration),
		dims(rec), commands, widget.Bytes(rec.Size))
}

func dims(r library.Recording) string {
	if r.Cols == 0 || r.Rows == 0 {
		return ""
	}
	return strconv.Itoa(r.Cols) + "×" + strconv.Itoa(r.Rows)
}
