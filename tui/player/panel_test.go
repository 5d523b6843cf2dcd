package player

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"rexec/recording/transcript"
	"rexec/tui/internal/pagetest"
	"rexec/tui/keys"
	"rexec/tui/page"
)

// shellCast is a cast of a shell that marks its commands: one every ten seconds, each
// with what it prints a second later; the third one fails.
func shellCast() string {
	var b strings.Builder
	b.WriteString(`{"version":2,"width":60,"height":12}` + "\n")
	event := func(at float64, data string) {
		fmt.Fprintf(&b, "[%g, \"o\", %q]\n", at, strings.NewReplacer("\x1b", "ESC", "\a", "BEL").Replace(data))
	}
	for i, c := range []struct {
		text, out string
		took      float64
		exit      int
	}{
		{"ls -l", "total 8\r\nREADME.md\r\n", 0.02, 0},
		{"make deploy", "deploying to staging\r\ndone\r\n", 4.2, 0},
		{"make check CHECKS=all", "FAIL: 3 of 120\r\n", 1.5, 2},
		{"git push --force-with-lease origin feature/a-branch-with-a-long-name", "Everything up-to-date\r\n", 0.8, 0},
		{"vim notes.md", "\x1b[?1049h\x1b[Hnotes, notes\x1b[?1049l", 3, 0},
	} {
		at := float64(10 * i)
		event(at, "\x1b]133;A\a$ \x1b]133;B\a")
		event(at+2, c.text)
		event(at+3, "\r\n\x1b]133;C\a"+c.out[:len(c.out)/2])
		event(at+3+c.took, c.out[len(c.out)/2:]+fmt.Sprintf("\x1b]133;D;%d\a", c.exit))
	}
	event(60, "\x1b]133;A\a$ \x1b]133;B\a")
	return strings.NewReplacer("ESC", `\u001b`, "BEL", `\u0007`).Replace(b.String())
}

func TestPlaysBackward(t *testing.T) {
	s := show(t, story(), 80, 24, paused, func(p *page.Playback) { p.Start = 10 * time.Second })
	s.press("r").shows("◀ 0:10/1:00").wait(2 * time.Second).at(8 * time.Second).shows("step 16").lacks("step 17")
	s.wait(20 * ms).shows("step 15").lacks("step 16")
	s.press("}").wait(time.Second).at(5980*ms).shows("2×", "step 11").lacks("step 12")
	s.press("r").shows("▶").wait(time.Second).at(7980 * ms).shows("step 15").lacks("step 16")
	s.press("backspace", "r").shows("1×").wait(time.Second).at(6980 * ms)
	s.press("space").shows("‖").wait(time.Second).at(6980 * ms).press("space").wait(time.Second).at(5980 * ms)
	s.wait(10*time.Second).at(0).shows("‖ 0:00", "step 0").lacks("step 1", "◀")
	if len(s.timers) > 0 {
		t.Errorf("timers are running at the start: %v", s.timers)
	}
	s.press("r")
	if last := s.toasts[len(s.toasts)-1]; last != "This is the start." {
		t.Errorf("r at the start says %q", last)
	}
	s.press("space").shows("▶").wait(time.Second + 20*ms).shows("step 2")
}

func TestBackwardThroughAPause(t *testing.T) {
	s := show(t, story(), 80, 24, paused, func(p *page.Playback) { p.Start = 51 * time.Second })
	s.press("r").wait(10 * time.Second).at(41 * time.Second).shows("step 40").lacks("step 100")
	if len(s.timers) != 1 || s.timers[0].at.Sub(s.env.Now) < 20*time.Second {
		t.Errorf("timers in a pause that lasts 21 s more: %v at %v", s.timers, s.env.Now)
	}
	s.press("G", "s").wait(10 * time.Second).at(50 * time.Second).wait(2 * time.Second).at(20 * time.Second).wait(20 * ms).press("x").shows("step 39").lacks("step 40")
}

func TestBackwardFromTheEnd(t *testing.T) {
	s := show(t, story(), 80, 24, func(p *page.Playback) { p.Start = 59 * time.Second })
	s.wait(2*time.Second).shows("ended").press("r").lacks("ended").wait(time.Second+20*ms).shows("◀", "step 117").lacks("step 118")
}

func TestCommandsAreChapters(t *testing.T) {
	s := show(t, shellCast(), 80, 24, paused)
	if n := strings.Count(s.bar(), "┴"); n != 5 {
		t.Errorf("%d ticks for 5 commands: %s", n, s.bar())
	}
	s.shows("0/5").press(")").at(3 * time.Second).shows("1/5 ls -l").press(")").at(13 * time.Second).shows("2/5 make deploy")
	s.press("pgdown").at(23 * time.Second).shows("3/5 make check CHEC…")
	s.press("(").at(13*time.Second).press("right", "(").at(13*time.Second).press("pgup", "(")
	want := []string{"There is no command before this."}
	if !slices.Equal(s.toasts, want) {
		t.Errorf("toasts %q\nwant   %q", s.toasts, want)
	}
	s.press("G", ")")
	if last := s.toasts[len(s.toasts)-1]; last != "There is no command after this." {
		t.Errorf("behind the last it says %q", last)
	}
}

func TestTheCommandsPanel(t *testing.T) {
	for _, cols := range []int{40, 80, 200} {
		s := show(t, shellCast(), cols, 24, paused)
		s.press("c").shows("Commands", "ls -l", "make deploy", "make check", "✓", "✗")
		if s.m.Keys() != keys.Panel {
			t.Errorf("the keys are those of %s", s.m.Keys())
		}
		s.press("j", "j", "enter").at(23 * time.Second).shows("▸ 0:23 ✗")
		// It goes along.
		s.press("right", "right").at(33 * time.Second).shows("▸ 0:33 ✓")
		if got := s.m.panel.cursor; got != 3 {
			t.Errorf("the cursor is at %d, played is 3", got)
		}
		s.press("/").typing("MAKE").shows("Nothing matches.").press("esc", "/").typing("make all").shows("make check")
		if got := len(s.m.panel.rows); got != 1 {
			t.Errorf("%d commands have both words", got)
		}
		s.press("enter").at(23 * time.Second).press("esc").shows("5").press("esc").lacks("Commands")
		if len(s.asked) > 0 {
			t.Errorf("it asked for %v", s.asked)
		}
		s.press("c", "T").shows("Transcript", "README.md", "deploying to staging").lacks("Commands").press("T").lacks("Transcript")
	}
}

func TestTheMouseInAPanel(t *testing.T) {
	s := show(t, shellCast(), 80, 24, paused).press("c")
	r := s.m.panelRect()
	s.send(tea.MouseClickMsg{X: r.Min.X + 10, Y: panelHead + 1, Button: tea.MouseLeft})
	s.at(13 * time.Second)
	s.send(tea.MouseWheelMsg{X: r.Min.X + 10, Y: 3, Button: tea.MouseWheelDown})
	if got := s.m.panel.cursor; got != 4 {
		t.Errorf("the wheel took the cursor to %d", got)
	}
	s.send(tea.MouseClickMsg{X: r.Min.X + 10, Y: 20, Button: tea.MouseLeft}) // below the rows
	s.send(tea.MouseClickMsg{X: 1, Y: 3, Button: tea.MouseLeft})             // beside the panel
	s.at(13 * time.Second)
	b := s.m.bar(s.env)
	s.send(tea.MouseClickMsg{X: b.from, Y: 23, Button: tea.MouseLeft})
	s.at(0)
}

func TestCopying(t *testing.T) {
	s := show(t, shellCast(), 80, 24, paused)
	s.press("y")
	if len(s.toasts) != 1 || s.toasts[0] != "No command has run yet." {
		t.Errorf("toasts %q", s.toasts)
	}
	s.press(")", ")", "y", "Y", ")", "right", "Y")
	want := []page.Action{
		page.Copy{Text: "make deploy"}, page.Copy{Text: "deploying to staging\ndone"}, page.Copy{Text: "FAIL: 3 of 120"},
	}
	if !slices.Equal(s.asked, want) {
		t.Errorf("copied %q, want %q", s.asked, want)
	}
	for _, told := range []string{"Copied the command: make deploy", "Copied 2 lines that make deploy printed."} {
		if !slices.Contains(s.toasts, told) {
			t.Errorf("toasts %q, want %q", s.toasts, told)
		}
	}
	s.press("G", "Y")
	if last := s.toasts[len(s.toasts)-1]; last != "This command printed nothing that stays." {
		t.Errorf("of a full-screen program it says %q", last)
	}
}

func TestPanningByKeys(t *testing.T) {
	cast := `{"version":2,"width":120,"height":40}` + "\n" + `[0, "o", "top left\u001b[40;100Hbottom right\u001b[H"]` + "\n"
	s := show(t, cast, 80, 24, paused).shows("top left")
	s.press("ctrl+down", "ctrl+down", "ctrl+down", "ctrl+down", "ctrl+right", "ctrl+right").shows("bottom right").lacks("top left")
	s.press("ctrl+up", "ctrl+up", "ctrl+up", "ctrl+up", "ctrl+left", "ctrl+left").shows("top left")
	s = show(t, story(), 80, 24, paused).press("ctrl+left")
	if len(s.toasts) != 1 || s.toasts[0] != "All of the recording is on the screen." {
		t.Errorf("toasts %q", s.toasts)
	}
}

func TestAHitOfTheLibraryIsShownWhereItIs(t *testing.T) {
	// The text came at 5 s; the library knows it by a later moment at which it stands.
	s := show(t, story(), 80, 24, func(p *page.Playback) { p.Query, p.Start = "step 10", 6*time.Second })
	s.wait(time.Second).at(6*time.Second).shows("step 12", "step 10", "‖", "1/")
	b := s.draw()
	row, col := find(t, b.String(), "step 10")
	if got := b.Style(col, row); got.Bg == nil {
		t.Error("the hit is not marked")
	}
	s.press("n").at(50 * time.Second).shows("step 100")
	// It comes a moment later.
	s = show(t, story(), 80, 24, func(p *page.Playback) { p.Query, p.Start = "step 10", 4800*ms })
	s.wait(time.Second).at(5 * time.Second)
	// It is not there as it is written: the library has read it another way.
	s = show(t, story(), 80, 24, func(p *page.Playback) { p.Query, p.Start = "stép 10", 30*time.Second })
	s.wait(time.Second).at(30 * time.Second)
	s = show(t, story(), 80, 24, func(p *page.Playback) { p.Query, p.Start = "step 10", 30*time.Second })
	s.wait(time.Second).at(30 * time.Second).press("n").at(50 * time.Second)
}

func TestRegexpIsToggled(t *testing.T) {
	s := show(t, story(), 80, 24, paused).press("/").typing("step 1[12]$").press("ctrl+r").shows("regexp /", "step 1[12]$")
	s.press("enter").wait(time.Second).at(5500*ms).shows("1/2").press("/").typing("(").press("ctrl+r", "enter")
	if !s.m.typing || len(s.toasts) != 1 {
		t.Errorf("an expression that cannot be is to be mended: typing %v, toasts %q", s.m.typing, s.toasts)
	}
	s.press("ctrl+r", "enter").wait(time.Second).shows("no match")
}

func TestPanelsLookGood(t *testing.T) {
	for _, size := range []struct{ cols, rows int }{{40, 10}, {80, 24}, {200, 50}} {
		name := func(what string) string { return fmt.Sprintf("%s-%dx%d", what, size.cols, size.rows) }
		s := show(t, shellCast(), size.cols, size.rows, paused).press("c", "j", "j", "enter", "right")
		pagetest.Golden(t, name("commands"), s.draw())
		s.press("/").typing("make")
		pagetest.Golden(t, name("filter"), s.draw())
		s.press("esc", "T")
		pagetest.Golden(t, name("transcript"), s.draw())
		s.press("esc")
		pagetest.Golden(t, name("chapters"), s.draw())

		s = show(t, shellCast()+`[70,"m","half way"]`+"\n", size.cols, size.rows, paused)
		s.press("]")
		pagetest.Golden(t, name("marker"), s.draw())
		s.press("i")
		pagetest.Golden(t, name("info"), s.draw())
		s.press("i", "/").typing("/st[ea]p")
		pagetest.Golden(t, name("regexp"), s.draw())
	}
}

// Whatever is clicked, typed and drawn, in whatever window, with whatever is read.
func TestPanelsFitEveryWindow(t *testing.T) {
	for cols := 1; cols < 140; cols += 9 {
		for rows := 1; rows < 30; rows += 4 {
			s := show(t, shellCast(), cols, rows, paused).press("c")
			s.draw()
			s.press("G").draw()
			s.press("/").typing("m").draw()
			s.press("enter", "T").draw()
		}
	}
}

func TestDoubtAndTimes(t *testing.T) {
	for _, c := range []struct {
		command transcript.Command
		glyph   string
	}{
		{transcript.Command{Heuristic: true}, "~"}, {transcript.Command{Unverified: true}, "?"}, {transcript.Command{Verified: true}, " "}, {transcript.Command{}, " "},
	} {
		if glyph, _ := doubt(c.command); glyph != c.glyph {
			t.Errorf("%+v is shown as %q", c.command, glyph)
		}
	}
	for d, want := range map[time.Duration]string{20 * ms: "", 4200 * ms: "4.2 s", 59 * time.Second: "59 s", 61 * time.Second: "1:01"} {
		if got := took(d); got != want {
			t.Errorf("%v is written %q, want %q", d, got, want)
		}
	}
}

// A big recording leaves its index in the cache, and is known at once the next time.
func TestBigRecordingsAreKnownTheNextTime(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "big.cast")
	var b strings.Builder
	b.WriteString(`{"version":2,"width":80,"height":24}` + "\n")
	for i := range 60_000 {
		fmt.Fprintf(&b, "[%d, \"o\", \"line %d of a recording that is large enough to be kept in the cache\\r\\n\"]\n", i, i)
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, sum := range []string{"", "0a1b"} {
		cache := filepath.Join(dir, "cache"+sum)
		open := func() openedMsg {
			m := New(t.Context(), page.Playback{Path: path, SHA256: sum}, Options{Cache: cache})
			msg := m.open().(page.Do).Cmd().(openedMsg)
			if msg.err != nil {
				t.Fatal(msg.err)
			}
			t.Cleanup(func() { m.Close()() })
			return msg
		}
		if msg := open(); msg.facts.indexed {
			t.Fatal("it is known before it was read")
		} else if err := msg.tape.Index(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if msg := open(); !msg.facts.indexed || msg.facts.duration != 59_999*time.Second {
			t.Errorf("known: %v, %v long", msg.facts.indexed, msg.facts.duration)
		}
	}
}

func TestOfABigRecordingTheLibraryKnowsTheCommands(t *testing.T) {
	s := show(t, shellCast(), 80, 24, paused)
	s.m.text = text{}
	s.m.play.ID = "01"
	s.m.options.Commands = func(_ context.Context, id string) ([]transcript.Command, error) {
		return []transcript.Command{{Text: "known of " + id, Start: 13 * time.Second}}, nil
	}
	m, ask := s.m.textOfSmall(textAtOnce + 1)
	s.m = m
	s.act(ask)
	s.press(")").at(13 * time.Second).shows("1/1 known of 01").press("Y")
	if last := s.toasts[len(s.toasts)-1]; last != "What the commands printed is not read yet: c reads it." {
		t.Errorf("Y says %q", last)
	}
	s.press("c").shows("make deploy").press("Y").lacks("known of")
	s.press("c", "Y")
	if len(s.asked) != 2 {
		t.Errorf("it asked for %v", s.asked)
	}
}

// What is read may be less than what was known or guessed before.
func TestFewerCommandsThanBefore(t *testing.T) {
	s := show(t, shellCast(), 80, 24, paused).press("c", "G")
	for _, done := range []bool{false, true} {
		m, ask := s.m.readMore(s.env, textMsg{found: &transcript.Transcript{Commands: []transcript.Command{{Text: "only", Unverified: true}}}, done: done})
		s.m = m
		s.draw()
		s.press("up", "enter", "/").typing("x").press("esc").draw()
		if done {
			s.act(ask)
			s.shows("▸ 0:00 ·? only")
		}
	}
}

// A marker that was just passed is named in the bar, instead of the command.
func TestAMarkersLabelIsShown(t *testing.T) {
	s := show(t, story(), 80, 24, paused)
	s.press("]").at(5 * time.Second).shows("◆ chapter").press("right").at(10 * time.Second).lacks("◆ chapter")
	s = show(t, shellCast()+`[70,"m","half\u001b[31m way"]`+"\n", 80, 24, paused)
	s.press("]").at(70 * time.Second).shows("◆ half␛[31m way").press("(").lacks("◆ half").shows("5/5 vim")
}
