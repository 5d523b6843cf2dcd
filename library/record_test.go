package library

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestBeginAndFinish(t *testing.T) {
	now := newClock()
	l := openLibrary(t, t.TempDir(), Options{Now: now.Now, Host: "box", Summarize: oneCommand})
	r, h, err := l.Begin(t.Context(), NewRecording{
		Title: "Build", Tags: []string{"b", " a ", "b", ""}, Shell: "/bin/bash", Dir: "/src", Cols: 120, Rows: 40,
		Env: map[string]string{"SHELL": "/bin/bash"},
	})
	if err != nil {
		t.Fatal(err)
	}
	wantPath := filepath.Join(l.Dirs().Data, "recordings", "2026", "11", r.ID+".cast")
	if r.Status != StatusRecording || r.Path != wantPath || !isID(r.ID) {
		t.Errorf("begun: %+v", r)
	}
	if h.Version != 2 || h.Cols != 120 || h.Rows != 40 || h.Title != "Build" || h.Rexec.ID != r.ID || h.Rexec.Host != "box" ||
		h.Rexec.Dir != "/src" || !h.Timestamp.Equal(r.Created) || h.Env["SHELL"] != "/bin/bash" {
		t.Errorf("header: %+v, %+v", h, h.Rexec)
	}
	if err := writeCast(r.Path, h, "make all"); err != nil {
		t.Fatal(err)
	}
	info := must[os.FileInfo](t)(os.Stat(r.Path))
	if err := os.Chtimes(r.Path, time.Time{}, r.Created.Add(7*time.Second)); err != nil {
		t.Fatal(err)
	}
	growing := all(t, l, "")[0]
	if growing.Status != StatusRecording || growing.Size != info.Size() || growing.Duration != 7*time.Second {
		t.Errorf("while it grows it is listed as %+v", growing)
	}
	now.advance(time.Minute)
	seven := 7
	done, err := l.Finish(t.Context(), r.ID, FinishInfo{ExitStatus: &seven})
	if err != nil {
		t.Fatal(err)
	}
	if got := checkWhole(t, l); len(got) != 1 || !reflect.DeepEqual(got[0], done) {
		t.Errorf("listed   %+v\nreturned %+v", got, done)
	}
	r.Status, r.Duration, r.Size, r.SHA256, r.Commands, r.ExitStatus = StatusComplete, 2*time.Second, info.Size(), done.SHA256, 1, &seven
	r.Created, r.FirstCommand, r.Stored = done.Created, "make all", r.Size
	if !reflect.DeepEqual(done, r) || !done.Created.Equal(h.Timestamp) {
		t.Errorf("finished %+v\nwant     %+v", done, r)
	}
	if !reflect.DeepEqual(done.Tags, []string{"a", "b"}) {
		t.Errorf("tags: %q", done.Tags)
	}
	zero := 0
	want := []Command{{Text: "make all", Dir: "/src", Start: time.Second, End: 2 * time.Second, Exit: &zero}}
	if got := must[[]Command](t)(l.Commands(t.Context(), r.ID)); !reflect.DeepEqual(got, want) {
		t.Errorf("commands: %+v", got)
	}
	again, err := l.Finish(t.Context(), r.ID, FinishInfo{})
	if err != nil || !reflect.DeepEqual(again, done) {
		t.Errorf("finishing twice: %+v, %v", again, err)
	}
}

func TestFinishTakesTheExitStatusOfTheFile(t *testing.T) {
	l := openLibrary(t, t.TempDir(), Options{})
	r, _, err := l.Begin(t.Context(), NewRecording{Cols: 80, Rows: 24})
	if err != nil {
		t.Fatal(err)
	}
	writeText(t, r.Path, castText("t", "w"))
	done := must[Recording](t)(l.Finish(t.Context(), r.ID, FinishInfo{}))
	if done.ExitStatus == nil || *done.ExitStatus != 3 || done.Duration != 2500*time.Millisecond {
		t.Errorf("finished: %+v", done)
	}
}

func TestFinishWithNothingRecorded(t *testing.T) {
	for name, text := range map[string]string{"no file": "-", "an empty file": "", "half a header": `{"version":2,"wid`} {
		t.Run(name, func(t *testing.T) {
			l := openLibrary(t, t.TempDir(), Options{})
			r, _, err := l.Begin(t.Context(), NewRecording{Title: "x", Cols: 80, Rows: 24})
			if err != nil {
				t.Fatal(err)
			}
			if text != "-" {
				writeText(t, r.Path, text)
			}
			if _, err := l.Finish(t.Context(), r.ID, FinishInfo{}); !errors.Is(err, ErrNothingRecorded) {
				t.Errorf("got %v, want ErrNothingRecorded", err)
			}
			if left := checkWhole(t, l); len(left) > 0 {
				t.Errorf("left: %+v", left)
			}
		})
	}
}

func TestFinishRefusesWhatIsBeingWritten(t *testing.T) {
	l := openLibrary(t, t.TempDir(), Options{})
	r, h, err := l.Begin(t.Context(), NewRecording{Cols: 80, Rows: 24})
	if err != nil {
		t.Fatal(err)
	}
	if err := writeCast(r.Path, h, "x"); err != nil {
		t.Fatal(err)
	}
	unlock := lock(t, r.Path)
	var busy *ErrBusy
	if _, err := l.Finish(t.Context(), r.ID, FinishInfo{}); !errors.As(err, &busy) || busy.ID != r.ID {
		t.Errorf("finish: %v, want *ErrBusy", err)
	}
	if err := l.Delete(t.Context(), r.ID); !errors.As(err, &busy) {
		t.Errorf("delete: %v, want *ErrBusy", err)
	}
	unlock()
	must[Recording](t)(l.Finish(t.Context(), r.ID, FinishInfo{}))
	checkWhole(t, l)
}

func TestFinishRepairsATornEnd(t *testing.T) {
	home := t.TempDir()
	l := openLibrary(t, home, Options{})
	r, h, err := l.Begin(t.Context(), NewRecording{Title: "torn", Cols: 80, Rows: 24})
	if err != nil {
		t.Fatal(err)
	}
	if err := writeCast(r.Path, h, "x"); err != nil {
		t.Fatal(err)
	}
	whole := must[[]byte](t)(os.ReadFile(r.Path))
	writeText(t, r.Path, string(whole)+`[9.5, "o", "cut i`)
	done := must[Recording](t)(l.Finish(t.Context(), r.ID, FinishInfo{}))
	if done.Status != StatusRepaired || done.Size != int64(len(whole)) || done.Duration != 2*time.Second || done.Problems != 1 {
		t.Errorf("finished: %+v", done)
	}
	checkWhole(t, l)

	// The mended file looks healthy; that it was not outlasts the database.
	l.Close()
	for _, name := range []string{"library.db", "library.db-wal", "library.db-shm"} {
		_ = os.Remove(filepath.Join(home, name))
	}
	l = openLibrary(t, home, Options{})
	must[[]Recovered](t)(l.Recover(t.Context()))
	if got := checkWhole(t, l); len(got) != 1 || got[0].Status != StatusRepaired {
		t.Errorf("after a rebuild: %+v", got)
	}
}

func TestFinishKeepsATitleThatChangedMeanwhile(t *testing.T) {
	home := t.TempDir()
	l, other := openLibrary(t, home, Options{}), openLibrary(t, home, Options{})
	r, h, err := l.Begin(t.Context(), NewRecording{Title: "before", Cols: 80, Rows: 24})
	if err != nil {
		t.Fatal(err)
	}
	if err := writeCast(r.Path, h, "x"); err != nil {
		t.Fatal(err)
	}
	must[Recording](t)(other.SetTitle(t.Context(), r.ID, "after"))
	if done := must[Recording](t)(l.Finish(t.Context(), r.ID, FinishInfo{})); done.Title != "after" {
		t.Errorf("title %q", done.Title)
	}
	checkWhole(t, l)
}

func TestUpdate(t *testing.T) {
	l := openLibrary(t, t.TempDir(), Options{})
	r := must[Recording](t)(record(t.Context(), l, NewRecording{Title: "old"}, "x"))
	title, text, tags := strings.Repeat("é", maxTitle), "about\nit", []string{"z", "a"}
	got := must[Recording](t)(l.Update(t.Context(), r.ID, Patch{Title: &title, Description: &text, Tags: &tags}))
	if len(got.Title) > maxTitle || !strings.HasPrefix(title, got.Title) || got.Description != text || !reflect.DeepEqual(got.Tags, []string{"a", "z"}) {
		t.Errorf("updated: %+v", got)
	}
	got = must[Recording](t)(l.SetTitle(t.Context(), r.ID, "new\xff"))
	if got.Title != "new\uFFFD" || got.Description != text {
		t.Errorf("updated: %+v", got)
	}
	if _, err := l.SetTitle(t.Context(), "nobody", "x"); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
	checkWhole(t, l)
}

func TestSidecarKeepsWhatItDoesNotKnow(t *testing.T) {
	l := openLibrary(t, t.TempDir(), Options{})
	r := must[Recording](t)(record(t.Context(), l, NewRecording{Title: "old"}, "x"))
	path := sidecarPath(r.Path)
	text := string(must[[]byte](t)(os.ReadFile(path)))
	writeText(t, path, strings.Replace(text, "{", `{"flavour": [1, 2],`, 1))
	must[Recording](t)(l.SetTitle(t.Context(), r.ID, "new"))
	text = string(must[[]byte](t)(os.ReadFile(path)))
	if !strings.Contains(text, `"flavour"`) || !strings.Contains(text, `"new"`) {
		t.Errorf("the sidecar is\n%s", text)
	}
}

func TestDelete(t *testing.T) {
	home := t.TempDir()
	l := openLibrary(t, home, Options{Summarize: oneCommand})
	var ids []string
	for _, title := range []string{"a", "b", "c"} {
		ids = append(ids, must[Recording](t)(record(t.Context(), l, NewRecording{Title: title}, title)).ID)
	}
	if err := l.Delete(t.Context(), ids[0], "nobody"); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
	if n := len(checkWhole(t, l)); n != 3 {
		t.Fatalf("%d recordings after a deletion that failed, want 3", n)
	}
	if err := l.Delete(t.Context(), ids[0], ids[2]); err != nil {
		t.Fatal(err)
	}
	if got := titles(checkWhole(t, l)); got != "b" {
		t.Errorf("left: %q", got)
	}
	if files := tree(t, l.recordingsDir()); len(files) != 2 {
		t.Errorf("files left: %q", files)
	}
}

func TestDeleteIsCompletedLater(t *testing.T) {
	l := openLibrary(t, t.TempDir(), Options{})
	r := must[Recording](t)(record(t.Context(), l, NewRecording{Title: "gone"}, "x"))
	must[Recording](t)(record(t.Context(), l, NewRecording{Title: "kept"}, "x"))
	// A folder with something in it cannot be removed as a file can.
	obstacle := sidecarPath(r.Path)
	if err := os.Remove(obstacle); err != nil {
		t.Fatal(err)
	}
	writeText(t, filepath.Join(obstacle, "x"), "")
	if err := l.Delete(t.Context(), r.ID); err == nil || !strings.Contains(err.Error(), obstacle) {
		t.Errorf("got %v, want an error that names %s", err, obstacle)
	}
	if got := titles(all(t, l, "")); got != "kept" {
		t.Errorf("listed: %q", got)
	}
	// Whatever of it comes to light again is removed, and not adopted.
	writeText(t, r.Path, castText("gone", "x"))
	if found := must[[]Recovered](t)(l.Recover(t.Context())); len(found) != 1 || found[0].Action != ActionFailed {
		t.Errorf("with the obstacle, recovered %+v", found)
	}
	if err := os.RemoveAll(obstacle); err != nil {
		t.Fatal(err)
	}
	if found := must[[]Recovered](t)(l.Recover(t.Context())); found != nil {
		t.Errorf("without it, recovered %+v", found)
	}
	if got := titles(checkWhole(t, l)); got != "kept" {
		t.Errorf("listed: %q", got)
	}
}

func TestDeleteRefusesWhatAnotherProcessBegan(t *testing.T) {
	home := t.TempDir()
	a, b := openLibrary(t, home, Options{}), openLibrary(t, home, Options{})
	r, _, err := a.Begin(t.Context(), NewRecording{Cols: 80, Rows: 24})
	if err != nil {
		t.Fatal(err)
	}
	var busy *ErrBusy
	if err := b.Delete(t.Context(), r.ID); !errors.As(err, &busy) {
		t.Errorf("got %v, want *ErrBusy", err)
	}
	if err := a.Delete(t.Context(), r.ID); err != nil {
		t.Errorf("its own, never started: %v", err)
	}
	checkWhole(t, a)
}

func TestNameOfARecording(t *testing.T) {
	for _, c := range []struct {
		r    Recording
		want string
	}{
		{Recording{Title: "T", Command: "make", Shell: "/bin/zsh"}, "T"},
		{Recording{Title: " ", Command: "make", Shell: "/bin/zsh"}, "make"},
		{Recording{FirstCommand: "for f in *; do\n  cat $f\ndone", Shell: "/bin/zsh"}, "for f in *; do"},
		{Recording{Shell: "/bin/zsh"}, "zsh"},
		{Recording{}, "untitled"},
	} {
		if got := c.r.Name(); got != c.want {
			t.Errorf("%+v: %q, want %q", c.r, got, c.want)
		}
	}
}
