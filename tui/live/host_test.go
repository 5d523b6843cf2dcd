package live

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"rexec/internal/testreq"
	"rexec/library"
	"rexec/recording/live"
)

// sessions opens a library and a host in it that runs a shell command.
func sessions(t *testing.T, script string) (*Sessions, *library.Library) {
	t.Helper()
	dir := t.TempDir()
	lib, err := library.Open(t.Context(), library.Dirs{Data: dir, Config: dir, State: dir, Cache: filepath.Join(dir, "cache")}, library.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { lib.Close() })
	h := NewSessions(lib, []string{"/bin/sh", "-c", script}, os.Environ(), time.Now)
	t.Cleanup(func() { h.Shutdown(context.Background()) })
	return h, lib
}

func begin(t *testing.T, h *Sessions, o StartOptions) Started {
	t.Helper()
	o.Cols, o.Rows = 80, 24
	s, err := h.Start(t.Context(), o)
	if errors.Is(err, live.ErrUnsupported) {
		testreq.Skip(t, "no terminals can be hosted here; run this on Linux or macOS")
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// until waits for a text on a terminal's screen.
func until(t *testing.T, terminal Terminal, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for after := uint64(0); !strings.Contains(terminal.Snapshot().Text(), text); {
		g, err := terminal.Wait(ctx, after)
		if err != nil {
			t.Fatalf("waiting for %q: %v; the screen:\n%s", text, err, terminal.Snapshot().Text())
		}
		after = g
	}
}

// kept returns the library's only recording.
func kept(t *testing.T, lib *library.Library) library.Recording {
	t.Helper()
	rows, err := lib.List(t.Context(), library.ListOptions{})
	if err != nil || len(rows) != 1 {
		t.Fatalf("the library holds %d recordings (%v), want 1", len(rows), err)
	}
	return rows[0]
}

func TestShutdownSavesWhatIsRecorded(t *testing.T) {
	h, lib := sessions(t, "echo ready; read x")
	s := begin(t, h, StartOptions{Record: true, Title: "Work"})
	until(t, s.Terminal, "ready")
	if err := h.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := kept(t, lib)
	if r.Status != library.StatusComplete || r.Title != "Work" || r.Size == 0 {
		t.Errorf("kept %+v", r)
	}
	if cast, err := os.ReadFile(r.Path); err != nil || !strings.Contains(string(cast), "ready") {
		t.Errorf("the cast holds %q (%v)", cast, err)
	}
	if err := h.Shutdown(t.Context()); err != nil {
		t.Errorf("a second time: %v", err)
	}
}

func TestRecordingBeginsWithTheScreenAsItIs(t *testing.T) {
	h, lib := sessions(t, "echo before; read x; echo after; read x")
	s := begin(t, h, StartOptions{})
	until(t, s.Terminal, "before")
	if _, err := h.Record(t.Context(), s.Terminal, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Record(t.Context(), s.Terminal, ""); !errors.Is(err, live.ErrRecording) {
		t.Errorf("a second recording at once: %v", err)
	}
	s.Terminal.Write([]byte("\r"))
	until(t, s.Terminal, "after")
	r, err := h.Save(t.Context(), s.Terminal)
	if err != nil {
		t.Fatal(err)
	}
	if cast, err := os.ReadFile(r.Path); err != nil || !strings.Contains(string(cast), "before") || !strings.Contains(string(cast), "after") {
		t.Errorf("the cast holds %q (%v)", cast, err)
	}
	if kept(t, lib).ID != r.ID {
		t.Error("what could not be recorded left a trace")
	}
	if _, err := h.Save(t.Context(), s.Terminal); !errors.Is(err, live.ErrNotRecording) {
		t.Errorf("saving twice: %v", err)
	}
}

func TestTheExitStatusIsKept(t *testing.T) {
	h, lib := sessions(t, "exit 3")
	s := begin(t, h, StartOptions{Record: true})
	<-s.Terminal.(*live.Session).Done()
	if _, err := h.Save(t.Context(), s.Terminal); err != nil {
		t.Fatal(err)
	}
	if r := kept(t, lib); r.ExitStatus == nil || *r.ExitStatus != 3 {
		t.Errorf("kept %+v", r)
	}
}

func TestWhatCannotBeStartedLeavesNothing(t *testing.T) {
	h, lib := sessions(t, "")
	begin(t, h, StartOptions{}) // skips where nothing can be hosted
	h.command = []string{"/nosuch/shell"}
	_, err := h.Start(t.Context(), StartOptions{Record: true, Cols: 80, Rows: 24})
	var command *live.CommandError
	if !errors.As(err, &command) {
		t.Errorf("the error is %v", err)
	}
	if rows, err := lib.List(t.Context(), library.ListOptions{}); err != nil || len(rows) != 0 {
		t.Errorf("the library holds %v (%v)", rows, err)
	}
}

// full is a library on a disk that is full for a while.
type full struct {
	store
	full bool
}

func (f *full) Finish(ctx context.Context, id string, info library.FinishInfo) (library.Recording, error) {
	if f.full {
		return library.Recording{}, syscall.ENOSPC
	}
	return f.store.Finish(ctx, id, info)
}

func TestWhatTheLibraryCouldNotTakeIsTriedAgain(t *testing.T) {
	for name, again := range map[string]func(*Sessions, Terminal) error{
		"when the terminal is closed": func(h *Sessions, s Terminal) error { _, err := h.Close(t.Context(), s); return err },
		"when the app ends":           func(h *Sessions, s Terminal) error { return h.Shutdown(t.Context()) },
		"when it records again":       func(h *Sessions, s Terminal) error { _, err := h.Record(t.Context(), s, "next"); return err },
	} {
		t.Run(name, func(t *testing.T) {
			h, lib := sessions(t, "echo ready; read x")
			disk := &full{h.library, true}
			h.library = disk
			s := begin(t, h, StartOptions{Record: true, Title: "Work"})
			until(t, s.Terminal, "ready")
			if _, err := h.Save(t.Context(), s.Terminal); !errors.Is(err, syscall.ENOSPC) {
				t.Fatalf("on a full disk: %v", err)
			}
			disk.full = false
			if err := again(h, s.Terminal); err != nil {
				t.Fatal(err)
			}
			rows, err := lib.List(t.Context(), library.ListOptions{Query: "Work"})
			if err != nil || len(rows) != 1 || rows[0].Status != library.StatusComplete {
				t.Errorf("the library holds %+v (%v)", rows, err)
			}
		})
	}
}
