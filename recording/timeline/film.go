package timeline

import (
	"context"
	"sort"
	"time"

	"rexec/vt"
)

// film makes going backward cheap: the stretch behind one keyframe, taken at short
// distances while it was played on the way to a position. What lies before that
// position then costs one picture and the few events behind it, not the stretch.
type film struct {
	block int // the keyframe's
	shots []shot
	every int // bytes of the recording's data between two shots
}

type shot struct {
	snapshot *vt.Snapshot
	place    place
	time     time.Duration
}

const (
	// maxShots bounds the pictures of a film.
	maxShots = 96
	// minShot is the shortest distance between two of them, in bytes of data: what
	// feeding it costs is then about what a picture does.
	minShot = 2 << 10
)

// rewind takes the cursor to a place before it. Feeding on from there is as from
// anywhere.
func (t *Timeline) rewind(ctx context.Context, c *cursor, to place) error {
	f := &t.play.film
	if len(f.shots) == 0 || f.block != t.keyBlock(to.block) {
		key, block, start := t.keyframe(to.block)
		*f = film{block: block, shots: []shot{{key, place{block, 0}, start}}, every: minShot}
	}
	i := sort.Search(len(f.shots), func(i int) bool { return to.before(f.shots[i].place) }) - 1
	s := f.shots[max(i, 0)]
	*c = cursor{term: vt.Restore(s.snapshot), place: s.place, time: s.time}
	if i < len(f.shots)-1 {
		return nil // the rest was seen before: move feeds the little that is left
	}
	for c.place.before(to) {
		if err := ctx.Err(); err != nil {
			return err
		}
		b, err := c.read(t)
		if err != nil {
			return err
		}
		end := len(b.codes)
		if c.place.block == to.block {
			end = to.event
		}
		c.feed(b, b.ahead(c.place.event, end, f.every))
		if c.place.event == len(b.codes) && c.place.block < to.block {
			c.place = place{c.place.block + 1, 0}
		}
		f.take(c)
	}
	return nil
}

// ahead returns the event before which some bytes of data lie behind event i, at
// most end.
func (b *block) ahead(i, end, bytes int) int {
	from := 0
	if i > 0 {
		from = b.ends[i-1]
	}
	for i < end && b.ends[i]-from < bytes {
		i++
	}
	return min(i+1, end)
}

// take adds a picture. When there are too many, every other one goes.
func (f *film) take(c *cursor) {
	f.shots = append(f.shots, shot{c.term.Snapshot(), c.place, c.time})
	if len(f.shots) <= maxShots {
		return
	}
	kept := f.shots[:0]
	for i := 0; i < len(f.shots); i += 2 {
		kept = append(kept, f.shots[i])
	}
	clear(f.shots[len(kept):])
	f.shots, f.every = kept, 2*f.every
}
