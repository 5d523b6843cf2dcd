package player

import (
	"fmt"

	"rexec/tui/keys"
	"rexec/tui/page"
	"rexec/tui/screen"
	"rexec/tui/widget"
)

// leastBeside are the columns that a panel leaves to the recording, or else it stands
// above all of it.
const leastBeside = 28

// leastPanel are the columns of a panel beside a recording.
const leastPanel = 44

// panelWidth returns the columns of the panel, 0 when none is open.
func (m Model) panelWidth() int {
	switch cols := m.size.Cols; {
	case m.panel.kind == noPanel:
		return 0
	case cols >= leastBeside+leastPanel:
		w := min(max(cols/3, leastPanel), 72)
		if room := cols - m.facts.cols; room >= leastPanel {
			w = min(w, room) // so that all of the recording is seen
		}
		return w
	default:
		return cols
	}
}

// beside tells whether the panel takes columns from the recording.
func (m Model) beside() bool { return m.panel.kind != noPanel && m.panelWidth() < m.size.Cols }

// panelRect returns where the panel stands: at the right, above the bar.
func (m Model) panelRect() screen.Rect {
	w := m.panelWidth()
	return screen.R(m.size.Cols-w, 0, w, m.size.Rows-1)
}

// The rows of a panel that are not the list's: its head and its foot.
const (
	panelHead = 2
	panelFoot = 2
)

// panelRows returns how many rows of the list are shown.
func (m Model) panelRows() int { return max(m.size.Rows-1-panelHead-panelFoot, 1) }

// panelRow returns which row of the list stands in a cell, -1 for none.
func (m Model) panelRow(x, y int) int {
	r := m.panelRect()
	i := y - r.Min.Y - panelHead
	if m.panel.kind == noPanel || x < r.Min.X || x >= r.Max.X || i < 0 || i >= m.panelRows() || m.panel.top+i >= len(m.panel.rows) {
		return -1
	}
	return m.panel.top + i
}

func (m Model) drawPanel(env page.Env, s *screen.Screen, r screen.Rect) {
	th := env.Theme
	s.HideCursor()
	s.Fill(r, th.Panel)
	s.VLine(r.Min.X, r.Min.Y, r.Max.Y, th.PanelBorder)
	x, w := r.Min.X+2, r.Dx()-3
	m.drawPanelHead(env, s, screen.R(x, r.Min.Y, w, 1))
	if len(m.panel.rows) == 0 {
		s.Text(x, r.Min.Y+panelHead, w, m.emptyText(), th.PanelMuted)
	}
	current := m.current(env)
	for i := range m.panelRows() {
		row := m.panel.top + i
		if row >= len(m.panel.rows) {
			break
		}
		m.drawRow(env, s, screen.R(r.Min.X+1, r.Min.Y+panelHead+i, r.Dx()-1, 1), row, row == current)
	}
	m.drawPanelFoot(env, s, screen.R(x, r.Max.Y-1, w, 1))
}

func (m Model) drawPanelHead(env page.Env, s *screen.Screen, r screen.Rect) {
	th := env.Theme
	name, all := "Commands", len(m.text.commands)
	if m.panel.kind == linesPanel {
		name, all = "Transcript", len(m.text.lines)
	}
	count := fmt.Sprint(all)
	if m.panel.filter != "" {
		count = fmt.Sprintf("%d of %d", len(m.panel.rows), all)
	}
	if !m.text.done {
		count += "…"
		if total := m.total(); total > 0 && m.text.at > 0 {
			count = fmt.Sprintf("reading %d%%  %s", min(100*m.text.at/total, 100), count)
		}
	}
	right := len([]rune(count))
	if right+len(name)+2 <= r.Dx() {
		s.TextRight(r.Max.X, r.Min.Y, right, count, th.PanelMuted)
	} else {
		right = 0
	}
	switch {
	case m.panel.typing:
		s.Text(r.Min.X, r.Min.Y, 1, "/", th.PanelAccent)
		m.panel.input.Draw(s, th, r.Min.X+1, r.Min.Y, max(r.Dx()-right-2, 1), true)
	case m.panel.filter != "":
		s.Spans(r.Min.X, r.Min.Y, max(r.Dx()-right-1, 0), screen.Span{Text: name, Style: th.PanelTitle}, screen.Span{Text: "  /" + m.panel.filter, Style: th.PanelAccent})
	default:
		s.Text(r.Min.X, r.Min.Y, r.Dx(), name, th.PanelTitle)
	}
}

// emptyText says why the list is empty.
func (m Model) emptyText() string {
	switch {
	case m.panel.filter != "" && m.panel.items.version > 0:
		return "Nothing matches."
	case !m.text.done:
		return "Reading the recording…"
	case m.text.failed:
		return "It could not be read as text."
	case m.panel.kind == commandsPanel:
		return "No commands were found."
	}
	return "Nothing was ever on the screen."
}

func (m Model) drawPanelFoot(env page.Env, s *screen.Screen, r screen.Rect) {
	th := env.Theme
	context := keys.Panel
	if m.panel.typing {
		context = keys.PanelFilter
	}
	if _, note := m.doubtShown(); note != "" && r.Min.Y > panelHead {
		s.Text(r.Min.X, r.Min.Y-1, r.Dx(), note, th.PanelMuted)
	}
	widget.HintSpans(s, r.Min.X, r.Min.Y, r.Dx(), env.Keys.Hints(context, nil), th.PanelKey, th.PanelMuted)
}

// doubtShown returns the doubt of the command under the cursor.
func (m Model) doubtShown() (glyph, words string) {
	if m.panel.kind != commandsPanel || m.panel.cursor >= len(m.panel.rows) {
		return "", ""
	}
	return doubt(m.panel.items.commands[m.panel.rows[m.panel.cursor]])
}

// drawRow draws a row of the list:
//
//	▸ 1:23 ✓ make deploy              4.2 s
//	  1:31 ✗ make check       exit 2  0.3 s
func (m Model) drawRow(env page.Env, s *screen.Screen, r screen.Rect, row int, current bool) {
	th := env.Theme
	i := m.panel.rows[row]
	text, muted, accent := th.Panel, th.PanelMuted, th.PanelAccent
	selected := row == m.panel.cursor
	if selected {
		text, muted, accent = th.Selected, th.SelectedMuted, th.SelectedAccent
		s.Fill(r, text)
	}
	x, y, end := r.Min.X+1, r.Min.Y, r.Max.X-1
	if current {
		s.Text(x, y, 1, "▸", accent)
	}
	x += 2
	clock := len(widget.Clock(m.total()))
	s.TextRight(x+clock, y, clock, widget.Clock(m.rowTime(i)), muted)
	x += clock + 1
	if m.panel.kind == linesPanel {
		m.drawText(env, s, screen.R(x, y, end-x, 1), m.panel.items.lines[i].Text, text)
		return
	}
	c := m.panel.items.commands[i]
	glyph, words, how := outcomeOf(c)
	style := muted
	switch {
	case selected && how == failed:
		style = th.SelectedRecording
	case selected:
		style = accent
	case how == succeeded:
		style = th.PanelOK
	case how == failed:
		style = th.PanelError
	}
	s.Text(x, y, 1, glyph, style)
	unsure, _ := doubt(c)
	s.Text(x+1, y, 1, unsure, muted)
	x += 3
	if end-x >= 24 {
		end -= 7
		s.TextRight(end+7, y, 6, took(c.End-c.Start), muted)
		if words != "" {
			end -= len(words) + 1
			s.Text(end+1, y, len(words), words, style)
		}
	}
	m.drawText(env, s, screen.R(x, y, end-x, 1), oneLine(c.Text), text)
}

// drawText draws the text of a row so that what the filter let it through for is seen.
func (m Model) drawText(env page.Env, s *screen.Screen, r screen.Rect, line string, st screen.Style) {
	s.Spans(r.Min.X, r.Min.Y, r.Dx(), widget.Excerpt(s, line, matches(line, m.panel.filter), r.Dx(), st, env.Theme.Match)...)
}
