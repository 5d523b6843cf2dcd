package player

import (
	"context"
	"errors"
	"math"
	"time"

	"rexec/recording/timeline"
	"rexec/tui/page"
	"rexec/tui/say"
)

const (
	// frameTime is the shortest time between two frames.
	frameTime = time.Second / 60
	// barTime is how often the bar moves while nothing else does.
	barTime = 200 * time.Millisecond
	// indexTime is how soon playing looks again for what is not indexed yet.
	indexTime = 100 * time.Millisecond
)

// stop makes the clock stand.
func (m Model) stop(env page.Env) Model {
	if m.tape != nil {
		m.clock = m.clock.Pause(env.Now)
	}
	m.ticks++ // whatever was scheduled is not for us any more
	return m
}

// pause stops or goes on; at the end it plays again from the start.
func (m Model) pause(env page.Env) (Model, page.Action) {
	switch {
	case m.clock.Playing():
		m = m.stop(env)
		// What has happened up to this moment should stand still, not what was
		// drawn a frame ago.
		return m.ask(env, m.position(env))
	case m.clock.Speed() < 0 && m.clock.Ended(env.Now):
		m.clock = m.clock.SetSpeed(env.Now, m.pace())
	case m.facts.indexed && m.clock.Ended(env.Now):
		m.ended = false
		m.clock = m.clock.Play(env.Now)
		return m.goTo(env, 0)
	}
	m.clock = m.clock.Play(env.Now)
	return m.schedule(env)
}

// pace is how fast it plays, whichever way.
func (m Model) pace() float64 { return math.Abs(m.clock.Speed()) }

// speed changes the pace; the way stays.
func (m Model) speed(env page.Env, x float64) (Model, page.Action) {
	m.clock = m.clock.SetSpeed(env.Now, math.Copysign(x, m.clock.Speed()))
	return m.schedule(env)
}

// turn plays the other way.
func (m Model) turn(env page.Env) (Model, page.Action) {
	m.clock = m.clock.SetSpeed(env.Now, -m.clock.Speed())
	m.clock = m.clock.Play(env.Now)
	m.ended = false
	m.view.held = false
	return m.ask(env, m.position(env))
}

// goTo moves to a position. Coming from the end, where playing stopped by itself,
// it plays on.
func (m Model) goTo(env page.Env, pos time.Duration) (Model, page.Action) {
	m.clock, m.sought = m.clock.Seek(env.Now, pos), 0
	if pos > m.facts.duration && !m.facts.indexed {
		m.sought = pos
	}
	if m.ended && pos < m.facts.duration {
		m.ended = false
		m.clock = m.clock.Play(env.Now)
	}
	m.steps = 0
	m.view.held = false
	m.ticks++
	return m.ask(env, pos)
}

// step goes n frames on, and stands there. Steps that are asked for while one is
// under way are made together.
func (m Model) step(env page.Env, n int) (Model, page.Action) {
	m = m.stop(env)
	m.ended = false
	m.view.held = false
	if m.going && m.steps != 0 {
		m.steps += n
		return m, page.Unchanged{}
	}
	m.steps = n
	return m.askStep(env, m.position(env), n)
}

// show takes the frame of a seek.
func (m Model) show(env page.Env, msg frameMsg) (Model, page.Action) {
	if msg.seek != m.seek {
		return m, page.Unchanged{}
	}
	m.going = false
	sought := m.sought
	m.sought = 0
	if msg.err != nil {
		m = m.stop(env)
		m.steps = 0
		if errors.Is(msg.err, context.DeadlineExceeded) {
			return m, nil
		}
		return m, page.Fail("The recording cannot be read here. " + say.Error(msg.err))
	}
	m.frame, m.marks, m.drawn = msg.frame, msg.marks, env.Now
	if msg.facts != nil && !m.facts.indexed {
		m = m.with(env, *msg.facts)
	}
	if sought > 0 {
		m.clock = m.clock.Seek(env.Now, sought)
	}
	if msg.steps != 0 {
		m.clock = m.clock.Seek(env.Now, msg.frame.Time)
		if m.steps -= msg.steps; m.steps != 0 {
			return m.askStep(env, msg.frame.Time, m.steps)
		}
	}
	m = m.follow(env)
	m.view = m.view.follow(m.window(), m.frame.Snapshot)
	if at, ok := m.search.place(); ok && msg.frame.Time == m.search.hits[m.search.current].Time {
		m.view = m.view.reveal(m.window(), m.frame.Snapshot, at)
	} else if len(m.marks) > 0 && m.search.stay && m.position(env) == m.search.origin {
		m.view = m.view.reveal(m.window(), m.frame.Snapshot, m.marks[0])
	}
	m, there := m.arrived(env)
	if m.going {
		return m, there
	}
	m, next := m.schedule(env)
	return m, page.Several{there, next}
}

// tick is the timer's: time for the next frame, for the bar, or the end.
func (m Model) tick(env page.Env) (Model, page.Action) {
	if !m.clock.Playing() {
		return m, page.Unchanged{}
	}
	m = m.follow(env)
	pos := m.position(env)
	if m.clock.Speed() < 0 {
		return m.tickBack(env, pos)
	}
	if m.facts.indexed && m.clock.Ended(env.Now) {
		m = m.stop(env)
		m.ended = true
		return m.ask(env, m.facts.duration)
	}
	if m.frame.Next != timeline.None && pos >= m.frame.Next || !m.facts.indexed && pos >= m.facts.duration {
		return m.ask(env, pos)
	}
	return m.schedule(env)
}

// tickBack is tick while playing backward: what is shown began with its last event,
// and before that is another frame. At the start it stands, to play forward again.
func (m Model) tickBack(env page.Env, pos time.Duration) (Model, page.Action) {
	switch {
	case pos <= 0:
		m = m.stop(env)
		m.clock = m.clock.SetSpeed(env.Now, m.pace())
		return m.ask(env, 0)
	case pos < m.frame.Time:
		return m.ask(env, pos)
	}
	return m.schedule(env)
}

// due returns the position at which another frame is due.
func (m Model) due() time.Duration {
	switch {
	case m.clock.Speed() < 0:
		return max(m.frame.Time-1, 0)
	case m.frame.Next != timeline.None:
		return min(m.frame.Next, m.facts.duration)
	}
	return m.facts.duration
}

// schedule asks for the next tick: when the next event is due, at the earliest one
// frame after the last; before that when the bar has to move or to go. Paused,
// hidden or waiting for a frame, it asks for none.
func (m Model) schedule(env page.Env) (Model, page.Action) {
	m.ticks++
	if m.tape == nil || !m.shown || m.going || !m.clock.Playing() {
		return m, nil
	}
	next := m.due()
	wait := time.Duration(0)
	if at, ok := m.clock.NextWake(env.Now, next); ok {
		wait = at.Sub(env.Now)
	}
	if !m.facts.indexed && next >= m.facts.duration {
		wait = max(wait, indexTime)
	}
	wait = max(wait, frameTime-env.Now.Sub(m.drawn))
	if m.barShown(env) {
		wait = min(wait, barTime)
		if until := m.barUntil.Sub(env.Now); until > 0 && !m.barOff {
			wait = min(wait, until)
		}
	}
	return m, page.Do{Cmd: m.after(max(wait, time.Millisecond), tickMsg{m.ticks})}
}
