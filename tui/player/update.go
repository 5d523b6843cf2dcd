package player

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"time"

	tea "charm.land/bubbletea/v2"

	"rexec/recording/cast"
	"rexec/recording/timeline"
	"rexec/tui/keys"
	"rexec/tui/page"
	"rexec/tui/say"
	"rexec/tui/widget"
)

// barStay is how long the bar stays after a key or the mouse while playing.
const barStay = 3 * time.Second

// speeds are the steps of slower and faster.
var speeds = []float64{1. / 16, 1. / 8, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4, 6, 8, 12, 16, 32, 64}

// Update implements page.Page.
func (m Model) Update(env page.Env, msg tea.Msg) (page.Page, page.Action) {
	return m.update(env, msg)
}

// update is Update with the concrete type.
func (m Model) update(env page.Env, msg tea.Msg) (Model, page.Action) {
	switch msg := msg.(type) {
	case page.Size:
		m.size = msg
		m.view = m.view.follow(m.window(), m.frame.Snapshot)
		m.panel = m.panel.settle(m.panelRows())
		return m, nil
	case page.Shown:
		return m.reappear(env)
	case page.Hidden:
		m.shown, m.resume = false, m.tape != nil && m.clock.Playing()
		return m.stop(env), nil
	case openedMsg:
		return m.opened(env, msg)
	case indexMsg:
		return m.learned(env, msg)
	case watchMsg:
		if !m.indexing {
			return m, page.Unchanged{}
		}
		return m, page.Several{m.look(), page.Unchanged{}}
	case frameMsg:
		return m.show(env, msg)
	case textMsg:
		return m.readMore(env, msg)
	case knownMsg:
		return m.know(msg)
	case filterMsg:
		return m.filtered(env, msg)
	case tickMsg:
		if msg.ticks != m.ticks || m.tape == nil {
			return m, page.Unchanged{}
		}
		return m.tick(env)
	case searchMsg:
		return m.found(env, msg)
	case page.Run:
		return m.run(env, msg.ID, tea.KeyPressMsg{})
	case tea.KeyPressMsg:
		return m.key(env, msg)
	case tea.PasteMsg:
		switch {
		case m.typing:
			m.input = m.input.Update(msg)
			return m, nil
		case m.panel.typing:
			return m.inputFilter(msg)
		}
	case tea.MouseMsg:
		return m.mouse(env, msg)
	}
	return m, page.Unchanged{}
}

// opened begins with a recording that is open, or tells why it is not.
func (m Model) opened(env page.Env, msg openedMsg) (Model, page.Action) {
	if msg.err != nil {
		m.failed = whyNot(msg.err)
		return m, nil
	}
	m.tape, m.frame, m.drawn, m.facts = msg.tape, msg.frame, env.Now, msg.facts
	m.skip = m.facts.header.IdleTimeLimit > 0
	m.clock = timeline.NewClock(m.axis())
	m.barUntil = env.Now.Add(barStay)
	m.indexing, m.begun = true, env.Now
	m.view = m.view.follow(m.window(), m.frame.Snapshot)
	m, read := m.textOfSmall(msg.bytes)
	actions := page.Several{m.index(), read, page.Do{Cmd: m.after(indexEvery, watchMsg{})}}
	if !m.play.Paused && m.play.Query == "" {
		if m.resume = !m.shown; m.shown {
			m.clock = m.clock.Play(env.Now)
		}
	}
	var begin page.Action
	switch {
	case m.play.Query != "":
		m, begin = m.searchThere(env, m.play.Query, m.play.Start)
	case m.play.Start > 0:
		m, begin = m.goTo(env, m.play.Start)
	default:
		m, begin = m.schedule(env)
	}
	return m, append(actions, begin)
}

// whyNot says in words why a recording cannot be played.
func whyNot(err error) string {
	var syntax *cast.SyntaxError
	switch {
	case errors.Is(err, cast.ErrNotCast):
		return "This file is not an asciicast recording."
	case errors.As(err, &syntax):
		return fmt.Sprintf("The recording is damaged beyond use in line %d: %s", syntax.Line, widget.Sentence(syntax.Reason))
	case errors.Is(err, fs.ErrNotExist):
		return "The file of this recording is gone."
	case errors.Is(err, fs.ErrPermission):
		return "The file of this recording may not be read by you."
	}
	return "The recording cannot be read: " + say.Error(err)
}

// learned takes what the index has found out.
func (m Model) learned(env page.Env, msg indexMsg) (Model, page.Action) {
	if !m.indexing {
		return m, page.Unchanged{}
	}
	m = m.with(env, msg.facts)
	if !msg.ended {
		return m, page.Do{Cmd: m.after(indexEvery, watchMsg{})}
	}
	m.indexing = false
	var actions page.Several
	switch {
	case msg.err != nil:
		actions = append(actions, page.Fail("Only a part of the recording could be read. "+say.Error(msg.err)))
	case m.facts.damaged > 0:
		actions = append(actions, page.Toast{Kind: widget.ToastWarn,
			Text: damage(m.facts) + " mended or passed over: i lists what."})
	}
	m, next := m.schedule(env)
	return m, append(actions, next)
}

// with takes newer facts.
func (m Model) with(env page.Env, f facts) Model {
	if f.size == 0 {
		f.bytes, f.size = m.facts.bytes, m.facts.size
	}
	m.facts = f
	m.clock = m.clock.SetIdle(env.Now, m.axis())
	return m
}

// damage counts damaged places in words.
func damage(f facts) string {
	if f.damaged == 1 {
		return fmt.Sprintf("Line %d is damaged and was", f.problems[0].Line)
	}
	return fmt.Sprintf("%d places are damaged and were", f.damaged)
}

// reappear goes on when the page is shown again.
func (m Model) reappear(env page.Env) (Model, page.Action) {
	m.shown = true
	if m.resume && m.tape != nil {
		m.resume = false
		m.clock = m.clock.Play(env.Now)
	}
	return m.wake(env).schedule(env)
}

// wake brings the bar back.
func (m Model) wake(env page.Env) Model {
	m.barUntil = env.Now.Add(barStay)
	return m
}

// key carries out a key.
func (m Model) key(env page.Env, k tea.KeyPressMsg) (Model, page.Action) {
	if m.typing {
		return m.typeSearch(env, k)
	}
	if m.panel.kind != noPanel {
		if m, action, ok := m.panelKey(env, k); ok {
			return m, action
		}
	}
	b, ok := env.Keys.Match(keys.Player, k)
	if !ok {
		return m.wake(env).schedule(env)
	}
	if why := m.Why(env, b.ID); why != "" {
		return m.wake(env), page.Info(why)
	}
	return m.run(env, b.ID, k)
}

// run carries out a binding; k is the key, which may be none.
func (m Model) run(env page.Env, id keys.ID, k tea.KeyPressMsg) (Model, page.Action) {
	switch id {
	case keys.ShowHelp:
		return m, page.ShowHelp{}
	case keys.OpenPalette:
		return m, page.ShowPalette{}
	case keys.Quit:
		return m.leave(env, k)
	case keys.Info:
		m.info = !m.info
		return m, nil
	}
	m = m.wake(env)
	if moved, action, ok := m.move(env, id, k); ok {
		return moved, action
	}
	return m.set(env, id)
}

// leave goes back; esc first closes what is open.
func (m Model) leave(env page.Env, k tea.KeyPressMsg) (Model, page.Action) {
	if k.String() == "esc" {
		switch {
		case m.info:
			m.info = false
			return m, nil
		case m.search.active():
			return m.clearSearch(env)
		}
	}
	return m, page.Back{}
}

// move carries out the keys that change the position; ok is false for others.
func (m Model) move(env page.Env, id keys.ID, k tea.KeyPressMsg) (_ Model, _ page.Action, ok bool) {
	pos, total := m.position(env), m.total()
	to := time.Duration(-1)
	switch id {
	case keys.Back5:
		to = m.along(pos, -5*time.Second)
	case keys.Forward5:
		to = m.along(pos, 5*time.Second)
	case keys.Back60:
		to = m.along(pos, -time.Minute)
	case keys.Forward60:
		to = m.along(pos, time.Minute)
	case keys.Back10:
		to = max(pos-total/10, 0)
	case keys.Forward10:
		to = pos + total/10
	case keys.Tenth:
		to = total * time.Duration(k.Code-'0') / 10
	case keys.Start:
		to = 0
	case keys.End:
		to = total
	case keys.PrevMarker:
		to = m.facts.markers[m.markerBefore(pos)].Time
	case keys.NextMarker:
		to = m.facts.markers[m.markerAfter(pos)].Time
	case keys.PrevCommand:
		to = m.text.commands[m.chapterBefore(pos)].Start
	case keys.NextCommand:
		to = m.text.commands[m.chapterAfter(pos)].Start
	case keys.StepBack:
		m, action := m.step(env, -1)
		return m, action, true
	case keys.StepForward:
		m, action := m.step(env, 1)
		return m, action, true
	case keys.NextMatch:
		m, action := m.nextHit(env, 1)
		return m, action, true
	case keys.PrevMatch:
		m, action := m.nextHit(env, -1)
		return m, action, true
	}
	if to < 0 {
		return m, nil, false
	}
	m, action := m.goTo(env, to)
	return m, action, true
}

// along returns the position that is d away as it plays: pauses that are skipped
// count as short as they are.
func (m Model) along(pos, d time.Duration) time.Duration {
	axis := m.axis()
	return axis.Expand(min(max(axis.Compress(pos)+d, 0), axis.Total()))
}

// nearMarker is how close behind a marker the previous one is meant.
const nearMarker = time.Second

// markerBefore returns the last marker before a position, -1 for none.
func (m Model) markerBefore(pos time.Duration) int {
	if m.clock.Playing() {
		pos -= nearMarker
	}
	for i := len(m.facts.markers) - 1; i >= 0; i-- {
		if m.facts.markers[i].Time < pos {
			return i
		}
	}
	return -1
}

// markerAfter returns the first marker behind a position, -1 for none.
func (m Model) markerAfter(pos time.Duration) int {
	for i, k := range m.facts.markers {
		if k.Time > pos {
			return i
		}
	}
	return -1
}

// set carries out the keys that change how the recording plays and looks.
func (m Model) set(env page.Env, id keys.ID) (Model, page.Action) {
	switch id {
	case keys.Pause:
		return m.pause(env)
	case keys.Slower:
		return m.speed(env, stepSpeed(m.pace(), -1))
	case keys.Faster:
		return m.speed(env, stepSpeed(m.pace(), 1))
	case keys.Halve:
		return m.speed(env, m.pace()/2)
	case keys.Double:
		return m.speed(env, m.pace()*2)
	case keys.NormalSpeed:
		return m.speed(env, 1)
	case keys.SkipIdle:
		m.skip = !m.skip
		m.clock = m.clock.SetIdle(env.Now, m.axis())
		return m.schedule(env)
	case keys.FullScreen:
		m.barOff = !m.barOff
		m.view = m.view.follow(m.window(), m.frame.Snapshot)
		return m.schedule(env)
	case keys.Backward:
		return m.turn(env)
	case keys.ListCommands:
		return m.openPanel(env, commandsPanel)
	case keys.ListTranscript:
		return m.openPanel(env, linesPanel)
	case keys.CopyCommand, keys.CopyOutput:
		return m.copyChapter(env, id)
	case keys.PanLeft, keys.PanRight, keys.PanUp, keys.PanDown:
		return m.panKey(id), nil
	case keys.Find:
		m.typing, m.input = true, widget.NewInput("", "text, or /regular expression")
		return m, nil
	}
	return m, page.Unchanged{}
}

// stepSpeed returns the next of speeds in a direction.
func stepSpeed(now float64, way int) float64 {
	const slack = 1.001
	if way > 0 {
		for _, s := range speeds {
			if s > now*slack {
				return s
			}
		}
	} else {
		for i := len(speeds) - 1; i >= 0; i-- {
			if s := speeds[i]; s*slack < now {
				return s
			}
		}
	}
	return now
}

// mouse carries out a message of the mouse.
func (m Model) mouse(env page.Env, msg tea.MouseMsg) (Model, page.Action) {
	e := msg.Mouse()
	hidden := !m.barShown(env)
	m = m.wake(env)
	if over := e.X >= m.panelRect().Min.X && e.Y < m.size.Rows-1; m.panel.kind != noPanel && over && !m.dragging {
		return m.panelMouse(env, msg)
	}
	switch msg := msg.(type) {
	case tea.MouseClickMsg:
		if b := m.bar(env); m.tape != nil && !hidden && msg.Button == tea.MouseLeft && b.holds(e.X, e.Y) {
			m.dragging = true
			return m.goTo(env, b.time(e.X, m.total()))
		}
	case tea.MouseReleaseMsg:
		if m.dragging {
			m.dragging = false
			return m.schedule(env)
		}
	case tea.MouseMotionMsg:
		if m.dragging {
			return m.goTo(env, m.bar(env).time(e.X, m.total()))
		}
	case tea.MouseWheelMsg:
		if m.tape != nil {
			if v, moved := m.view.pan(e, m.window(), m.frame.Snapshot); moved {
				m.view = v
				return m, nil
			}
		}
	}
	if !hidden || m.tape == nil {
		return m, page.Unchanged{}
	}
	return m.schedule(env)
}

// speedText writes a speed: "1×", "1.5×", "1/8×".
func speedText(s float64) string {
	if s < 0.25 {
		return fmt.Sprintf("1/%g×", math.Round(1/s))
	}
	return fmt.Sprintf("%g×", math.Round(s*100)/100)
}
