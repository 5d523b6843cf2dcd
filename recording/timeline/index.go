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
	*builder
	writer *cacheWriter // nil: no cache is written
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
	s.writer.drop()
	s.src, s.reader, s.builder, s.writer = nil, nil, nil, nil
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
	b := s.builder
	b.begin(s.reader.Position())
	var end error
	for s.reader.Offset()-b.at.pos.Offset < t.opt.BlockBytes {
		e, err := s.reader.Next()
		if err != nil {
			end = err
			break
		}
		b.add(e)
	}
	b.end()
	t.publish(b, end)
	if end != nil {
		s.close()
	}
	return end == nil, nil
}

// publish adds a block to the index. Only the scanner's holder calls it.
func (t *Timeline) publish(b *builder, end error) {
	t.scan.writer.add(b)
	complete := errors.Is(end, io.EOF)
	t.mu.Lock()
	x := &t.index
	i := len(x.spans)
	if x.take(b) {
		x.keys.add(i, b.key, t.opt.KeyframeBytes)
	}
	x.heard(t.scan.reader)
	if end != nil {
		x.complete(t.scan.reader, b.active)
		if !complete {
			x.err = end
		}
	}
	// A small cast stays decoded whole; of a big one the first block does, because
	// that is where playing begins.
	if i == 0 || t.cache.fits(b.block.size()) {
		t.cache.put(i, b.block)
	}
	kept := t.index
	t.mu.Unlock()
	if !complete {
		return
	}
	if s, err := t.scan.writer.finish(t.src, &kept); s != nil && err == nil {
		t.mu.Lock()
		t.stored = s
		t.mu.Unlock()
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
