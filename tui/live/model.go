package live

import (
	"context"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"rexec/library"
	"rexec/recording/live"
	"rexec/tui/keys"
	"rexec/tui/page"
	"rexec/tui/screen"
	"rexec/vt"
)

// Model is the page.
type Model struct {
	ctx    context.Context // ends the page's waiting commands
	host   Host
	tabs   []tab
	active int // index into tabs
	nextID int
	size   page.Size
	shown  bool
	focus  bool // the window has the focus

	ticking bool // a command waits for the next second of a recording
}

// tab is one terminal as the page knows it.
type tab struct {
	id       int
	terminal Terminal // nil while it is being started
	name     string   // of its program
	shell    bool     // which is the user's shell
	window   string   // the window title that the program set
	started  time.Time

	snapshot   *vt.Snapshot
	generation uint64
	waiting    bool      // a command waits for the next frame
	drawn      time.Time // when the last frame came

	cols, rows int  // what the terminal was last told
	resizing   bool // a command is telling it

	running bool
	ended   time.Time
	exit    live.ExitStatus
	closing bool
	seen    bool // the user has seen how it ended

	recording library.Recording // running, or the last that was saved
	record    recordPhase
	state     live.RecordState // of the running recording, as of the last message
}

// recordPhase is where a tab's recording stands.
type recordPhase uint8

const (
	notRecording recordPhase = iota
	starting                 // asked for
	recording
	saving
	saved // tab.recording can be played
)

// New returns the page without terminals. When ctx ends, its commands do.
func New(ctx context.Context, host Host) Model {
	return Model{ctx: ctx, host: host, focus: true}
}

// Command asks the page to carry out a binding of the prefix context.
type Command struct {
	ID  keys.ID
	Key rune // the key, for GoTab
}

// Open asks the page for a new terminal.
type Open struct {
	Record bool
	Title  string
}

// GoTo asks the page to show a tab, counted from 1.
type GoTo struct{ Tab int }

// Tidy tells the page that the user has left for the library: terminals that have
// ended, and whose end was seen, go.
type Tidy struct{}

// Init implements page.Page.
func (m Model) Init(page.Env) page.Action { return nil }

// Keys implements page.Page.
func (m Model) Keys() keys.Context {
	if t := m.current(); t != nil && !t.running {
		return keys.Ended
	}
	return keys.Prefix
}

// Title implements page.Page.
func (m Model) Title() string {
	if t := m.current(); t != nil {
		return screen.Clean(t.title()) + " — rexec"
	}
	return "rexec"
}

// Close implements page.Page. The terminals are closed by the host.
func (m Model) Close() tea.Cmd { return nil }

// Wants implements page.Page: what the child wants, where the window can give it.
func (m Model) Wants() page.Wants {
	t := m.current()
	if t == nil || t.snapshot == nil || !t.running {
		return page.Wants{}
	}
	modes := t.snapshot.Modes()
	w := page.Wants{}
	switch modes.Mouse {
	case vt.MouseOff:
	case vt.MouseAny:
		w.Mouse = tea.MouseModeAllMotion
	default:
		w.Mouse = tea.MouseModeCellMotion
	}
	w.Keyboard.ReportEventTypes = modes.Kitty&vt.KittyEventTypes != 0
	w.Keyboard.ReportAlternateKeys = modes.Kitty&vt.KittyAlternateKeys != 0
	if modes.Kitty&vt.KittyAllKeys != 0 {
		// Without the text, keys with a layout of their own could not be told.
		w.Keyboard.ReportAllKeysAsEscapeCodes = true
		w.Keyboard.ReportAssociatedText = true
	}
	return w
}

// Why implements page.Page.
func (m Model) Why(_ page.Env, id keys.ID) string {
	t := m.current()
	switch id {
	case keys.NextTab, keys.PrevTab:
		if len(m.tabs) < 2 {
			return "There is no other terminal."
		}
	case keys.ToggleRecord:
		switch {
		case t == nil || !t.running:
			return "Only a running terminal can be recorded."
		case t.record == starting || t.record == saving:
			return "One moment: the recording is being " + map[recordPhase]string{starting: "started", saving: "saved"}[t.record] + "."
		}
	case keys.PauseRecord:
		if t == nil || t.record != recording {
			return "There is nothing to pause: R starts a recording."
		}
	case keys.Mark:
		switch {
		case t == nil || t.record != recording:
			return "A marker needs a recording: R starts one."
		case t.state.Paused:
			return "The recording is paused: P goes on."
		}
	case keys.CloseTab:
		if t == nil {
			return "There is no terminal to close."
		}
	case keys.SendPrefix:
		if t == nil || !t.running {
			return "The terminal has ended."
		}
	case keys.Open:
		if t == nil || t.record != saved {
			return "Nothing was recorded in this terminal."
		}
	}
	return ""
}

// Len returns how many terminals there are, ended ones included.
func (m Model) Len() int { return len(m.tabs) }

// Running returns how many terminals are running, and how many of them record.
func (m Model) Running() (running, recorded int) {
	for _, t := range m.tabs {
		if t.running {
			running++
			if t.record == recording || t.record == starting {
				recorded++
			}
		}
	}
	return running, recorded
}

// Terminals tells the other pages what there is.
func (m Model) Terminals() []page.Terminal {
	out := make([]page.Terminal, 0, len(m.tabs))
	for i, t := range m.tabs {
		out = append(out, page.Terminal{
			Tab: i + 1, Title: t.title(), Command: t.name, Started: t.started, Running: t.running, Exit: t.exitText(),
			Recording: t.record == recording, RecordID: t.recording.ID, Elapsed: t.state.Elapsed, Bytes: t.state.Bytes, Screen: t.snapshot,
		})
	}
	return out
}

// current returns the tab that is shown, nil when there is none. It points into
// m.tabs and is for reading.
func (m Model) current() *tab {
	if m.active < 0 || m.active >= len(m.tabs) {
		return nil
	}
	return &m.tabs[m.active]
}

// at returns the index of the tab with an id, -1 when it is gone.
func (m Model) at(id int) int {
	for i := range m.tabs {
		if m.tabs[i].id == id {
			return i
		}
	}
	return -1
}

// with returns the page with tab i changed. The tabs of m stay as they are.
func (m Model) with(i int, change func(*tab)) Model {
	tabs := append([]tab(nil), m.tabs...)
	change(&tabs[i])
	m.tabs = tabs
	return m
}

// without returns the page without tab i.
func (m Model) without(i int) Model {
	m.tabs = append(append([]tab(nil), m.tabs[:i]...), m.tabs[i+1:]...)
	if m.active > i || m.active >= len(m.tabs) {
		m.active--
	}
	m.active = max(m.active, 0)
	return m
}

// maxTitle bounds what is kept of a window title, in characters: no window shows
// more.
const maxTitle = 200

// title is what to call the tab: the window title that its program set, or the
// program's name.
func (t tab) title() string {
	if t.window == "" {
		return t.name
	}
	n := 0
	for i := range t.window {
		if n++; n > maxTitle {
			return t.window[:i] + "…"
		}
	}
	return t.window
}

// exitText says how the tab's program ended.
func (t tab) exitText() string {
	switch {
	case t.running || t.terminal == nil:
		return ""
	case t.exit.Signal != "":
		return "ended by " + t.exit.Signal
	case t.exit.Code != 0:
		return fmt.Sprintf("failed, exit %d", t.exit.Code)
	}
	return "ended, exit 0"
}
