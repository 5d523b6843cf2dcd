package library

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"rexec/recording/cast"
	"rexec/recording/pack"
)

func TestImportFiles(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, name := range []string{
		"a.cast", "b.cast.zst", "B.CAST", "c.ttyrec", "notes.txt", ".hidden.cast", ".git/d.cast", "sub/e.asciicast", "sub/deep/f.cast", "sub/g.json", "sub/h.json",
	} {
		text := castText(name, "x")
		if name == "sub/h.json" {
			text = `{"no": "cast"}`
		}
		writeText(t, filepath.Join(root, filepath.FromSlash(name)), text)
	}
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"a folder", []string{"."}, "B.CAST a.cast b.cast.zst c.ttyrec sub/deep/f.cast sub/e.asciicast sub/g.json"},
		{"a file of any name", []string{"notes.txt", ".hidden.cast"}, "notes.txt .hidden.cast"},
		{"a hidden folder that is named", []string{".git"}, ".git/d.cast"},
		{"a pattern", []string{"*.cast"}, "a.cast .hidden.cast"},
		{"a pattern for folders", []string{"s*"}, "sub/deep/f.cast sub/e.asciicast sub/g.json"},
		{"none twice", []string{"sub", "sub/e.asciicast", "./sub/../sub/e.asciicast"}, "sub/deep/f.cast sub/e.asciicast sub/g.json"},
		{"what is not there", []string{"none", "none*"}, "none none*"},
	} {
		args := make([]string, len(c.args))
		for i, a := range c.args {
			args[i] = root + "/" + a
		}
		var got []string
		for _, path := range must[[]string](t)(ImportFiles(t.Context(), args)) {
			rel, _ := filepath.Rel(root, path)
			got = append(got, filepath.ToSlash(rel))
		}
		want := strings.Fields(c.want)
		if c.name == "a pattern" { // in the order of the system
			slices.Sort(got)
			slices.Sort(want)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", c.name, got, want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ImportFiles(ctx, []string{root}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestAsciinemaFiles(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, name := range []string{"tmp/tmpa-ascii.cast", "tmp/other.cast", "home/.asciinema/old.json", "home/.local/share/asciinema/b.cast", "state/c.cast"} {
		writeText(t, filepath.Join(root, filepath.FromSlash(name)), castText(name, "x"))
	}
	env := map[string]string{"HOME": filepath.Join(root, "home"), "ASCIINEMA_STATE_HOME": filepath.Join(root, "state")}
	var got []string
	for _, path := range must[[]string](t)(AsciinemaFiles(t.Context(), func(k string) string { return env[k] }, filepath.Join(root, "tmp"))) {
		got = append(got, filepath.Base(path))
	}
	if want := []string{"c.cast", "b.cast", "old.json", "tmpa-ascii.cast"}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	none := must[[]string](t)(AsciinemaFiles(t.Context(), func(string) string { return "" }, filepath.Join(root, "nowhere")))
	if len(none) > 0 {
		t.Errorf("without a home: %q", none)
	}
}

// A packed cast is the same recording as the plain one.
func TestImportOfPackedCasts(t *testing.T) {
	t.Parallel()
	l := openLibrary(t, t.TempDir(), Options{})
	dir := t.TempDir()
	plain := writeText(t, filepath.Join(dir, "talk.cast"), longCast("talk"))
	must[pack.Result](t)(pack.Compress(t.Context(), plain, plain+pack.Ext, nil))
	r := must[Recording](t)(l.Import(t.Context(), plain+pack.Ext, nil))
	if r.Size != int64(len(longCast("talk"))) || r.Stored != r.Size || r.Title != "talk" || !strings.HasSuffix(r.Path, ".cast") {
		t.Errorf("%+v", r)
	}
	if _, err := l.Import(t.Context(), plain, nil); !errors.As(err, new(*ErrDuplicate)) {
		t.Errorf("the plain one: %v", err)
	}
	var b bytes.Buffer
	w := must[*zstd.Encoder](t)(zstd.NewWriter(&b))
	w.Write([]byte("this is a text\n"))
	w.Close()
	if _, err := l.Import(t.Context(), writeText(t, filepath.Join(dir, "text.zst"), b.String()), nil); !errors.Is(err, cast.ErrNotCast) {
		t.Errorf("a packed text: %v", err)
	}
	if _, err := l.Import(t.Context(), writeText(t, filepath.Join(dir, "torn.zst"), b.String()[:b.Len()-6]), nil); !errors.Is(err, pack.ErrDamaged) {
		t.Errorf("half of a packed file: %v", err)
	}
	if left := tree(t, l.incomingDir()); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	checkWhole(t, l)
}

func TestImportConvertsTypescripts(t *testing.T) {
	t.Parallel()
	l := openLibrary(t, t.TempDir(), Options{})
	path := writeText(t, filepath.Join(t.TempDir(), "session"),
		"Script started on 2026-11-22 10:00:00+00:00 [TERM=\"xterm\" COLUMNS=\"90\" LINES=\"20\"]\n$ echo hello\nhello\n")
	writeText(t, path+".timing", "0.5 13\n1.5 6\n")
	r := must[Recording](t)(l.Import(t.Context(), path, nil))
	if r.Cols != 90 || r.Duration.Seconds() != 2 || r.Title != "session" {
		t.Errorf("%+v", r)
	}
	if _, err := l.Import(t.Context(), path, nil); !errors.As(err, new(*ErrDuplicate)) {
		t.Errorf("again: %v", err)
	}
	checkWhole(t, l)
}
