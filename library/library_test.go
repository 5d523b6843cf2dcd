package library

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

func TestOpenMakesAPrivateLibrary(t *testing.T) {
	home := filepath.Join(t.TempDir(), "new", "home")
	l := openLibrary(t, home, Options{})
	if _, err := record(t.Context(), l, NewRecording{Title: "one"}, "hi"); err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS == "windows" {
		return // permissions are the folder's there
	}
	err := filepath.WalkDir(filepath.Dir(home), func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		want := os.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if err == nil && info.Mode().Perm() != want {
			t.Errorf("%s has mode %o, want %o", path, info.Mode().Perm(), want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOpenAgain(t *testing.T) {
	home := t.TempDir()
	l := openLibrary(t, home, Options{})
	r := must[Recording](t)(record(t.Context(), l, NewRecording{Title: "one"}, "hi"))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	if _, err := l.Get(t.Context(), r.ID); !errors.Is(err, ErrClosed) {
		t.Errorf("reading after Close: %v, want ErrClosed", err)
	}
	if _, err := l.SetTitle(t.Context(), r.ID, "x"); !errors.Is(err, ErrClosed) {
		t.Errorf("writing after Close: %v, want ErrClosed", err)
	}
	l = openLibrary(t, home, Options{})
	if got := must[Recording](t)(l.Get(t.Context(), r.ID)); got.Title != "one" || got.SHA256 != r.SHA256 {
		t.Errorf("after opening again: %+v", got)
	}
	checkWhole(t, l)
}

func TestOpenInAFolderWithAnOddName(t *testing.T) {
	name := "a b?c#d%20e&f=世界"
	if runtime.GOOS == "windows" {
		name = "a b#d%20e&f=世界"
	}
	home := filepath.Join(t.TempDir(), name)
	l := openLibrary(t, home, Options{})
	if _, err := record(t.Context(), l, NewRecording{Title: "one"}, "hi"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(home, "library.db")); err != nil {
		t.Error(err)
	}
	checkWhole(t, l)
}

func TestOpenManyAtOnceOnAFreshHome(t *testing.T) {
	home := t.TempDir()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			l, err := Open(t.Context(), homeDirs(home), Options{})
			if err != nil {
				t.Error(err)
				return
			}
			defer l.Close()
			if _, err := record(t.Context(), l, NewRecording{Title: "x"}, "hi"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	l := openLibrary(t, home, Options{})
	if n := len(checkWhole(t, l)); n != 8 {
		t.Errorf("%d recordings, want 8", n)
	}
}

func TestOpenRefusesANewerSchema(t *testing.T) {
	home := t.TempDir()
	openLibrary(t, home, Options{}).Close()
	db := must[*sql.DB](t)(sql.Open("sqlite", filepath.Join(home, "library.db")))
	defer db.Close()
	if _, err := db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (?, 1)`, newestSchema()+7); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), homeDirs(home), Options{})
	var newer *ErrNewerSchema
	if !errors.As(err, &newer) || newer.Have != newestSchema()+7 || newer.Knows != newestSchema() {
		t.Fatalf("got %v, want *ErrNewerSchema", err)
	}
	if !strings.Contains(err.Error(), "newer rexec") {
		t.Errorf("the message does not say what to do: %v", err)
	}
}

func TestOpenSaysWhatToDoAboutADamagedDatabase(t *testing.T) {
	home := t.TempDir()
	writeText(t, filepath.Join(home, "library.db"), strings.Repeat("this is no database\n", 1000))
	_, err := Open(t.Context(), homeDirs(home), Options{})
	var damaged *ErrDamaged
	if !errors.As(err, &damaged) || !strings.Contains(err.Error(), "rexec doctor --rebuild") {
		t.Errorf("got %v", err)
	}
}

func TestOpenWhereAFileStands(t *testing.T) {
	home := writeText(t, filepath.Join(t.TempDir(), "file"), "")
	if _, err := Open(t.Context(), homeDirs(home), Options{}); err == nil || !strings.Contains(err.Error(), home) {
		t.Errorf("got %v, want an error that names %s", err, home)
	}
}

func TestVersionSeesChangesOfAll(t *testing.T) {
	home := t.TempDir()
	a, b := openLibrary(t, home, Options{}), openLibrary(t, home, Options{})
	version := func() int64 { t.Helper(); return must[int64](t)(a.Version(t.Context())) }
	was := version()
	if version() != was {
		t.Error("the version changes without a change")
	}
	r := must[Recording](t)(record(t.Context(), b, NewRecording{Title: "b"}, "hi"))
	now := version()
	if now == was {
		t.Error("a recording by another process is not noticed")
	}
	must[Recording](t)(a.SetTitle(t.Context(), r.ID, "a"))
	if version() == now {
		t.Error("an own change is not noticed")
	}
}
