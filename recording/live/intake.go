package live

import (
	"sync"
	"time"
)

const (
	// intakeSize bounds the output that waits for the owner, in bytes.
	intakeSize = 128 << 10

	// unseenDelay is how long output may wait when nothing but the recording wants
	// it: waking the owner for each read would cost more than all of its work.
	unseenDelay = 10 * time.Millisecond
)

// intake carries the child's output from the reader to the owner. While the owner
// works, what is read gathers, so that a flood costs few wakes; when it is full the
// reader waits, and with it the child.
type intake struct {
	ready chan struct{} // one slot: there is something to take, or the end was reached
	room  chan struct{} // one slot: the owner took what was there
	late  *time.Timer   // signals ready after unseenDelay; nil: ready is signalled at once

	mu     sync.Mutex
	batch  batch
	ended  bool // the reader will bring no more
	closed bool // the owner will take no more
}

// batch is output as it was read.
type batch struct {
	data  []byte
	reads []read // whose sizes add up to data
}

// read is what was read at one time.
type read struct {
	at   time.Time
	size int
}

// newIntake returns an intake. With unseen set, the owner is in no hurry.
func newIntake(unseen bool) *intake {
	q := &intake{ready: make(chan struct{}, 1), room: make(chan struct{}, 1)}
	if unseen {
		q.late = time.AfterFunc(time.Hour, func() { signal(q.ready) })
		q.late.Stop()
	}
	return q
}

// put hands over p, read at the time at, and waits until there is room for all of
// it. It returns false when the owner is gone.
func (q *intake) put(p []byte, at time.Time) bool {
	for {
		q.mu.Lock()
		if q.closed {
			q.mu.Unlock()
			return false
		}
		b := &q.batch
		n := min(len(p), intakeSize-len(b.data))
		first := len(b.data) == 0
		b.data = append(b.data, p[:n]...)
		if n > 0 {
			b.reads = append(b.reads, read{at, n})
		}
		much := len(b.data) > intakeSize/2
		q.mu.Unlock()
		switch {
		case q.late == nil || much:
			signal(q.ready)
		case first:
			q.late.Reset(unseenDelay)
		}
		if p = p[n:]; len(p) == 0 {
			return true
		}
		<-q.room
	}
}

// end says that the reader brings no more.
func (q *intake) end() {
	q.mu.Lock()
	q.ended = true
	q.mu.Unlock()
	signal(q.ready)
}

// take returns what has gathered since the last call. It is the caller's until the
// next call, for which the caller gives it back as spare. Ended means that this was
// the last of it.
func (q *intake) take(spare batch) (b batch, ended bool) {
	q.mu.Lock()
	b, q.batch = q.batch, batch{spare.data[:0], spare.reads[:0]}
	ended = q.ended
	q.mu.Unlock()
	signal(q.room)
	return b, ended
}

// close lets a reader that waits go.
func (q *intake) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	signal(q.room)
}

// signal fills a one-slot channel.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
