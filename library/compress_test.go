package library

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rexec/recording/pack"
)

// longCast is a cast that is worth compressing; it says word at its end.
func longCast(word string) string {
	var b strings.Builder
	b.WriteString(`{"version":2,"width":80,"height":24,"timestamp":1700000000,"title":"` + word + `"}` + "\n")
	for i := range 1000 {
		fmt.Fprintf(&b, "[%d.5,\"o\",\"line %d\\r\\n\"]\n", i, i)
	}
	fmt.Fprintf(&b, "[1000.5,\"o\",\"%s\\r\\n\"]\n", word)
	return b.String()
}

// importBig imports a big cast.
func importBig(t testing.TB, l *Library, word string) Recording {
	t.Helper()
	return must[Recording](t)(l.Import(t.Context(), writeText(t, filepath.Join(t.TempDir(), word+".cast"), longCast(word)), nil))
}

// compressAll compresses all and expects no failure.
func compressAll(t testing.TB, l *Library, o CompressOptions) []string {
	t.Helper()
	var ids []string
	for _, c := range must[[]Compressed](t)(l.Compress(t.Context(), o)) {
		if c.Err != nil {
			t.Errorf("%s: %v", c.Recording.ID, c.Err)
		}
		ids = append(ids, c.Recording.ID)
	}
	return ids
}

func TestCompressedIsTheSameToAll(t *testing.T) {
	t.Parallel()
	l := openLibrary(t, t.TempDir(), Options{})
	ctx := t.Context()
	a := importBig(t, l, "aardvark")
	small := must[Recording](t)(record(ctx, l, NewRecording{}, "small"))
	if got := compressAll(t, l, CompressOptions{}); !slices.Equal(got, []string{a.ID}) {
		t.Fatalf("compressed %v", got)
	}
	b := must[Recording](t)(l.Get(ctx, a.ID))
	if b.Path != a.Path+".zst" || b.Stored >= b.Size/4 || b.Size != a.Size || b.SHA256 != a.SHA256 || b.Status != a.Status {
		t.Errorf("before %+v\nafter %+v", a, b)
	}
	if got, err := readCast(b.Path); err != nil || string(got) != longCast("aardvark") {
		t.Errorf("it holds %d bytes: %v", len(got), err)
	}
	if s := must[Stats](t)(l.Stats(ctx)); s.Stored != b.Stored+small.Stored || s.Bytes != a.Size+small.Size {
		t.Errorf("stats %+v", s)
	}
	if again := compressAll(t, l, CompressOptions{}); len(again) > 0 {
		t.Errorf("compressed again: %v", again)
	}
	checkWhole(t, l)

	// Found, and indexed anew.
	if found := hits(t, l, SearchOptions{Query: "aardvark"}); len(found) != 1 {
		t.Errorf("%d hits", len(found))
	}
	if _, err := l.db.write.Exec(`UPDATE texts SET version = 1`); err != nil {
		t.Fatal(err)
	}
	if err := l.IndexPending(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if found := hits(t, l, SearchOptions{Query: "aardvark"}); len(found) != 1 {
		t.Errorf("indexed anew: %d hits", len(found))
	}
	// Known by its content, and gone without a trace.
	var dup *ErrDuplicate
	if _, err := l.Import(ctx, writeText(t, filepath.Join(t.TempDir(), "again.cast"), longCast("aardvark")), nil); !errors.As(err, &dup) || dup.ID != a.ID {
		t.Errorf("imported again: %v", err)
	}
	if err := l.Delete(ctx, a.ID, small.ID); err != nil {
		t.Fatal(err)
	}
	for _, file := range tree(t, l.recordingsDir()) {
		t.Errorf("%s is left", file)
	}
}

func TestCompressWhatItIsAskedTo(t *testing.T) {
	t.Parallel()
	l := openLibrary(t, t.TempDir(), Options{})
	ctx := t.Context()
	old := importBig(t, l, "old") // recorded in 2023
	open, h, err := l.Begin(ctx, NewRecording{})
	if err != nil {
		t.Fatal(err)
	}
	if err := writeCast(open.Path, h, strings.Repeat("x", 50_000)); err != nil {
		t.Fatal(err)
	}
	if got := compressAll(t, l, CompressOptions{Before: old.Created}); len(got) > 0 {
		t.Errorf("before it was made: %v", got)
	}
	if got := compressAll(t, l, CompressOptions{IDs: []string{open.ID}}); len(got) > 0 {
		t.Errorf("one that is being recorded: %v", got)
	}
	if got := compressAll(t, l, CompressOptions{IDs: []string{}}); len(got) > 0 {
		t.Errorf("none at all: %v", got)
	}
	unlock := lock(t, old.Path)
	if got := compressAll(t, l, CompressOptions{}); len(got) > 0 {
		t.Errorf("one that somebody writes: %v", got)
	}
	unlock()
	if got := compressAll(t, l, CompressOptions{Before: old.Created.Add(time.Second), IDs: []string{old.ID}}); !slices.Equal(got, []string{old.ID}) {
		t.Errorf("compressed %v", got)
	}
}

// A file that is not what the row says stays as it is, and the next one's turn comes.
func TestCompressTouchesNoOtherContent(t *testing.T) {
	t.Parallel()
	l := openLibrary(t, t.TempDir(), Options{})
	a, b := importBig(t, l, "a"), importBig(t, l, "b")
	changed := strings.Replace(longCast("a"), "line 7", "LINE 7", 1)
	writeText(t, a.Path, changed)
	for _, c := range must[[]Compressed](t)(l.Compress(t.Context(), CompressOptions{})) {
		if (c.Err != nil) != (c.Recording.ID == a.ID) {
			t.Errorf("%s: %v", c.Recording.ID, c.Err)
		}
	}
	if got, err := os.ReadFile(a.Path); err != nil || string(got) != changed {
		t.Errorf("the changed file is now %d bytes: %v", len(got), err)
	}
	if r := must[Recording](t)(l.Get(t.Context(), b.ID)); r.Stored >= r.Size {
		t.Error("the other one is not compressed")
	}
	if left := tree(t, l.incomingDir()); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestCompressCanBeCancelled(t *testing.T) {
	t.Parallel()
	l := openLibrary(t, t.TempDir(), Options{})
	importBig(t, l, "a")
	importBig(t, l, "b")
	ctx, cancel := context.WithCancel(t.Context())
	var last CompressProgress
	done, err := l.Compress(ctx, CompressOptions{Progress: func(p CompressProgress) {
		if last = p; p.Done > p.Total/2 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || len(done) != 1 {
		t.Errorf("%d were compressed: %v", len(done), err)
	}
	if last.Total == 0 || last.Recording.ID == "" {
		t.Errorf("progress %+v", last)
	}
	checkWhole(t, l)
}

// What a crash in the middle of compressing leaves, Recover settles.
func TestRecoverSettlesCompressing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		leave  func(t *testing.T, l *Library, r Recording)
		packed bool
		found  int
	}{
		{"renamed, but not written down", func(t *testing.T, l *Library, r Recording) {
			must[pack.Result](t)(pack.Compress(t.Context(), r.Path, pack.Twin(r.Path), nil))
		}, false, 0},
		{"written down, but the plain one is still there", func(t *testing.T, l *Library, r Recording) {
			compressAll(t, l, CompressOptions{})
			writeText(t, r.Path, longCast("a"))
		}, true, 0},
		// After a power cut SQLite may have lost the last transactions.
		{"the row was lost", func(t *testing.T, l *Library, r Recording) {
			compressAll(t, l, CompressOptions{})
			rel := must[string](t)(l.rel(r.Path))
			if _, err := l.db.write.Exec(`UPDATE recordings SET path = ?, stored = size`, rel); err != nil {
				t.Fatal(err)
			}
		}, true, 0},
		{"somebody unpacked it", func(t *testing.T, l *Library, r Recording) {
			compressAll(t, l, CompressOptions{})
			writeText(t, r.Path, longCast("a"))
			os.Remove(pack.Twin(r.Path))
		}, false, 0},
		{"the database was lost", func(t *testing.T, l *Library, r Recording) {
			compressAll(t, l, CompressOptions{})
			if _, err := l.db.write.Exec(`DELETE FROM recordings`); err != nil {
				t.Fatal(err)
			}
		}, true, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := openLibrary(t, t.TempDir(), Options{})
			r := importBig(t, l, "a")
			c.leave(t, l, r)
			found := must[[]Recovered](t)(l.Recover(t.Context()))
			if len(found) != c.found {
				t.Errorf("found %+v", found)
			}
			list := checkWhole(t, l)
			if len(list) != 1 || list[0].ID != r.ID || list[0].SHA256 != r.SHA256 || (list[0].Stored < list[0].Size) != c.packed {
				t.Errorf("now %+v", list)
			}
			if more := must[[]Recovered](t)(l.Recover(t.Context())); len(more) > 0 {
				t.Errorf("found again %+v", more)
			}
		})
	}
}

// A packed file that is gone is missing, and an import of its content brings it back.
func TestAMissingPackedCastComesBack(t *testing.T) {
	t.Parallel()
	l := openLibrary(t, t.TempDir(), Options{})
	r := importBig(t, l, "a")
	compressAll(t, l, CompressOptions{})
	os.Remove(pack.Twin(r.Path))
	must[[]Recovered](t)(l.Recover(t.Context()))
	if now := must[Recording](t)(l.Get(t.Context(), r.ID)); now.Status != StatusMissing {
		t.Errorf("it is %s", now.Status)
	}
	if _, err := os.Stat(sidecarPath(r.Path)); errors.Is(err, fs.ErrNotExist) {
		t.Error("its sidecar is gone")
	}
	again := importBig(t, l, "a")
	if again.ID != r.ID || again.Path != r.Path || again.Stored != again.Size {
		t.Errorf("%+v", again)
	}
	checkWhole(t, l)
}
