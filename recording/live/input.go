package live

import (
	"errors"
	"sync"
)

const (
	// InputLimit bounds the input that waits for a child that does not read, in
	// bytes.
	InputLimit = 4 << 20

	// replyLimit is the same for the emulator's replies: a child that asks without
	// end and never reads must not take the user's room.
	replyLimit = 64 << 10
)

var (
	// ErrInputFull is returned by Write when the child does not read its input.
	ErrInputFull = errors.New("the program does not read its input")

	// ErrEnded is returned for what needs a child when it is gone.
	ErrEnded = errors.New("the terminal has ended")
)

// inputQueue carries input, in order, to the one goroutine that writes it to the
// PTY and may be blocked there for ever.
type inputQueue struct {
	ready chan struct{} // one slot

	mu     sync.Mutex
	buf    []byte        // waits
	parts  []part        // whose sizes add up to buf
	busy   int           // bytes that are being written
	room   chan struct{} // closed when something was written, and then replaced
	closed bool
}

// part is a stretch of the queue of one kind.
type part struct {
	size  int
	typed bool
}

func newInputQueue() *inputQueue {
	return &inputQueue{ready: make(chan struct{}, 1), room: make(chan struct{})}
}

// push takes all of p or, when more than limit bytes would then wait, nothing. A
// single p that is larger than the limit goes into an empty queue. typed says that
// somebody typed it.
func (q *inputQueue) push(p []byte, limit int, typed bool) error {
	_, err := q.tryPush(p, limit, typed)
	return err
}

// tryPush is push; with ErrInputFull it returns a channel that is closed when it is
// worth another try.
func (q *inputQueue) tryPush(p []byte, limit int, typed bool) (room <-chan struct{}, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	waiting := len(q.buf) + q.busy
	switch {
	case q.closed:
		return nil, ErrEnded
	case waiting > 0 && waiting+len(p) > limit:
		return q.room, ErrInputFull
	}
	q.buf = append(q.buf, p...)
	if n := len(q.parts); n > 0 && q.parts[n-1].typed == typed {
		q.parts[n-1].size += len(p)
	} else {
		q.parts = append(q.parts, part{len(p), typed})
	}
	signal(q.ready)
	return nil, nil
}

// empty tells whether everything was written.
func (q *inputQueue) empty() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.buf)+q.busy == 0
}

// run writes what is pushed to w, until close is called or w fails.
func (q *inputQueue) run(w typedWriter) {
	var spare []byte
	var spareParts []part
	for range q.ready {
		q.mu.Lock()
		data, parts := q.buf, q.parts
		q.buf, q.parts, q.busy = spare[:0], spareParts[:0], len(data)
		q.mu.Unlock()
		err := writeParts(w, data, parts)
		spareParts = parts
		q.mu.Lock()
		q.busy = 0
		close(q.room)
		q.room = make(chan struct{})
		if err != nil {
			q.closed = true
		}
		closed := q.closed
		q.mu.Unlock()
		if closed {
			return
		}
		if spare = data; cap(spare) > replyLimit { // a large paste is not kept
			spare = nil
		}
	}
}

func writeParts(w typedWriter, data []byte, parts []part) error {
	for _, p := range parts {
		write := w.Write
		if p.typed {
			write = w.WriteTyped
		}
		if _, err := write(data[:p.size]); err != nil {
			return err
		}
		data = data[p.size:]
	}
	return nil
}

// close refuses further input and ends run as soon as it is not blocked.
func (q *inputQueue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	signal(q.ready)
}
