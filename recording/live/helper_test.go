package live_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"rexec/internal/testreq"
	"rexec/recording/cast"
	"rexec/recording/live"
	"rexec/vt"
)

// deadline ends a wait that would otherwise never end.
const deadline = 30 * time.Second

func TestMain(m *testing.M) {
	if mode := os.Getenv("LIVE_TEST_HELPER"); mode != "" {
		helper(mode, os.Args[1:])
		return
	}
	os.Exit(m.Run())
}

// start hosts a terminal for the length of the test.
func start(t *testing.T, c live.Config) *live.Session {
	t.Helper()
	if runtime.GOOS == "windows" {
		testreq.Skip(t, "terminals cannot be hosted here; run the tests on Linux or macOS")
	}
	s, err := live.Start(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// sh is a command line for /bin/sh.
func sh(script string) []string { return []string{"/bin/sh", "-c", script} }

// waitFor returns the first screen that ok likes.
func waitFor(t *testing.T, s *live.Session, what string, ok func(*vt.Snapshot) bool) *vt.Snapshot {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	for generation := uint64(0); ; {
		next, err := s.Wait(ctx, generation)
		screen := s.Snapshot()
		if ok(screen) {
			return screen
		}
		if err != nil {
			t.Fatalf("never saw %s (%v); the screen is\n%s", what, err, framed(screen))
		}
		generation = next
	}
}

func waitForText(t *testing.T, s *live.Session, text string) *vt.Snapshot {
	t.Helper()
	return waitFor(t, s, fmt.Sprintf("%q", text), func(screen *vt.Snapshot) bool {
		return strings.Contains(screen.Text(), text)
	})
}

func waitForEnd(t *testing.T, s *live.Session) live.ExitStatus {
	t.Helper()
	select {
	case <-s.Done():
	case <-time.After(deadline):
		t.Fatalf("the session does not end; the screen is\n%s", framed(s.Snapshot()))
	}
	return s.Exit()
}

// waitForEvent returns the first event of type E.
func waitForEvent[E live.Event](t *testing.T, s *live.Session) E {
	t.Helper()
	timeout := time.After(deadline)
	for {
		select {
		case e, ok := <-s.Events():
			if e, is := e.(E); is {
				return e
			}
			if !ok {
				t.Fatalf("the session ended without a %T", *new(E))
			}
		case <-timeout:
			t.Fatalf("there was no %T", *new(E))
		}
	}
}

func framed(screen *vt.Snapshot) string {
	if screen == nil {
		return "(none)"
	}
	cols, _ := screen.Size()
	edge := "+" + strings.Repeat("-", cols) + "+\n"
	return edge + strings.TrimRight(screen.Text(), "\n") + "\n" + edge
}

// recordTo is where a test records.
func recordTo(t *testing.T) live.RecordOptions {
	t.Helper()
	return live.RecordOptions{Path: filepath.Join(t.TempDir(), "test.cast")}
}

// readCast reads a cast that must have no fault.
func readCast(t *testing.T, path string) (cast.Header, []cast.Event) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := cast.NewReader(f, cast.Strict)
	if err != nil {
		t.Fatal(err)
	}
	var events []cast.Event
	for {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			return r.Header(), events
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if n := len(events); n > 0 && e.Time < events[n-1].Time {
			t.Fatalf("event %d is at %v, the one before it at %v", n, e.Time, events[n-1].Time)
		}
		events = append(events, e)
	}
}

// output joins the data of all output events.
func output(events []cast.Event) string {
	var b strings.Builder
	for _, e := range events {
		if e.Code == cast.Output {
			b.WriteString(e.Data)
		}
	}
	return b.String()
}

// replay plays a cast into a new terminal.
func replay(t *testing.T, h cast.Header, events []cast.Event) *vt.Snapshot {
	t.Helper()
	term := vt.New(h.Cols, h.Rows)
	for _, e := range events {
		switch e.Code {
		case cast.Output:
			term.Write([]byte(e.Data))
		case cast.Resize:
			cols, rows, err := cast.ParseSize(e.Data)
			if err != nil {
				t.Fatal(err)
			}
			term.Resize(cols, rows)
		}
	}
	return term.Snapshot()
}

// codes lists the events of other kinds than output, "code:data".
func codes(events []cast.Event) []string {
	var list []string
	for _, e := range events {
		if e.Code != cast.Output {
			list = append(list, e.Code+":"+e.Data)
		}
	}
	return list
}

func sized(cols, rows int) func(*vt.Snapshot) bool {
	return func(screen *vt.Snapshot) bool {
		c, r := screen.Size()
		return c == cols && r == rows
	}
}
