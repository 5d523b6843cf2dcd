package library

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"rexec/library/retention"
)

// Recordings grow old, go to the trash, and leave it; what is to be kept stays.
func TestMaintain(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	clock := newClock()
	home := t.TempDir()
	l := openLibrary(t, home, Options{Now: clock.Now})
	ctx := t.Context()
	old := must[Recording](t)(record(ctx, l, NewRecording{Title: "old"}, "a"))
	kept := must[Recording](t)(record(ctx, l, NewRecording{Title: "kept"}, "b"))
	keep := true
	must[Recording](t)(l.Update(ctx, kept.ID, Patch{Keep: &keep}))
	clock.advance(20 * day)
	must[Recording](t)(record(ctx, l, NewRecording{Title: "new"}, "c"))
	policy := retention.Policy{Retention: 30 * day, Trash: 10 * day}

	maintain := func(trash, remove int) {
		t.Helper()
		done := must[retention.Plan](t)(l.Maintain(ctx, Chores{Policy: policy}))
		if len(done.Trash) != trash || len(done.Remove) != remove {
			t.Errorf("on %v: %+v, want %d and %d", clock.Now(), done, trash, remove)
		}
	}
	maintain(0, 0)
	clock.advance(11 * day)
	if plan := must[retention.Plan](t)(l.Plan(ctx, policy)); len(plan.Trash) != 1 || plan.Trash[0].ID != old.ID {
		t.Errorf("the preview is %+v", plan)
	}
	maintain(1, 0)
	clock.advance(11 * day)
	other := openLibrary(t, home, Options{Now: clock.Now})
	maintain(0, 1)
	if done := must[retention.Plan](t)(other.Maintain(ctx, Chores{Policy: policy})); !done.Empty() {
		t.Errorf("a second time on the same day: %+v", done)
	}
	if got := titles(checkWhole(t, l)); got != "new kept" {
		t.Errorf("left: %q", got)
	}
}

// Old casts are compressed along with it; what was cut short is done at the next start.
func TestMaintainCompresses(t *testing.T) {
	t.Parallel()
	l := openLibrary(t, t.TempDir(), Options{})
	r := importBig(t, l, "word")
	chores := Chores{Compress: time.Nanosecond}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Maintain(cancelled, chores); err == nil {
		t.Fatal("maintained with a context that has ended")
	}
	must[retention.Plan](t)(l.Maintain(t.Context(), chores))
	if got := must[Recording](t)(l.Get(t.Context(), r.ID)); got.Stored >= got.Size {
		t.Errorf("%d of %d bytes are stored", got.Stored, got.Size)
	}
}

// An index of many segments becomes one of few, and finds the same.
func TestMaintainMerges(t *testing.T) {
	t.Parallel()
	l := openLibrary(t, t.TempDir(), Options{})
	for i := range manySegments + 2 {
		path := writeText(t, filepath.Join(t.TempDir(), "a.cast"), castText(fmt.Sprint("recording ", i), fmt.Sprint("common own", i)))
		must[Recording](t)(l.Import(t.Context(), path, nil))
	}
	if n := must[int](t)(l.segments(t.Context())); n <= manySegments {
		t.Fatalf("the index has %d segments only", n)
	}
	must[retention.Plan](t)(l.Maintain(t.Context(), Chores{Policy: retention.Policy{Trash: time.Hour}}))
	if n := must[int](t)(l.segments(t.Context())); n > 2 {
		t.Errorf("the index has %d segments yet", n)
	}
	for q, want := range map[string]int{"common": manySegments + 2, "own3": 1, "wn1": 1 + manySegments + 2 - 10} {
		found := map[string]bool{}
		for h, err := range l.Search(t.Context(), SearchOptions{Query: q}) {
			if err != nil {
				t.Fatal(err)
			}
			found[h.Recording.ID] = true
		}
		if len(found) != want {
			t.Errorf("%q is found in %d recordings, want %d", q, len(found), want)
		}
	}
	checkWhole(t, l)
}
