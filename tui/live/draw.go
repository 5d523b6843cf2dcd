package live

import (
	"strconv"

	"github.com/charmbracelet/x/ansi"

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

// The most and the least columns that a tab's title gets.
const (
	tabTitle    = 24
	tabTitleMin = 4
)

// tabWidth is what a tab takes when its title has at most title columns: " 1 title "
// and, where it has one, a glyph.
func (m Model) tabWidth(i, title int) int {
	w := len(strconv.Itoa(i+1)) + 3 + min(ansi.StringWidth(screen.Clean(m.tabs[i].title())), title)
	if glyph := m.tabs[i].glyph(); glyph != "" {
		w += 2
	}
	return w
}

// tabCells lays the tabs out in a bar of cols columns. Long titles give way first,
// then the tabs before the active one.
func (m Model) tabCells(cols int) []cells {
	room := cols - 2
	switch { // less what stands at the right
	case cols >= wideBar:
		room = cols - 62
	case cols >= 60:
		room = cols - 38
	case m.recordingShown():
		room = cols - 9
	}
	out := make([]cells, len(m.tabs))
	for title := tabTitle; title >= tabTitleMin; title-- {
		x := 0
		for i := range m.tabs {
			w := m.tabWidth(i, title)
			out[i] = cells{x, x + w}
			x += w
		}
		if x <= room {
			return out
		}
	}
	if len(out) == 0 {
		return out
	}
	skip := max(out[m.active].to-room, 0)
	for i, c := range out {
		out[i] = cells{max(c.from-skip, 0), min(max(c.to-skip, 0), room)}
	}
	return out
}

// drawHiddenTabs marks the sides of the bar behind which there are more tabs.
func (m Model) drawHiddenTabs(th *theme.Theme, s *screen.Screen, r screen.Rect) {
	end := 0
	before, after := false, false
	for i, c := range m.tabCells(r.Dx()) {
		end = max(end, c.to)
		if c.to-c.from < m.tabWidth(i, tabTitleMin) {
			before, after = before || i < m.active, after || i > m.active
		}
	}
	if before {
		s.Text(r.Min.X, r.Min.Y, 1, "‹", th.BarKey)
	}
	if after {
		s.Text(r.Min.X+end, r.Min.Y, 1, "›", th.BarKey)
	}
}

func (m Model) recordingShown() bool {
	t := m.current()
	return t != nil && t.record != notRecording && t.record != saved
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
	m.drawHiddenTabs(th, s, r)
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
		if t.state.Paused {
			text = "‖ " + widget.Clock(t.state.Elapsed)
			if r.Dx() >= 50 {
				text = "‖ paused " + widget.Clock(t.state.Elapsed) + "  " + widget.Bytes(t.state.Bytes)
			}
			break
		}
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
	x, end := r.Min.X+1, r.Max.X-1
	if glyph := t.glyph(); glyph != "" {
		end -= 2
		if glyph == ended {
			mark = st
		}
		s.Text(end+1, r.Min.Y, 1, glyph, mark)
	}
	x += s.Text(x, r.Min.Y, end-x, strconv.Itoa(i+1)+" ", st)
	s.Text(x, r.Min.Y, end-x, t.title(), st)
}

// ended is the glyph of a terminal that has ended well.
const ended = "■"

// glyph says what there is to know of a tab, "" for one that just runs.
func (t tab) glyph() string {
	switch {
	case t.record == recording && t.state.Paused:
		return "‖"
	case t.record == recording || t.record == starting:
		return "●"
	case !t.running && (t.exit.Code != 0 || t.exit.Signal != ""):
		return "✗"
	case !t.running:
		return ended
	}
	return ""
}
