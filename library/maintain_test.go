package library

import (
	"context"
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
