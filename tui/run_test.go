package tui

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rexec/internal/testreq"
	"rexec/library"
	"rexec/vt"
)

// outside is the terminal that the app runs in: our own emulator.
type outside struct {
	t    *testing.T
	keys *io.PipeWriter
	done chan error

	mu      sync.Mutex
	term    *vt.Terminal
	changed chan struct{} // closed by the next output
}

func (o *outside) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	// Bubble Tea takes an output that is no terminal for one in cooked mode, which
	// writes CR LF for LF.
	o.term.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n")))
	close(o.changed)
	o.changed = make(chan struct{})
	return len(p), nil
}

// launch runs the app in a window, on a library in dir.
func launch(t *testing.T, dir string, cols, rows int, command ...string) (*outside, *library.Library) {
	t.Helper()
	if runtime.GOOS == "windows" {
		testreq.Skip(t, "no terminals can be hosted here; run this on Linux or macOS")
	}
	dirs := library.Dirs{Data: dir, Config: dir, State: dir, Cache: filepath.Join(dir, "cache")}
	lib, err := library.Open(t.Context(), dirs, library.Options{})
	if err != nil {
		t.Fatal(err)
	}
	read, write := io.Pipe()
	o := &outside{t: t, keys: write, done: make(chan error, 1), changed: make(chan struct{})}
	// Whatever the app asks its terminal, it answers, as a real one does.
	o.term = vt.New(cols, rows, vt.WithReplies(func(p []byte) {
		reply := bytes.Clone(p)
		go write.Write(reply)
	}))
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		o.done <- Run(ctx, Config{
			Library: lib, Dirs: dirs, Command: command, Input: read, Output: o, Cols: cols, Rows: rows,
			Env: append(without(os.Environ(), "TMUX"), "TERM=xterm-256color", "COLORTERM=truecolor", "PS1=$ "),
		})
	}()
	t.Cleanup(func() { cancel(); o.ends(); lib.Close() })
	return o, lib
}

func (o *outside) screen() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.term.Snapshot().Text()
}

// shows waits until all texts are on the screen.
func (o *outside) shows(texts ...string) {
	o.t.Helper()
	timeout := time.After(20 * time.Second)
	for {
		o.mu.Lock()
		changed := o.changed
		text := o.term.Snapshot().Text()
		o.mu.Unlock()
		missing := ""
		for _, want := range texts {
			if !strings.Contains(text, want) {
				missing = want
			}
		}
		if missing == "" {
			return
		}
		select {
		case <-changed:
		case <-timeout:
			o.t.Fatalf("%q is not on the screen:\n%s", missing, text)
		}
	}
}

func (o *outside) press(keys string) {
	if _, err := io.WriteString(o.keys, keys); err != nil {
		o.t.Fatal(err)
	}
}

// ends waits until the app has ended.
func (o *outside) ends() error {
	select {
	case err := <-o.done:
		o.done <- err
		return err
	case <-time.After(20 * time.Second):
		o.t.Errorf("the app does not end:\n%s", o.screen())
		return nil
	}
}

func TestFirstLight(t *testing.T) {
	o, lib := launch(t, t.TempDir(), 80, 24, "/bin/sh")
	o.shows("No recordings yet", "r   records a new terminal")
	o.press("r")
	o.shows("Record a new terminal")
	o.press("First light\r")
	o.shows("1 sh", "● rec 0:0", "$")
	o.press("echo héllo 世界 🎉 | tr a-z A-Z\r")
	o.shows("HéLLO 世界 🎉")
	// The title goes to the tab. The second keeps the shell from ending at once.
	o.press("printf '\\033]0;my title\\007'; sleep 1\r")
	o.shows("1 my title")
	o.press("exit 0\r")
	o.shows("Saved “First light”", "▌   First light", "1 recording")
	o.press("\r")
	o.shows("0:0", "?") // the player
	audited(t, lib, library.AuditStarted, library.AuditStopped, library.AuditViewed)
	o.press("q")
	o.shows("▌   First light", "quit")
	o.press("q")
	if err := o.ends(); err != nil {
		t.Fatal(err)
	}
	rows, err := lib.List(context.Background(), library.ListOptions{})
	if err != nil || len(rows) != 1 || rows[0].Status != library.StatusComplete {
		t.Errorf("the library holds %+v (%v)", rows, err)
	}
}

// audited waits until the audit log holds these entries.
func audited(t *testing.T, lib *library.Library, want ...library.AuditAction) {
	t.Helper()
	var actions []library.AuditAction
	for limit := time.Now().Add(20 * time.Second); !slices.Equal(actions, want); {
		if time.Now().After(limit) {
			t.Fatalf("the audit log says %v, want %v", actions, want)
		}
		actions = actions[:0]
		for e, err := range lib.AuditLog(t.Context(), library.AuditFilter{}) {
			if err != nil {
				t.Fatal(err)
			}
			actions = append(actions, e.Action)
		}
	}
}

func TestWhateverEndsTheAppTheRecordingIsSaved(t *testing.T) {
	o, lib := launch(t, t.TempDir(), 80, 24, "/bin/sh")
	o.shows("No recordings yet")
	o.press("r")
	o.shows("Record a new terminal")
	o.press("\r")
	o.shows("● rec", "$")
	o.press("echo kept | tr a-z A-Z\r")
	o.shows("KEPT")
	o.keys.Close() // the terminal goes away
	if err := o.ends(); err != nil {
		t.Errorf("the app ended with %v", err)
	}
	rows, err := lib.List(context.Background(), library.ListOptions{})
	if err != nil || len(rows) != 1 || rows[0].Status != library.StatusComplete {
		t.Fatalf("the library holds %+v (%v)", rows, err)
	}
	if cast, err := os.ReadFile(rows[0].Path); err != nil || !strings.Contains(string(cast), "KEPT") {
		t.Errorf("the recording holds %q (%v)", cast, err)
	}
}

func TestAnotherProcessesChangesAreShown(t *testing.T) {
	dir := t.TempDir()
	o, _ := launch(t, dir, 80, 24)
	o.shows("No recordings yet")
	other, err := library.Open(t.Context(), library.Dirs{Data: dir, Config: dir, State: dir, Cache: filepath.Join(dir, "cache")}, library.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	path := filepath.Join(t.TempDir(), "a.cast")
	if err := os.WriteFile(path, []byte("{\"version\":2,\"width\":80,\"height\":24,\"title\":\"From elsewhere\"}\n[1,\"o\",\"hi\"]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Import(t.Context(), path, nil); err != nil {
		t.Fatal(err)
	}
	o.shows("From elsewhere")
	o.press("q")
	o.ends()
}

func TestNoTerminalIsAnError(t *testing.T) {
	if err := Run(t.Context(), Config{}); err == nil {
		t.Error("nothing to show, and no error")
	}
}

func TestThePaletteFindsWhatCanBeDone(t *testing.T) {
	o, lib := launch(t, t.TempDir(), 80, 24, "/bin/sh")
	o.shows("No recordings yet")
	o.press("r")
	o.shows("Record a new terminal")
	o.press("Token\r")
	o.shows("1 sh", "$")
	o.press("echo done; exit\r")
	o.shows("ended, exit 0")
	o.press("x")
	o.shows("▌   Token")
	choose := func(words string, shows ...string) {
		t.Helper()
		o.press("\x10") // ctrl+p
		o.shows("type what to do")
		o.press(words + "\r")
		o.shows(shows...)
	}
	choose("check format", "It is a clean asciicast of version 2")
	choose("look tokens", "No passwords or tokens were recognised")
	choose("pauses copy", "▌   Token (shortened)", "2 recordings")
	path := filepath.Join(t.TempDir(), "out.md")
	choose("export text", "Export “Token (shortened)”")
	o.press("\x15" + path + "\r") // ctrl+u empties the line
	o.shows("Exported to")
	if text, err := os.ReadFile(path); err != nil || !bytes.HasPrefix(text, []byte("# Token")) {
		t.Errorf("the file holds %q (%v)", text, err)
	}
	choose("close terminal", "No terminal is open")
	choose("quit")
	if err := o.ends(); err != nil {
		t.Fatal(err)
	}
	rows, err := lib.List(context.Background(), library.ListOptions{})
	if err != nil || len(rows) != 2 {
		t.Errorf("the library holds %+v (%v)", rows, err)
	}
}
