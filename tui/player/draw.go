package player

import (
	"fmt"

	uv "github.com/charmbracelet/ultraviolet"

	"rexec/tui/keys"
	"rexec/tui/page"
	"rexec/tui/screen"
	"rexec/tui/widget"
)

// Draw implements page.Page.
func (m Model) Draw(env page.Env, s *screen.Screen, r screen.Rect) {
	s.Fill(r, env.Theme.Text)
	if r.Dy() < 2 {
		return
	}
	switch {
	case m.failed != "":
		m.drawFailure(env, s, r)
		return
	case m.tape == nil:
		s.TextCenter(r, r.Min.Y+r.Dy()/2, "Opening "+m.name()+"…", env.Theme.Muted)
		return
	}
	room := r
	if m.beside() {
		room.Max.X -= m.panelWidth()
	}
	m.drawRecording(env, s, room)
	if m.panel.kind != noPanel {
		m.drawPanel(env, s, m.panelRect().Add(r.Min))
	}
	if m.barShown(env) {
		m.drawBar(env, s, screen.R(r.Min.X, r.Max.Y-1, r.Dx(), 1))
	}
	if m.info {
		m.drawInfo(env, s, screen.R(r.Min.X, r.Min.Y, r.Dx(), r.Dy()-1))
	}
}

func (m Model) drawFailure(env page.Env, s *screen.Screen, r screen.Rect) {
	lines := s.Wrap(m.failed, max(min(r.Dx()-4, 70), 1))
	y := r.Min.Y + max((r.Dy()-len(lines)-2)/2, 0)
	for i, l := range lines {
		s.TextCenter(r, y+i, l, env.Theme.Text)
	}
	back := env.Keys.Label(keys.Player, keys.Quit) + " goes back."
	s.TextCenter(r, min(y+len(lines)+1, r.Max.Y-1), back, env.Theme.Muted)
}

// drawRecording draws the frame, what is searched for in it, and the cursor.
func (m Model) drawRecording(env page.Env, s *screen.Screen, r screen.Rect) {
	stage, v, frame := m.stage(r, m.barShown(env))
	if !frame.Empty() {
		s.Box(frame, env.Theme.Border, env.Theme.Text)
	}
	s.Terminal(m.frame.Snapshot, stage, v)
	m.drawMarks(env, s, stage, v)
	s.TerminalCursor(m.frame.Snapshot, stage, v)
}

// drawMarks shows what is searched for, and the hit that playback was sent to.
func (m Model) drawMarks(env page.Env, s *screen.Screen, stage screen.Rect, v screen.View) {
	current, there := m.search.place()
	there = there && m.search.hits[m.search.current].Time == m.frame.Time
	cols, _ := m.frame.Snapshot.Size()
	for _, p := range m.marks {
		style := env.Theme.Match
		if there && p == current {
			style = env.Theme.MatchCurrent
		}
		for row, from, n := p.Row, p.Col, p.Len; n > 0; row, from = row+1, 0 {
			part := min(n, cols-from)
			n -= part
			cells := screen.R(0, 0, part, 1).Add(uv.Pos(stage.Min.X+from-v.X, stage.Min.Y+row-v.Y))
			s.Restyle(cells.Intersect(stage), style)
		}
	}
}

// drawInfo draws what is known about the recording.
func (m Model) drawInfo(env page.Env, s *screen.Screen, r screen.Rect) {
	s.HideCursor()
	th, f := env.Theme, m.facts
	rows := [][2]string{{"length", widget.Clock(f.duration)}}
	if short := f.idle.Total(); short < f.duration {
		rows = append(rows, [2]string{"without pauses", fmt.Sprintf("%s (longer than %g s)", widget.Clock(short), f.threshold.Seconds())})
	}
	cols, height := m.frame.Snapshot.Size()
	rows = append(rows, [2]string{"screen", fmt.Sprintf("%d×%d", cols, height)})
	add := func(label, text string) {
		if text != "" {
			rows = append(rows, [2]string{label, text})
		}
	}
	if !f.header.Timestamp.IsZero() {
		add("recorded", f.header.Timestamp.In(env.Now.Location()).Format("2 January 2006, 15:04"))
	}
	add("command", f.header.Command)
	if f.hasExit {
		add("exit status", fmt.Sprint(f.exit))
	}
	add("events", fmt.Sprint(f.events))
	if n := len(f.markers); n > 0 {
		add("markers", fmt.Sprint(n))
	}
	if n := len(m.text.commands); n > 0 {
		add("commands", fmt.Sprint(n))
	}
	add("format", fmt.Sprintf("asciicast v%d", f.header.Version))
	width := min(70, r.Dx()-2)
	const label = 15
	for i, part := range s.Wrap(m.play.Path, max(width-6-label, 1)) {
		name := "file"
		if i > 0 {
			name = ""
		}
		add(name, part)
	}
	for i, p := range f.problems {
		label := ""
		if i == 0 {
			label = "damage"
		}
		if i == 8 {
			rows = append(rows, [2]string{label, fmt.Sprintf("… and %d more", f.damaged-i)})
			break
		}
		rows = append(rows, [2]string{label, fmt.Sprintf("line %d: %s", p.Line, p.Reason)})
	}
	rows = rows[:min(len(rows), max(r.Dy()-4, 0))]
	box := screen.R(r.Min.X+(r.Dx()-width)/2, r.Min.Y+max((r.Dy()-len(rows)-4)/2, 0), width, len(rows)+4)
	s.Box(box, th.PanelBorder, th.Panel)
	s.Text(box.Min.X+3, box.Min.Y+1, width-6, m.name(), th.PanelTitle)
	for i, row := range rows {
		y := box.Min.Y + 3 + i
		s.Text(box.Min.X+3, y, label, row[0], th.PanelMuted)
		s.Text(box.Min.X+3+label, y, width-6-label, row[1], th.Panel)
	}
}
