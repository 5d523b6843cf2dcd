package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rexec/internal/testreq"
	"rexec/vt"
)

// differences are the cells in which tmux shows the card otherwise, by the word
// that begins the row, with the reason. The rest must be equal, cell by cell.
var differences = map[string]string{
	"attributes": "capture-pane does not tell overlines",
	"clusters":   "tmux 3.3 has no mode 2027: it counts code points",
}

// TestTheCardLooksAsInTmux prints the card in tmux and compares what tmux says is
// on its screen with what this emulator shows: text, colours, attributes.
func TestTheCardLooksAsInTmux(t *testing.T) {
	tmux := testreq.Program(t, "tmux", "apt-get install tmux")
	ours := vt.New(cols, rows)
	ours.Write([]byte(strings.Join(card(), "\r\n")))
	want := ours.Snapshot()

	captured := captureFromTmux(t, tmux, []byte(strings.Join(card(), "\r\n")))
	theirs := vt.New(cols, rows)
	// The capture is rows of text and SGR, with line drawing shifted in; nothing
	// else moves the cursor.
	theirs.Write([]byte("\x1b)0"))
	theirs.Write([]byte(strings.ReplaceAll(strings.TrimRight(captured, "\n"), "\n", "\x1b[0m\r\n")))
	got := theirs.Snapshot()

	for y := range rows {
		name := strings.TrimSpace(fmt.Sprintf("%.12s", want.Line(y).String()))
		diff := compareRows(want.Line(y), got.Line(y))
		switch reason, known := differences[name]; {
		case diff != "" && !known:
			t.Errorf("row %d (%s): %s\nours %q\ntmux %q", y, name, diff, want.Line(y), got.Line(y))
		case diff == "" && known:
			t.Logf("row %d (%s) is equal in this tmux, although: %s", y, name, reason)
		}
	}
}

// compareRows says in which column two rows look different. tmux does not tell
// links, nor a blank from a space.
func compareRows(ours, theirs vt.Line) string {
	for x := range ours.Len() {
		a, b := ours.Style(x), theirs.Style(x)
		a.Link, b.Link = vt.Link{}, vt.Link{}
		if ours.Text(x) != theirs.Text(x) {
			return fmt.Sprintf("column %d has %q, tmux %q", x, ours.Text(x), theirs.Text(x))
		}
		if a != b {
			return fmt.Sprintf("column %d (%q) looks %+v, in tmux %+v", x, ours.Text(x), a, b)
		}
	}
	return ""
}

// captureFromTmux prints output in a tmux of its own and returns its screen with
// colours, once the last row is there.
func captureFromTmux(t *testing.T, tmux string, output []byte) string {
	dir := t.TempDir()
	file := filepath.Join(dir, "card")
	if err := os.WriteFile(file, output, 0o600); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "s")
	run := func(args ...string) string {
		cmd := exec.Command(tmux, append([]string{"-u", "-S", socket, "-f", "/dev/null"}, args...)...)
		cmd.Env = append(os.Environ(), "TERM=xterm-256color", "TMUX=")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("tmux %s: %v: %s", args[0], err, out)
		}
		return string(out)
	}
	run("new-session", "-d", "-x", fmt.Sprint(cols), "-y", fmt.Sprint(rows+1), "cat "+file+"; exec cat")
	defer exec.Command(tmux, "-S", socket, "kill-server").Run()
	for deadline := time.Now().Add(20 * time.Second); ; {
		if out := run("capture-pane", "-p", "-e", "-N"); strings.Contains(out, "wrapped") {
			return out
		}
		if time.Now().After(deadline) {
			t.Fatal("tmux does not show the card")
		}
	}
}
