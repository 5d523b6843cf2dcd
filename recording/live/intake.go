package live

import (
	"sync"
	"time"
)

// intakeSize bounds the output that waits for the owner, in bytes. It is the most
// that one event of a recording holds.
const intakeSize = 128 << 10

// intake carries the child's output from the reader to the owner. While the owner
// works, what is read gathers in one piece, so that a flood costs few wakes and
// makes few events; when the piece is full the reader waits, and with it the child.
type intake struct {
	ready chan struct{} // one slot: there is something to take, or the end was reached
	room  chan struct{} // one slot: the owner took what was there

	mu     sync.Mutex
	buf    []byte
	first  time.Time // when buf's first byte was read
	ended  bool      // the reader will bring no more
	closed bool      // the owner will take no more
}

func newIntake() *intake {
	return &intake{ready: make(chan struct{}, 1), room: make(chan struct{}, 1)}
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
		if len(q.buf) == 0 {
			q.first = at
		}
		n := min(len(p), intakeSize-len(q.buf))
		q.buf = append(q.buf, p[:n]...)
		q.mu.Unlock()
		signal(q.ready)
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

// take returns what has gathered since the last call and when its first byte was
// read; it is the caller's until the next call, for which the caller gives back
// spare. Ended means that this was the last of it.
func (q *intake) take(spare []byte) (data []byte, first time.Time, ended bool) {
	q.mu.Lock()
	data, q.buf = q.buf, spare[:0]
	first, ended = q.first, q.ended
	q.mu.Unlock()
	signal(q.room)
	return data, first, ended
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
