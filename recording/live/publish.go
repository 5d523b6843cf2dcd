package live

import (
	"context"
	"sync/atomic"
	"time"

	"rexec/vt"
)

const (
	// publishEvery is the least time between two published screens. The first
	// change after a rest is published at once.
	publishEvery = 4 * time.Millisecond

	// synchronizedLimit is how long a child inside synchronized output (2026) is
	// waited for.
	synchronizedLimit = 150 * time.Millisecond
)

// frame is a published screen. next is closed when there is a newer one, which
// wakes all that wait.
type frame struct {
	generation uint64
	screen     *vt.Snapshot // nil without an emulator
	next       chan struct{}
}

// stage is where the owner shows frames and everybody looks, without a lock.
type stage struct{ current atomic.Pointer[frame] }

// show publishes a screen.
func (st *stage) show(screen *vt.Snapshot) {
	old := st.current.Load()
	f := &frame{screen: screen, next: make(chan struct{}), generation: 1}
	if old != nil {
		f.generation = old.generation + 1
	}
	st.current.Store(f)
	if old != nil {
		close(old.next)
	}
}

// wait returns the generation of the first frame newer than after. When done is
// closed and there is none, it returns the last one's and ErrEnded.
func (st *stage) wait(ctx context.Context, after uint64, done <-chan struct{}) (uint64, error) {
	for {
		f := st.current.Load()
		if f.generation > after {
			return f.generation, nil
		}
		select {
		case <-f.next:
		case <-ctx.Done():
			return f.generation, ctx.Err()
		case <-done:
			if f = st.current.Load(); f.generation > after {
				return f.generation, nil
			}
			return f.generation, ErrEnded
		}
	}
}

// pacer decides when a changed screen is published.
type pacer struct {
	dirty bool
	last  time.Time // when the last screen was published
	held  time.Time // since when the child is inside synchronized output
}

// due returns how long to wait, from now on, before the screen is published; 0
// means at once.
func (p *pacer) due(now time.Time, synchronized bool) time.Duration {
	if !synchronized {
		p.held = time.Time{}
		return max(0, publishEvery-now.Sub(p.last))
	}
	if p.held.IsZero() {
		p.held = now
	}
	return max(0, synchronizedLimit-now.Sub(p.held))
}
