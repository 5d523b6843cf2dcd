package tui

import (
	"context"
	"errors"
	"sync"
	"time"

	"rexec/library"
	"rexec/recording/timeline"
	"rexec/vt"
)

// stillTime bounds how long a preview's picture may take: a large recording shows
// the best moment of its beginning.
const stillTime = 300 * time.Millisecond

// stillMoments are where a picture is looked for, in parts of a recording.
var stillMoments = []float64{0.15, 0.4, 0.65, 0.9}

// stills makes pictures of recordings.
type stills library.Dirs

// of returns the moment of a recording that shows most.
func (s stills) of(ctx context.Context, r library.Recording) (*vt.Snapshot, error) {
	ctx, done := context.WithTimeout(ctx, stillTime)
	defer done()
	t, err := timeline.Open(ctx, timeline.File(r.Path), timeline.Options{KeyframeBytes: 4 << 20, CacheBytes: 1 << 20,
		Cache: timeline.CacheOf(library.Dirs(s).Timelines(), r.Path, r.SHA256)})
	if err != nil {
		return nil, err
	}
	defer t.Close()
	var best *vt.Snapshot
	most := -1
	for _, part := range stillMoments {
		f, err := t.At(ctx, time.Duration(float64(r.Duration)*part))
		if errors.Is(err, context.DeadlineExceeded) && best != nil {
			break
		}
		if err != nil {
			return best, err
		}
		// Later moments win unless they show clearly less: they are nearer to the point.
		if n := shows(f.Snapshot); n*5 >= most*4 {
			best, most = f.Snapshot, max(n, most)
		}
	}
	return best, nil
}

// shows counts the cells of a screen that hold something.
func shows(s *vt.Snapshot) (n int) {
	_, rows := s.Size()
	for y := range rows {
		for _, c := range s.Line(y).Cells() {
			if r, ok := c.Rune(); !ok || r != ' ' {
				n++
			}
		}
	}
	return n
}

// momentTime bounds how long the picture of a moment may take: one late in a large
// recording is reached by reading up to it.
const momentTime = 3 * time.Second

// moments shows recordings at given times. The last one stays open: moments next to
// each other are often of one recording. It may be used by several goroutines.
type moments struct {
	dirs library.Dirs

	mu   sync.Mutex
	of   string // content that tape shows
	tape *timeline.Timeline
}

// at returns the screen of a recording at a time.
func (m *moments) at(ctx context.Context, r library.Recording, at time.Duration) (*vt.Snapshot, error) {
	ctx, done := context.WithTimeout(ctx, momentTime)
	defer done()
	m.mu.Lock()
	defer m.mu.Unlock()
	if of := r.Path + " " + r.SHA256; m.tape == nil || m.of != of {
		m.close()
		t, err := timeline.Open(ctx, timeline.File(r.Path), timeline.Options{KeyframeBytes: 8 << 20, CacheBytes: 2 << 20,
			Cache: timeline.CacheOf(m.dirs.Timelines(), r.Path, r.SHA256)})
		if err != nil {
			return nil, err
		}
		m.tape, m.of = t, of
	}
	f, err := m.tape.At(ctx, at)
	if err != nil {
		m.close()
		return nil, err
	}
	return f.Snapshot, nil
}

// close lets go of the open recording; the caller holds the lock.
func (m *moments) close() {
	if m.tape != nil {
		m.tape.Close()
		m.tape = nil
	}
}
