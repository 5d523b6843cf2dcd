package library

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rexec/recording/cast"
	"rexec/recording/castfile"
	"rexec/recording/pack"
)

// clock is a clock that moves only when it is told to.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock {
	return &clock{now: time.Date(2026, 11, 22, 10, 30, 0, 123456789, time.UTC)}
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func homeDirs(home string) Dirs {
	d, err := DirsFrom(home, func(string) string { return "" })
	if err != nil {
		panic(err)
	}
	return d
}

// openLibrary opens a library for the time of the test.
func openLibrary(t testing.TB, home string, o Options) *Library {
	t.Helper()
	l, err := Open(t.Context(), homeDirs(home), o)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// reader says what a test cannot do without.
func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// castText is a small cast of version 2; every different word makes a different one.
func castText(title, word string) string {
	return fmt.Sprintf(`{"version":2,"width":100,"height":30,"timestamp":1700000000,"title":%q,"env":{"SHELL":"/bin/zsh"}}
[0.5, "o", "$ "]
[1.25, "o", "echo %s\r\n"]
[2.5, "x", "3"]
`, title, word)
}

func writeText(t testing.TB, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// writeCast writes a finished recording of two events where Begin said.
func writeCast(path string, h cast.Header, word string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	w, err := cast.NewWriter(f, h)
	if err != nil {
		return err
	}
	for i, text := range []string{"$ ", word + "\r\n"} {
		if err := w.Write(cast.Event{Time: time.Duration(i+1) * time.Second, Code: cast.Output, Data: text}); err != nil {
			return err
		}
	}
	return w.Close()
}

// lock holds the lock on a file as another process would that writes it.
func lock(t testing.TB, path string) (unlock func()) {
	t.Helper()
	unlock, ok, err := castfile.TryLock(path)
	if err != nil || !ok {
		t.Fatalf("lock %s: %v, %v", path, ok, err)
	}
	return unlock
}

// record makes a whole recording.
func record(ctx context.Context, l *Library, n NewRecording, word string) (Recording, error) {
	if n.Cols == 0 {
		n.Cols, n.Rows = 80, 24
	}
	r, h, err := l.Begin(ctx, n)
	if err != nil {
		return Recording{}, err
	}
	if err := writeCast(r.Path, h, word); err != nil {
		return Recording{}, err
	}
	return l.Finish(ctx, r.ID, FinishInfo{})
}

// oneCommand finds one command in every cast: what its second event printed.
func oneCommand(ctx context.Context, r io.Reader) (Summary, error) {
	c, err := cast.NewReader(r, cast.Lenient)
	if err != nil {
		return Summary{}, err
	}
	if _, err := c.Next(); err != nil {
		return Summary{}, err
	}
	e, err := c.Next()
	if err != nil {
		return Summary{}, err
	}
	zero := 0
	return Summary{Commands: []Command{{Text: strings.TrimSpace(e.Data), Dir: "/src", Start: time.Second, End: e.Time, Exit: &zero}}}, nil
}

// all lists everything, in pages of three, and checks the order.
func all(t testing.TB, l *Library, query string) []Recording {
	t.Helper()
	var out []Recording
	o := ListOptions{Query: query, Limit: 3}
	for {
		page, err := l.List(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, page...)
		if len(page) < o.Limit {
			break
		}
		o.After = page[len(page)-1].Cursor()
	}
	for i := 1; i < len(out); i++ {
		if out[i].Created.After(out[i-1].Created) {
			t.Fatalf("%s (%v) is listed after %s (%v)", out[i].ID, out[i].Created, out[i-1].ID, out[i-1].Created)
		}
	}
	return out
}

func titles(list []Recording) string {
	var out []string
	for _, r := range list {
		out = append(out, r.Title)
	}
	return strings.Join(out, " ")
}

// readCast returns the content of a cast, compressed or not.
func readCast(path string) ([]byte, error) {
	f, err := pack.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// tree lists the files below a folder, with slashes.
func tree(t testing.TB, root string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(root, path)
			out = append(out, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return out
}

// checkWhole fails when anything is lost or half done in a library that nobody
// writes: rows and files must tell the same, and nothing else may lie about.
func checkWhole(t testing.TB, l *Library) []Recording {
	t.Helper()
	list := must[[]Recording](t)(l.everything(t.Context()))
	known := map[string]bool{}
	for _, r := range list {
		rel, _ := l.rel(r.Path)
		known[rel], known[sidecarPath(rel)] = true, true
		if r.Status == StatusRecording {
			t.Errorf("%s is still listed as being recorded", r.ID)
		}
		data, err := readCast(r.Path)
		if err != nil {
			t.Errorf("%s has no file: %v", r.ID, err)
			continue
		}
		if info, err := os.Stat(r.Path); err != nil || info.Size() != r.Stored {
			t.Errorf("%s: the row says that the file has %d bytes: %v, %v", r.ID, r.Stored, info, err)
		}
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != r.SHA256 || int64(len(data)) != r.Size {
			t.Errorf("%s: the file has %d bytes and another hash than the row, which says %d", r.ID, len(data), r.Size)
		}
		side, ok := readSidecar(r.Path)
		if !ok || side.ID != r.ID || side.Title != r.Title {
			t.Errorf("%s: the sidecar is %+v, the row says title %q", r.ID, side, r.Title)
		}
		commands := must[[]Command](t)(l.Commands(t.Context(), r.ID))
		if len(commands) != r.Commands {
			t.Errorf("%s has %d commands, its row says %d", r.ID, len(commands), r.Commands)
		}
	}
	for _, path := range tree(t, l.dirs.Data) {
		switch {
		case strings.HasPrefix(path, "recordings/") && !known[path]:
			t.Errorf("%s belongs to no recording", path)
		case strings.HasPrefix(path, "incoming/"):
			t.Errorf("%s is half a copy", path)
		case strings.HasPrefix(path, "locks/") && filepath.Base(path) != filepath.Base(l.owner.path):
			t.Errorf("%s is the lock of nobody", path)
		}
	}
	// What was not indexed in whole is not found, and can be.
	if l.ReadOnly() == nil {
		if err := l.IndexPending(t.Context(), nil); err != nil {
			t.Error(err)
		}
	}
	// A connection that has seen an older state of a full-text table checks against
	// that, unless it has read the table since.
	conn := must[*sql.Conn](t)(l.db.read.Conn(t.Context()))
	defer conn.Close()
	for _, query := range []string{
		`SELECT count(*) FROM words WHERE words MATCH '"no such word here"'`,
		`SELECT count(*) FROM trigrams WHERE trigrams MATCH '"~%~"'`,
		`SELECT count(*) FROM removals`,
		`SELECT count(*) FROM texts WHERE recording IS NULL`,
		`SELECT count(*) FROM texts WHERE owner <> ''`,
		`SELECT count(*) FROM texts WHERE version = 0`,
		`SELECT count(*) FROM chunks WHERE key >> 14 NOT IN (SELECT ord FROM texts)`,
		`SELECT count(*) FROM texts WHERE version <> 0 AND bytes <> (SELECT coalesce(sum(size - marks), 0) FROM chunks WHERE key >> 14 = ord)`,
		`SELECT count(*) FROM recordings WHERE sidecar_due`,
		`SELECT count(*) FROM recordings WHERE owner <> ''`,
		`SELECT count(*) FROM commands WHERE recording NOT IN (SELECT seq FROM recordings)`,
		`SELECT count(*) FROM pragma_foreign_key_check`,
		`SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'`,
	} {
		var n int
		if err := conn.QueryRowContext(t.Context(), query).Scan(&n); err != nil || n > 0 {
			t.Errorf("%s: %d, %v", query, n, err)
		}
	}
	if l.ReadOnly() == nil { // and doctor sees what this does
		for _, i := range must[[]Ill](t)(l.Check(t.Context(), CheckOptions{Deep: true})) {
			if i.Ailment != AilmentPermission { // some tests want others to read
				t.Errorf("ill: %+v", i)
			}
		}
	}
	return slices.DeleteFunc(list, func(r Recording) bool { return !r.Trashed.IsZero() })
}

// removeDatabase leaves of a library the files alone.
func removeDatabase(t testing.TB, home string) {
	t.Helper()
	for _, name := range []string{"library.db", "library.db-wal", "library.db-shm"} {
		if err := remove(filepath.Join(home, name)); err != nil {
			t.Fatal(err)
		}
	}
}
