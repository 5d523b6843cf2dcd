package timeline

import (
	"slices"
	"time"
)

// DefaultIdle is the pause that is kept when idle time is skipped.
const DefaultIdle = 2 * time.Second

// minGap is the shortest pause that the index remembers.
const minGap = 200 * time.Millisecond

// gap is a time in which the screen did not change.
type gap struct{ start, end time.Duration }

func appendGap(gaps []gap, start, end time.Duration) []gap {
	if end-start < minGap {
		return gaps
	}
	return append(gaps, gap{start, end})
}

// Span is a stretch of a recording.
type Span struct{ Start, End time.Duration }

// IdleMap maps the recording's own time to a time in which long pauses are short,
// and back. It is immutable.
type IdleMap struct {
	threshold time.Duration
	gaps      []squeezed
	total     time.Duration // in the recording's time
	saved     time.Duration
}

type squeezed struct {
	gap
	saved time.Duration // by the pauses before this one
}

// IdleMap returns a map in which every pause longer than threshold lasts that long.
// A threshold of 0 or less leaves all as it is. It covers what is indexed so far.
func (t *Timeline) IdleMap(threshold time.Duration) *IdleMap {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return newIdleMap(t.index.gaps, t.index.duration(), threshold)
}

func newIdleMap(gaps []gap, total, threshold time.Duration) *IdleMap {
	m := &IdleMap{threshold: max(threshold, minGap), total: total}
	if threshold <= 0 {
		return m
	}
	for _, g := range gaps {
		if g.end-g.start > m.threshold {
			m.gaps = append(m.gaps, squeezed{g, m.saved})
			m.saved += g.end - g.start - m.threshold
		}
	}
	return m
}

// Total returns how long the recording lasts with its pauses made short.
func (m *IdleMap) Total() time.Duration { return m.total - m.saved }

// Duration returns how long it lasts as recorded.
func (m *IdleMap) Duration() time.Duration { return m.total }

// Spans returns the pauses that are made short.
func (m *IdleMap) Spans() []Span {
	spans := make([]Span, len(m.gaps))
	for i, g := range m.gaps {
		spans[i] = Span{g.start, g.end}
	}
	return spans
}

// Compress returns where a position of the recording stands on the short axis.
// Within a pause it moves evenly.
func (m *IdleMap) Compress(pos time.Duration) time.Duration {
	i, _ := slices.BinarySearchFunc(m.gaps, pos, func(g squeezed, pos time.Duration) int {
		if g.end <= pos {
			return -1
		}
		return 1
	})
	switch {
	case i == len(m.gaps):
		return pos - m.saved
	case pos <= m.gaps[i].start:
		return pos - m.gaps[i].saved
	}
	g := m.gaps[i]
	part := float64(pos-g.start) / float64(g.end-g.start)
	return g.start - g.saved + time.Duration(part*float64(m.threshold))
}

// Expand is the inverse of Compress.
func (m *IdleMap) Expand(short time.Duration) time.Duration {
	i, _ := slices.BinarySearchFunc(m.gaps, short, func(g squeezed, short time.Duration) int {
		if g.start-g.saved+m.threshold <= short {
			return -1
		}
		return 1
	})
	switch {
	case i == len(m.gaps):
		return short + m.saved
	case short <= m.gaps[i].start-m.gaps[i].saved:
		return short + m.gaps[i].saved
	}
	g := m.gaps[i]
	part := float64(short-g.start+g.saved) / float64(m.threshold)
	return g.start + time.Duration(part*float64(g.end-g.start))
}
