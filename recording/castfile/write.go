package castfile

import (
	"bytes"
	"sync"
	"time"

	"rexec/recording/cast"
)

// write is the writer goroutine: it alone encodes, writes, truncates and closes.
func (f *File) write() {
	defer close(f.done)
	var q queue
	for range f.wake {
		var last bool
		q, last = f.take(q)
		whole := f.encode(q)
		f.written()
		if !whole || last {
			break
		}
	}
	f.end()
}

// take exchanges the queue for an empty one, which uses the memory of spare again.
// It tells whether nothing will follow.
func (f *File) take(spare queue) (q queue, last bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.flush.Stop()
	q = f.queue
	f.queue = queue{events: spare.events[:0], data: spare.data[:0]}
	f.writing = true
	if cap(spare.data) > 4*flushBytes && len(spare.data) < flushBytes {
		f.queue.data = nil // a flood's buffers are not kept when the flood is over
	}
	f.room.Broadcast()
	return q, f.closed || f.err != nil
}

// written tells who waits for it that the writer is done with a queue.
func (f *File) written() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.writing = false
	f.room.Broadcast()
}

// encode writes a queue out. It returns false when the file has failed.
func (f *File) encode(q queue) bool {
	data := q.data
	var err error
	for _, e := range q.events {
		if e.code == cast.Output {
			err = f.writer.WriteOutput(e.time-f.base, data[:e.size])
		} else {
			err = f.writer.Write(cast.Event{Time: e.time - f.base, Code: e.code, Data: string(data[:e.size])})
		}
		if err != nil {
			return false
		}
		data = data[e.size:]
	}
	return f.writer.Flush() == nil && f.Err() == nil
}

// end closes the file, whether it has failed or not.
func (f *File) end() {
	if f.Err() == nil {
		_ = f.writer.Close() // its error has failed the file
	}
	f.stall.Reset(closeLimit)
	if err := f.sync.finish(); err != nil {
		f.fail(err)
	}
	if err := f.disk.Close(); err != nil {
		f.fail(err)
	}
	f.stall.Stop()
}

// sink is a File as its cast.Writer sees it.
type sink File

// Write writes whole lines. What does not become a whole line is taken back.
func (s *sink) Write(p []byte) (int, error) {
	f := (*File)(s)
	f.stall.Reset(stallLimit)
	defer f.stall.Stop()
	n, err := f.disk.Write(p)
	whole := n
	if err != nil {
		whole = bytes.LastIndexByte(p[:n], '\n') + 1
	}
	size := f.size.Add(int64(whole))
	if n > whole {
		_ = f.disk.Truncate(size) // if that fails too, Repair does it one day
	}
	if err != nil {
		f.fail(err)
	}
	f.sync.dirty()
	return whole, err
}

// syncer syncs the disk every second while there is something to sync, beside the
// writer: a sync may take long, and what is written meanwhile must reach the system
// in time.
type syncer struct {
	f     *File
	timer *time.Timer
	mu    sync.Mutex // held during a sync
	need  bool       // guarded by state
	over  bool       // guarded by mu
	state sync.Mutex
}

func (s *syncer) start(f *File) {
	s.f = f
	s.timer = stopped(s.run)
	s.dirty() // the header
}

// dirty says that something was written.
func (s *syncer) dirty() {
	s.state.Lock()
	defer s.state.Unlock()
	if !s.need {
		s.need = true
		s.timer.Reset(syncEvery)
	}
}

func (s *syncer) run() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return
	}
	s.state.Lock()
	s.need = false
	s.state.Unlock()
	if err := s.sync(); err != nil {
		s.f.fail(err)
	}
}

// finish syncs for the last time.
func (s *syncer) finish() error {
	s.timer.Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	return s.sync()
}

func (s *syncer) sync() error {
	err := s.f.disk.Sync()
	if cannotSync(err) {
		return nil // a pipe, say
	}
	return err
}
