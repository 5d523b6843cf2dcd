package timeline

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"rexec/recording/cast"
	"rexec/vt"
)

// span is where a block stands in the cast.
type span struct {
	pos        cast.Position
	first      int // number of its first event
	events     int
	start, end time.Duration // of its first and last event
}

// scanner reads the cast from start to end, once, block by block. Whoever wants
// more of the index than there is takes it a block further.
type scanner struct {
	sync.Mutex
	src    io.ReadCloser
	reader *cast.Reader
	term   *vt.Terminal
	active time.Duration // when the screen last may have changed
}

func (s *scanner) open(src Source) (err error) {
	if s.src, err = src.Open(0); err != nil {
		return err
	}
	if s.reader, err = cast.NewReader(s.src, cast.Lenient); err != nil {
		s.close()
	}
	return err
}

func (s *scanner) close() error {
	if s.src == nil {
		return nil
	}
	err := s.src.Close()
	s.src, s.reader, s.term = nil, nil, nil
	return err
}

// extend adds the next block to the index and tells whether there may be more. An
// error of the source ends the index: see index.err. The error returned is the
// context's, or ErrClosed.
func (t *Timeline) extend(ctx context.Context) (more bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	s := &t.scan
	s.Lock()
	defer s.Unlock()
	if s.src == nil {
		if !t.Indexed() {
			return false, ErrClosed
		}
		return false, nil
	}
	var (
		found = index{} // what this block adds
		at    = span{pos: s.reader.Position()}
		key   = s.term.Snapshot()
		b     = &block{}
		end   error
	)
	for s.reader.Offset()-at.pos.Offset < t.opt.BlockBytes {
		e, err := s.reader.Next()
		if err != nil {
			end = err
			break
		}
		b.add(e)
		found.note(e)
		if code, data := b.event(len(b.codes) - 1); feed(s.term, code, data) {
			found.gaps = appendGap(found.gaps, s.active, e.Time)
			s.active = e.Time
		}
	}
	b.clip()
	at.events = len(b.times)
	if at.events > 0 {
		at.start, at.end = b.times[0], b.times[at.events-1]
	}
	t.publish(at, key, b, found, end)
	if end != nil {
		s.close()
	}
	return end == nil, nil
}

// publish adds a block to the index. Only the scanner's holder calls it.
func (t *Timeline) publish(at span, key *vt.Snapshot, b *block, found index, end error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	x := &t.index
	i := len(x.spans)
	at.first = x.events
	// An empty block would only be in the way, but the first one is where At begins.
	if at.events > 0 || i == 0 {
		x.spans = append(x.spans, at)
		x.keys.add(i, key, t.opt.KeyframeBytes)
	}
	x.events += at.events
	x.last = max(x.last, at.end)
	x.gaps = append(x.gaps, found.gaps...)
	x.markers = append(x.markers, found.markers...)
	x.resizes = append(x.resizes, found.resizes...)
	x.cols, x.rows = max(x.cols, found.cols), max(x.rows, found.rows)
	if found.hasExit {
		x.exit, x.hasExit = found.exit, true
	}
	x.problems, x.nproblem = t.scan.reader.Problems(), t.scan.reader.ProblemCount()
	x.problems = x.problems[:len(x.problems):len(x.problems)]
	x.offset = t.scan.reader.Offset()
	if end != nil {
		x.done = true
		x.header = t.scan.reader.Header()
		x.gaps = appendGap(x.gaps, t.scan.active, x.last)
		if !errors.Is(end, io.EOF) {
			x.err = end
		}
	}
	// A small cast stays decoded whole; of a big one the first block does, because
	// that is where playing begins.
	if i == 0 || t.cache.fits(b.size()) {
		t.cache.put(i, b)
	}
}

// reach reads on until every event up to pos is in the index, and the one after
// them.
func (t *Timeline) reach(ctx context.Context, pos time.Duration) error {
	for {
		t.mu.RLock()
		there := t.index.done || t.index.last > pos
		t.mu.RUnlock()
		if there {
			return nil
		}
		if _, err := t.extend(ctx); err != nil {
			return err
		}
	}
}

// keyframes holds snapshots before blocks. Those of every stride-th block are kept.
type keyframes struct {
	at     []keyframe // by number of block / stride
	stride int        // a power of two
	bytes  int64
	count  int
}

type keyframe struct {
	snapshot *vt.Snapshot
	bytes    int64 // what it does not share with the keyframe before it
}

// add takes the snapshot before block i, and thins out while all of them are
// heavier than limit. The first one stays.
func (k *keyframes) add(i int, s *vt.Snapshot, limit int64) {
	if k.stride == 0 {
		k.stride = 1
	}
	if i%k.stride != 0 {
		return
	}
	k.push(s)
	for k.bytes > limit && k.count > 1 {
		old := k.at
		k.stride *= 2
		k.at, k.bytes, k.count = nil, 0, 0
		for j := 0; j < len(old); j += 2 {
			k.push(old[j].snapshot)
		}
	}
}

func (k *keyframes) push(s *vt.Snapshot) {
	var before *vt.Snapshot
	if n := len(k.at); n > 0 {
		before = k.at[n-1].snapshot
	}
	f := keyframe{s, weigh(s, before)}
	k.at = append(k.at, f)
	k.bytes += f.bytes
	k.count++
}

// before returns the last keyframe at or before block i, and the block it stands
// before.
func (k *keyframes) before(i int) (*vt.Snapshot, int) {
	n := min(i/k.stride, len(k.at)-1)
	return k.at[n].snapshot, n * k.stride
}
