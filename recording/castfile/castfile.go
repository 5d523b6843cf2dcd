// Package castfile keeps one cast on disk while it is written, and mends what a
// crash left behind. It knows files, locks and what disks do wrong; the format is
// package cast's, and what is worth recording is for others to say.
//
//	Append ─→ queue (2 MB) ─→ writer goroutine: encode ─→ write, every 50 ms or 64 KB
//	                                                  └─→ fsync, every second
//
// The invariants:
//
//   - The file is a valid cast whenever a write has returned: only whole lines are
//     written, and a line that a full disk cut is taken back.
//   - The writer holds an exclusive lock on the file from before the header until
//     Close. Whoever finds a recording that says it is being written asks the lock.
//   - kill -9 loses what was appended in the last 100 ms at most, a power cut what
//     was appended in about the last second.
//   - A disk that fails or hangs ends the recording, never the one who appends.
package castfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"rexec/recording/cast"
)

const (
	flushEvery = 50 * time.Millisecond // leaves as much for the write itself
	flushBytes = 64 << 10
	syncEvery  = time.Second
	stallLimit = 2 * time.Second
	closeLimit = 10 * time.Second // for the last fsync

	// maxPending bounds what waits for the disk. As much again may be on its way.
	maxPending = 2 << 20

	// Output that arrives within mergeTime of an event which still waits for the disk
	// joins it, up to mergeBytes. Programs that print byte by byte, or without end,
	// would otherwise be recorded as millions of events that no eye can tell apart.
	mergeTime  = time.Millisecond
	mergeBytes = 64 << 10
)

var (
	// ErrLocked says that another File, in this process or in another, is writing.
	ErrLocked = errors.New("the recording is being written by another process")
	// ErrStalled says that the disk did not answer for two seconds.
	ErrStalled = errors.New("the disk does not answer")
	// ErrDiskFull says that there is no room, on the disk or in the user's quota.
	ErrDiskFull = errors.New("the disk is full")
)

// Disk is what a File writes to.
type Disk interface {
	Write(p []byte) (int, error)
	Truncate(size int64) error
	Sync() error
	Close() error
}

// Options are the rarer wishes. The zero value is good.
type Options struct {
	// Overwrite lets Create replace an existing file, if nobody is writing it.
	// Without it, an existing file is fs.ErrExist.
	Overwrite bool
	// Wrap, if not nil, puts something between the File and its disk: tests put a
	// disk there that fails.
	Wrap func(Disk) Disk
}

// File is a cast that is being written. Append, Err, Failed, Size and Close may be
// called from any goroutine.
type File struct {
	path   string
	disk   Disk
	writer *cast.Writer  // the writer goroutine's
	base   time.Duration // what the writer takes for the start of the recording
	failed chan struct{}
	done   chan struct{} // the writer goroutine has ended
	wake   chan struct{} // to the writer goroutine; holds one

	mu      sync.Mutex
	room    sync.Cond // the queue was taken, or will never be
	queue   queue
	writing bool // the writer is busy with what it took from the queue
	closed  bool
	err     error
	stalled chan struct{} // closed when the disk is given up

	flush *time.Timer // wakes the writer
	stall *time.Timer // gives up a disk that does not answer
	size  atomic.Int64
	sync  syncer
}

// queue is what waits for the writer.
type queue struct {
	events []pending
	data   []byte // of all events, one behind the other
}

type pending struct {
	time time.Duration
	code string
	size int // of its data
}

// Create creates the file and its folders, locks it, and writes the header. The
// file can be read by its owner only.
//
// Errors are fs.ErrExist, ErrLocked, ErrDiskFull, what the system says, or what is
// wrong with the header.
func Create(path string, h cast.Header, o Options) (*File, error) {
	header, err := cast.AppendHeader(nil, h)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	flags := os.O_RDWR | os.O_CREATE
	if !o.Overwrite {
		flags |= os.O_EXCL
	}
	file, err := os.OpenFile(path, flags, 0o600)
	if err != nil {
		return nil, err
	}
	f := newFile(path, file, o)
	if err := lockNew(file, !o.Overwrite); err != nil {
		_ = file.Close()
		return nil, err
	}
	if err := f.begin(header, h, o.Overwrite); err != nil {
		_ = f.disk.Close()
		if !o.Overwrite {
			_ = os.Remove(path)
		}
		return nil, classify(err)
	}
	syncFolder(filepath.Dir(path))
	return f, nil
}

// newFile returns a File whose writer does not run yet.
func newFile(path string, file *os.File, o Options) *File {
	f := &File{
		path: path, disk: file,
		failed: make(chan struct{}), done: make(chan struct{}), wake: make(chan struct{}, 1),
		stalled: make(chan struct{}),
	}
	if o.Wrap != nil {
		f.disk = o.Wrap(f.disk)
	}
	f.room.L = &f.mu
	return f
}

// lockNew locks a file that was just opened. If it is also new, nobody can have a
// lasting claim to it: at most, someone looks whether it is a crash's remains.
func lockNew(file *os.File, isNew bool) error {
	for try := 0; ; try++ {
		err := lock(file)
		if !isNew || !errors.Is(err, ErrLocked) || try == 100 {
			return err
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// begin writes the header and starts the writer.
func (f *File) begin(header []byte, h cast.Header, overwrite bool) error {
	if overwrite {
		if err := f.disk.Truncate(0); err != nil {
			return err
		}
	}
	if _, err := f.disk.Write(header); err != nil {
		return err
	}
	return f.start(h, int64(len(header)))
}

// start starts the writer behind the first size bytes of the file.
func (f *File) start(h cast.Header, size int64) error {
	f.size.Store(size)
	var err error
	if f.writer, err = cast.NewWriterBehindHeader((*sink)(f), h); err != nil {
		return err
	}
	f.flush = stopped(func() { f.signal() })
	f.stall = stopped(func() { f.giveUp() })
	f.sync.start(f)
	go f.write()
	return nil
}

// stopped returns a timer that calls do once it is Reset and that time is over.
func stopped(do func()) *time.Timer {
	t := time.AfterFunc(time.Hour, do)
	t.Stop()
	return t
}

// Append hands over an event. It does not wait for the disk: up to 2 MB wait for
// it in a queue. Only a flood that the disk cannot take for longer slows its caller
// down, as a full pipe would, until the disk is declared stalled.
//
// The error is what is wrong with the event, which changes nothing, fs.ErrClosed, or
// the reason why the file failed: then the recording is over.
func (f *File) Append(e cast.Event) error {
	if err := e.Check(); err != nil {
		return err
	}
	return add(f, e.Time, e.Code, e.Data)
}

// AppendOutput is Append of an Output event. It keeps no reference to data.
func (f *File) AppendOutput(t time.Duration, data []byte) error {
	return add(f, t, cast.Output, data)
}

func add[T string | []byte](f *File, t time.Duration, code string, data T) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for f.err == nil && !f.closed && len(f.queue.data) >= maxPending {
		f.room.Wait()
	}
	if f.err != nil {
		return f.err
	}
	if f.closed {
		return fmt.Errorf("%s: %w", f.path, fs.ErrClosed)
	}
	q := &f.queue
	before := len(q.data)
	q.data = append(q.data, data...)
	if len(q.events) == 0 {
		f.flush.Reset(flushEvery)
	}
	if !q.merge(t, code, len(data)) {
		q.events = append(q.events, pending{t, code, len(data)})
	}
	if before < flushBytes && len(q.data) >= flushBytes || len(q.events) == maxEvents {
		f.signal()
	}
	return nil
}

// maxEvents is how many events wait before they are written: they cost memory even
// if they have no data.
const maxEvents = 4096

// merge adds output to the event before it, if that came at about the same time.
func (q *queue) merge(t time.Duration, code string, size int) bool {
	if len(q.events) == 0 {
		return false
	}
	last := &q.events[len(q.events)-1]
	if code != cast.Output || last.code != cast.Output || t-last.time >= mergeTime || last.size+size > mergeBytes {
		return false
	}
	last.size += size
	return true
}

// signal wakes the writer.
func (f *File) signal() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// Size returns how many bytes of the file are written.
func (f *File) Size() int64 { return f.size.Load() }

// Failed is closed when the file fails: see Err.
func (f *File) Failed() <-chan struct{} { return f.failed }

// Err returns why the file failed, or nil: ErrDiskFull, ErrStalled, or what the
// system said.
func (f *File) Err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// Flush waits until everything that was appended is written, and returns Err. It
// waits for the disk for two seconds.
func (f *File) Flush() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for f.err == nil && (f.writing || len(f.queue.events) > 0) {
		f.signal()
		f.room.Wait()
	}
	return f.err
}

// Close writes what waits, syncs, unlocks, and returns Err. It waits for the disk
// for two seconds at a time, and for the last sync ten; a disk that hangs keeps the
// lock until it answers.
func (f *File) Close() error {
	f.mu.Lock()
	f.closed = true
	f.room.Broadcast()
	f.mu.Unlock()
	f.signal()
	select {
	case <-f.done:
	case <-f.stalled:
	}
	return f.Err()
}

// fail ends the recording. Only the first reason counts.
func (f *File) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return
	}
	f.err = fmt.Errorf("record to %s: %w", f.path, classify(err))
	f.queue = queue{}
	close(f.failed)
	f.room.Broadcast()
	f.signal()
}

// giveUp ends the recording because the disk hangs. Nobody waits for it any more;
// the writer goroutine goes on when it answers, and closes the file.
func (f *File) giveUp() {
	f.fail(ErrStalled)
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case <-f.stalled:
	default:
		close(f.stalled)
	}
}

// classify marks the errors that callers have a word for.
func classify(err error) error {
	if isFull(err) && !errors.Is(err, ErrDiskFull) {
		return fmt.Errorf("%w: %w", ErrDiskFull, err)
	}
	return err
}
