package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"rexec/internal/testreq"
	"rexec/recording/live"
	"rexec/vt"
)

// buildDir holds what buildRexec has built, for all tests.
var buildDir string

// buildRexec builds the program once, as a user does, and returns its path.
var buildRexec = sync.OnceValues(func() (string, error) {
	var err error
	if buildDir, err = os.MkdirTemp("", "rexec-e2e-"); err != nil {
		return "", err
	}
	path := filepath.Join(buildDir, "rexec")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// terminal is rexec in a real terminal, whose screen our own emulator shows.
type terminal struct {
	*testing.T
	*live.Session
	home string
}

// open runs rexec with arguments in a terminal of a size. An empty home is a fresh
// one.
func open(t *testing.T, cols, rows int, home string, args ...string) *terminal {
	t.Helper()
	rexec, err := buildRexec()
	if err != nil {
		t.Fatal(err)
	}
	return openCommand(t, cols, rows, home, append([]string{rexec}, args...)...)
}

// openWith is open with more in the environment.
func openWith(t *testing.T, env []string, cols, rows int, home string) *terminal {
	t.Helper()
	rexec, err := buildRexec()
	if err != nil {
		t.Fatal(err)
	}
	return host(t, env, cols, rows, home, rexec)
}

// openCommand is open for another program.
func openCommand(t *testing.T, cols, rows int, home string, command ...string) *terminal {
	t.Helper()
	return host(t, nil, cols, rows, home, command...)
}

func host(t *testing.T, more []string, cols, rows int, home string, command ...string) *terminal {
	t.Helper()
	if runtime.GOOS == "windows" {
		testreq.Skip(t, "terminals cannot be hosted here; run the tests on Linux or macOS")
	}
	if home == "" {
		home = t.TempDir()
	}
	env := slices.DeleteFunc(os.Environ(), func(e string) bool {
		return strings.HasPrefix(e, "REXEC_") || strings.HasPrefix(e, "NO_COLOR=")
	})
	bash := testreq.Program(t, "bash", "apt-get install bash")
	user := t.TempDir()
	if err := os.WriteFile(filepath.Join(user, ".bashrc"), []byte("PS1='ready> '\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env = append(env, "REXEC_HOME="+home, "HOME="+user, "SHELL="+bash, "LC_ALL=C.UTF-8", "TZ=UTC",
		"PS1=ready> ", "PROMPT_COMMAND=", "HISTFILE=", "VIMINIT=set nocompatible noswapfile viminfo=")
	env = append(env, more...)
	s, err := live.Start(context.Background(), live.Config{
		Command: command, Env: env, Cols: cols, Rows: rows, Answer: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &terminal{t, s, home}
}

// keyBytes are what a terminal sends for keys that are no characters.
var keyBytes = map[string]string{
	"enter": "\r", "esc": "\x1b", "tab": "\t", "backspace": "\x7f", "ctrl+b": "\x02", "ctrl+c": "\x03", "ctrl+d": "\x04",
	"left": "\x1b[D", "right": "\x1b[C", "up": "\x1b[A", "down": "\x1b[B", "home": "\x1b[H", "end": "\x1b[F",
}

// press strikes keys: names of keyBytes, or text.
func (t *terminal) press(keys ...string) {
	t.Helper()
	for _, k := range keys {
		if b, ok := keyBytes[k]; ok {
			k = b
		}
		if _, err := t.Write([]byte(k)); err != nil {
			t.Fatalf("pressing %q: %v; the screen is\n%s", k, err, framed(t.Snapshot()))
		}
	}
}

// await returns the first screen that ok likes.
func (t *terminal) await(what string, ok func(*vt.Snapshot) bool) *vt.Snapshot {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	for generation := uint64(0); ; {
		next, err := t.Wait(ctx, generation)
		screen := t.Snapshot()
		if ok(screen) {
			return screen
		}
		if err != nil {
			t.Fatalf("never saw %s (%v); the screen is\n%s", what, err, framed(screen))
		}
		generation = next
	}
}

// see waits for all of the texts to be on the screen at once.
func (t *terminal) see(texts ...string) *vt.Snapshot {
	t.Helper()
	return t.await(fmt.Sprintf("%q", texts), func(s *vt.Snapshot) bool { return shows(s, texts...) })
}

// miss waits until none of the texts is on the screen.
func (t *terminal) miss(texts ...string) *vt.Snapshot {
	t.Helper()
	return t.await(fmt.Sprintf("a screen without %q", texts), func(s *vt.Snapshot) bool {
		return !slices.ContainsFunc(texts, func(text string) bool { return shows(s, text) })
	})
}

// insist strikes a key until the screen is as ok likes it: for what does not take
// every key, such as a dialog that has just opened unasked.
func (t *terminal) insist(key, what string, ok func(*vt.Snapshot) bool) {
	t.Helper()
	if !eventually(func() bool {
		if ok(t.Snapshot()) {
			return true
		}
		t.press(key)
		return false
	}) {
		t.Fatalf("%s does not bring %s; the screen is\n%s", key, what, framed(t.Snapshot()))
	}
}

func shows(s *vt.Snapshot, texts ...string) bool {
	all := s.Text()
	return !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(all, text) })
}

// end waits for the program to end and returns its exit status.
func (t *terminal) end() int {
	t.Helper()
	select {
	case <-t.Done():
		return t.Exit().Code
	default:
	}
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	select {
	case <-t.Done():
	case <-ctx.Done():
		t.Fatalf("the program does not end; the screen is\n%s", framed(t.Snapshot()))
	}
	return t.Exit().Code
}

func framed(s *vt.Snapshot) string {
	cols, rows := s.Size()
	edge := "+" + strings.Repeat("-", cols) + "+\n"
	return fmt.Sprintf("%s%s\n%s(%d×%d, cursor %+v)", edge, strings.TrimRight(s.Text(), "\n"), edge, cols, rows, s.Cursor())
}
