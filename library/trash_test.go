package library

import (
	"errors"
	"slices"
	"testing"
	"time"
)

func TestTrash(t *testing.T) {
	t.Parallel()
	clock := newClock()
	home := t.TempDir()
	l := openLibrary(t, home, Options{Now: clock.Now})
	ctx := t.Context()
	a := must[Recording](t)(record(ctx, l, NewRecording{Title: "first"}, "wombat"))
	clock.advance(time.Hour)
	b := must[Recording](t)(record(ctx, l, NewRecording{Title: "second"}, "wombat"))
	clock.advance(time.Hour)
	if err := l.Trash(ctx, a.ID); err != nil {
		t.Fatal(err)
	}
	trashed := must[Recording](t)(l.Get(ctx, a.ID))
	if !trashed.Trashed.Equal(truncated(clock.Now())) {
		t.Errorf("it went to the trash at %v", trashed.Trashed)
	}
	if got := titles(all(t, l, "")); got != "second" {
		t.Errorf("with one in the trash, %q is listed", got)
	}
	if got := titles(must[[]Recording](t)(l.List(ctx, ListOptions{Trashed: true}))); got != "first" {
		t.Errorf("in the trash is %q", got)
	}
	for _, q := range []string{"wombat", "longer:1s"} {
		if found := hits(t, l, SearchOptions{Query: q}); len(found) != 1 || found[0].Recording.ID != b.ID {
			t.Errorf("%s finds %+v", q, found)
		}
	}
	var inTrash *ErrTrashed
	if _, err := l.Resolve(ctx, a.ID); !errors.As(err, &inTrash) || inTrash.ID != a.ID {
		t.Errorf("resolve: %v", err)
	}
	s := must[Stats](t)(l.Stats(ctx))
	if s.Recordings != 1 || s.Bytes != b.Size || s.Trashed != 1 || s.TrashedStored != a.Size {
		t.Errorf("stats: %+v", s)
	}
	// A second time, the time of the first stays.
	clock.advance(time.Hour)
	if err := l.Trash(ctx, a.ID); err != nil {
		t.Fatal(err)
	}
	if again := must[Recording](t)(l.Get(ctx, a.ID)); !again.Trashed.Equal(trashed.Trashed) {
		t.Errorf("moved at %v, moved again at %v", trashed.Trashed, again.Trashed)
	}
	side, _ := readSidecar(a.Path)
	if side.Trashed == nil || !side.Trashed.Equal(trashed.Trashed) {
		t.Errorf("the sidecar says %+v", side)
	}
	if err := l.Restore(ctx, a.ID, b.ID); err != nil {
		t.Fatal(err)
	}
	if got := titles(all(t, l, "")); got != "second first" {
		t.Errorf("restored, %q is listed", got)
	}
	if found := hits(t, l, SearchOptions{Query: "wombat"}); len(found) != 2 {
		t.Errorf("restored, %d are found", len(found))
	}
	checkWhole(t, l)
}

func TestTrashIsAllOrNothing(t *testing.T) {
	t.Parallel()
	l := openLibrary(t, t.TempDir(), Options{})
	a := must[Recording](t)(record(t.Context(), l, NewRecording{Title: "a"}, "x"))
	open, _, err := l.Begin(t.Context(), NewRecording{Title: "open"})
	if err != nil {
		t.Fatal(err)
	}
	var busy *ErrBusy
	if err := l.Trash(t.Context(), a.ID, open.ID); !errors.As(err, &busy) || busy.ID != open.ID {
		t.Errorf("one that is being recorded: %v", err)
	}
	if err := l.Trash(t.Context(), a.ID, "no"); !errors.Is(err, ErrNotFound) {
		t.Errorf("one that is not there: %v", err)
	}
	if err := l.Restore(t.Context(), "no"); !errors.Is(err, ErrNotFound) {
		t.Errorf("restore what is not there: %v", err)
	}
	if r := must[Recording](t)(l.Get(t.Context(), a.ID)); !r.Trashed.IsZero() {
		t.Error("the other one was moved")
	}
}

// The trash is emptied of what has been there for long enough.
func TestEmptyTrash(t *testing.T) {
	t.Parallel()
	clock := newClock()
	l := openLibrary(t, t.TempDir(), Options{Now: clock.Now})
	var ids []string
	for _, title := range []string{"a", "b", "c"} {
		r := must[Recording](t)(record(t.Context(), l, NewRecording{Title: title}, "x"+title))
		ids = append(ids, r.ID)
	}
	for _, id := range ids[:2] {
		if err := l.Trash(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		clock.advance(24 * time.Hour)
	}
	for _, test := range []struct {
		olderThan time.Duration
		want      []string
	}{{72 * time.Hour, nil}, {48 * time.Hour, ids[:1]}, {0, ids[1:2]}, {0, nil}} {
		var got []string
		for _, r := range must[[]Recording](t)(l.EmptyTrash(t.Context(), test.olderThan)) {
			got = append(got, r.ID)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("older than %v: %v, want %v", test.olderThan, got, test.want)
		}
	}
	if got := titles(checkWhole(t, l)); got != "c" {
		t.Errorf("left: %q", got)
	}
}

// What is in the sidecar and in no cast comes back with the files alone.
func TestKeepingOutlivesTheDatabase(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	l := openLibrary(t, home, Options{})
	r := must[Recording](t)(record(t.Context(), l, NewRecording{Title: "a"}, "x"))
	keep, public := true, VisibilityPublic
	if _, err := l.Update(t.Context(), r.ID, Patch{Keep: &keep, Visibility: &public}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.db.write.Exec(`UPDATE recordings SET sync_state = 'synced', participants = '["ann","bo"]'`); err != nil {
		t.Fatal(err)
	}
	if err := l.Trash(t.Context(), r.ID); err != nil {
		t.Fatal(err)
	}
	want := must[Recording](t)(l.Get(t.Context(), r.ID))
	if want.SyncState != SyncPending {
		t.Errorf("in the trash, the sync state is %q", want.SyncState)
	}
	l.Close()
	removeDatabase(t, home)
	l = openLibrary(t, home, Options{})
	recovered(t, l)
	got := must[Recording](t)(l.Get(t.Context(), r.ID))
	if !got.Keep || got.Visibility != public || !got.Trashed.Equal(want.Trashed) || got.SyncState != SyncPending ||
		!slices.Equal(got.Participants, []string{"ann", "bo"}) {
		t.Errorf("%+v\nwas %+v", got, want)
	}
	odd := Visibility("secret")
	if _, err := l.Update(t.Context(), r.ID, Patch{Visibility: &odd}); err == nil {
		t.Error("any visibility will do")
	}
}
