package timeline

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"rexec/recording/cast"
	"rexec/vt"
)

// ErrClosed says that more was asked for than was read before Close.
var ErrClosed = errors.New("the recording is closed")

// Options bound what a Timeline keeps in memory. Zero values are the defaults.
type Options struct {
	KeyframeBytes int64 // all keyframes together: 64 MB
	CacheBytes    int64 // decoded events: 16 MB
	BlockBytes    int64 // of the cast between two keyframes: 192 KB
	Cache         Cache // on disk: none
}

func (o Options) withDefaults() Options {
	set := func(n *int64, def int64) {
		if *n <= 0 {
			*n = def
		}
	}
	set(&o.KeyframeBytes, 64<<20)
	set(&o.CacheBytes, 16<<20)
	set(&o.BlockBytes, 192<<10)
	o.Cache = o.Cache.withDefaults()
	return o
}

// Marker is a moment that was marked while recording.
type Marker struct {
	Time  time.Duration
	Label string // data: may hold anything; "" for none
}

// Resize is a moment at which the recorded terminal changed its size.
type Resize struct {
	Time       time.Duration
	Cols, Rows int
}

// Timeline is an open recording. All of its methods may be called at the same time.
type Timeline struct {
	src   Source
	opt   Options
	cache cache
	scan  scanner
	play  struct {
		sync.Mutex
		cursor
		film  film  // behind it
		known known // for stepping back
	}

	mu     sync.RWMutex // guards what follows; held only to copy
	index  index
	stored *stored // keyframes on disk, or nil
}

// index is what the scanner has found out so far.
type index struct {
	header   cast.Header
	spans    []span
	keys     keyframes
	gaps     []gap
	markers  []Marker
	resizes  []Resize
	problems []cast.Problem
	nproblem int
	events   int
	last     time.Duration // of the last event so far
	offset   int64         // bytes of the cast read so far
	cols     int           // the largest size so far
	rows     int
	exit     int
	hasExit  bool
	done     bool
	err      error // why the reading ended before the end
}

// Open reads the header and the first events, so that the first frame is there at
// once whatever the size of the cast. Index, or asking for later positions, reads
// on. Close the Timeline when it is no longer needed.
//
// The error is the source's, cast.ErrNotCast for what is no cast, or a
// *cast.SyntaxError for a header that is damaged beyond use. Other damage is
// mended or passed over: see Problems.
func Open(ctx context.Context, src Source, o Options) (*Timeline, error) {
	t := &Timeline{src: src, opt: o.withDefaults()}
	t.cache.limit = t.opt.CacheBytes
	if err := t.scan.open(src); err != nil {
		return nil, err
	}
	h := t.scan.reader.Header()
	t.index.header, t.index.cols, t.index.rows = h, h.Cols, h.Rows
	t.scan.builder = newBuilder(h)
	if c := t.opt.Cache; c.wanted(h.Version, src.Size()) {
		if t.restore(ctx) {
			t.scan.close()
			return t, nil
		}
		t.scan.writer = newCacheWriter(c)
	}
	if _, err := t.extend(ctx); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

// Close releases the source and ends an Index that is under way. What is not
// indexed then cannot be reached any more: ErrClosed.
func (t *Timeline) Close() error {
	t.scan.Lock()
	defer t.scan.Unlock()
	t.mu.RLock()
	t.stored.close()
	t.mu.RUnlock()
	return t.scan.close()
}

// Index reads the cast to its end. It reports the bytes read and those in all (-1:
// not known) after each block. It returns the context's error when it was
// cancelled, after which it may be called again, and the source's error when
// reading failed; what was read until then can be used.
func (t *Timeline) Index(ctx context.Context, progress func(done, total int64)) error {
	total := t.src.Size()
	for {
		more, err := t.extend(ctx)
		if err != nil {
			return err
		}
		if progress != nil {
			progress(t.read(func(x *index) int64 { return x.offset }), total)
		}
		if !more {
			break
		}
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.index.err != nil {
		return fmt.Errorf("reading the cast: %w", t.index.err)
	}
	return nil
}

// read returns what get takes out of the index.
func (t *Timeline) read(get func(*index) int64) int64 {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return get(&t.index)
}

// Header returns the cast's header.
func (t *Timeline) Header() cast.Header {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.index.header
}

// Indexed tells whether the whole cast was read.
func (t *Timeline) Indexed() bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.index.done
}

// Duration returns the time of the last event. Until the cast is indexed it is
// what the header says, or else the last time so far.
func (t *Timeline) Duration() time.Duration {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.index.duration()
}

func (x *index) duration() time.Duration {
	if x.done {
		return x.last
	}
	return max(x.last, x.header.Duration)
}

// Events returns how many events were read so far.
func (t *Timeline) Events() int {
	return int(t.read(func(x *index) int64 { return int64(x.events) }))
}

// MaxSize returns the largest number of columns and of rows so far.
func (t *Timeline) MaxSize() (cols, rows int) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.index.cols, t.index.rows
}

// Markers returns the markers found so far, in order. The slice must not be changed.
func (t *Timeline) Markers() []Marker {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.index.markers[:len(t.index.markers):len(t.index.markers)]
}

// Resizes returns the changes of size found so far, in order. The slice must not be
// changed.
func (t *Timeline) Resizes() []Resize {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.index.resizes[:len(t.index.resizes):len(t.index.resizes)]
}

// ExitStatus returns the exit status that was recorded, and false when there is
// none (so far).
func (t *Timeline) ExitStatus() (int, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.index.exit, t.index.hasExit
}

// Problems returns the damage found so far, with its lines: the first hundred, and
// how many there are in all.
func (t *Timeline) Problems() ([]cast.Problem, int) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.index.problems, t.index.nproblem
}

// Memory is what a Timeline holds, in bytes.
type Memory struct {
	Keyframes     int64
	KeyframeCount int
	Cache         int64 // decoded events
}

// Memory returns what is held now. Rows that keyframes share count once.
func (t *Timeline) Memory() Memory {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return Memory{t.index.keys.bytes, t.index.keys.count, t.cache.size()}
}

// feed applies an event to a terminal and tells whether it can have changed the
// screen.
func feed(term *vt.Terminal, code byte, data []byte) bool {
	switch code {
	case output:
		_, _ = term.Write(data)
		return true
	case resize:
		if cols, rows, err := cast.ParseSize(string(data)); err == nil {
			term.Resize(cols, rows)
			return true
		}
	}
	return false
}

// note takes down what the index wants to know of an event beside its time.
func (x *index) note(e cast.Event) {
	switch e.Code {
	case cast.Marker:
		x.markers = append(x.markers, Marker{e.Time, e.Data})
	case cast.Resize:
		if cols, rows, err := cast.ParseSize(e.Data); err == nil {
			x.resizes = append(x.resizes, Resize{e.Time, cols, rows})
			x.cols, x.rows = max(x.cols, cols), max(x.rows, rows)
		}
	case cast.Exit:
		if n, err := strconv.Atoi(e.Data); err == nil {
			x.exit, x.hasExit = n, true
		}
	}
}
