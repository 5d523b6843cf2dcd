//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"rexec/vt"
)

// recordSteadily opens the app, starts a recording, and returns when output of it
// is in the file.
func recordSteadily(t *testing.T) *terminal {
	r := open(t, 80, 24, "")
	r.see("No recordings yet")
	r.press("r", "a steady stream", "enter")
	r.see("ready>", "●")
	r.press("while :; do echo tick $((++n)); sleep 0.01; done", "enter")
	r.see("tick 20\n")
	if !eventually(func() bool { return strings.Contains(r.castOf(t), "tick 20") }) {
		t.Fatal("nothing is written to the recording")
	}
	return r
}

// castOf returns what is in the only recording's file.
func (r *terminal) castOf(t *testing.T) string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(r.home, "recordings", "*", "*", "*.cast"))
	if err != nil || len(paths) != 1 {
		t.Fatalf("there are %d recordings (%v), want 1", len(paths), err)
	}
	data, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestKilledAppKeepsTheRecording(t *testing.T) {
	r := recordSteadily(t)
	if err := syscall.Kill(r.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	r.end()
	again := open(t, 80, 24, r.home)
	again.await("the recording, closed", func(s *vt.Snapshot) bool {
		line := lineWith(s, "a steady stream")
		return durationRE.MatchString(line) && sizeRE.MatchString(line) && !strings.Contains(line, "●")
	})
	again.press("enter")
	again.awaitBar("playback", func(b bar) bool { return b.state == "▶" || b.state == "■" })
	again.press("end")
	again.see("tick 20")
	again.press("q")
	again.see("a steady stream")
	again.press("q")
	again.end()
}

func TestSignalsSaveTheRecording(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(signal.String(), func(t *testing.T) {
			r := recordSteadily(t)
			if err := syscall.Kill(r.PID(), signal); err != nil {
				t.Fatal(err)
			}
			r.end()
			if list := r.run("ls", "--json"); !strings.Contains(list, `"status": "complete"`) {
				t.Errorf("after the signal, rexec ls prints\n%s", list)
			}
			if !strings.Contains(r.castOf(t), `"x", "129"`) {
				t.Error("the recording does not tell how the shell ended")
			}
		})
	}
}

func TestSecondRexecHarmsNothing(t *testing.T) {
	r := recordSteadily(t)
	second := open(t, 100, 30, r.home)
	second.see("a steady stream")
	second.press("q")
	if code := second.end(); code != 0 {
		t.Errorf("the second rexec ended with %d", code)
	}
	if list := r.run("ls"); !strings.Contains(list, "a steady stream (recording)") {
		t.Errorf("while it is recorded, rexec ls prints\n%s", list)
	}
	// The shell misses an interrupt that comes when its child has just ended.
	r.insist("ctrl+c", "a prompt", func(s *vt.Snapshot) bool { return shows(s, "ready>") })
	r.press("echo it goes on", "enter", "exit", "enter")
	// A terminal that ended soon after it began stays, for its last words.
	ended := r.await("the end", func(s *vt.Snapshot) bool { return shows(s, "Library") || shows(s, "ended, exit 0") })
	if shows(ended, "ended, exit 0") {
		r.press("x")
	}
	r.await("the recording, closed", func(s *vt.Snapshot) bool {
		return shows(s, "Library") && durationRE.MatchString(lineWith(s, "a steady stream")) && !shows(s, "●")
	})
	if list := r.run("ls"); strings.Contains(list, "(recording)") || !strings.Contains(list, "a steady stream") {
		t.Errorf("after the end, rexec ls prints\n%s", list)
	}
	if !strings.Contains(r.castOf(t), "it goes on") {
		t.Error("the end of the recording is missing")
	}
}

func TestTinyWindow(t *testing.T) {
	r := open(t, 20, 5, "")
	r.await("something", func(s *vt.Snapshot) bool { return strings.TrimSpace(s.Text()) != "" })
	t.Logf("at 20×5:\n%s", framed(r.Snapshot()))
	r.Resize(80, 24)
	r.see("No recordings yet")
	r.Resize(20, 5)
	r.Resize(1, 1)
	r.Resize(80, 24)
	r.see("No recordings yet")
	r.press("q")
	if code := r.end(); code != 0 {
		t.Errorf("rexec ended with %d", code)
	}
}

func TestMissingShellKeepsTheAppUp(t *testing.T) {
	r := open(t, 80, 24, "")
	r.see("No recordings yet")
	r.press("q")
	r.end()
	r = openWith(t, []string{"SHELL=/no/such/shell"}, 80, 24, r.home)
	r.see("No recordings yet")
	r.press("c")
	r.see("/no/such/shell")
	r.insist("enter", "the library back", func(s *vt.Snapshot) bool { return !shows(s, "/no/such/shell") })
	r.press("r")
	r.see("Record a new terminal")
	r.press("enter")
	r.see("/no/such/shell")
	t.Logf("without a shell:\n%s", framed(r.Snapshot()))
	if list := r.run("ls", "--json"); strings.TrimSpace(list) != "[]" {
		t.Errorf("a recording is left behind:\n%s", list)
	}
}

func TestPlayFromStandardInput(t *testing.T) {
	path := filepath.Join(t.TempDir(), "piped.cast")
	cast := `{"version":2,"width":40,"height":10}` + "\n" + `[0.1,"o","from a pipe"]` + "\n" + `[9.0,"o","!"]` + "\n"
	if err := os.WriteFile(path, []byte(cast), 0o600); err != nil {
		t.Fatal(err)
	}
	rexec, err := buildRexec()
	if err != nil {
		t.Fatal(err)
	}
	r := openCommand(t, 80, 24, "", "sh", "-c", `"$0" play - < "$1"; echo ended with $?`, rexec, path)
	r.see("from a pipe")
	r.press("q")
	r.see("ended with 0")
	r = openCommand(t, 80, 24, "", "sh", "-c", `"$0" play - ; echo ended with $?`, rexec)
	r.see("standard input, which is a terminal", "ended with 2")
}
