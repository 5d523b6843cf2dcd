package browser

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"rexec/library"
	"rexec/tui/keys"
	"rexec/tui/page"
	"rexec/tui/screen"
	"rexec/tui/theme"
	"rexec/tui/widget"
)

// layout is where the parts of the page stand. Empty rectangles are not drawn.
type layout struct {
	header, search, heads, rows, preview, hints screen.Rect
}

func (m Model) layout(r screen.Rect) layout {
	var l layout
	l.header = screen.R(r.Min.X, r.Min.Y, r.Dx(), 1)
	l.hints = screen.R(r.Min.X, r.Max.Y-1, r.Dx(), 1)
	body := screen.R(r.Min.X, r.Min.Y+1, r.Dx(), r.Dy()-2)
	if m.wide() {
		// The preview gets what a recorded terminal of 80 columns needs, if it can.
		cols := min(max(r.Dx()*45/100, 44), 82)
		l.preview = screen.R(r.Max.X-cols, body.Min.Y, cols, body.Dy())
		body.Max.X = l.preview.Min.X - 1
	} else if m.viewing() {
		l.preview = body
		return l
	}
	if n := m.searchRows(); n > 0 {
		l.search = screen.R(body.Min.X, body.Min.Y, body.Dx(), n)
		body.Min.Y += n
	}
	if m.columnHeads() {
		l.heads = screen.R(body.Min.X, body.Min.Y, body.Dx(), 2)
		body.Min.Y += 2
	}
	l.rows = body
	return l
}

// Draw implements page.Page.
func (m Model) Draw(env page.Env, s *screen.Screen, r screen.Rect) {
	m = m.sync(env, false)
	th := env.Theme
	s.Fill(r, th.Text)
	l := m.layout(r)
	m.drawHeader(env, s, l.header)
	if !l.search.Empty() {
		m.drawSearch(env, s, l.search)
	}
	switch {
	case l.rows.Empty():
	case m.found.active() && (m.rows().Len() == 0 || m.found.bad != nil && !unfinished(m.found.text, m.found.bad)):
		m.drawNothing(env, s, l.rows)
	case m.rows().Len() == 0:
		m.drawEmpty(env, s, l.rows)
	default:
		cols := columnsFor(l.rows.Dx())
		if !l.heads.Empty() {
			cols.drawHeads(s, th, l.heads)
		}
		m.drawRows(env, s, l.rows, cols)
	}
	if !l.preview.Empty() {
		if m.wide() {
			s.VLine(l.preview.Min.X-1, l.preview.Min.Y, l.preview.Max.Y, th.Border)
		}
		m.drawPreview(env, s, inset(l.preview))
	}
	widget.HintBar(s, th, l.hints, m.hints(env))
}

// hints are the keys that can be used now. In the trash those come first that are
// about it.
func (m Model) hints(env page.Env) []keys.Binding {
	hints := env.Keys.Hints(m.Keys(), func(id keys.ID) string { return m.Why(env, id) })
	if m.viewing() {
		for i := range hints {
			if hints[i].ID == keys.Preview {
				hints[i].Short = "list"
			}
		}
	}
	if m.filtering || len(m.restorable()) == 0 {
		return hints
	}
	hints = slices.DeleteFunc(hints, func(b keys.Binding) bool { return b.ID == keys.Undo || b.ID == keys.Clear })
	restore, _ := env.Keys.Get(keys.Library, keys.Undo)
	restore.Short = "bring back"
	remove, _ := env.Keys.Get(keys.Library, keys.Delete)
	remove.Short = "delete for good"
	leave, _ := env.Keys.Get(keys.Library, keys.Clear)
	return append([]keys.Binding{restore, remove, leave}, hints...)
}

func (m Model) drawHeader(env page.Env, s *screen.Screen, r screen.Rect) {
	th := env.Theme
	left := []screen.Span{{Text: "rexec", Style: th.BarTitle}, {Text: "  Library", Style: th.Bar}}
	var parts []string
	running, recorded := 0, 0
	for _, t := range env.Terminals {
		if t.Running {
			running++
		}
		if t.Recording {
			recorded++
		}
	}
	if running > 0 {
		parts = append(parts, widget.Count(running, "terminal"))
	}
	if m.stats.Recordings > 0 {
		parts = append(parts, widget.Count(m.stats.Recordings, "recording"), widget.Bytes(m.stats.Bytes))
	}
	if r.Dx() < 60 {
		parts = parts[:min(len(parts), 1)]
	}
	if n := len(m.marked); n > 0 {
		parts = []string{fmt.Sprintf("%d marked", n)}
	}
	if m.imports != nil {
		parts = []string{m.importState()}
	}
	right := []screen.Span{{Text: strings.Join(parts, " · "), Style: th.BarMuted}}
	if recorded > 0 {
		right = append([]screen.Span{{Text: "● rec  ", Style: th.BarRecording}}, right...)
	}
	widget.Header(s, th, r, left, right)
}

// drawEmpty says what to press when there is nothing to show.
func (m Model) drawEmpty(env page.Env, s *screen.Screen, r screen.Rect) {
	th := env.Theme
	y := r.Min.Y + max(r.Dy()/2-4, 0)
	switch {
	case m.failed != "":
		s.TextCenter(r, y, "The library cannot be read.", th.Error)
		for i, line := range s.Wrap(m.failed, max(r.Dx()-8, 10)) {
			s.TextCenter(r, y+2+i, line, th.Muted)
		}
		return
	case !m.loaded:
		return
	}
	title, note := "No recordings yet", ""
	if n := m.stats.Trashed; n > 0 {
		find, _ := env.Keys.Get(keys.Library, keys.Find)
		title, note = "No recordings", find.KeyLabel()+" is:trash shows "+widget.Count(n, "recording")+" in the trash"
	}
	s.TextCenter(r, y, title, th.Bold)
	x := r.Min.X + max((r.Dx()-34)/2, 2)
	for i, id := range []keys.ID{keys.Record, keys.NewTerminal, keys.Import, keys.ShowHelp} {
		b, _ := env.Keys.Get(keys.Library, id)
		row := y + 2 + i
		if row >= r.Max.Y {
			return
		}
		s.Text(x, row, 3, b.KeyLabel(), th.Accent)
		s.Text(x+4, row, r.Max.X-x-4, map[keys.ID]string{
			keys.Record:      "records a new terminal",
			keys.NewTerminal: "opens a terminal, not recorded",
			keys.Import:      "imports casts: a file, a folder",
			keys.ShowHelp:    "shows all keys",
		}[id], th.Text)
	}
	if y+7 < r.Max.Y {
		s.TextCenter(r, y+7, note, th.Muted)
	}
}

func (m Model) drawRows(env page.Env, s *screen.Screen, r screen.Rect, cols columns) {
	l := m.rows()
	first, count := l.Shown()
	rows := l.Rows()
	from, to := m.ranged()
	for i := range count {
		e := rows[first+i]
		row := screen.R(r.Min.X, r.Min.Y+i, r.Dx(), 1)
		look := lookOf(env.Theme, first+i == l.Cursor())
		s.Fill(row, look.text)
		switch {
		case e.tab > 0:
			cols.drawTerminal(env, s, row, look, terminal(env, e.tab))
		case e.kind == listed:
			cols.drawRecording(env, s, row, look, e.recording, nil)
		default:
			cols.drawFound(env, s, row, look, e, m.flat)
		}
		if look.selected {
			s.Text(row.Min.X, row.Min.Y, 1, "▌", look.accent)
			if !m.filtering {
				// Screen readers follow the cursor.
				s.SetCursor(row.Min.X, row.Min.Y, tea.CursorBar, false)
			}
		}
		_, marked := m.marked[e.recording.ID]
		if between := first+i >= from && first+i <= to; e.tab == 0 && e.kind != moment && (marked || between) {
			s.Text(row.Min.X+1, row.Min.Y, 1, "✓", look.accent)
		}
	}
	m.drawScroll(env.Theme, s, r, first, count)
}

// drawScroll marks which part of the list is shown.
func (m Model) drawScroll(th *theme.Theme, s *screen.Screen, r screen.Rect, first, count int) {
	if n := m.rows().Len(); count < n && r.Dy() > 2 {
		size := max(r.Dy()*count/n, 1)
		top := (r.Dy() - size) * first / max(n-count, 1)
		for i := range size {
			s.Text(r.Max.X-1, r.Min.Y+top+i, 1, "┃", th.Border)
		}
	}
}

// look is how a row is drawn.
type look struct {
	selected                       bool
	text, muted, accent, recording screen.Style
	warn                           screen.Style
}

func lookOf(th *theme.Theme, selected bool) look {
	if selected {
		warn := th.SelectedRecording
		return look{true, th.Selected, th.SelectedMuted, th.SelectedAccent, th.SelectedRecording, warn}
	}
	return look{false, th.Text, th.Muted, th.Accent, th.Recording, th.Warn}
}

// state is the glyph and the word for a recording's status; a whole recording has
// none.
func state(env page.Env, r library.Recording) (glyph, word string) {
	if trashed(r) {
		return "⌫", "in the trash"
	}
	switch r.Status {
	case library.StatusRecording:
		for _, t := range env.Terminals {
			if t.RecordID == r.ID { // it has ended there, and the library could not take it yet
				return "◐", "not saved yet"
			}
		}
		return "●", "recording elsewhere"
	case library.StatusRepaired:
		return "◐", "repaired"
	case library.StatusDamaged:
		return "✗", "damaged"
	case library.StatusMissing:
		return "✗", "file missing"
	}
	return "", ""
}

// inset leaves a column free at both sides.
func inset(r screen.Rect) screen.Rect {
	return screen.R(r.Min.X+1, r.Min.Y, r.Dx()-2, r.Dy())
}
