package tui

import (
	"context"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"rexec/tui/keys"
	"rexec/tui/live"
	"rexec/tui/page"
	"rexec/tui/theme"
	"rexec/tui/widget"
)

// The smallest window that the app draws itself in, in cells.
const (
	minCols = 40
	minRows = 10
)

// The ids of the pages that there is one of; others count on from firstID.
const (
	rootID = iota // the app itself, as the one that asks
	libraryID
	liveID
	firstID
)

// app is the whole state of the interface. Its methods are pure: they return the
// state after, and add what is to be done to effects.
type app struct {
	player   func(page.Playback) page.Page
	viewed   func(id string) tea.Cmd // notes that a recording is played; may be nil
	shutdown func() tea.Msg          // closes all terminals and saves what they record; in a command
	hosting  bool                    // terminals can be opened

	size  page.Size
	theme *theme.Theme
	look  theme.Options
	keys  *keys.Table
	// graphemes tells whether the terminal outside counts widths by cluster.
	graphemes bool

	pages  []slot
	stack  []int // ids of pages, the last is shown; never empty
	nextID int

	dialogs []asked
	help    *widget.Help
	palette *widget.Palette
	toasts  widget.Toasts
	prefix  prefix
	// swallow are the keys whose press was taken here, so that their release does
	// not reach the program below.
	swallow []rune
	closing bool // everything is being saved; then the app ends
}

// slot is a page and the id by which messages find it.
type slot struct {
	id   int
	page page.Page
}

// asked is an open dialog and who gets the answer.
type asked struct {
	by     int
	dialog widget.Dialog
}

// effects are what the shell is to do after an update.
type effects struct {
	cmds   []tea.Cmd
	sends  []page.Send
	logs   []string
	redraw bool
}

func (fx *effects) do(cmd tea.Cmd) {
	if cmd != nil {
		fx.cmds = append(fx.cmds, cmd)
	}
}

// Messages of the app's own commands.
type (
	// pageMsg carries the message of a page's command back to it.
	pageMsg struct {
		to  int
		msg tea.Msg
	}
	toastsMsg   struct{} // look which toasts are still to be shown
	shutdownMsg struct{} // everything is saved
	// leaveMsg asks the app to save everything and end: a signal arrived.
	leaveMsg struct{}
	// noticeMsg is a toast that something outside a page asks for.
	noticeMsg struct{ toast page.Toast }
)

const askQuit = "quit"

// env is what pages may know.
func (a app) env(now time.Time) page.Env {
	e := page.Env{Now: now, Theme: a.theme, Keys: a.keys}
	if m, ok := a.page(liveID).(live.Model); ok {
		e.Terminals = m.Terminals()
	}
	return e
}

// page returns the page with an id, nil when there is none.
func (a app) page(id int) page.Page {
	for _, s := range a.pages {
		if s.id == id {
			return s.page
		}
	}
	return nil
}

// top returns the id of the page that is shown.
func (a app) top() int { return a.stack[len(a.stack)-1] }

// set returns the app with a page replaced or added.
func (a app) set(id int, p page.Page) app {
	pages := append([]slot(nil), a.pages...)
	for i := range pages {
		if pages[i].id == id {
			pages[i].page = p
			a.pages = pages
			return a
		}
	}
	a.pages = append(pages, slot{id, p})
	return a
}

// begin starts the pages and shows the top one.
func (a app) begin(now time.Time, fx *effects) app {
	for _, s := range a.pages {
		a = a.act(now, s.id, s.page.Init(a.env(now)), fx)
	}
	fx.redraw = true
	return a.tell(now, a.top(), page.Shown{}, fx)
}

// update is the app after a message.
func (a app) update(now time.Time, msg tea.Msg, fx *effects) app {
	switch msg := msg.(type) {
	case pageMsg:
		return a.tell(now, msg.to, msg.msg, fx)
	case tea.KeyPressMsg:
		return a.key(now, msg, fx)
	case tea.KeyReleaseMsg:
		return a.release(now, msg, fx)
	case tea.PasteMsg:
		switch {
		case len(a.dialogs) > 0:
			return a.dialogKey(now, msg, fx)
		case a.palette != nil:
			return a.paletteKey(now, msg, fx)
		}
		return a.below(now, msg, fx)
	case tea.MouseMsg:
		return a.below(now, msg, fx)
	case tea.FocusMsg, tea.BlurMsg:
		return a.tell(now, liveID, msg, fx)
	case tea.WindowSizeMsg:
		fx.redraw = true
		a.size = page.Size{Cols: msg.Width, Rows: msg.Height}
		for _, s := range a.pages {
			a = a.tell(now, s.id, a.size, fx)
		}
		return a
	case tea.BackgroundColorMsg:
		a.look.Background = msg.Color
		return a.relook(fx)
	case tea.ColorProfileMsg:
		a.look.Profile = msg.Profile
		return a.relook(fx)
	case tea.ModeReportMsg:
		if msg.Mode == ansi.ModeUnicodeCore && !msg.Value.IsNotRecognized() && msg.Value != ansi.ModePermanentlyReset {
			a.graphemes, fx.redraw = true, true
		}
		return a
	case prefixMsg:
		if a.prefix.pending && a.prefix.count == msg.count {
			a.prefix.popup, fx.redraw = true, true
		}
		return a
	case toastsMsg:
		a.toasts, fx.redraw = a.toasts.At(now), true
		return a
	case noticeMsg:
		return a.act(now, rootID, msg.toast, fx)
	case leaveMsg:
		return a.leave(fx)
	case shutdownMsg:
		fx.do(tea.Quit)
		return a
	}
	return a
}

func (a app) relook(fx *effects) app {
	a.theme, fx.redraw = theme.New(a.look), true
	return a
}

// tell gives a message to a page and carries out what it asks for.
func (a app) tell(now time.Time, id int, msg tea.Msg, fx *effects) app {
	p := a.page(id)
	if p == nil || msg == nil {
		return a
	}
	p, action := p.Update(a.env(now), msg)
	if !unchanged(action) {
		fx.redraw = true
	}
	return a.set(id, p).act(now, id, action, fx)
}

// below gives a message to the page that is shown, unless an overlay covers it.
func (a app) below(now time.Time, msg tea.Msg, fx *effects) app {
	if wheel, ok := msg.(tea.MouseWheelMsg); ok && a.help != nil && len(a.dialogs) == 0 {
		by := map[tea.MouseButton]int{tea.MouseWheelUp: -3, tea.MouseWheelDown: 3}[wheel.Button]
		h := a.help.Scroll(a.keys, by, a.inner())
		a.help, fx.redraw = &h, true
		return a
	}
	if len(a.dialogs) > 0 || a.help != nil || a.palette != nil || a.closing || a.tooSmall() {
		return a
	}
	return a.tell(now, a.top(), msg, fx)
}

func (a app) tooSmall() bool { return a.size.Cols < minCols || a.size.Rows < minRows }

// unchanged tells whether an action says that nothing changed.
func unchanged(action page.Action) bool {
	switch action := action.(type) {
	case page.Unchanged:
		return true
	case page.Several:
		for _, each := range action {
			if unchanged(each) {
				return true
			}
		}
	}
	return false
}

// act carries out what a page asks for.
func (a app) act(now time.Time, id int, action page.Action, fx *effects) app {
	switch action := action.(type) {
	case page.Several:
		for _, each := range action {
			a = a.act(now, id, each, fx)
		}
	case page.Do:
		fx.do(addressed(id, action.Cmd))
	case page.Send:
		fx.sends = append(fx.sends, action)
	case page.Copy:
		fx.do(tea.SetClipboard(action.Text))
	case page.Toast:
		return a.toast(now, id, action, fx)
	case page.Ask:
		a.dialogs = append(a.dialogs[:len(a.dialogs):len(a.dialogs)], asked{id, action.Dialog.Open(now)})
		fx.redraw = true
	case page.ShowHelp:
		return a.openHelp(fx)
	case page.ShowPalette:
		return a.openPalette(now, fx)
	case page.Play:
		if a.viewed != nil && action.ID != "" {
			fx.do(a.viewed(action.ID))
		}
		a.toasts = a.toasts.WithoutNews() // of the list that is left
		a.nextID++
		a = a.set(a.nextID, a.player(action.Playback))
		p := a.page(a.nextID)
		a = a.act(now, a.nextID, p.Init(a.env(now)), fx)
		a = a.tell(now, a.nextID, a.size, fx)
		return a.show(now, append(a.stack[:len(a.stack):len(a.stack)], a.nextID), fx)
	case page.NewTerminal:
		return a.toLive(now, live.Open{Record: action.Record, Title: action.Title}, fx)
	case page.GoTerminal:
		return a.toLive(now, live.GoTo{Tab: action.Tab}, fx)
	case page.GoLibrary:
		return a.toLibrary(now, fx)
	case page.Back:
		return a.back(now, fx)
	case page.Quit:
		return a.quit(now, fx)
	case page.Changed:
		return a.tell(now, libraryID, action, fx)
	}
	return a
}

// addressed makes a command's message find the page that asked for it. A batch is
// taken apart; nil stays nil.
func addressed(id int, cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() tea.Msg {
		switch msg := cmd().(type) {
		case nil:
			return nil
		case tea.BatchMsg:
			for i := range msg {
				msg[i] = addressed(id, msg[i])
			}
			return msg
		default:
			return pageMsg{id, msg}
		}
	}
}

func (a app) toast(now time.Time, by int, t page.Toast, fx *effects) app {
	var life time.Duration
	a.toasts, life = a.toasts.At(now).Add(now, by, t.Kind, t.Text)
	fx.redraw = true
	if t.Kind >= widget.ToastWarn {
		fx.logs = append(fx.logs, t.Text)
	}
	fx.do(tea.Tick(life+10*time.Millisecond, func(time.Time) tea.Msg { return toastsMsg{} }))
	return a
}

// quit ends the app; while terminals are running it asks.
func (a app) quit(now time.Time, fx *effects) app {
	m, _ := a.page(liveID).(live.Model)
	running, recorded := m.Running()
	if running == 0 {
		return a.leave(fx)
	}
	body := fmt.Sprintf("%s still running and will be ended.", are(running, "terminal"))
	if recorded > 0 {
		body += fmt.Sprintf(" %s being recorded; what is recorded is saved.", are(recorded, "of them"))
	}
	return a.act(now, rootID, page.Ask{Dialog: widget.Confirm(askQuit, "Quit Rexec?", body, "Quit", true)}, fx)
}

// are writes "1 terminal is", "2 terminals are", "1 of them is".
func are(n int, what string) string {
	switch {
	case n == 1:
		return "1 " + what + " is"
	case what == "of them":
		return fmt.Sprintf("%d of them are", n)
	}
	return fmt.Sprintf("%d %ss are", n, what)
}

// leave saves everything and then ends the app.
func (a app) leave(fx *effects) app {
	if a.closing {
		return a
	}
	a.closing, fx.redraw = true, true
	fx.do(a.shutdown)
	return a
}

// withContext gives a command a context.
func withContext(ctx context.Context, f func(context.Context) tea.Msg) tea.Cmd {
	return func() tea.Msg { return f(ctx) }
}
