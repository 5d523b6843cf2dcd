package library

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rexec/internal/testreq"
	"rexec/recording/cast"
)

func TestImport(t *testing.T) {
	l := openLibrary(t, t.TempDir(), Options{Summarize: oneCommand})
	text := castText("My demo", "hi")
	path := writeText(t, filepath.Join(t.TempDir(), "demo.cast"), text)
	r := must[Recording](t)(l.Import(t.Context(), path, nil))
	if r.Title != "My demo" || r.Status != StatusComplete || r.Source != SourceImported || !r.Created.Equal(time.Unix(1700000000, 0)) ||
		r.Duration != 2500*time.Millisecond || r.Size != int64(len(text)) || r.Cols != 100 || r.Rows != 30 || r.Shell != "/bin/zsh" ||
		r.ExitStatus == nil || *r.ExitStatus != 3 || r.Commands != 1 {
		t.Errorf("imported: %+v", r)
	}
	if want := filepath.Join(l.recordingsDir(), "2023", "11", r.ID+".cast"); r.Path != want {
		t.Errorf("path %s, want %s", r.Path, want)
	}
	if got := string(must[[]byte](t)(os.ReadFile(r.Path))); got != text {
		t.Errorf("the copy differs:\n%s", got)
	}
	checkWhole(t, l)
}

func TestImportKeepsEveryVersionAsItIs(t *testing.T) {
	for name, text := range map[string]string{
		"v1":      `{"version":1,"width":80,"height":24,"duration":1.5,"stdout":[[0.5,"a"],[1.0,"b"]],"title":"t"}`,
		"v2":      `{"version":2,"width":80,"height":24,"title":"t"}` + "\n" + `[0.5,"o","a"]` + "\n" + `[1.5,"o","b"]` + "\n",
		"v3":      `{"version":3,"term":{"cols":80,"rows":24},"title":"t"}` + "\n# a comment\n" + `[0.5,"o","a"]` + "\n" + `[1.0,"o","b"]` + "\n",
		"no \\n":  `{"version":2,"width":80,"height":24,"title":"t"}` + "\n" + `[1.5,"o","b"]`,
		"unknown": `{"version":2,"width":80,"height":24,"title":"t","x":{"y":1}}` + "\n" + `[1.5,"z","b"]` + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			l := openLibrary(t, t.TempDir(), Options{})
			r := must[Recording](t)(l.Import(t.Context(), writeText(t, filepath.Join(t.TempDir(), "x.json"), text), nil))
			if r.Duration != 1500*time.Millisecond || r.Title != "t" || r.Status != StatusComplete {
				t.Errorf("imported: %+v", r)
			}
			if got := string(must[[]byte](t)(os.ReadFile(r.Path))); got != text {
				t.Errorf("the copy differs:\n%s", got)
			}
			checkWhole(t, l)
		})
	}
}

func TestImportTakesWhatTheHeaderDoesNotSayFromTheFile(t *testing.T) {
	l := openLibrary(t, t.TempDir(), Options{})
	path := writeText(t, filepath.Join(t.TempDir(), "my talk.cast"), `{"version":2,"width":80,"height":24}`+"\n[1,\"o\",\"x\"]\n")
	old := time.Date(2019, 3, 4, 5, 6, 7, 0, time.UTC)
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
	r := must[Recording](t)(l.Import(t.Context(), path, nil))
	if r.Title != "my talk" || !r.Created.Equal(old) {
		t.Errorf("imported: %+v", r)
	}
}

func TestImportRecognisesContent(t *testing.T) {
	l := openLibrary(t, t.TempDir(), Options{})
	dir := t.TempDir()
	first := must[Recording](t)(l.Import(t.Context(), writeText(t, filepath.Join(dir, "a.cast"), castText("a", "x")), nil))
	var dup *ErrDuplicate
	if _, err := l.Import(t.Context(), writeText(t, filepath.Join(dir, "b.cast"), castText("a", "x")), nil); !errors.As(err, &dup) || dup.ID != first.ID {
		t.Errorf("the same again: %v, want *ErrDuplicate{%s}", err, first.ID)
	}
	if _, err := l.Import(t.Context(), first.Path, nil); !errors.As(err, &dup) {
		t.Errorf("the library's own file: %v, want *ErrDuplicate", err)
	}
	if n := len(checkWhole(t, l)); n != 1 {
		t.Errorf("%d recordings, want 1", n)
	}

	// A recording whose file is gone gets it back.
	if err := os.Remove(first.Path); err != nil {
		t.Fatal(err)
	}
	must[[]Recovered](t)(l.Recover(t.Context()))
	back := must[Recording](t)(l.Import(t.Context(), filepath.Join(dir, "b.cast"), nil))
	if back.ID != first.ID || back.Status != StatusComplete {
		t.Errorf("got %+v", back)
	}
	checkWhole(t, l)
}

func TestImportKeepsTheIDOfARexecRecording(t *testing.T) {
	const id = "01900000-0000-7000-8000-000000000001"
	text := func(word string) string {
		return fmt.Sprintf(`{"version":2,"width":80,"height":24,"timestamp":1700000000,"rexec":{"id":%q,"host":"box","shell":"/bin/fish","dir":"/src"}}
[1.0, "o", %q]
`, id, word)
	}
	l := openLibrary(t, t.TempDir(), Options{})
	dir := t.TempDir()
	r := must[Recording](t)(l.Import(t.Context(), writeText(t, filepath.Join(dir, "a.cast"), text("one")), nil))
	if r.ID != id || r.Host != "box" || r.Shell != "/bin/fish" || r.Dir != "/src" || r.DerivedFrom != "" {
		t.Errorf("imported: %+v", r)
	}
	edited := must[Recording](t)(l.Import(t.Context(), writeText(t, filepath.Join(dir, "b.cast"), text("two")), nil))
	if edited.ID == id || edited.DerivedFrom != id {
		t.Errorf("other content with the same id: %+v", edited)
	}
	evil := strings.Replace(text("three"), id, "../../../../tmp/evil", 1)
	r = must[Recording](t)(l.Import(t.Context(), writeText(t, filepath.Join(dir, "c.cast"), evil), nil))
	if !isID(r.ID) || !strings.HasPrefix(r.Path, l.recordingsDir()) {
		t.Errorf("an id that is none became %s at %s", r.ID, r.Path)
	}
	checkWhole(t, l)
}

func TestImportOfWhatIsStillBeingDeleted(t *testing.T) {
	const id = "01900000-0000-7000-8000-000000000001"
	l := openLibrary(t, t.TempDir(), Options{})
	path := writeText(t, filepath.Join(t.TempDir(), "a.cast"),
		`{"version":2,"width":80,"height":24,"timestamp":1700000000,"rexec":{"id":"`+id+`"}}`+"\n[1,\"o\",\"x\"]\n")
	first := must[Recording](t)(l.Import(t.Context(), path, nil))
	obstacle := sidecarPath(first.Path)
	if err := os.Remove(obstacle); err != nil {
		t.Fatal(err)
	}
	writeText(t, filepath.Join(obstacle, "x"), "")
	if err := l.Delete(t.Context(), id); err == nil {
		t.Fatal("deleted in spite of the obstacle: the test proves nothing")
	}
	second := must[Recording](t)(l.Import(t.Context(), path, nil))
	if second.Path == first.Path {
		t.Errorf("imported to where a file is about to be removed: %s", second.Path)
	}
	if err := os.RemoveAll(obstacle); err != nil {
		t.Fatal(err)
	}
	recovered(t, l)
	if got := checkWhole(t, l); len(got) != 1 || got[0].ID != second.ID {
		t.Errorf("left: %+v", got)
	}
	if err := l.Delete(t.Context(), second.ID); err != nil {
		t.Fatal(err)
	}
	if third := must[Recording](t)(l.Import(t.Context(), path, nil)); third.ID != id {
		t.Errorf("when all is gone, it gets id %s", third.ID)
	}
	checkWhole(t, l)
}

func TestImportOfDamage(t *testing.T) {
	for _, c := range []struct {
		name, text string
		status     Status
		duration   time.Duration
	}{
		{"cut in mid-line", castText("x", "y") + `[9.0, "o", "cut`, StatusRepaired, 2500 * time.Millisecond},
		{"a bad line", `{"version":2,"width":80,"height":24}` + "\n[1,\"o\",\"a\"]\n[oops]\n[2,\"o\",\"b\"]\n", StatusRepaired, 2 * time.Second},
		{"no size", `{"version":2}` + "\n[1,\"o\",\"a\"]\n", StatusRepaired, time.Second},
		{"a huge size", `{"version":2,"width":5000,"height":5000}` + "\n[1,\"o\",\"a\"]\n", StatusRepaired, time.Second},
		{"only bad lines", `{"version":2,"width":80,"height":24}` + "\n[oops]\n", StatusDamaged, 0},
		{"a time far in the future", `{"version":2,"width":80,"height":24,"timestamp":999999999999999}` + "\n[1,\"o\",\"a\"]\n", StatusComplete, time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := openLibrary(t, t.TempDir(), Options{})
			r := must[Recording](t)(l.Import(t.Context(), writeText(t, filepath.Join(t.TempDir(), "x.cast"), c.text), nil))
			if r.Status != c.status || r.Duration != c.duration || (r.Problems > 0) != (c.status != StatusComplete) {
				t.Errorf("imported: %+v", r)
			}
			if got := string(must[[]byte](t)(os.ReadFile(r.Path))); got != c.text {
				t.Errorf("the content was changed:\n%s", got)
			}
			if r.Cols > 1000 || r.Rows > 1000 || r.Cols < 1 || !validTime(r.Created) {
				t.Errorf("imported: %+v", r)
			}
			checkWhole(t, l)
		})
	}
}

func TestImportRefuses(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		path string
		want string
	}{
		"text":           {writeText(t, filepath.Join(dir, "a.txt"), "hello\n"), "not an asciicast"},
		"an empty file":  {writeText(t, filepath.Join(dir, "empty"), ""), "not an asciicast"},
		"other JSON":     {writeText(t, filepath.Join(dir, "o.json"), `{"name":"x"}`), "not an asciicast"},
		"binary":         {writeText(t, filepath.Join(dir, "b"), strings.Repeat("\x00\xff\x7fELF", 1000)), "not an asciicast"},
		"a torn header":  {writeText(t, filepath.Join(dir, "h"), `{"version":2,"width":8`), "line 1"},
		"version 9":      {writeText(t, filepath.Join(dir, "9"), `{"version":9}`+"\n"), "version 9"},
		"a folder":       {dir, "folder"},
		"no file at all": {filepath.Join(dir, "none"), "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			l := openLibrary(t, t.TempDir(), Options{})
			_, err := l.Import(t.Context(), c.path, nil)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.path) {
				t.Errorf("got %v, want an error that names %s and says %q", err, c.path, c.want)
			}
			if c.want == "not an asciicast" && !errors.Is(err, cast.ErrNotCast) {
				t.Errorf("%v does not wrap cast.ErrNotCast", err)
			}
			if n := len(checkWhole(t, l)); n > 0 {
				t.Errorf("%d recordings", n)
			}
		})
	}
}

// bigCast writes a cast of some megabytes.
func bigCast(t testing.TB, path string) string {
	var b strings.Builder
	b.WriteString(`{"version":2,"width":80,"height":24}` + "\n")
	for i := range 40000 {
		fmt.Fprintf(&b, "[%d.5, \"o\", \"%s\"]\n", i, strings.Repeat("x", 80))
	}
	return writeText(t, path, b.String())
}

func TestImportTellsItsProgress(t *testing.T) {
	l := openLibrary(t, t.TempDir(), Options{Summarize: oneCommand})
	path := bigCast(t, filepath.Join(t.TempDir(), "big.cast"))
	var calls int
	var last, total int64
	r := must[Recording](t)(l.Import(t.Context(), path, func(done, of int64) {
		if done < last || done > of || total != 0 && of != total {
			t.Fatalf("progress goes from %d of %d to %d of %d", last, total, done, of)
		}
		last, total = done, of
		calls++
	}))
	if calls < 10 || total != 3*r.Size || last <= 2*r.Size {
		t.Errorf("%d calls, the last one %d of %d", calls, last, total)
	}
}

func TestImportCancelledLeavesNothing(t *testing.T) {
	path := bigCast(t, filepath.Join(t.TempDir(), "big.cast"))
	info := must[os.FileInfo](t)(os.Stat(path))
	for _, at := range []int64{1, info.Size() / 2, info.Size() + 1, 2*info.Size() - 1} {
		l := openLibrary(t, t.TempDir(), Options{})
		ctx, cancel := context.WithCancel(t.Context())
		_, err := l.Import(ctx, path, func(done, total int64) {
			if done >= at {
				cancel()
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled after %d bytes: %v", at, err)
		}
		if left := tree(t, l.recordingsDir()); len(left) > 0 {
			t.Errorf("left: %q", left)
		}
		if n := len(checkWhole(t, l)); n > 0 {
			t.Errorf("%d recordings", n)
		}
		cancel()
	}
}

func TestImportAll(t *testing.T) {
	l := openLibrary(t, t.TempDir(), Options{})
	dir := t.TempDir()
	paths := []string{
		writeText(t, filepath.Join(dir, "a.cast"), castText("a", "1")),
		writeText(t, filepath.Join(dir, "b.txt"), "no cast"),
		writeText(t, filepath.Join(dir, "c.cast"), castText("a", "1")),
		writeText(t, filepath.Join(dir, "d.cast"), castText("d", "2")),
	}
	seen := map[int]string{}
	results, err := l.ImportAll(t.Context(), paths, func(p ImportProgress) {
		if p.Files != 4 {
			t.Errorf("progress: %+v", p)
		}
		seen[p.File] = p.Path
	})
	if err != nil || len(results) != 4 || len(seen) != 4 || seen[4] != paths[3] {
		t.Fatalf("%+v, %v, progress of %v", results, err, seen)
	}
	var dup *ErrDuplicate
	if results[0].Err != nil || !errors.Is(results[1].Err, cast.ErrNotCast) || !errors.As(results[2].Err, &dup) || results[3].Err != nil {
		t.Errorf("%+v", results)
	}
	if n := len(checkWhole(t, l)); n != 2 {
		t.Errorf("%d recordings, want 2", n)
	}

	ctx, cancel := context.WithCancel(t.Context())
	more := []string{writeText(t, filepath.Join(dir, "e.cast"), castText("e", "3")), writeText(t, filepath.Join(dir, "f.cast"), castText("f", "4"))}
	results, err = l.ImportAll(ctx, more, func(p ImportProgress) {
		if p.File == 2 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || len(results) != 1 || results[0].Recording.Title != "e" {
		t.Errorf("cancelled at the second: %+v, %v", results, err)
	}
	checkWhole(t, l)
}

// Every file of the corpus is either imported or refused with an error that names it.
func TestImportCorpus(t *testing.T) {
	dir := testreq.Corpus(t, "casts")
	l := openLibrary(t, t.TempDir(), Options{})
	var paths []string
	for _, e := range must[[]os.DirEntry](t)(os.ReadDir(dir)) {
		if ext := filepath.Ext(e.Name()); ext == ".cast" || ext == ".json" {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	count := map[string]int{}
	for _, r := range must[[]ImportResult](t)(l.ImportAll(t.Context(), paths, nil)) {
		var dup *ErrDuplicate
		switch {
		case r.Err == nil:
			count[string(r.Recording.Status)]++
		case errors.As(r.Err, &dup):
			count["duplicate"]++
		default:
			count["refused"]++
			if !strings.Contains(r.Err.Error(), r.Path) {
				t.Errorf("%v does not name its file", r.Err)
			}
			t.Log(r.Err)
		}
	}
	t.Logf("%d files: %v", len(paths), count)
	if got := checkWhole(t, l); len(got) != count["complete"]+count["repaired"]+count["damaged"] || count["complete"] < 40 {
		t.Errorf("%d recordings of %v", len(got), count)
	}
}
