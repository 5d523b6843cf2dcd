package library

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// crash ends a library as kill -9 would: its locks go, and nothing else is done.
func crash(l *Library) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	l.db.close()
	if l.owner.unlock != nil {
		l.owner.unlock()
	}
}

func recovered(t testing.TB, l *Library) []Recovered {
	t.Helper()
	found := must[[]Recovered](t)(l.Recover(t.Context()))
	if again := must[[]Recovered](t)(l.Recover(t.Context())); len(again) > 0 {
		t.Errorf("a second Recover finds more: %+v", again)
	}
	return found
}

func TestRecoverFindsNothing(t *testing.T) {
	l := openLibrary(t, t.TempDir(), Options{})
	if found := recovered(t, l); found != nil {
		t.Errorf("in an empty library: %+v", found)
	}
	must[Recording](t)(record(t.Context(), l, NewRecording{}, "x"))
	must[Recording](t)(l.Import(t.Context(), writeText(t, filepath.Join(t.TempDir(), "a.cast"), castText("a", "b")), nil))
	version := must[int64](t)(l.Version(t.Context()))
	if found := recovered(t, l); found != nil {
		t.Errorf("in a whole library: %+v", found)
	}
	if must[int64](t)(l.Version(t.Context())) != version {
		t.Error("it wrote to the database")
	}
}

func TestRecoverEndsWhatACrashLeftOpen(t *testing.T) {
	home := t.TempDir()
	l := openLibrary(t, home, Options{})
	begin := func(title, tail string) Recording {
		r, h, err := l.Begin(t.Context(), NewRecording{Title: title, Tags: []string{"t"}, Cols: 80, Rows: 24})
		if err != nil {
			t.Fatal(err)
		}
		if tail != "-" {
			if err := writeCast(r.Path, h, "x"); err != nil {
				t.Fatal(err)
			}
			text := string(must[[]byte](t)(os.ReadFile(r.Path)))
			writeText(t, r.Path, text+tail)
		}
		return r
	}
	begin("whole", "")
	begin("torn", `[5.0, "o", "abc`)
	begin("never written", "-")
	crash(l)

	l = openLibrary(t, home, Options{Summarize: oneCommand})
	if got := all(t, l, ""); len(got) != 3 || got[0].Status != StatusRecording {
		t.Errorf("before Recover: %+v", got)
	}
	got := map[string]string{}
	for _, r := range recovered(t, l) {
		got[r.Recording.Title] = fmt.Sprintf("%s %s %v %d %v", r.Action, r.Recording.Status, r.Recording.Duration, r.DroppedBytes, r.Err)
	}
	want := map[string]string{
		"whole":         "repaired complete 2s 0 <nil>",
		"torn":          "repaired repaired 2s 15 <nil>",
		"never written": "discarded recording 0s 0 <nil>",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("recovered %v\nwant      %v", got, want)
	}
	if list := checkWhole(t, l); len(list) != 2 || list[0].Commands != 1 || len(list[0].Tags) != 1 {
		t.Errorf("after Recover: %+v", list)
	}
}

func TestRecoverLeavesTheLivingAlone(t *testing.T) {
	home := t.TempDir()
	a, b := openLibrary(t, home, Options{}), openLibrary(t, home, Options{})
	begun, header, err := a.Begin(t.Context(), NewRecording{Title: "begun", Cols: 80, Rows: 24})
	if err != nil {
		t.Fatal(err)
	}
	check := func(when string) {
		t.Helper()
		for _, l := range []*Library{a, b} {
			if found := recovered(t, l); found != nil {
				t.Errorf("%s: %+v", when, found)
			}
			if got := all(t, l, ""); len(got) != 1 || got[0].Status != StatusRecording {
				t.Errorf("%s it is listed as %+v", when, got)
			}
		}
	}
	check("before the file is there")
	if err := writeCast(begun.Path, header, "x"); err != nil {
		t.Fatal(err)
	}
	unlock := lock(t, begun.Path)
	check("while it is written")
	unlock()
	check("between the end of the file and Finish")
	must[Recording](t)(a.Finish(t.Context(), begun.ID, FinishInfo{}))
	checkWhole(t, a)

	// The lock of the file counts by itself: its owner's library may be closed.
	second, header, err := a.Begin(t.Context(), NewRecording{Title: "second", Cols: 80, Rows: 24})
	if err != nil {
		t.Fatal(err)
	}
	if err := writeCast(second.Path, header, "x"); err != nil {
		t.Fatal(err)
	}
	unlock = lock(t, second.Path)
	a.Close()
	if found := recovered(t, b); found != nil {
		t.Errorf("a locked file: %+v", found)
	}
	unlock()
	if found := recovered(t, b); len(found) != 1 || found[0].Action != ActionRepaired || found[0].Recording.ID != second.ID {
		t.Errorf("after its lock is gone: %+v", found)
	}
	checkWhole(t, b)
}

func TestRecoverAdoptsCasts(t *testing.T) {
	l := openLibrary(t, t.TempDir(), Options{Summarize: oneCommand})
	const id = "01900000-0000-7000-8000-000000000001"
	month := filepath.Join(l.recordingsDir(), "2024", "01")
	writeText(t, filepath.Join(month, id+".cast"), `{"version":2,"width":80,"height":24}`+"\n[1,\"o\",\"a\"]\n[2,\"o\",\"b\"]\n")
	writeText(t, filepath.Join(month, "dropped here.cast"), castText("Dropped", "x"))
	writeText(t, filepath.Join(month, "junk.cast"), "not a cast at all\n")
	locked := writeText(t, filepath.Join(month, "busy.cast"), castText("Busy", "y"))
	unlock := lock(t, locked)

	got := map[string]Recording{}
	for _, r := range recovered(t, l) {
		if r.Action != ActionAdopted || r.Err != nil {
			t.Errorf("%+v", r)
		}
		got[filepath.Base(r.Recording.Path)] = r.Recording
	}
	if len(got) != 3 {
		t.Errorf("adopted %+v", got)
	}
	if r := got[id+".cast"]; r.ID != id || r.Created.UTC().Year() != 2024 || r.Status != StatusComplete || r.Commands != 1 || r.Source != SourceImported {
		t.Errorf("by its name: %+v, created %v", r, r.Created.UTC())
	}
	if r := got["dropped here.cast"]; !isID(r.ID) || r.Title != "Dropped" {
		t.Errorf("with another name: %+v", r)
	}
	if r := got["junk.cast"]; r.Status != StatusDamaged {
		t.Errorf("junk: %+v", r)
	}
	unlock()
	if found := recovered(t, l); len(found) != 1 || found[0].Recording.Title != "Busy" {
		t.Errorf("when it is free: %+v", found)
	}
	checkWhole(t, l)
}

func TestRecoverNotesWhatIsGoneAndBack(t *testing.T) {
	l := openLibrary(t, t.TempDir(), Options{})
	r := must[Recording](t)(record(t.Context(), l, NewRecording{Title: "x"}, "x"))
	away := filepath.Join(t.TempDir(), "away")
	if err := os.Rename(r.Path, away); err != nil {
		t.Fatal(err)
	}
	if found := recovered(t, l); len(found) != 1 || found[0].Action != ActionMissing || found[0].Recording.ID != r.ID {
		t.Errorf("gone: %+v", found)
	}
	if got := all(t, l, ""); len(got) != 1 || got[0].Status != StatusMissing || got[0].Title != "x" {
		t.Errorf("gone: listed as %+v", got)
	}
	if err := os.Rename(away, r.Path); err != nil {
		t.Fatal(err)
	}
	if found := recovered(t, l); len(found) != 1 || found[0].Action != ActionReturned {
		t.Errorf("back: %+v", found)
	}
	if got := checkWhole(t, l); len(got) != 1 || got[0].Status != StatusComplete {
		t.Errorf("back: listed as %+v", got)
	}
}

func TestDeleteWhatIsMissing(t *testing.T) {
	l := openLibrary(t, t.TempDir(), Options{})
	r := must[Recording](t)(record(t.Context(), l, NewRecording{}, "x"))
	if err := os.Remove(r.Path); err != nil {
		t.Fatal(err)
	}
	recovered(t, l)
	if err := l.Delete(t.Context(), r.ID); err != nil {
		t.Fatal(err)
	}
	if files := tree(t, l.recordingsDir()); len(files) > 0 {
		t.Errorf("left: %q", files)
	}
}

func TestTheDatabaseCanBeMadeAnew(t *testing.T) {
	home := t.TempDir()
	now := newClock()
	l := openLibrary(t, home, Options{Now: now.Now, Host: "box", Summarize: oneCommand})
	must[Recording](t)(record(t.Context(), l, NewRecording{Title: "recorded", Shell: "/bin/sh", Dir: "/d", Command: "make"}, "ls"))
	now.advance(time.Hour)
	r := must[Recording](t)(l.Import(t.Context(), writeText(t, filepath.Join(t.TempDir(), "a.cast"), castText("a", "b")), nil))
	text, tags := "about it", []string{"x", "y"}
	title := ""
	must[Recording](t)(l.Update(t.Context(), r.ID, Patch{Title: &title, Description: &text, Tags: &tags}))
	before := checkWhole(t, l)
	l.Close()
	for _, name := range []string{"library.db", "library.db-wal", "library.db-shm"} {
		_ = os.Remove(filepath.Join(home, name))
	}
	l = openLibrary(t, home, Options{Now: now.Now, Host: "another", Summarize: oneCommand})
	if found := recovered(t, l); len(found) != 2 {
		t.Errorf("recovered %+v", found)
	}
	if after := checkWhole(t, l); !reflect.DeepEqual(after, before) {
		t.Errorf("before %+v\nafter  %+v", before, after)
	}
}

func TestRecoverClearsLitter(t *testing.T) {
	home := t.TempDir()
	l := openLibrary(t, home, Options{})
	r := must[Recording](t)(record(t.Context(), l, NewRecording{Title: "kept"}, "x"))
	month := filepath.Dir(r.Path)
	writeText(t, filepath.Join(month, "01900000-0000-7000-8000-000000000001.json"), "{}")
	writeText(t, filepath.Join(month, strings.Replace(tempPattern, "*", "123", 1)), "half")
	writeText(t, filepath.Join(l.incomingDir(), partName("a", "dead")), "half")
	other := openLibrary(t, home, Options{})
	alive := must[string](t)(other.own(t.Context()))
	part := writeText(t, filepath.Join(l.incomingDir(), partName("b", alive)), "growing")
	writeText(t, filepath.Join(l.locksDir(), "dead.lock"), "")

	if found := recovered(t, l); found != nil {
		t.Errorf("litter is nothing to tell: %+v", found)
	}
	if _, err := os.Stat(part); err != nil {
		t.Errorf("a copy that is being made: %v", err)
	}
	other.Close()
	recovered(t, l)
	if list := checkWhole(t, l); titles(list) != "kept" {
		t.Errorf("left: %+v", list)
	}
}

func TestRecoverCompletesADeletionAndASidecar(t *testing.T) {
	l := openLibrary(t, t.TempDir(), Options{})
	r := must[Recording](t)(record(t.Context(), l, NewRecording{Title: "deleted"}, "x"))
	s := must[Recording](t)(record(t.Context(), l, NewRecording{Title: "old"}, "x"))
	// As a crash leaves it between the transaction and the files.
	rel := must[string](t)(l.rel(r.Path))
	for _, query := range []string{
		`INSERT INTO removals (path) VALUES ('` + rel + `')`,
		`DELETE FROM recordings WHERE id = '` + r.ID + `'`,
		`UPDATE recordings SET title = 'new', sidecar_due = 1 WHERE id = '` + s.ID + `'`,
	} {
		if _, err := l.db.write.ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	if found := recovered(t, l); found != nil {
		t.Errorf("%+v", found)
	}
	if got := titles(checkWhole(t, l)); got != "new" {
		t.Errorf("left: %q", got)
	}
}

func TestRecoverGoesOnAfterAFileThatResists(t *testing.T) {
	if os.Geteuid() == 0 {
		// Permissions do not bind root; a folder with a cast's name does.
		t.Log("as root, a folder stands in for an unreadable file")
	}
	l := openLibrary(t, t.TempDir(), Options{})
	bad := writeText(t, filepath.Join(l.recordingsDir(), "2024", "01", "bad.cast"), castText("bad", "x"))
	if err := os.Remove(bad); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Dir(bad), bad); err != nil {
		t.Skip("no symbolic links here; run it where they can be made")
	}
	writeText(t, filepath.Join(l.recordingsDir(), "2024", "01", "good.cast"), castText("good", "y"))
	found := must[[]Recovered](t)(l.Recover(t.Context()))
	var adopted, failed int
	for _, r := range found {
		switch r.Action {
		case ActionAdopted:
			adopted++
		case ActionFailed:
			failed++
			if r.Err == nil || r.Recording.Path != bad {
				t.Errorf("%+v", r)
			}
		}
	}
	if adopted != 1 || failed != 1 {
		t.Errorf("found %+v", found)
	}
}

func TestASummaryThatFailsCostsNoRecording(t *testing.T) {
	l := openLibrary(t, t.TempDir(), Options{Summarize: func(context.Context, io.Reader) (Summary, error) {
		return Summary{}, os.ErrInvalid
	}})
	if r := must[Recording](t)(record(t.Context(), l, NewRecording{}, "x")); r.Status != StatusComplete {
		t.Errorf("finished: %+v", r)
	}
	checkWhole(t, l)
}
