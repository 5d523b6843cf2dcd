package tui

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"rexec/library"
	hosted "rexec/recording/live"
	"rexec/tui/browser"
	"rexec/tui/internal/pagetest"
	"rexec/tui/keys"
	"rexec/tui/live"
	"rexec/tui/page"
	"rexec/tui/screen"
	"rexec/tui/theme"
	"rexec/tui/widget"
	"rexec/vt"
)

// bench runs an app without a terminal.
type bench struct {
	t      *testing.T
	app    app
	now    time.Time
	host   *host
	cmds   []tea.Cmd
	logs   []string
	redraw bool // by the last message
	quit   bool
}

func start(t *testing.T, cols, rows int) *bench {
	h := &host{}
	b := &bench{t: t, now: pagetest.Now, host: h}
	b.app = app{
		look: theme.Options{Profile: colorprofile.TrueColor}, keys: keys.New(), nextID: firstID, hosting: true,
		player:   func(p page.Playback) page.Page { return &reel{play: p} },
		shutdown: func() tea.Msg { return shutdownMsg{} },
		stack:    []int{libraryID},
		pages: []slot{
			{libraryID, browser.New(t.Context(), browser.Config{Store: shelf{}, Changes: func(context.Context, int64) (int64, error) { return 0, context.Canceled }})},
			{liveID, live.New(t.Context(), h)},
		},
	}
	b.app.theme = theme.New(b.app.look)
	fx := effects{}
	b.app = b.app.begin(b.now, &fx)
	b.take(fx)
	b.send(tea.WindowSizeMsg{Width: cols, Height: rows})
	b.run()
	return b
}

func (b *bench) send(msg tea.Msg) {
	fx := effects{}
	b.app = b.app.update(b.now, msg, &fx)
	b.take(fx)
}

func (b *bench) take(fx effects) {
	b.cmds = append(b.cmds, fx.cmds...)
	b.logs = append(b.logs, fx.logs...)
	b.redraw = fx.redraw
	for _, s := range fx.sends {
		s.To.Write(s.Data)
	}
}

// run runs the commands that come back at once, until there are none. Timers and
// what waits for a terminal are left alone.
func (b *bench) run() {
	for len(b.cmds) > 0 {
		cmds := b.cmds
		b.cmds = nil
		for _, cmd := range cmds {
			got := make(chan tea.Msg, 1)
			go func() { got <- cmd() }()
			select {
			case msg := <-got:
				if _, quit := msg.(tea.QuitMsg); quit {
					b.quit = true
				} else if msg != nil {
					b.send(msg)
				}
			case <-time.After(20 * time.Millisecond): // a timer or a terminal
			}
		}
	}
}

func (b *bench) keys(names ...string) {
	for _, n := range names {
		b.send(pagetest.Key(b.t, n))
	}
	b.run()
}

func (b *bench) screen() string {
	s := screen.New(0, 0)
	b.app.draw(b.now, s)
	return s.String()
}

func (b *bench) golden(name string) {
	b.t.Helper()
	s := screen.New(0, 0)
	b.app.draw(b.now, s)
	pagetest.Golden(b.t, name, s)
}

func (b *bench) shows(want string) {
	b.t.Helper()
	if got := b.screen(); !strings.Contains(got, want) {
		b.t.Errorf("%q is not on the screen:\n%s", want, got)
	}
}

func (b *bench) hides(text string) {
	b.t.Helper()
	if got := b.screen(); strings.Contains(got, text) {
		b.t.Errorf("%q is on the screen:\n%s", text, got)
	}
}

// shelf is an empty library.
type shelf struct{}

func (shelf) List(context.Context, library.ListOptions) ([]library.Recording, error) {
	return []library.Recording{{ID: "01", Title: "One", Created: pagetest.Now, Path: "/one.cast"}}, nil
}
func (shelf) Commands(context.Context, string) ([]library.Command, error) { return nil, nil }
func (shelf) Stats(context.Context) (library.Stats, error)                { return library.Stats{Recordings: 1}, nil }
func (shelf) Delete(context.Context, ...string) error                     { return nil }
func (shelf) Trash(context.Context, ...string) error                      { return nil }
func (shelf) ImportAll(context.Context, []string, func(library.ImportProgress)) ([]library.ImportResult, error) {
	return nil, nil
}
func (shelf) Restore(context.Context, ...string) error { return nil }
func (shelf) Search(context.Context, library.SearchOptions) iter.Seq2[library.Hit, error] {
	return func(func(library.Hit, error) bool) {}
}
func (s shelf) SearchNames(ctx context.Context, o library.SearchOptions) iter.Seq2[library.Hit, error] {
	return s.Search(ctx, o)
}
func (shelf) Update(context.Context, string, library.Patch) (library.Recording, error) {
	return library.Recording{}, errors.New("the disk is read-only")
}

// host hosts terminals that only remember what they are sent.
type host struct{ terminals []*terminalStub }

type terminalStub struct {
	live.Terminal
	screen *vt.Snapshot
	input  strings.Builder
	wait   chan struct{}
}

func (h *host) Start(_ context.Context, o live.StartOptions) (live.Started, error) {
	t := &terminalStub{screen: vt.New(o.Cols, o.Rows).Snapshot(), wait: make(chan struct{})}
	h.terminals = append(h.terminals, t)
	return live.Started{Terminal: t, Name: fmt.Sprint("sh", len(h.terminals)), Recording: library.Recording{ID: "r"}}, nil
}
func (h *host) Record(context.Context, live.Terminal, string) (library.Recording, error) {
	return library.Recording{}, nil
}
func (h *host) Save(context.Context, live.Terminal) (live.Saved, error) {
	return live.Saved{}, nil
}
func (h *host) Close(context.Context, live.Terminal) (live.Saved, error) {
	return live.Saved{}, nil
}

func (t *terminalStub) Snapshot() *vt.Snapshot { return t.screen }
func (t *terminalStub) Wait(ctx context.Context, after uint64) (uint64, error) {
	<-ctx.Done()
	return 0, ctx.Err()
}
func (t *terminalStub) Write(p []byte) (int, error)   { return t.input.Write(p) }
func (t *terminalStub) Resize(int, int)               {}
func (t *terminalStub) Recording() hosted.RecordState { return hosted.RecordState{Active: true} }
func (t *terminalStub) Events() <-chan hosted.Event   { return nil }
func (t *terminalStub) Exit() hosted.ExitStatus       { return hosted.ExitStatus{} }

// reel is a player.
type reel struct {
	play   page.Playback
	got    []tea.Msg
	closed bool
}

func (r *reel) Init(page.Env) page.Action { return nil }
func (r *reel) Update(_ page.Env, msg tea.Msg) (page.Page, page.Action) {
	r.got = append(r.got, msg)
	if k, ok := msg.(tea.KeyPressMsg); ok && k.String() == "q" {
		return r, page.Back{}
	}
	return r, nil
}
func (r *reel) Draw(env page.Env, s *screen.Screen, rect screen.Rect) {
	s.Text(rect.Min.X, rect.Min.Y, rect.Dx(), "playing "+r.play.Title, env.Theme.Text)
}
func (r *reel) Keys() keys.Context           { return keys.Player }
func (r *reel) Why(page.Env, keys.ID) string { return "" }
func (r *reel) Title() string                { return "reel" }
func (r *reel) Wants() page.Wants            { return page.Wants{} }
func (r *reel) Close() tea.Cmd               { return func() tea.Msg { r.closed = true; return nil } }

func TestOverlays(t *testing.T) {
	for _, size := range []struct{ cols, rows int }{{40, 10}, {80, 24}, {200, 50}} {
		name := fmt.Sprintf("-%dx%d", size.cols, size.rows)
		t.Run(name[1:], func(t *testing.T) {
			b := start(t, size.cols, size.rows)
			b.keys("?")
			b.golden("help" + name)
			b.keys("esc", "ctrl+p", "m", "a", "r", "down")
			b.golden("palette" + name)
			b.keys("esc", "c", "ctrl+b")
			b.send(prefixMsg{b.app.prefix.count})
			b.golden("which-key" + name)
			b.keys("d", "q")
			b.golden("quit" + name)
			b.keys("esc", "r")
			b.golden("title" + name)
			b.keys("esc")
			b.send(noticeMsg{page.Toast{Kind: widget.ToastDone, Text: "Saved “Work”, 0:42, 9.3 kB. It stands first in the library."}})
			b.send(noticeMsg{page.Toast{Kind: widget.ToastError, Text: "The recording ended early: the disk is full."}})
			b.golden("toasts" + name)
		})
	}
}

func TestTooSmallAWindowBreaksNothing(t *testing.T) {
	b := start(t, 80, 24)
	b.keys("c")
	for _, size := range []struct{ cols, rows int }{{20, 5}, {39, 10}, {40, 9}, {1, 1}, {0, 0}, {3, 2}} {
		b.send(tea.WindowSizeMsg{Width: size.cols, Height: size.rows})
		if got := b.screen(); size.cols >= 20 && !strings.Contains(strings.Join(strings.Fields(got), " "), fmt.Sprintf("%d×%d", size.cols, size.rows)) {
			t.Errorf("%d×%d shows\n%s", size.cols, size.rows, got)
		}
		b.keys("x", "q", "enter", "ctrl+b")
	}
	b.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	b.shows("1 sh1")
	if got := b.host.terminals[0].input.String(); got != "" {
		t.Errorf("keys went to a terminal that could not be seen: %q", got)
	}
}

func TestTheAppCanBeLeftInASmallWindow(t *testing.T) {
	b := start(t, 80, 24)
	b.keys("c")
	b.send(tea.WindowSizeMsg{Width: 20, Height: 5})
	b.hides("quits")
	b.keys("ctrl+c")
	if b.quit {
		t.Fatal("it ends a running terminal without asking")
	}
	b = start(t, 20, 5)
	b.shows("ctrl+c quits.")
	b.keys("q")
	if b.quit {
		t.Error("a key that it does not name quits it")
	}
	b.keys("ctrl+c")
	if !b.quit {
		t.Error("it cannot be left")
	}
}

// A terminal that reports all keys reports shift by itself before R.
func TestModifiersDoNotEndThePrefix(t *testing.T) {
	b := start(t, 80, 24)
	b.keys("c", "ctrl+b")
	b.send(tea.KeyPressMsg{Code: tea.KeyLeftShift, Mod: tea.ModShift})
	b.send(tea.KeyPressMsg{Code: 'r', Text: "R", ShiftedCode: 'R', Mod: tea.ModShift})
	b.run()
	b.shows("Recording from here on")
}

func TestThePrefixWorksOnEveryPage(t *testing.T) {
	b := start(t, 80, 24)
	b.keys("ctrl+b", "c")
	b.shows("1 sh1")
	b.keys("ctrl+b", "c")
	b.shows("2 sh2")
	b.keys("ctrl+b", "d")
	b.shows("2 terminals")
	b.keys("enter")
	b.keys("ctrl+b", "1")
	b.keys("a")
	b.keys("ctrl+b", "ctrl+b")
	if got := b.host.terminals[0].input.String(); got != "a\x02" {
		t.Errorf("the first terminal got %q, want a and one ctrl+b", got)
	}
	b.keys("ctrl+b", "d", "g", "down", "down", "enter")
	b.shows("playing One")
	b.keys("ctrl+b", "2")
	b.shows("2 sh2")
	b.keys("ctrl+b", "Z")
	b.shows("means nothing")
	b.keys("ctrl+b", "9")
	b.shows("There is no terminal 9.")
}

func TestThePrefixWithoutTerminals(t *testing.T) {
	b := start(t, 80, 24)
	for _, k := range []string{"n", "p", "1", "R", "x", "m"} {
		b.keys("ctrl+b", k)
		b.shows("No terminal is open")
		b.now = b.now.Add(time.Minute)
		b.send(toastsMsg{})
		b.hides("No terminal is open")
	}
}

func TestTheWhichKeyPopupComesOnlyWhenTheUserHesitates(t *testing.T) {
	b := start(t, 80, 24)
	b.send(pagetest.Key(t, "ctrl+b"))
	old := b.app.prefix.count
	b.keys("c")
	b.keys("ctrl+b")
	b.send(prefixMsg{old})
	b.hides("ctrl+b then")
	b.send(prefixMsg{b.app.prefix.count})
	b.shows("ctrl+b then")
	b.keys("esc")
	b.hides("ctrl+b then")
}

func TestAReleaseFollowsItsPress(t *testing.T) {
	b := start(t, 80, 24)
	b.keys("enter")
	r := b.app.page(b.app.top()).(*reel)
	b.keys("ctrl+b")
	b.send(tea.KeyReleaseMsg{Code: 'b', Mod: tea.ModCtrl})
	b.keys("esc")
	b.send(tea.KeyReleaseMsg{Code: tea.KeyEscape})
	b.keys("x")
	b.send(tea.KeyReleaseMsg{Code: 'x'})
	var releases []string
	for _, m := range r.got {
		if k, ok := m.(tea.KeyReleaseMsg); ok {
			releases = append(releases, k.String())
		}
	}
	if !slices.Equal(releases, []string{"x"}) {
		t.Errorf("the page saw the releases %q, want only the one whose press it saw", releases)
	}
}

func TestDialogsTakeTheKeysAndTheMouse(t *testing.T) {
	b := start(t, 80, 24)
	b.keys("enter")
	r := b.app.page(b.app.top()).(*reel)
	b.send(pageMsg{b.app.top(), nil})
	fx := effects{}
	b.app = b.app.act(b.now, b.app.top(), page.Ask{Dialog: widget.Notice("n", "Look", "here")}, &fx)
	before := len(r.got)
	b.send(tea.MouseClickMsg{X: 1, Y: 1, Button: tea.MouseLeft})
	b.keys("enter")
	b.shows("Look")
	if len(r.got) != before {
		t.Errorf("the page below got %v", r.got[before:])
	}
	b.now = b.now.Add(time.Second) // an unasked dialog takes no keys at first
	b.keys("enter")
	b.hides("Look")
	if a, ok := r.got[len(r.got)-1].(page.Answer); !ok || a.ID != "n" || !a.OK {
		t.Errorf("the page got %v, want the answer", r.got[len(r.got)-1])
	}
}

func TestMessagesForAClosedPageAreDropped(t *testing.T) {
	b := start(t, 80, 24)
	b.keys("enter")
	id := b.app.top()
	r := b.app.page(id).(*reel)
	b.keys("q")
	if !r.closed || b.app.top() != libraryID {
		t.Fatal("q does not leave the player")
	}
	n := len(r.got)
	b.send(pageMsg{id, "late"})
	if len(r.got) != n {
		t.Error("a closed page got a message")
	}
}

func TestQuitAsksWhileTerminalsRun(t *testing.T) {
	b := start(t, 80, 24)
	b.keys("q")
	if !b.quit {
		t.Error("q does not quit with nothing running")
	}
	b = start(t, 80, 24)
	b.keys("r", "enter")
	b.keys("ctrl+b", "c")
	b.keys("ctrl+b", "d", "q")
	b.shows("2 terminals are still running")
	b.shows("is being recorded")
	b.keys("enter") // No is the default
	if b.quit || b.app.closing {
		t.Fatal("enter at once quits")
	}
	b.keys("q", "y")
	if !b.quit {
		t.Error("yes does not quit")
	}
}

func TestASignalSavesAndEnds(t *testing.T) {
	b := start(t, 80, 24)
	b.keys("r", "enter")
	b.send(leaveMsg{})
	b.shows("saving recordings")
	b.keys("x")
	b.run()
	if !b.quit {
		t.Error("a signal does not end the app")
	}
}

func TestToastsVanish(t *testing.T) {
	b := start(t, 80, 24)
	b.send(noticeMsg{page.Toast{Kind: widget.ToastInfo, Text: "hello"}})
	b.shows("hello")
	b.now = b.now.Add(4 * time.Second)
	b.send(toastsMsg{})
	b.hides("hello")
	b.send(noticeMsg{page.Toast{Kind: widget.ToastError, Text: "it broke"}})
	if !slices.Equal(b.logs, []string{"it broke"}) {
		t.Errorf("logged %q, want errors and only those", b.logs)
	}
}

func TestToastsGoWithThePageThatTheyAreAbout(t *testing.T) {
	b := start(t, 80, 24)
	b.send(noticeMsg{page.Toast{Kind: widget.ToastWarn, Text: "of the app"}})
	b.send(noticeMsg{page.Toast{Kind: widget.ToastDone, Text: "news of the list"}})
	b.keys("enter")
	b.hides("news of the list")
	fx := effects{}
	b.app = b.app.act(b.now, b.app.top(), page.Info("of the player"), &fx)
	b.shows("of the player")
	b.keys("q")
	b.hides("of the player")
	b.shows("of the app")
}

func TestOnlyChangesAreDrawn(t *testing.T) {
	b := start(t, 80, 24)
	b.keys("c")
	b.send(pagetest.Key(t, "a"))
	if b.redraw {
		t.Error("a key for the child draws everything again; what it changes comes as a frame")
	}
	b.send(tea.WindowSizeMsg{Width: 90, Height: 24})
	if !b.redraw {
		t.Error("another size is not drawn")
	}
}

func TestColoursFollowTheTerminal(t *testing.T) {
	b := start(t, 80, 24)
	b.send(tea.BackgroundColorMsg{Color: screenWhite{}})
	if b.app.theme.Dark {
		t.Error("on white, the theme is dark")
	}
	b.app.look.NoColor = true
	b.send(tea.ColorProfileMsg{Profile: colorprofile.TrueColor})
	s := screen.New(0, 0)
	b.app.draw(b.now, s)
	if out := s.Render(); strings.Contains(out, "38;2") || strings.Contains(out, "48;2") {
		t.Errorf("NO_COLOR, and the chrome is coloured: %q", out)
	}
}

type screenWhite struct{}

func (screenWhite) RGBA() (r, g, b, a uint32) { return 0xffff, 0xffff, 0xffff, 0xffff }
