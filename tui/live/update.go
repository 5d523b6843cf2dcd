package live

import (
	"errors"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"rexec/library"
	"rexec/recording/live"
	"rexec/tui/keys"
	"rexec/tui/page"
	"rexec/tui/say"
	"rexec/tui/screen"
	"rexec/tui/widget"
	"rexec/vt/input"
)

// The dialogs of the page.
const (
	askClose  = "live.close"
	askMarker = "live.marker"
	askPaste  = "live.paste"
	notice    = "live.notice"
)

// Update implements page.Page.
func (m Model) Update(env page.Env, msg tea.Msg) (page.Page, page.Action) {
	return m.update(env, msg)
}

// update is Update with the concrete type.
func (m Model) update(env page.Env, msg tea.Msg) (Model, page.Action) {
	switch msg := msg.(type) {
	case page.Size:
		m.size = msg
		return m.resizeAll()
	case page.Shown:
		m.shown = true
		m, watch := m.watch(env.Now)
		return m, page.Several{watch, m.tellFocus(m.focus)}
	case page.Hidden:
		tell := m.tellFocus(false)
		m.shown = false
		return m, tell
	case tea.FocusMsg:
		m.focus = true
		return m, m.tellFocus(true)
	case tea.BlurMsg:
		m.focus = false
		return m, m.tellFocus(false)
	case Open:
		return m.open(env, msg)
	case GoTo:
		return m.show(env, msg.Tab-1)
	case Command:
		return m.command(env, msg)
	case Tidy:
		return m.tidy()
	case page.Run:
		return m.run(msg.ID)
	case tea.KeyPressMsg:
		return m.key(env, msg)
	case tea.KeyReleaseMsg:
		return m, m.send(input.AppendKey(nil, translateKey(tea.Key(msg), true), m.modes()))
	case tea.PasteMsg:
		return m.paste(msg.Content)
	case tea.MouseMsg:
		return m.mouse(env, msg)
	case page.Answer:
		return m.answered(env, msg)
	}
	return m.result(env, msg)
}

// result takes the messages of the page's own commands.
func (m Model) result(env page.Env, msg tea.Msg) (Model, page.Action) {
	switch msg := msg.(type) {
	case startedMsg:
		return m.wasStarted(env, msg)
	case frameMsg:
		return m.frame(env, msg)
	case resizedMsg:
		if i := m.at(msg.tab); i >= 0 {
			return m.with(i, func(t *tab) { t.resizing = false }).resize(i)
		}
	case eventMsg:
		return m.event(env, msg)
	case recordingMsg:
		return m.recordingBegan(env, msg)
	case savedMsg:
		return m.wasSaved(msg)
	case closedMsg:
		return m.wasClosed(env, msg)
	case markedMsg:
		if !msg.set {
			return m, page.Toast{Kind: widget.ToastWarn, Text: "No marker was set: the recording is paused or over."}
		}
		return m, page.Done("Marker set.")
	case pausedMsg:
		return m.wasPaused(env, msg)
	case tickMsg:
		for id, state := range msg.states {
			if i := m.at(id); i >= 0 && m.tabs[i].record == recording {
				m = m.with(i, func(t *tab) { t.state = state })
			}
		}
		return m.tick()
	}
	return m, page.Unchanged{}
}

// open adds a tab whose terminal is being started.
func (m Model) open(env page.Env, o Open) (Model, page.Action) {
	m.nextID++
	t := tab{id: m.nextID, name: "starting…", started: env.Now, running: true}
	if o.Record {
		t.record = starting
	}
	m.tabs = append(append([]tab(nil), m.tabs...), t)
	m.active = len(m.tabs) - 1
	return m, m.start(t.id, o)
}

func (m Model) wasStarted(env page.Env, msg startedMsg) (Model, page.Action) {
	i := m.at(msg.tab)
	if i < 0 {
		return m, page.Unchanged{}
	}
	if msg.err != nil {
		m = m.without(i)
		actions := page.Several{page.Ask{Dialog: widget.Notice(notice, "No terminal", startAdvice(msg.err))}}
		if len(m.tabs) == 0 {
			actions = append(actions, page.GoLibrary{})
		}
		return m, actions
	}
	m = m.with(i, func(t *tab) {
		t.terminal, t.name, t.shell = msg.started.Terminal, msg.started.Name, msg.started.Shell
		t.snapshot = t.terminal.Snapshot()
		if t.snapshot != nil {
			t.cols, t.rows = t.snapshot.Size()
		}
		if t.record == starting {
			t.record, t.recording = recording, msg.started.Recording
		}
	})
	actions := page.Several{m.listen(m.tabs[i], 0)}
	m, resize := m.resize(i)
	m, watch := m.watch(env.Now)
	m, tick := m.ensureTick()
	actions = append(actions, resize, watch, tick, m.tellFocus(m.focus))
	if m.tabs[i].record == recording {
		actions = append(actions, page.Changed{})
	}
	return m, actions
}

// startAdvice says why no terminal could be started, and what to do.
func startAdvice(err error) string {
	var command *live.CommandError
	var record *RecordError
	switch {
	case errors.As(err, &command) && command.Shell:
		return say.Error(err) + " Set SHELL to a shell that is there, for example SHELL=/bin/sh rexec."
	case errors.As(err, &record):
		return "It could not be recorded: " + say.Error(err) + " c opens a terminal without recording it."
	}
	return say.Error(err)
}

// watch sees to it that a command waits for the next frame of the tab that is
// shown.
func (m Model) watch(now time.Time) (Model, page.Action) {
	t := m.current()
	if !m.shown || t == nil || t.terminal == nil || t.waiting || !t.ended.IsZero() {
		return m, nil
	}
	m = m.with(m.active, func(t *tab) { t.waiting = true })
	return m, m.wait(m.tabs[m.active], now)
}

func (m Model) frame(env page.Env, msg frameMsg) (Model, page.Action) {
	i := m.at(msg.tab)
	if i < 0 {
		return m, page.Unchanged{}
	}
	m = m.with(i, func(t *tab) {
		t.waiting, t.drawn = false, env.Now
		t.snapshot, t.generation = msg.snapshot, msg.generation
		if msg.snapshot != nil {
			t.window = msg.snapshot.Title()
		}
		if msg.ended && t.ended.IsZero() {
			t.ended = env.Now
		}
		if t.record == recording && msg.state.Active {
			t.state = msg.state
		}
	})
	m, watch := m.watch(env.Now)
	if i != m.active || !m.shown {
		return m, page.Several{page.Unchanged{}, watch}
	}
	return m, watch
}

// ensureTick starts the clock of the recordings when it stands.
func (m Model) ensureTick() (Model, page.Action) {
	if m.ticking {
		return m, nil
	}
	return m.tick()
}

func (m Model) resizeAll() (Model, page.Action) {
	var actions page.Several
	for i := range m.tabs {
		var a page.Action
		m, a = m.resize(i)
		actions = append(actions, a)
	}
	return m, actions
}

// event takes what a terminal tells beside its picture.
func (m Model) event(env page.Env, msg eventMsg) (Model, page.Action) {
	i := m.at(msg.tab)
	if i < 0 {
		return m, page.Unchanged{}
	}
	again := m.listen(m.tabs[i], frameTime)
	switch e := msg.event.(type) {
	case live.TitleEvent:
		return m.with(i, func(t *tab) { t.window = e.Title }), again
	case live.InputLostEvent:
		return m, page.Several{again, page.Toast{Kind: widget.ToastWarn, Text: fmt.Sprintf(
			"%s does not read its input: %d bytes of it were dropped.", screen.Clean(m.tabs[i].name), e.Bytes)}}
	case live.RecordingEndedEvent:
		if m.tabs[i].closing || m.tabs[i].record != recording {
			return m, again
		}
		m = m.with(i, func(t *tab) { t.record = saving })
		return m, page.Several{again, m.save(m.tabs[i])}
	case live.ExitEvent:
		return m.exited(env, i, e.Status)
	}
	return m, page.Several{page.Unchanged{}, again}
}

// atOnce is how long a program must have run for its end to be the user's doing.
const atOnce = time.Second

// exited takes the end of a program. The tab of one that failed, or ended at once,
// stays, so that its last screen and its exit status can be seen; others close. A
// shell that is left does not fail, whatever its last command did.
func (m Model) exited(env page.Env, i int, status live.ExitStatus) (Model, page.Action) {
	if m.tabs[i].closing {
		return m, page.Unchanged{}
	}
	m = m.with(i, func(t *tab) {
		t.running, t.exit = false, status
		t.snapshot = t.terminal.Snapshot()
		if t.ended.IsZero() {
			t.ended = env.Now
		}
	})
	t := m.tabs[i]
	recorded, lasted := t.record == recording, t.ended.Sub(t.started)
	if recorded {
		m = m.with(i, func(t *tab) { t.record = saving })
	}
	well := status == (live.ExitStatus{}) || t.shell && status.Signal == ""
	if well && lasted >= atOnce {
		return m.closeTab(i)
	}
	var actions page.Several
	if recorded {
		actions = append(actions, m.save(t))
	}
	if lasted < atOnce {
		actions = append(actions, page.Toast{Kind: widget.ToastWarn, Text: fmt.Sprintf(
			"%s ended at once (%s). Its last words are on its screen; SHELL names the shell that is started.",
			screen.Clean(t.name), t.exitText())})
	}
	return m, actions
}

// wasPaused takes that a recording is paused, or goes on.
func (m Model) wasPaused(env page.Env, msg pausedMsg) (Model, page.Action) {
	i := m.at(msg.tab)
	if i < 0 || msg.err != nil || m.tabs[i].record != recording { // it has ended meanwhile
		return m, page.Unchanged{}
	}
	m = m.with(i, func(t *tab) { t.state = msg.state })
	m, tick := m.ensureTick()
	if msg.state.Paused {
		return m, page.Several{tick, page.Info("Paused: nothing is kept. " + env.Keys.Prefix() + " P goes on recording.")}
	}
	return m, page.Several{tick, page.Info("The recording goes on.")}
}

func (m Model) recordingBegan(env page.Env, msg recordingMsg) (Model, page.Action) {
	i := m.at(msg.tab)
	if i < 0 {
		return m, page.Unchanged{}
	}
	if msg.err != nil {
		m = m.with(i, func(t *tab) { t.record = notRecording })
		return m, page.Fail("Cannot record: " + say.Error(msg.err) + " The terminal goes on.")
	}
	m = m.with(i, func(t *tab) { t.record, t.recording, t.state = recording, msg.rec, live.RecordState{Active: true} })
	m, tick := m.ensureTick()
	return m, page.Several{tick, page.Changed{}, page.Info("Recording from here on. " + env.Keys.Prefix() + " R stops and saves.")}
}

func (m Model) wasSaved(msg savedMsg) (Model, page.Action) {
	i := m.at(msg.tab)
	switch {
	case errors.Is(msg.err, live.ErrNotRecording): // the app is ending and has saved it
		return m, page.Unchanged{}
	case i < 0:
		return m, page.Several{page.Changed{ID: msg.rec.ID}, savedToast(msg.rec, msg.err, "")}
	}
	m = m.with(i, func(t *tab) {
		t.state = live.RecordState{}
		if t.record = notRecording; msg.rec.SHA256 != "" {
			t.record, t.recording = saved, msg.rec.Recording
		}
	})
	if m.tabs[i].seen && !m.tabs[i].running && !m.shown {
		var end page.Action
		m, end = m.closeTab(i)
		return m, page.Several{end, page.Changed{ID: msg.rec.ID}, savedToast(msg.rec, msg.err, " Enter plays it.")}
	}
	how := " It stands first in the library."
	if !m.tabs[i].running && m.shown && i == m.active {
		how = " Enter plays it."
	}
	return m, page.Several{page.Changed{ID: msg.rec.ID}, savedToast(msg.rec, msg.err, how)}
}

func (m Model) wasClosed(env page.Env, msg closedMsg) (Model, page.Action) {
	i := m.at(msg.tab)
	if i < 0 {
		return m, page.Unchanged{}
	}
	m = m.without(i)
	var actions page.Several
	if msg.rec.ID != "" || msg.err != nil {
		how := " Enter plays it."
		if len(m.tabs) > 0 && m.shown {
			how = " It stands first in the library."
		}
		actions = append(actions, page.Changed{ID: msg.rec.ID}, savedToast(msg.rec, msg.err, how))
	}
	if len(m.tabs) == 0 && m.shown {
		return m, append(actions, page.GoLibrary{})
	}
	m, watch := m.watch(env.Now)
	return m, append(actions, watch)
}

// answered takes the answers to the page's dialogs.
func (m Model) answered(env page.Env, a page.Answer) (Model, page.Action) {
	id, _ := a.Data.(int)
	if p, ok := a.Data.(pasted); ok {
		id = p.tab
	}
	i := m.at(id)
	if !a.OK || i < 0 || m.tabs[i].terminal == nil {
		return m, nil
	}
	switch a.ID {
	case askClose:
		return m.closeTab(i)
	case askMarker:
		label := strings.TrimSpace(a.Values[0])
		return m, m.mark(m.tabs[i], label)
	case askPaste:
		return m, page.Send{To: m.tabs[i].terminal, Data: input.AppendPaste(nil, a.Data.(pasted).text, m.modes())}
	}
	return m, nil
}

func (m Model) closeTab(i int) (Model, page.Action) {
	m = m.with(i, func(t *tab) { t.closing = true })
	return m, m.end(m.tabs[i])
}

// tidy closes the tabs of terminals that have ended and were seen.
func (m Model) tidy() (Model, page.Action) {
	var actions page.Several
	for i, t := range m.tabs {
		if t.running || t.closing || !t.seen && i != m.active {
			continue
		}
		m = m.with(i, func(t *tab) { t.seen = true })
		if t.record != saving { // what is being saved goes when it is
			var end page.Action
			m, end = m.closeTab(i)
			actions = append(actions, end)
		}
	}
	return m, actions
}

// command carries out a binding of the prefix.
func (m Model) command(env page.Env, c Command) (Model, page.Action) {
	switch c.ID {
	case keys.NewTab:
		return m.open(env, Open{})
	case keys.NextTab:
		return m.show(env, (m.active+1)%max(len(m.tabs), 1))
	case keys.PrevTab:
		return m.show(env, (m.active+len(m.tabs)-1)%max(len(m.tabs), 1))
	case keys.GoTab:
		return m.show(env, int(c.Key-'1'))
	}
	t := m.current()
	if t == nil || t.terminal == nil {
		return m, nil
	}
	switch c.ID {
	case keys.ToggleRecord:
		if t.record == recording {
			m = m.with(m.active, func(t *tab) { t.record = saving })
			return m, m.save(*t)
		}
		m = m.with(m.active, func(t *tab) { t.record = starting })
		return m, m.record(*t)
	case keys.PauseRecord:
		return m, m.pause(*t)
	case keys.Mark:
		return m, page.Ask{Dialog: widget.Prompt(askMarker, "Marker", "", "Set",
			widget.Field{Label: "Label", Placeholder: "enter sets one without a label"}).WithData(t.id)}
	case keys.CloseTab:
		return m.askToClose(*t)
	case keys.SendPrefix:
		k := tea.Key{Code: c.Key, Mod: tea.ModCtrl}
		return m, m.send(input.AppendKey(nil, translateKey(k, false), m.modes()))
	}
	return m, nil
}

// askToClose closes a tab, asking first while its program is running.
func (m Model) askToClose(t tab) (Model, page.Action) {
	if !t.running {
		return m.closeTab(m.at(t.id))
	}
	body := "“" + screen.Clean(t.title()) + "” is still running and will be ended."
	if t.record == recording {
		body += " Its recording is saved."
	}
	return m, page.Ask{Dialog: widget.Confirm(askClose, "Close this terminal?", body, "Close", true).WithData(t.id)}
}

// show switches to tab i.
func (m Model) show(env page.Env, i int) (Model, page.Action) {
	if i < 0 || i >= len(m.tabs) {
		return m, page.Info(fmt.Sprintf("There is no terminal %d.", i+1))
	}
	before := m.tellFocus(false)
	if t := m.current(); t != nil && !t.running {
		m = m.with(m.active, func(t *tab) { t.seen = true })
	}
	m.active = i
	m, watch := m.watch(env.Now)
	return m, page.Several{before, m.tellFocus(m.focus), watch}
}

// savedToast tells what became of a recording, and how to play it.
func savedToast(rec Saved, err error, how string) page.Action {
	whole := fmt.Sprintf("“%s”, %s, %s.", screen.Clean(rec.Name()), widget.Clock(rec.Duration), widget.Bytes(rec.Size))
	masked := ""
	if rec.Masked == 1 {
		masked = " 1 secret was masked."
	} else if rec.Masked > 1 {
		masked = fmt.Sprintf(" %d secrets were masked.", rec.Masked)
	}
	switch {
	case err == nil && rec.Limited:
		return page.Toast{Kind: widget.ToastWarn, Text: "The recording is as long as it may be. Saved " + whole + masked + " The terminal goes on."}
	case err == nil:
		return page.Done("Saved " + whole + masked + how)
	case errors.Is(err, library.ErrNothingRecorded):
		return page.Toast{Kind: widget.ToastWarn, Text: "Nothing was recorded."}
	}
	text := "The recording ended early. " + say.Error(err) + " The terminal goes on."
	if rec.SHA256 != "" {
		text += " What came before is saved: " + whole
	} else {
		text += " What came before is in its file, and comes into the library as soon as that can be written."
	}
	return page.Fail(text)
}
