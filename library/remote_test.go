package library

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// On another machine's disk there is no log, and one process at a time.
func TestRemoteDisk(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	home := t.TempDir()
	far := Options{Host: "here", Remote: func(dir string) (string, bool) { return "nfs4", dir == home }}
	l := openLibrary(t, home, far)
	_, err := Open(ctx, homeDirs(home), far)
	var inUse *ErrInUse
	if !errors.As(err, &inUse) || inUse.Host != "here" || inUse.PID != os.Getpid() || inUse.Kind != "nfs4" {
		t.Fatalf("a second one: %v", err)
	}
	if !strings.Contains(err.Error(), "quit that one first") {
		t.Errorf("it does not say what to do: %v", err)
	}
	s := randomSecret(rand.New(rand.NewPCG(7, 8)))
	r := must[Recording](t)(l.Import(ctx, writeText(t, filepath.Join(t.TempDir(), "a.cast"), secretCast(s, 100)), nil))
	must[Recording](t)(record(ctx, l, NewRecording{Title: "stays"}, "x"))
	var mode string
	if err := l.db.read.QueryRow(`PRAGMA journal_mode`).Scan(&mode); err != nil || mode != "delete" {
		t.Errorf("journal mode %q, %v", mode, err)
	}
	if _, err := os.Stat(filepath.Join(home, dbName+"-wal")); err == nil {
		t.Error("there is a log")
	}
	if len(hits(t, l, SearchOptions{Query: s.word + "0"})) == 0 {
		t.Error("nothing is found")
	}
	if err := l.Delete(ctx, r.ID); err != nil {
		t.Fatal(err)
	}
	findTraces(t, home, s.traces())
	checkWhole(t, l)
	if _, err := Rebuild(ctx, homeDirs(home), far, nil); !errors.As(err, &inUse) {
		t.Errorf("rebuilding it meanwhile: %v", err)
	}
	l.Close()
	must[[]Recovered](t)(Rebuild(ctx, homeDirs(home), far, nil))
	l = openLibrary(t, home, far)
	l.Close()

	// Brought here, it has a log again.
	l = openLibrary(t, home, Options{})
	if err := l.db.read.QueryRow(`PRAGMA journal_mode`).Scan(&mode); err != nil || mode != "wal" {
		t.Errorf("here, journal mode %q, %v", mode, err)
	}
	if got := titles(checkWhole(t, l)); got != "stays" {
		t.Errorf("listed: %q", got)
	}
}
