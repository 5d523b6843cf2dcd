package library

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rexec/recording/timeline"
)

// timelines are the indexes of big recordings that are on the disk.
func timelines(t *testing.T, l *Library) []string {
	t.Helper()
	entries, err := os.ReadDir(l.dirs.Timelines())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// The pass that reads the text leaves an index of a big recording, and it goes with
// the recording: it holds screens.
func TestBigRecordingsOpenByTheirIndex(t *testing.T) {
	t.Parallel()
	l := openLibrary(t, t.TempDir(), Options{})
	var b strings.Builder
	b.WriteString(`{"version":2,"width":80,"height":24}` + "\n")
	for n := 0; b.Len() < 5<<20; n++ {
		fmt.Fprintf(&b, "[%d.5, \"o\", \"%s %d\\r\\n\"]\n", n, strings.Repeat("all work ", 60), n)
	}
	path := writeText(t, filepath.Join(t.TempDir(), "a.cast"), b.String())
	r := must[Recording](t)(l.Import(t.Context(), path, nil))
	if got := timelines(t, l); len(got) != 1 {
		t.Fatalf("the indexes are %q", got)
	}
	if _, err := l.Import(t.Context(), path, nil); !errors.As(err, new(*ErrDuplicate)) {
		t.Fatal(err)
	}
	if got := timelines(t, l); len(got) != 1 {
		t.Errorf("after a second import, the indexes are %q", got)
	}
	tape, err := timeline.Open(t.Context(), timeline.File(r.Path), timeline.Options{Cache: timeline.CacheOf(l.dirs.Timelines(), r.Path, r.SHA256)})
	if err != nil {
		t.Fatal(err)
	}
	if !tape.Indexed() {
		t.Error("the index is not used")
	}
	tape.Close()
	if err := l.Delete(t.Context(), r.ID); err != nil {
		t.Fatal(err)
	}
	if got := timelines(t, l); len(got) != 0 {
		t.Errorf("after the deletion, there are still %q", got)
	}
}
