package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"rexec/internal/testreq"
	"rexec/vt"
)

// TestFirstLight is the whole product once through, as a new user meets it: an empty
// library, a recorded terminal, the recording found and replayed.
func TestFirstLight(t *testing.T) {
	for _, size := range []struct{ cols, rows int }{{80, 24}, {200, 50}} {
		t.Run(fmt.Sprintf("%dx%d", size.cols, size.rows), func(t *testing.T) {
			firstLight(t, size.cols, size.rows)
		})
	}
}

func firstLight(t *testing.T, cols, rows int) {
	testreq.Program(t, "vim", "apt-get install vim")
	r := open(t, cols, rows, "")
	r.see("No recordings yet", "r   records a new terminal")

	// Given a recorded shell in which this and that happens, with a pause.
	r.press("r")
	r.see("Record a new terminal", "Title")
	r.press("first light", "enter")
	r.see("ready>", "●")
	r.press("echo h\u00e9llo 世界 🎉", "enter")
	r.see("\nh\u00e9llo 世界 🎉")
	r.press("vim", "enter")
	r.await("vim's start page", func(s *vt.Snapshot) bool { return shows(s, "VIM - Vi IMproved") && !shows(s, "echo h") })
	r.press("i", "written in vim")
	r.see("written in vim", "-- INSERT --")
	r.press("esc")
	r.miss("-- INSERT --")
	r.press(":q!", "enter")
	r.await("the shell again", func(s *vt.Snapshot) bool { return shows(s, "ready>", "世界") && !shows(s, "written in vim") })
	r.press("sleep 3; echo paused", "enter")
	r.see("\npaused")
	r.press("exit", "enter")

	// Then the library lists it, with what there is to know of it.
	r.await("the recording in the list", func(s *vt.Snapshot) bool {
		row := lineWith(s, "▌")
		return shows(s, "Library") && strings.Contains(row, "first light") && durationRE.MatchString(row) && sizeRE.MatchString(row)
	})
	play(r)

	// And the list of the command line has it too.
	if list := r.run("ls"); !strings.Contains(list, "first light") || !strings.Contains(list, "80x") && cols == 80 {
		t.Errorf("rexec ls prints\n%s", list)
	}
}

var (
	durationRE = regexp.MustCompile(`\b\d+:\d\d\b`)
	sizeRE     = regexp.MustCompile(`\b[\d.]+ (B|kB)`)
	positionRE = regexp.MustCompile(`([▶‖■]) +(\d+):(\d\d)/(\d+):(\d\d)`)
)

// bar is what the player's bottom line says.
type bar struct {
	state           string // "▶", "‖", "■"
	position, whole int    // seconds
	text            string
	screen          *vt.Snapshot
}

// readBar reads the player's bottom line.
func readBar(s *vt.Snapshot) (bar, bool) {
	_, rows := s.Size()
	text := s.Line(rows - 1).String()
	m := positionRE.FindStringSubmatch(text)
	if m == nil {
		return bar{}, false
	}
	number := func(i int) int { n, _ := strconv.Atoi(m[i]); return n }
	return bar{m[1], number(2)*60 + number(3), number(4)*60 + number(5), text, s}, true
}

// awaitBar waits until the player's bottom line is as ok likes it.
func (t *terminal) awaitBar(what string, ok func(bar) bool) bar {
	t.Helper()
	var found bar
	t.await(what, func(s *vt.Snapshot) bool {
		b, is := readBar(s)
		found = b
		return is && ok(b)
	})
	return found
}

// play opens the recording under the cursor, asks of the player what it has to be
// able to do, and leaves the app.
func play(r *terminal) {
	r.press("enter")
	r.awaitBar("playback", func(b bar) bool { return b.state == "▶" })
	r.press(" ")
	r.awaitBar("the pause", func(b bar) bool { return b.state == "‖" })

	// Speeds.
	r.awaitBar("normal speed", func(b bar) bool { return strings.Contains(b.text, " 1×") })
	r.press("+")
	r.awaitBar("a higher speed", func(b bar) bool { return !strings.Contains(b.text, " 1×") && strings.Contains(b.text, "×") })
	r.press("backspace", "-")
	r.awaitBar("a lower speed", func(b bar) bool { return strings.Contains(b.text, " 0.") })
	r.press("backspace")
	r.awaitBar("normal speed", func(b bar) bool { return strings.Contains(b.text, " 1×") })

	// Idle time.
	before := r.awaitBar("the bar", func(bar) bool { return true })
	skips := strings.Contains(before.text, "skip idle")
	r.press("s")
	r.awaitBar("idle skip the other way", func(b bar) bool { return strings.Contains(b.text, "skip idle") != skips })
	r.press("s")
	r.awaitBar("idle skip as it was", func(b bar) bool { return strings.Contains(b.text, "skip idle") == skips })

	// Seeking, both ways.
	r.press("end")
	end := r.awaitBar("the end", func(b bar) bool { return b.position == b.whole && shows(b.screen, "paused") })
	r.press("left")
	r.awaitBar("five seconds before the end", func(b bar) bool { return b.position <= end.position-3 })
	r.press("0")
	r.awaitBar("the start", func(b bar) bool { return b.position == 0 && !shows(b.screen, "paused", "世界") })
	r.press("right")
	r.awaitBar("five seconds from the start", func(b bar) bool { return b.position >= 3 && b.position <= 6 })

	// Search lands on the frame that shows the text.
	r.press("/")
	r.press("written in vim", "enter")
	r.awaitBar("the text in vim", func(b bar) bool { return shows(b.screen, "written in vim") && strings.Contains(b.text, "1/") })
	r.press("/")
	r.press("世界", "enter")
	r.awaitBar("the greeting", func(b bar) bool {
		return shows(b.screen, "世界") && !shows(b.screen, "written in vim") && strings.Contains(b.text, "1/")
	})
	r.press("n")
	r.awaitBar("the next match", func(b bar) bool { return strings.Contains(b.text, "2/") })

	r.press("q")
	r.see("Library", "first light")
	r.press("q")
	if code := r.end(); code != 0 {
		r.Errorf("rexec ended with %d", code)
	}
}

func lineWith(s *vt.Snapshot, text string) string {
	for line := range strings.Lines(s.Text()) {
		if strings.Contains(line, text) {
			return line
		}
	}
	return ""
}

// run runs another rexec with the same home, without a terminal, and returns what
// it prints.
func (t *terminal) run(args ...string) string {
	t.Helper()
	rexec, err := buildRexec()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(rexec, args...)
	cmd.Env = append(os.Environ(), "REXEC_HOME="+t.home)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("rexec %q: %v\n%s", args, err, out)
	}
	return string(out)
}

// TestRecInATerminal records where somebody types.
func TestRecInATerminal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "typed.cast")
	r := open(t, 70, 15, "", "rec", "-o", path, "--", "bash", "--norc", "--noprofile")
	r.see("recording; type exit or press ctrl+d to end", "ready>")
	r.press("stty size; tput cols", "enter")
	r.see("\n15 70")
	r.Resize(90, 20)
	r.press("stty size", "enter")
	r.see("\n20 90")
	// The terminal outside answers the child, once; ours would make it twice.
	r.press(`read -rs -d R -t 10 -p $'\e[6n' answer; read -rs -t 0.3 -n 1 more; echo "${#answer}+${#more}"`, "enter")
	r.await("one answer", func(s *vt.Snapshot) bool { return answerRE.MatchString(s.Text()) })
	r.press("echo go; cat", "enter")
	r.see("\ngo\n") // from here on it is not the shell that reads
	r.press("h\u00e9", "enter")
	r.see("\nh\u00e9\nh\u00e9\n") // echoed by the terminal, and by cat
	r.press("ctrl+c")
	r.see("^C")
	r.press("exit 9", "enter")
	if code := r.end(); code != 9 {
		t.Errorf("rec ended with %d, want the shell's 9", code)
	}
	r.see("saved 0:0", "typed.cast")
	out := r.run("screen", path)
	if !strings.Contains(out, "20 90") {
		t.Errorf("the recorded screen is\n%s", out)
	}
	if data, err := os.ReadFile(path); err != nil || !strings.Contains(string(data), `"r", "90x20"`) {
		t.Errorf("the resize is not in the recording: %v", err)
	}
}

var answerRE = regexp.MustCompile(`(?m)^[4-7]\+0$`)

// TestRecRestoresTheTerminal looks at the terminal before and after.
func TestRecRestoresTheTerminal(t *testing.T) {
	rexec, err := buildRexec()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.cast")
	script := fmt.Sprintf(`a=$(stty -g); %q rec -o %q -- true; b=$(stty -g); [ "$a" = "$b" ] && echo same settings`, rexec, path)
	r := openCommand(t, 80, 24, "", "sh", "-c", script)
	r.see("same settings")
}
