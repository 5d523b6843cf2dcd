package player

import (
	tea "charm.land/bubbletea/v2"

	"rexec/recording/timeline"
	"rexec/tui/keys"
	"rexec/tui/screen"
	"rexec/vt"
)

// view is the part of a recording that is shown when the window is too small for
// all of it.
type view struct {
	x, y int
	held bool // moved by the user: it does not follow the cursor
}

// window returns the columns and rows for the recording: all but the bar's, unless
// that is hidden for good.
func (m Model) window() (w [2]int) {
	rows := m.size.Rows
	if !m.barOff {
		rows--
	}
	cols := m.size.Cols
	if m.beside() {
		cols -= m.panelWidth()
	}
	return [2]int{max(cols, 1), max(rows, 1)}
}

// follow moves the view as little as is needed for the cursor to be in it.
func (v view) follow(window [2]int, s *vt.Snapshot) view {
	if s == nil {
		return v
	}
	v = v.within(window, s)
	c := s.Cursor()
	if v.held || !c.Visible {
		return v
	}
	return v.with(window, s, c.X, c.Y, 1)
}

// reveal moves it so that a place can be seen.
func (v view) reveal(window [2]int, s *vt.Snapshot, p timeline.Place) view {
	cols, _ := s.Size()
	v = v.with(window, s, min(p.Col+p.Len-1, cols-1), p.Row, 1)
	return v.with(window, s, p.Col, p.Row, 1)
}

func (v view) with(window [2]int, s *vt.Snapshot, x, y, margin int) view {
	v.x = min(max(v.x, x+margin-window[0]+1), max(x-margin, 0))
	v.y = min(max(v.y, y-window[1]+1), y)
	return v.within(window, s)
}

// within keeps it on the screen that was recorded.
func (v view) within(window [2]int, s *vt.Snapshot) view {
	cols, rows := s.Size()
	v.x = min(max(v.x, 0), max(cols-window[0], 0))
	v.y = min(max(v.y, 0), max(rows-window[1], 0))
	return v
}

// pan moves it with the wheel, and tells whether it moved.
func (v view) pan(e tea.Mouse, window [2]int, s *vt.Snapshot) (view, bool) {
	const rows, cols = 3, 8
	dx, dy := 0, 0
	switch e.Button {
	case tea.MouseWheelUp:
		dy = -rows
	case tea.MouseWheelDown:
		dy = rows
	case tea.MouseWheelLeft:
		dx = -cols
	case tea.MouseWheelRight:
		dx = cols
	}
	if e.Mod.Contains(tea.ModShift) && dx == 0 {
		dx, dy = dy*cols/rows, 0
	}
	return v.by(dx, dy, window, s)
}

// by moves it, and tells whether it moved.
func (v view) by(dx, dy int, window [2]int, s *vt.Snapshot) (view, bool) {
	old := v
	v.x, v.y = v.x+dx, v.y+dy
	v = v.within(window, s)
	if v == old {
		return old, false
	}
	v.held = true
	return v, true
}

// panKey moves it by a part of the window.
func (m Model) panKey(id keys.ID) Model {
	w := m.window()
	dx, dy := 0, 0
	switch id {
	case keys.PanLeft:
		dx = -max(w[0]/4, 1)
	case keys.PanRight:
		dx = max(w[0]/4, 1)
	case keys.PanUp:
		dy = -max(w[1]/4, 1)
	case keys.PanDown:
		dy = max(w[1]/4, 1)
	}
	m.view, _ = m.view.by(dx, dy, w, m.frame.Snapshot)
	return m
}

// stage returns where on r the recording stands, what of it is shown there, and
// the frame around it, which is empty when there is no room for one. A recording
// that fits beside the bar does not move when the bar goes; of a higher one there
// is then a row more.
func (m Model) stage(r screen.Rect, barShown bool) (stage screen.Rect, v screen.View, frame screen.Rect) {
	cols, rows := m.frame.Snapshot.Size()
	room := r
	if barShown || !m.barOff && rows < r.Dy() {
		room.Max.Y--
	}
	w, h := min(cols, room.Dx()), min(rows, room.Dy())
	x, y := room.Min.X+(room.Dx()-w)/2, room.Min.Y+(room.Dy()-h)/2
	if cols+2 <= room.Dx() && rows+2 <= room.Dy() {
		frame = screen.R(x-1, y-1, w+2, h+2)
	}
	at := m.view.within([2]int{w, h}, m.frame.Snapshot)
	return screen.R(x, y, w, h), screen.View{X: at.x, Y: at.y}, frame
}
