package live

import (
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"rexec/library"
	"rexec/recording/live"
	"rexec/tui/page"
	"rexec/vt"
)

// Messages of the page's own commands. Each names the tab it is about.
type (
	startedMsg struct {
		tab     int
		started Started
		err     error
	}
	frameMsg struct {
		tab        int
		snapshot   *vt.Snapshot
		generation uint64
		ended      bool
		state      live.RecordState
	}
	resizedMsg struct{ tab int }
	eventMsg   struct {
		tab   int
		event live.Event
		exit  live.ExitStatus
	}
	recordingMsg struct {
		tab int
		rec library.Recording
		err error
	}
	savedMsg struct {
		tab int
		rec Saved
		err error
	}
	closedMsg struct {
		tab int
		rec Saved
		err error
	}
	markedMsg struct {
		tab int
		set bool
	}
	pausedMsg struct {
		tab   int
		state live.RecordState
		err   error
	}
	tickMsg struct{ states map[int]live.RecordState }
)

// frameTime is how long a frame may be held so that a busy child does not cost
// more frames than a display shows.
const frameTime = time.Second / 60

func do(cmd func() tea.Msg) page.Action { return page.Do{Cmd: cmd} }

// start hosts a terminal for a tab.
func (m Model) start(tab int, o Open) page.Action {
	options := StartOptions{Record: o.Record, Title: o.Title, Cols: m.size.Cols, Rows: max(m.size.Rows-1, 1)}
	return do(func() tea.Msg {
		s, err := m.host.Start(m.ctx, options)
		return startedMsg{tab, s, err}
	})
}

// wait waits for a tab's next frame, and holds it until a frame's time has passed
// since the last.
func (m Model) wait(t tab, now time.Time) page.Action {
	hold := max(frameTime-now.Sub(t.drawn), 0)
	return do(func() tea.Msg {
		held := time.NewTimer(hold)
		defer held.Stop()
		generation, err := t.terminal.Wait(m.ctx, t.generation)
		switch {
		case errors.Is(err, live.ErrEnded):
			return frameMsg{tab: t.id, snapshot: t.terminal.Snapshot(), generation: generation, ended: true}
		case err != nil:
			return nil
		}
		select {
		case <-held.C:
		case <-m.ctx.Done():
			return nil
		}
		return frameMsg{tab: t.id, snapshot: t.terminal.Snapshot(), generation: generation, state: t.terminal.Recording()}
	})
}

// listen waits for what the terminal tells beside its picture, from a moment on:
// a program that does nothing but change its title costs no more than one that
// prints. The session keeps the newest of each kind meanwhile.
func (m Model) listen(t tab, hold time.Duration) page.Action {
	return do(func() tea.Msg {
		held := time.NewTimer(hold)
		defer held.Stop()
		select {
		case <-held.C:
		case <-m.ctx.Done():
			return nil
		}
		select {
		case e, ok := <-t.terminal.Events():
			if !ok {
				return nil
			}
			return eventMsg{t.id, e, t.terminal.Exit()}
		case <-m.ctx.Done():
			return nil
		}
	})
}

// resize tells a tab's terminal its size. One command at a time does, so that the
// last one is what the terminal ends up with.
func (m Model) resize(i int) (Model, page.Action) {
	t := m.tabs[i]
	cols, rows := m.size.Cols, m.size.Rows-1
	if t.terminal == nil || !t.running || t.resizing || cols < 1 || rows < 1 || t.cols == cols && t.rows == rows {
		return m, nil
	}
	m = m.with(i, func(t *tab) { t.cols, t.rows, t.resizing = cols, rows, true })
	return m, do(func() tea.Msg {
		t.terminal.Resize(cols, rows)
		return resizedMsg{t.id}
	})
}

// tick asks for a message when a recording's clock shows the next second.
func (m Model) tick() (Model, page.Action) {
	terminals := map[int]Terminal{}
	next := time.Second
	for _, t := range m.tabs {
		if t.record == recording && t.terminal != nil && !t.state.Paused {
			terminals[t.id] = t.terminal
			next = min(next, time.Second-t.state.Elapsed%time.Second)
		}
	}
	if len(terminals) == 0 {
		m.ticking = false
		return m, nil
	}
	m.ticking = true
	return m, do(func() tea.Msg {
		select {
		case <-time.After(next + 5*time.Millisecond):
		case <-m.ctx.Done():
			return nil
		}
		states := map[int]live.RecordState{}
		for id, t := range terminals {
			states[id] = t.Recording()
		}
		return tickMsg{states}
	})
}

func (m Model) record(t tab) page.Action {
	return do(func() tea.Msg {
		rec, err := m.host.Record(m.ctx, t.terminal, "")
		return recordingMsg{t.id, rec, err}
	})
}

func (m Model) save(t tab) page.Action {
	return do(func() tea.Msg {
		rec, err := m.host.Save(m.ctx, t.terminal)
		return savedMsg{t.id, rec, err}
	})
}

func (m Model) end(t tab) page.Action {
	return do(func() tea.Msg {
		rec, err := m.host.Close(m.ctx, t.terminal)
		return closedMsg{t.id, rec, err}
	})
}

func (m Model) mark(t tab, label string) page.Action {
	return do(func() tea.Msg {
		return markedMsg{t.id, t.terminal.Mark(label)}
	})
}

// pause pauses a recording, or goes on with it.
func (m Model) pause(t tab) page.Action {
	return do(func() tea.Msg {
		change := t.terminal.Pause
		if t.terminal.Recording().Paused {
			change = t.terminal.Resume
		}
		err := change()
		return pausedMsg{t.id, t.terminal.Recording(), err}
	})
}
