package live

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"rexec/library"
	"rexec/recording/live"
	"rexec/tui/internal/pagetest"
	"rexec/tui/keys"
	"rexec/tui/page"
	"rexec/vt"
)

// stage is a host of fake terminals.
type stage struct {
	terminals []*fake
	shell     bool // what is started is the user's shell
	startErr  error
	saveErr   error
	record    StartOptions
}

// fake is a terminal whose child is the test.
type fake struct {
	vt         *vt.Terminal
	generation uint64
	input      strings.Builder
	marks      []string
	recording  live.RecordState
	exited     bool
	exit       live.ExitStatus
	events     chan live.Event
	closed     bool
}

func (h *stage) Start(_ context.Context, o StartOptions) (Started, error) {
	if h.startErr != nil {
		return Started{}, h.startErr
	}
	h.record = o
	f := &fake{vt: vt.New(o.Cols, o.Rows), generation: 1, events: make(chan live.Event, 9)}
	h.terminals = append(h.terminals, f)
	s := Started{Terminal: f, Name: "bash", Shell: h.shell}
	if o.Record {
		f.recording = live.RecordState{Active: true}
		s.Recording = library.Recording{ID: "rec", Title: o.Title}
	}
	return s, nil
}

func (h *stage) Record(_ context.Context, t Terminal, title string) (library.Recording, error) {
	t.(*fake).recording = live.RecordState{Active: true}
	return library.Recording{ID: "rec", Title: title}, h.saveErr
}

func (h *stage) Save(_ context.Context, t Terminal) (Saved, error) {
	t.(*fake).recording = live.RecordState{}
	return Saved{Recording: library.Recording{ID: "rec", Title: "Work", Duration: 42 * time.Second, Size: 9300, SHA256: "x", Path: "/rec.cast"}}, h.saveErr
}

func (h *stage) Close(ctx context.Context, t Terminal) (Saved, error) {
	f := t.(*fake)
	f.closed = true
	if f.recording.Active {
		return h.Save(ctx, t)
	}
	return Saved{}, nil
}

func (f *fake) Snapshot() *vt.Snapshot { return f.vt.Snapshot() }
func (f *fake) Wait(_ context.Context, after uint64) (uint64, error) {
	switch {
	case f.generation > after:
		return f.generation, nil
	case f.exited:
		return f.generation, live.ErrEnded
	}
	return 0, errors.New("the test would wait for ever")
}
func (f *fake) Write(p []byte) (int, error) { return f.input.Write(p) }
func (f *fake) Resize(cols, rows int)       { f.vt.Resize(cols, rows) }
func (f *fake) Mark(label string) bool      { f.marks = append(f.marks, label); return true }
func (f *fake) Pause() error                { f.recording.Paused = true; return nil }
func (f *fake) Resume() error               { f.recording.Paused = false; return nil }
func (f *fake) Recording() live.RecordState { return f.recording }
func (f *fake) Events() <-chan live.Event   { return f.events }
func (f *fake) Exit() live.ExitStatus       { return f.exit }
func (f *fake) Close() error                { f.closed = true; return nil }

// print lets the child print, and the page see it.
func (f *fake) print(d *driver, output string) {
	f.vt.Write([]byte(output))
	f.generation++
	m := d.Page.(Model)
	for _, t := range m.tabs {
		if t.terminal == Terminal(f) {
			d.Send(frameMsg{tab: t.id, snapshot: f.Snapshot(), generation: f.generation, state: f.recording})
		}
	}
}

// exitWith ends the child.
func (f *fake) exitWith(d *driver, code int) {
	f.exited, f.exit = true, live.ExitStatus{Code: code}
	for _, t := range d.Page.(Model).tabs {
		if t.terminal == Terminal(f) {
			d.Send(eventMsg{t.id, live.ExitEvent{Status: f.exit}, f.exit})
		}
	}
}

// driver drives the page; what it sends reaches the fakes at once.
type driver struct {
	*pagetest.Driver
	stage *stage
}

func show(t *testing.T, cols, rows int) driver {
	h := &stage{}
	return driver{pagetest.New(t, New(t.Context(), h), cols, rows), h}
}

// open opens a terminal.
func (d *driver) open(o Open) *fake {
	d.Drop()
	d.Send(o)
	cmds := d.Cmds()
	d.Drop()
	d.Send(cmds[0]()) // the start; what follows waits for the child
	d.Drop()
	return d.stage.terminals[len(d.stage.terminals)-1]
}

// deliver carries out what was sent to terminals.
func (d *driver) deliver() {
	for _, a := range d.Actions {
		if s, ok := a.(page.Send); ok {
			s.To.Write(s.Data)
		}
	}
	d.Actions = nil
}

// run runs the commands that a binding asked for.
func (d *driver) run(id keys.ID) {
	d.Drop()
	d.Send(Command{ID: id})
	d.Run()
	d.Drop()
}

func TestScreens(t *testing.T) {
	for _, size := range []struct{ cols, rows int }{{40, 10}, {80, 24}, {200, 50}} {
		name := fmt.Sprintf("%dx%d", size.cols, size.rows)
		t.Run(name, func(t *testing.T) {
			d := show(t, size.cols, size.rows)
			d.Golden("none-" + name)
			first := d.open(Open{})
			first.print(&d, "\x1b]0;vim \x1b\\\x1b[1;34m~\x1b[0m\r\n~\r\n\x1b[7m main.go \x1b[0m 世界")
			d.Golden("one-" + name)

			second := d.open(Open{Record: true, Title: "Work"})
			second.recording.Elapsed, second.recording.Bytes = 62*time.Second, 12_345
			second.print(&d, "$ make\r\n\x1b[31merror\x1b[0m")
			d.Golden("recording-" + name)

			d.Wait(time.Minute)
			second.exitWith(&d, 2)
			d.Golden("saving-" + name)
			d.Run()
			d.Golden("ended-" + name)
		})
	}
}

func TestKeysReachTheChild(t *testing.T) {
	d := show(t, 80, 24)
	f := d.open(Open{})
	d.Type("echo héllo 世界 🎉")
	d.Keys("enter", "ctrl+c", "ctrl+z", "up", "alt+x", "f1", "backspace", "tab", "esc", "ctrl+space")
	f.print(&d, "\x1b[?1h")
	d.Keys("up")
	d.deliver()
	if want := "echo héllo 世界 🎉\r\x03\x1a\x1b[A\x1bx\x1bOP\x7f\t\x1b\x00\x1bOA"; f.input.String() != want {
		t.Errorf("the child got %q, want %q", f.input.String(), want)
	}
}

func TestPastes(t *testing.T) {
	d := show(t, 80, 24)
	f := d.open(Open{})
	d.Send(tea.PasteMsg{Content: "one line"})
	d.deliver()
	var ask page.Ask
	for _, text := range []string{"two\nlines", "two\r\nlines\r\n", "two\rlines"} {
		d.Send(tea.PasteMsg{Content: text})
		var ok bool
		ask, ok = d.Last().(page.Ask)
		if !ok || f.input.String() != "one line" || ask.Dialog.Title != "Paste 2 lines?" {
			t.Fatalf("%q for a child that knows no pastes: %+v, sent %q", text, ask, f.input.String())
		}
	}
	_, answer := ask.Dialog.Update(d.Env.Keys, d.Env.Now, pagetest.Key(t, "y"))
	d.Send(*answer)
	d.deliver()
	f.print(&d, "\x1b[?2004h")
	d.Send(tea.PasteMsg{Content: "three\nmore"})
	d.deliver()
	if want := "one linetwo\rlines\x1b[200~three\rmore\x1b[201~"; f.input.String() != want {
		t.Errorf("the child got %q, want %q", f.input.String(), want)
	}
}

func TestMoreTabsThanTheBarHolds(t *testing.T) {
	d := show(t, 80, 24)
	for range 11 {
		d.open(Open{})
	}
	bar := func() string { line, _, _ := strings.Cut(d.Screen(), "\n"); return line }
	d.Send(GoTo{Tab: 11})
	if b := bar(); !strings.HasPrefix(b, "‹") || strings.Contains(b, "›") || !strings.Contains(b, "11 bash") {
		t.Errorf("at the last tab: %q", b)
	}
	d.Send(GoTo{Tab: 1})
	if b := bar(); strings.Contains(b, "‹") || !strings.Contains(b, "›") || !strings.Contains(b, "1 bash") {
		t.Errorf("at the first tab: %q", b)
	}
	d = show(t, 200, 50)
	for range 11 {
		d.open(Open{})
	}
	if b := bar(); strings.ContainsAny(b, "‹›") || !strings.Contains(b, "11 bash") {
		t.Errorf("with room for all: %q", b)
	}
}

// A program that does nothing but change its title must not keep the app busy.
func TestTitlesAreHeardNoOftenerThanFrames(t *testing.T) {
	d := show(t, 80, 24)
	f := d.open(Open{})
	d.Drop()
	d.Send(eventMsg{1, live.TitleEvent{Title: "one"}, live.ExitStatus{}})
	f.events <- live.TitleEvent{Title: "two"}
	cmds := d.Cmds()
	if len(cmds) != 1 {
		t.Fatalf("%d commands, want one that listens", len(cmds))
	}
	began := time.Now()
	if e, ok := cmds[0]().(eventMsg); !ok || e.event != (live.TitleEvent{Title: "two"}) || time.Since(began) < frameTime {
		t.Errorf("after %v: %+v", time.Since(began), e)
	}
}

func TestAWindowTitleHasABound(t *testing.T) {
	d := show(t, 80, 24)
	f := d.open(Open{})
	f.print(&d, "\x1b]2;"+strings.Repeat("世", 1000)+"\a")
	if n := len([]rune(d.Page.Title())); n > 2*maxTitle {
		t.Errorf("the window's title has %d characters", n)
	}
}

func TestTheMouseIsGivenInTheChildsCoordinates(t *testing.T) {
	d := show(t, 80, 24)
	f := d.open(Open{})
	if d.Page.Wants().Mouse != tea.MouseModeNone {
		t.Error("the mouse is taken from a child that does not want it")
	}
	f.print(&d, "\x1b[?1000h\x1b[?1006h")
	if d.Page.Wants().Mouse != tea.MouseModeCellMotion {
		t.Error("the mouse is not asked for")
	}
	d.Send(tea.MouseClickMsg{X: 4, Y: 3, Button: tea.MouseLeft})
	d.Send(tea.MouseReleaseMsg{X: 4, Y: 3, Button: tea.MouseLeft})
	d.deliver()
	if want := "\x1b[<0;5;3M\x1b[<0;5;3m"; f.input.String() != want {
		t.Errorf("the child got %q, want %q", f.input.String(), want)
	}
}

func TestKeyboardEnhancementsFollowTheChild(t *testing.T) {
	d := show(t, 80, 24)
	f := d.open(Open{})
	f.print(&d, "\x1b[=11;1u") // disambiguate, event types, all keys
	k := d.Page.Wants().Keyboard
	if !k.ReportEventTypes || !k.ReportAllKeysAsEscapeCodes || k.ReportAlternateKeys {
		t.Errorf("asked of the terminal: %+v", k)
	}
	d.Send(tea.KeyReleaseMsg{Code: 'a'})
	d.deliver()
	if want := "\x1b[97;1:3u"; f.input.String() != want {
		t.Errorf("the child got %q, want %q", f.input.String(), want)
	}
}

func TestFocusFollowsTheTabAndTheWindow(t *testing.T) {
	d := show(t, 80, 24)
	f := d.open(Open{})
	f.print(&d, "\x1b[?1004h")
	d.Send(tea.BlurMsg{})
	d.Send(tea.FocusMsg{})
	d.Send(page.Hidden{})
	d.Send(page.Shown{})
	d.deliver()
	if want := "\x1b[O\x1b[I\x1b[O\x1b[I"; f.input.String() != want {
		t.Errorf("the child got %q, want %q", f.input.String(), want)
	}
}

func TestResizeIsToldOnceAtATime(t *testing.T) {
	d := show(t, 80, 24)
	f := d.open(Open{})
	d.Send(page.Size{Cols: 100, Rows: 30})
	d.Send(page.Size{Cols: 120, Rows: 40})
	if n := len(d.Cmds()); n != 1 {
		t.Fatalf("%d commands tell the terminal its size at once", n)
	}
	d.Run()
	d.Run()
	if cols, rows := f.vt.Size(); cols != 120 || rows != 39 {
		t.Errorf("the terminal is %d×%d, want 120×39", cols, rows)
	}
}

func TestOnlyTheShownTerminalIsWaitedFor(t *testing.T) {
	d := show(t, 80, 24)
	d.open(Open{})
	d.open(Open{})
	m := d.Page.(Model)
	if !m.tabs[0].waiting || !m.tabs[1].waiting {
		t.Fatal("each terminal is waited for once when it is opened")
	}
	d.stage.terminals[0].print(&d, "hidden")
	if n := len(d.Cmds()); n != 0 {
		t.Errorf("%d commands wait for a terminal that is not shown", n)
	}
	d.Send(Command{ID: keys.PrevTab})
	if n := len(d.Cmds()); n != 1 {
		t.Errorf("%d commands wait for the terminal that is shown", n)
	}
	d.Send(page.Hidden{})
	d.Drop()
	d.stage.terminals[0].print(&d, "more")
	if n := len(d.Cmds()); n != 0 {
		t.Errorf("%d commands wait while the page is hidden", n)
	}
}

func TestRecordingFromTheMiddle(t *testing.T) {
	d := show(t, 80, 24)
	f := d.open(Open{})
	d.run(keys.ToggleRecord)
	if m := d.Page.(Model); m.tabs[0].record != recording || !f.recording.Active {
		t.Fatal("R does not record")
	}
	d.Send(Command{ID: keys.Mark})
	ask := d.Last().(page.Ask)
	dialog, _ := ask.Dialog.Update(d.Env.Keys, d.Env.Now, tea.PasteMsg{Content: "here"})
	_, answer := dialog.Update(d.Env.Keys, d.Env.Now, pagetest.Key(t, "enter"))
	d.Send(*answer)
	d.Run()
	if len(f.marks) != 1 || f.marks[0] != "here" {
		t.Errorf("markers %q, want here", f.marks)
	}
	d.Actions = nil
	d.run(keys.ToggleRecord)
	toast := lastToast(d)
	for _, want := range []string{"Saved", "Work", "0:42", "9.3 kB"} {
		if !strings.Contains(toast, want) {
			t.Errorf("the toast says %q, want it to name %q", toast, want)
		}
	}
}

func TestAPausedRecordingIsSeen(t *testing.T) {
	d := show(t, 80, 24)
	f := d.open(Open{Record: true})
	why := func(id keys.ID) string { return d.Page.(Model).Why(d.Env, id) }
	if why(keys.PauseRecord) != "" {
		t.Errorf("a recording cannot be paused: %s", why(keys.PauseRecord))
	}
	d.run(keys.PauseRecord)
	bar := strings.Split(d.Screen(), "\n")[0]
	if !f.recording.Paused || !strings.Contains(bar, "‖ paused") || strings.Contains(bar, "●") {
		t.Errorf("in a pause the bar is %q", bar)
	}
	if !strings.Contains(why(keys.Mark), "paused") {
		t.Errorf("in a pause, a marker is refused with %q", why(keys.Mark))
	}
	d.run(keys.PauseRecord)
	bar = strings.Split(d.Screen(), "\n")[0]
	if f.recording.Paused || strings.Contains(bar, "paused") || !strings.Contains(bar, "● rec") {
		t.Errorf("after the pause the bar is %q", bar)
	}
}

func lastToast(d driver) string {
	text := ""
	for _, a := range d.Actions {
		if t, ok := a.(page.Toast); ok {
			text = t.Text
		}
	}
	return text
}

func TestAFullDiskEndsTheRecordingNotTheTerminal(t *testing.T) {
	d := show(t, 80, 24)
	f := d.open(Open{Record: true})
	d.stage.saveErr = &RecordError{&fs.PathError{Op: "write", Path: "/rec.cast", Err: syscall.ENOSPC}}
	d.Send(eventMsg{1, live.RecordingEndedEvent{}, live.ExitStatus{}})
	cmds := d.Cmds()
	d.Drop()
	d.Send(cmds[len(cmds)-1]())
	toast := lastToast(d)
	for _, want := range []string{"disk is full", "free some space", "terminal goes on", "What came before is saved"} {
		if !strings.Contains(toast, want) {
			t.Errorf("the toast says %q, want it to say %q", toast, want)
		}
	}
	d.Actions = nil
	d.Type("x")
	d.deliver()
	if f.input.String() != "x" {
		t.Error("the terminal takes no keys any more")
	}
}

func TestNoShellSaysWhatToDo(t *testing.T) {
	d := show(t, 80, 24)
	d.stage.startErr = &live.CommandError{Name: "/bin/nosuchshell", Shell: true, Err: fs.ErrNotExist}
	d.Send(Open{})
	d.Run()
	var body string
	left := false
	for _, a := range d.Actions {
		switch a := a.(type) {
		case page.Ask:
			body = a.Dialog.Body
		case page.GoLibrary:
			left = true
		}
	}
	if !strings.Contains(body, "/bin/nosuchshell") || !strings.Contains(body, "Set SHELL") || !left {
		t.Errorf("it says %q, and leaves for the library: %v", body, left)
	}
}

func TestClosing(t *testing.T) {
	d := show(t, 80, 24)
	f := d.open(Open{Record: true})
	d.Send(Command{ID: keys.CloseTab})
	ask, ok := d.Last().(page.Ask)
	if !ok || !strings.Contains(ask.Dialog.Body, "still running") || !strings.Contains(ask.Dialog.Body, "recording is saved") {
		t.Fatalf("closing a running terminal asks %+v", ask)
	}
	_, answer := ask.Dialog.Update(d.Env.Keys, d.Env.Now, pagetest.Key(t, "y"))
	d.Drop()
	d.Send(*answer)
	d.Run()
	if !f.closed || d.Page.(Model).Len() != 0 {
		t.Error("the terminal is not closed")
	}
	if toast := lastToast(d); !strings.Contains(toast, "Saved") {
		t.Errorf("the toast says %q", toast)
	}
	if _, ok := d.Last().(page.GoLibrary); !ok {
		t.Error("with the last terminal closed the library is not shown")
	}
}

func TestATerminalThatEndsWellClosesItself(t *testing.T) {
	d := show(t, 80, 24)
	f := d.open(Open{Record: true})
	d.Wait(time.Hour)
	f.exitWith(&d, 0)
	d.Run()
	if toast := lastToast(d); !strings.Contains(toast, "Saved “Work”, 0:42, 9.3 kB. Enter plays it.") {
		t.Errorf("the toast says %q", toast)
	}
	if _, ok := d.Last().(page.GoLibrary); !ok || d.Page.(Model).Len() != 0 {
		t.Error("the library is not shown")
	}
}

func TestAShellThatIsLeftClosesWhateverItsLastCommandDid(t *testing.T) {
	d := show(t, 80, 24)
	d.stage.shell = true
	f := d.open(Open{})
	d.Wait(time.Hour)
	f.exitWith(&d, 130)
	d.Run()
	if d.Page.(Model).Len() != 0 {
		t.Error("exit after ctrl+c leaves a tab behind")
	}
	f = d.open(Open{})
	d.Wait(time.Millisecond)
	f.exitWith(&d, 1)
	d.Run()
	if d.Page.(Model).Len() != 1 {
		t.Error("a shell that fails at once takes what it said along")
	}
}

func TestAFailedTerminalStaysUntilItIsClosed(t *testing.T) {
	d := show(t, 80, 24)
	f := d.open(Open{Record: true})
	d.Wait(time.Hour)
	f.exitWith(&d, 1)
	d.Run()
	d.Actions = nil
	d.Keys("j")
	if len(d.Actions) != 1 || d.Actions[0] != (page.Unchanged{}) {
		t.Errorf("a key for a program that is gone does %+v", d.Actions)
	}
	d.Keys("enter")
	if a, ok := d.Last().(page.Play); !ok || a.Path != "/rec.cast" {
		t.Errorf("enter asks for %+v, want to play the recording", a)
	}
	d.Keys("x")
	d.Run()
	if d.Page.(Model).Len() != 0 {
		t.Error("x does not close it")
	}
}

func TestEndedTerminalsGoOnceTheyWereSeen(t *testing.T) {
	d := show(t, 80, 24)
	first, second := d.open(Open{}), d.open(Open{})
	d.Wait(time.Hour)
	first.exitWith(&d, 1) // behind the second
	d.Send(Tidy{})
	d.Drop()
	if d.Page.(Model).Len() != 2 {
		t.Fatal("a terminal whose end nobody saw is gone")
	}
	d.Send(GoTo{1})
	second.exitWith(&d, 2)
	d.Drop()
	d.Send(page.Hidden{})
	d.Send(Tidy{})
	d.Run()
	if m := d.Page.(Model); m.Len() != 1 || m.tabs[0].terminal != Terminal(second) {
		t.Errorf("%d terminals are left, want the second", m.Len())
	}
}

func TestAShellThatEndsAtOnceIsExplained(t *testing.T) {
	d := show(t, 80, 24)
	f := d.open(Open{})
	d.Wait(100 * time.Millisecond)
	f.exitWith(&d, 1)
	if toast := lastToast(d); !strings.Contains(toast, "ended at once") || !strings.Contains(toast, "exit 1") {
		t.Errorf("the toast says %q", toast)
	}
}

// Every key of Bubble Tea's has a code of the encoder's, or none.
func TestKeysAreTranslatedOneToOne(t *testing.T) {
	seen := map[rune]rune{}
	for from, to := range codes {
		if other, twice := seen[to]; twice && from != tea.KeyKpComma && from != tea.KeyKpSep {
			t.Errorf("%d and %d both become %d", from, other, to)
		}
		seen[to] = from
	}
	if k := translateKey(tea.Key{Code: tea.KeyF63}, false); k.Code != 0 || k.Text != "" {
		t.Errorf("F63, which no child can know, becomes %+v", k)
	}
}
