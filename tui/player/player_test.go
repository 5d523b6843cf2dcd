package player

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"rexec/recording/timeline"
	"rexec/tui/keys"
	"rexec/tui/page"
	"rexec/tui/screen"
	"rexec/tui/theme"
)

const ms = time.Millisecond

// stage plays the root's part: it hands messages to the page, runs its commands,
// and keeps a clock of its own for its timers.
type stage struct {
	t      *testing.T
	m      Model
	env    page.Env
	size   page.Size
	timers []timer
	toasts []string
	asked  []page.Action // what was left for the root
}

type timer struct {
	at  time.Time
	msg tea.Msg
}

// started is what a page's timer command brings here: the stage keeps the time.
type started struct {
	after time.Duration
	msg   tea.Msg
}

// show opens a cast in a window and brings it to its first frame.
func show(t *testing.T, cast string, cols, rows int, with ...func(*page.Playback)) *stage {
	t.Helper()
	p := page.Playback{Title: "demo", Path: "/casts/demo.cast"}
	for _, f := range with {
		f(&p)
	}
	s := &stage{t: t, m: New(t.Context(), p, Options{}), size: page.Size{Cols: cols, Rows: rows}}
	s.m.source = timeline.Bytes([]byte(cast))
	s.m.after = func(d time.Duration, msg tea.Msg) tea.Cmd {
		return func() tea.Msg { return started{d, msg} }
	}
	t.Cleanup(func() { s.m.Close()() })
	s.env = page.Env{
		Now:   time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC),
		Theme: theme.New(theme.Options{Profile: colorprofile.TrueColor}),
		Keys:  keys.New(),
	}
	open := s.m.Init(s.env)
	s.send(s.size)
	s.send(page.Shown{})
	s.act(open)
	return s
}

func paused(p *page.Playback) { p.Paused = true }

func (s *stage) send(msg tea.Msg) {
	s.t.Helper()
	if start, ok := msg.(started); ok {
		s.timers = append(s.timers, timer{s.env.Now.Add(start.after), start.msg})
		return
	}
	if msg == nil {
		return
	}
	m, action := s.m.Update(s.env, msg)
	s.m = m.(Model)
	s.act(action)
}

// act carries out what the page asks for, commands at once.
func (s *stage) act(a page.Action) {
	s.t.Helper()
	switch a := a.(type) {
	case page.Several:
		for _, each := range a {
			s.act(each)
		}
	case page.Do:
		if a.Cmd != nil {
			s.send(a.Cmd())
		}
	case page.Toast:
		s.toasts = append(s.toasts, a.Text)
	case nil, page.Unchanged:
	default:
		s.asked = append(s.asked, a)
	}
}

// wait lets time pass.
func (s *stage) wait(d time.Duration) *stage {
	s.t.Helper()
	end := s.env.Now.Add(d)
	for range 100_000 {
		i := -1
		for j, t := range s.timers {
			if !t.at.After(end) && (i < 0 || t.at.Before(s.timers[i].at)) {
				i = j
			}
		}
		if i < 0 {
			s.env.Now = end
			return s
		}
		due := s.timers[i]
		s.timers = slices.Delete(s.timers, i, i+1)
		s.env.Now = due.at
		s.send(due.msg)
	}
	s.t.Fatal("the page never comes to rest")
	return s
}

// press strikes keys, named as bindings name them.
func (s *stage) press(names ...string) *stage {
	s.t.Helper()
	for _, name := range names {
		s.send(keyPress(name))
	}
	return s
}

func (s *stage) typing(text string) *stage {
	s.t.Helper()
	for _, r := range text {
		s.send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	return s
}

var special = map[string]rune{
	"left": tea.KeyLeft, "right": tea.KeyRight, "up": tea.KeyUp, "down": tea.KeyDown, "home": tea.KeyHome, "end": tea.KeyEnd,
	"pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown,
	"enter": tea.KeyEnter, "esc": tea.KeyEscape, "backspace": tea.KeyBackspace,
}

func keyPress(name string) tea.KeyPressMsg {
	k := tea.KeyPressMsg{}
	if rest, ok := strings.CutPrefix(name, "shift+"); ok {
		k.Mod, name = tea.ModShift, rest
	}
	if rest, ok := strings.CutPrefix(name, "ctrl+"); ok {
		k.Mod, name = tea.ModCtrl, rest
	}
	switch code, ok := special[name]; {
	case ok:
		k.Code = code
	case name == "space":
		k.Code, k.Text = ' ', " "
	default:
		k.Code = []rune(name)[0]
		if k.Mod == 0 {
			k.Text = name
		}
	}
	return k
}

// draw returns the page as it stands on the screen.
func (s *stage) draw() *screen.Screen {
	b := screen.New(s.size.Cols, s.size.Rows)
	b.Clear()
	s.m.Draw(s.env, b, b.Bounds())
	return b
}

func (s *stage) text() string { return s.draw().String() }

// bar returns the last row.
func (s *stage) bar() string {
	rows := strings.Split(s.text(), "\n")
	return rows[len(rows)-1]
}

func (s *stage) shows(parts ...string) *stage {
	s.t.Helper()
	text := s.text()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			s.t.Fatalf("%q is not on the screen:\n%s", p, text)
		}
	}
	return s
}

func (s *stage) lacks(parts ...string) *stage {
	s.t.Helper()
	text := s.text()
	for _, p := range parts {
		if strings.Contains(text, p) {
			s.t.Fatalf("%q is on the screen:\n%s", p, text)
		}
	}
	return s
}

// at checks the position.
func (s *stage) at(want time.Duration) *stage {
	s.t.Helper()
	if got := s.m.position(s.env); (got - want).Abs() > ms {
		s.t.Fatalf("the position is %v, want %v\n%s", got, want, s.text())
	}
	return s
}

// story is a cast: every half second for a minute another line, "step 0" at 0 s to
// "step 120" at a minute; a pause from 20 s to 50 s.
func story() string {
	var b strings.Builder
	b.WriteString(`{"version":2,"width":30,"height":8}` + "\n")
	for i := 0; i <= 120; i++ {
		at := float64(i) / 2
		if at > 20 && at < 50 {
			continue
		}
		if i == 10 || i == 110 {
			fmt.Fprintf(&b, "[%g, \"m\", \"chapter\"]\n", at)
		}
		fmt.Fprintf(&b, "[%g, \"o\", \"\\r\\nstep %d\"]\n", at, i)
	}
	return b.String()
}

func TestPlaysFromTheStart(t *testing.T) {
	s := show(t, story(), 80, 24)
	s.shows("step 0", "▶ 0:00/1:00").lacks("step 1")
	s.wait(5*time.Second + 20*ms).at(5*time.Second + 20*ms).shows("step 10").lacks("step 11")
	s.wait(40 * time.Second).shows("step 40").lacks("step 101")
	s.wait(14 * time.Second).shows("step 118")
}

func TestAPausedPlayerWaitsForNothing(t *testing.T) {
	s := show(t, story(), 80, 24)
	s.wait(3 * time.Second).press("space").wait(10 * time.Second)
	s.at(3*time.Second).shows("‖ 0:03/1:00", "step 6")
	if len(s.timers) > 0 {
		t.Errorf("timers are running: %v", s.timers)
	}
	s.press("p").wait(2*time.Second+20*ms).shows("▶ 0:05", "step 10")
}

func TestNothingIsScheduledThroughAPause(t *testing.T) {
	s := show(t, story(), 80, 24)
	s.wait(25 * time.Second) // the bar is gone, the next event comes at 50 s
	if len(s.timers) != 1 || s.timers[0].at.Sub(s.env.Now) < 24*time.Second {
		t.Errorf("timers in a pause of 30 s: %v at %v", s.timers, s.env.Now)
	}
}

func TestKeysSeek(t *testing.T) {
	for _, c := range []struct {
		keys []string
		want time.Duration
	}{
		{[]string{"right"}, 15 * time.Second},
		{[]string{"l", "l"}, 20 * time.Second},
		{[]string{"left"}, 5 * time.Second},
		{[]string{"h", "h", "h"}, 0},
		{[]string{"up"}, 60 * time.Second},
		{[]string{"k"}, 60 * time.Second},
		{[]string{"down"}, 0},
		{[]string{"j"}, 0},
		{[]string{"shift+right"}, 16 * time.Second},
		{[]string{"shift+left"}, 4 * time.Second},
		{[]string{"0"}, 0},
		{[]string{"5"}, 30 * time.Second},
		{[]string{"9"}, 54 * time.Second},
		{[]string{"end"}, 60 * time.Second},
		{[]string{"G", "home"}, 0},
		{[]string{"G", "g"}, 0},
		{[]string{"."}, 10500 * ms},
		{[]string{".", ".", "."}, 11500 * ms},
		{[]string{","}, 9500 * ms},
		{[]string{",", ",", "."}, 9500 * ms},
		{[]string{"["}, 5 * time.Second},
		{[]string{"]"}, 55 * time.Second},
		{[]string{"]", "["}, 5 * time.Second},
		{[]string{"s", "5", "right"}, 50*time.Second + 11*time.Second/3}, // through the rest of the pause, then on
	} {
		s := show(t, story(), 80, 24, paused, func(p *page.Playback) { p.Start = 10 * time.Second })
		s.at(10 * time.Second).shows("step 20").lacks("step 21")
		s.press(c.keys...).at(c.want)
		want, err := s.m.tape.At(t.Context(), c.want)
		if err != nil {
			t.Fatal(err)
		}
		if !s.m.frame.Snapshot.SameScreen(want.Snapshot) {
			t.Errorf("%v: at %v the screen is\n%s\nwant\n%s", c.keys, c.want, s.m.frame.Snapshot.Text(), want.Snapshot.Text())
		}
	}
}

func TestRefusalsSayWhy(t *testing.T) {
	s := show(t, story(), 80, 24, paused)
	s.press("[", "n")
	want := []string{"There is no marker before this.", "Nothing is searched for: / searches."}
	if !slices.Equal(s.toasts, want) {
		t.Errorf("toasts %q, want %q", s.toasts, want)
	}
}

func TestSpeeds(t *testing.T) {
	s := show(t, story(), 80, 24)
	s.press("+").shows("1.25×").press("+", "+").shows("2×").press("}").shows("4×").press("{", "{").shows("1×")
	s.press("-").shows("0.75×").press("backspace", "}", "}").shows("4×")
	s.wait(4 * time.Second).at(16 * time.Second)
	s.press("backspace").wait(time.Second).at(17 * time.Second)
	s.press("{", "{", "{", "{", "{", "{").shows("1/16×")
}

func TestIdleTimeIsSkipped(t *testing.T) {
	s := show(t, story(), 80, 24)
	s.press("s").shows("skip idle")
	s.wait(20 * time.Second).at(20 * time.Second)
	s.wait(2 * time.Second).at(50 * time.Second).wait(20 * ms).press("x").shows("step 100") // any key: the bar
	s.press("s").lacks("skip idle").at(50*time.Second + 20*ms)
}

func TestTheRecordingsOwnIdleLimitHolds(t *testing.T) {
	cast := strings.Replace(story(), `"height":8`, `"height":8,"idle_time_limit":3`, 1)
	show(t, cast, 80, 24).shows("skip idle").wait(23 * time.Second).at(50 * time.Second)
}

func TestTheEnd(t *testing.T) {
	s := show(t, story(), 80, 24, func(p *page.Playback) { p.Start = 58 * time.Second })
	s.wait(3*time.Second).at(time.Minute).shows("step 120", "■ 1:00/1:00", "ended — space replays")
	if len(s.timers) > 0 {
		t.Errorf("timers are running: %v", s.timers)
	}
	s.press("space").at(0).shows("step 0", "▶ 0:00").lacks("step 120", "ended")
	s.wait(time.Second + 20*ms).shows("step 2")

	s.press("G").wait(time.Second).shows("ended").press("left").lacks("ended").wait(time.Second).at(56 * time.Second)
}

func TestTheEndTellsOfAFailure(t *testing.T) {
	s := show(t, story()+"[60.5, \"x\", \"3\"]\n", 80, 24, func(p *page.Playback) { p.Start = time.Minute })
	s.wait(time.Second).shows("ended, exit 3 — space replays")
}

func TestIdleCells(t *testing.T) {
	spans := []timeline.Span{{Start: 0, End: 10}, {Start: 14, End: 16}, {Start: 19, End: 25}, {Start: 36, End: 41}, {Start: 90, End: 100}}
	got := idleCells(spans, 100, 10)
	want := []bool{true, false, true, false, false, false, false, false, false, true}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := idleCells(spans, 0, 2); slices.Contains(got, true) {
		t.Errorf("a recording of no length has idle cells: %v", got)
	}
}

func TestTheBarComesAndGoes(t *testing.T) {
	s := show(t, story(), 80, 24)
	s.shows("0:00/1:00").wait(4 * time.Second).lacks("/1:00")
	s.press("x").shows("0:04/1:00").wait(4 * time.Second).lacks("/1:00")
	s.send(tea.MouseMotionMsg{X: 3, Y: 3})
	s.shows("/1:00").wait(4 * time.Second).lacks("/1:00")
	s.press("space").wait(time.Hour).shows("/1:00")
	s.press("f").lacks("/1:00").press("f").shows("/1:00")
}

func TestTheBarMovesWhileNothingHappens(t *testing.T) {
	s := show(t, story(), 80, 24, func(p *page.Playback) { p.Start = 22 * time.Second })
	s.shows("0:22/").wait(2 * time.Second).shows("0:24/")
}

func TestTheBarInEighths(t *testing.T) {
	s := show(t, story(), 80, 24, paused)
	seen := map[string]bool{}
	for pos := time.Duration(0); pos < 10*time.Second; pos += 100 * ms {
		s.m.clock = s.m.clock.Seek(s.env.Now, pos)
		for _, e := range eighths[1:] {
			if strings.Contains(s.bar(), e) {
				seen[e] = true
			}
		}
	}
	if len(seen) != 7 {
		t.Errorf("only %d of 7 parts of a cell are drawn", len(seen))
	}
	s.m.clock = s.m.clock.Seek(s.env.Now, 0)
	bar := s.bar()
	idle := strings.Count(bar, "┄")
	line := strings.Count(bar, "─")
	if line == 0 || idle == 0 || (idle-(idle+line)/2) > 2 || (idle-(idle+line)/2) < -2 {
		t.Errorf("half of the recording is a pause, the bar is %s", bar)
	}
	if strings.Count(bar, "◆") != 2 {
		t.Errorf("two markers, the bar is %s", bar)
	}
}

func TestTheMouseSeeksOnTheBar(t *testing.T) {
	s := show(t, story(), 80, 24, paused)
	b := s.m.bar(s.env)
	middle := (b.from + b.to) / 2
	s.send(tea.MouseClickMsg{X: b.from, Y: 23, Button: tea.MouseLeft})
	s.at(0)
	s.send(tea.MouseMotionMsg{X: middle, Y: 20, Button: tea.MouseLeft})
	s.at(s.m.bar(s.env).time(middle, time.Minute))
	if pos := s.m.position(s.env); (pos - 30*time.Second).Abs() > 2*time.Second {
		t.Errorf("the middle of the bar is %v", pos)
	}
	s.send(tea.MouseMotionMsg{X: 500, Y: 0, Button: tea.MouseLeft})
	s.at(time.Minute).shows("step 120")
	s.send(tea.MouseReleaseMsg{X: 79, Y: 0, Button: tea.MouseLeft})
	s.send(tea.MouseMotionMsg{X: b.from, Y: 23})
	s.at(time.Minute)
	s.send(tea.MouseClickMsg{X: 10, Y: 10, Button: tea.MouseLeft}) // not the bar
	s.at(time.Minute)
}

func TestOldAnswersAreDropped(t *testing.T) {
	s := show(t, story(), 80, 24, paused)
	var late []tea.Msg
	for _, pos := range []time.Duration{5 * time.Second, 10 * time.Second} {
		m, action := s.m.goTo(s.env, pos)
		s.m = m
		late = append(late, action.(page.Do).Cmd())
	}
	s.send(late[1])
	s.send(late[0])
	s.at(10 * time.Second).shows("step 20").lacks("step 21")
	// A command that starts after a newer one does nothing.
	_, first := s.m.goTo(s.env, 5*time.Second)
	m, second := s.m.goTo(s.env, 6*time.Second)
	m, third := m.goTo(s.env, 7*time.Second)
	s.m = m
	newest := third.(page.Do).Cmd()
	if msg := second.(page.Do).Cmd(); msg != nil {
		t.Errorf("an overtaken seek brought %v", msg)
	}
	_ = first
	s.send(newest)
	s.at(7 * time.Second).shows("step 14")
}

func TestHiddenItStands(t *testing.T) {
	s := show(t, story(), 80, 24)
	s.wait(2 * time.Second)
	s.send(page.Hidden{})
	s.wait(10 * time.Second).at(2 * time.Second)
	if len(s.timers) > 1 {
		t.Errorf("timers run while hidden: %v", s.timers)
	}
	s.send(page.Shown{})
	s.wait(time.Second).at(3 * time.Second).wait(20 * ms).shows("step 6")
}

func TestWhatCannotBePlayedSaysSo(t *testing.T) {
	show(t, "hello\n", 80, 24).shows("This file is not an asciicast recording.", "q goes back.").press("space", "/")
	show(t, `{"version":2,"width":80,"height":24`, 80, 24).shows("damaged beyond use in line 1")
	s := show(t, "hello\n", 80, 24)
	s.m.source = timeline.File("/nowhere/none.cast")
	s.act(s.m.open())
	s.shows("The file of this recording is gone.")
}

func TestDamageIsTold(t *testing.T) {
	s := show(t, story()+"garbage\n", 80, 24, paused)
	if len(s.toasts) != 1 || !strings.HasPrefix(s.toasts[0], "Line 66 is damaged") {
		t.Errorf("toasts %q", s.toasts)
	}
	s.press("i").shows("line 66: ", "asciicast v2", "/casts/demo.cast", "30×8", "without pauses").press("esc").lacks("asciicast v2")
}

func TestInfoShowsAllOfALongPath(t *testing.T) {
	s := show(t, story(), 80, 24, paused, func(p *page.Playback) {
		p.Path = "/home/somebody/.local/share/rexec/recordings/2026/11/01a2033d-e9aa-7c96-aadb-f7c171c5e9cf.cast"
	})
	s.press("i").shows("/home/somebody/.local/", "c5e9cf.cast")
}

func TestEmptyRecording(t *testing.T) {
	s := show(t, `{"version":2,"width":30,"height":8}`+"\n", 80, 24)
	s.wait(time.Second).shows("0:00/0:00", "ended").press("space", "right", ".", ",", "9", "G", "[", "n", "s", "/").typing("x").press("enter").wait(time.Second)
	s.shows("no match")
}

func TestASmallRecordingHasAFrame(t *testing.T) {
	s := show(t, story(), 80, 24, paused)
	s.shows("╭──────────────────────────────╮")
	// The window is as large as the recording and the bar: no room for a frame.
	show(t, story(), 40, 10, paused).lacks("╭").shows("step 0", "/1:00")
}

func TestALargeRecordingFollowsTheCursor(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"version":2,"width":120,"height":40}` + "\n")
	b.WriteString(`[0, "o", "top left\u001b[40;100Hbottom right"]` + "\n")
	b.WriteString(`[1, "o", "\u001b[H"]` + "\n[2, \"o\", \"\\u001b[?25l\\u001b[40;110H\"]\n")
	s := show(t, b.String(), 80, 24, paused)
	s.shows("bottom right", "120×40 shown in 80×23").lacks("top left")
	s.press(".").shows("top left").lacks("bottom right")
	s.press(".").shows("top left") // a hidden cursor is not followed
	s.send(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
	s.lacks("top left")
	for range 10 {
		s.send(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
		s.send(tea.MouseWheelMsg{Button: tea.MouseWheelDown, Mod: tea.ModShift})
	}
	s.shows("bottom right")
	s.press("/").typing("top").press("enter").wait(time.Second).shows("top left", "1/1")
}

func TestItFitsEveryWindow(t *testing.T) {
	for cols := 1; cols < 130; cols += 7 {
		for rows := 1; rows < 40; rows += 5 {
			s := show(t, story(), cols, rows, paused)
			s.draw()
			s.press("/").typing("step").draw()
			s.press("enter").wait(time.Second).press("i").draw()
			s.press("G").draw()
		}
	}
}

// Nothing that a recording does leaves its rectangle: its title, its bell, its
// queries and its clipboard are its own.
func TestReplayMovesNothingOutside(t *testing.T) {
	cast := `{"version":2,"width":20,"height":3,"title":"evil\u001b]0;x\u0007"}` + "\n" +
		`[0, "o", "\u001b]0;pwned\u0007\u0007\u001b]52;c;AAAA\u0007\u001b[c\u001b[6n\u001b]8;;javascript:alert(1)\u0007link\u001b]8;;\u0007"]` + "\n"
	s := show(t, cast, 80, 24, paused, func(p *page.Playback) { p.Title = "" })
	s.shows("link")
	out := s.draw().Render()
	for _, bad := range []string{"pwned", "\x1b]0", "\x1b]52", "\a", "javascript"} {
		if strings.Contains(out, bad) {
			t.Errorf("%q is on its way to the terminal", bad)
		}
	}
	if title := s.m.Title(); strings.ContainsAny(title, "\x1b\a") {
		t.Errorf("window title %q", title)
	}
	if len(s.asked) > 0 {
		t.Errorf("it asked for %v", s.asked)
	}
}

func TestClosingEndsEverything(t *testing.T) {
	s := show(t, story(), 80, 24)
	s.m.Close()()
	if err := s.m.ctx.Err(); err == nil {
		t.Error("commands go on after Close")
	}
	s.press("right")
	if strings.Contains(strings.Join(s.toasts, ""), "cannot be read") {
		t.Errorf("toasts %q", s.toasts)
	}
}
