package live

import (
	"strconv"

	"rexec/tui/keys"
	"rexec/tui/page"
	"rexec/tui/screen"
	"rexec/tui/theme"
	"rexec/tui/widget"
)

// Draw implements page.Page: one row of tabs, the terminal below.
func (m Model) Draw(env page.Env, s *screen.Screen, r screen.Rect) {
	if r.Dy() < 2 {
		return
	}
	m.drawBar(env, s, screen.R(r.Min.X, r.Min.Y, r.Dx(), 1))
	pane := screen.R(r.Min.X, r.Min.Y+1, r.Dx(), r.Dy()-1)
	t := m.current()
	if t == nil {
		s.Fill(pane, env.Theme.Text)
		s.TextCenter(pane, pane.Min.Y+pane.Dy()/2, "No terminal. "+env.Keys.Prefix()+" c opens one.", env.Theme.Muted)
		return
	}
	if t.snapshot == nil {
		s.Fill(pane, env.Theme.Text)
		return
	}
	covered := s.Terminal(t.snapshot, pane, screen.View{})
	if t.running {
		s.TerminalCursor(t.snapshot, covered, screen.View{})
		return
	}
	m.drawEnded(env, s, pane, *t)
}

// drawEnded draws what became of the program into the last row.
func (m Model) drawEnded(env page.Env, s *screen.Screen, pane screen.Rect, t tab) {
	th := env.Theme
	row := screen.R(pane.Min.X, pane.Max.Y-1, pane.Dx(), 1)
	glyph, st := "■ ", th.BarMuted
	if t.exit.Code != 0 || t.exit.Signal != "" {
		glyph, st = "✗ ", th.BarRecording
	}
	left := []screen.Span{{Text: glyph + t.exitText(), Style: st}}
	if t.record == saving {
		left = append(left, screen.Span{Text: "  saving…", Style: th.BarMuted})
	}
	if t.record == saved {
		left = append(left, screen.Span{Text: "  recorded " + widget.Clock(t.recording.Duration), Style: th.BarMuted})
	}
	s.Fill(row, th.Bar)
	used := s.Spans(row.Min.X+1, row.Min.Y, row.Dx()-2, left...)
	hints := env.Keys.Hints(keys.Ended, func(id keys.ID) string { return m.Why(env, id) })
	widget.HintSpans(s, row.Min.X+used+4, row.Min.Y, row.Dx()-used-5, hints, th.BarKey, th.BarKeyName)
}

// cells is where a tab stands in the bar: columns from, up to but not including to.
type cells struct{ from, to int }

// The widths of a tab: what is around its title, and the most and the least that
// the title gets.
const (
	tabFrame    = 5 // " 1 " and " ●"
	tabTitle    = 22
	tabTitleMin = 4
)

// tabCells lays the tabs out in a bar of cols columns. All of them get the same
// room; those before the active one give way when there is too little.
func (m Model) tabCells(cols int) []cells {
	room := cols - 2
	switch { // less what stands at the right
	case cols >= wideBar:
		room = cols - 60
	case cols >= 60:
		room = cols - 36
	}
	n := len(m.tabs)
	if n == 0 {
		return nil
	}
	width := min(max(room/n, tabTitleMin+tabFrame), tabTitle+tabFrame)
	skip := max((m.active+1)*width-room, 0)
	out := make([]cells, n)
	for i := range out {
		out[i] = cells{max(i*width-skip, 0), min(max((i+1)*width-skip, 0), room)}
	}
	return out
}

// drawBar draws the tabs, and at the right what the one that is shown records.
func (m Model) drawBar(env page.Env, s *screen.Screen, r screen.Rect) {
	th := env.Theme
	s.Fill(r, th.Bar)
	for i, c := range m.tabCells(r.Dx()) {
		if c.to-c.from < 3 {
			continue
		}
		m.drawTab(th, s, screen.R(r.Min.X+c.from, r.Min.Y, c.to-c.from, 1), i)
	}
	if r.Dx() < 60 {
		m.drawState(th, s, r)
		return
	}
	prefix := env.Keys.Prefix()
	hint := []screen.Span{{Text: prefix + " ?", Style: th.BarKey}, {Text: " keys", Style: th.BarKeyName}}
	if r.Dx() >= wideBar {
		hint = append([]screen.Span{{Text: prefix + " d", Style: th.BarKey}, {Text: " library   ", Style: th.BarKeyName}}, hint...)
	}
	w := 0
	for _, sp := range hint {
		w += s.Width(sp.Text)
	}
	s.Spans(r.Max.X-1-w, r.Min.Y, w, hint...)
	m.drawState(th, s, screen.R(r.Min.X, r.Min.Y, r.Dx()-w-3, 1))
}

// wideBar is the width from which the bar names the way to the library, too.
const wideBar = 110

// drawState draws the recording of the tab that is shown before the right edge.
func (m Model) drawState(th *theme.Theme, s *screen.Screen, r screen.Rect) {
	t := m.current()
	if t == nil {
		return
	}
	text, st := "", th.BarRecording
	switch t.record {
	case starting:
		text = "● …"
	case recording:
		text = "● " + widget.Clock(t.state.Elapsed)
		if r.Dx() >= 50 {
			text = "● rec " + widget.Clock(t.state.Elapsed) + "  " + widget.Bytes(t.state.Bytes)
		}
	case saving:
		text, st = "saving…", th.BarMuted
	}
	if text != "" {
		s.TextRight(r.Max.X-1, r.Min.Y, s.Width(text), text, st)
	}
}

func (m Model) drawTab(th *theme.Theme, s *screen.Screen, r screen.Rect, i int) {
	t := m.tabs[i]
	st, mark := th.Tab, th.TabRecording
	if i == m.active {
		st, mark = th.TabActive, th.TabActiveRecording
	}
	s.Fill(r, st)
	x := r.Min.X + 1
	x += s.Text(x, r.Min.Y, r.Dx()-1, strconv.Itoa(i+1)+" ", st)
	glyph := ""
	switch {
	case t.record == recording || t.record == starting:
		glyph = "●"
	case !t.running && (t.exit.Code != 0 || t.exit.Signal != ""):
		glyph = "✗"
	case !t.running:
		glyph, mark = "■", st
	}
	s.Text(x, r.Min.Y, r.Max.X-x-3, t.title(), st)
	s.Text(r.Max.X-2, r.Min.Y, 1, glyph, mark)
}
