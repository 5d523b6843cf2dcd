package timeline

import (
	"context"
	"sort"
	"time"

	"rexec/vt"
)

// None is the time of what does not exist: Frame.Next at the end.
const None time.Duration = -1

// Frame is the screen at a position.
type Frame struct {
	Snapshot *vt.Snapshot
	Time     time.Duration // of the last event that is in it; 0 when none is
	Event    int           // how many events are in it
	Next     time.Duration // when the screen may change next, or None
}

// At returns the screen after all events whose time is at most pos. Positions
// before the start and behind the end are the start and the end. A position that
// is not indexed yet is read up to.
//
// Positions in ascending order are fed on from one to the next; any other costs
// one keyframe and the events since; of going backward, only the first position of a
// stretch does, see film. When the source fails, the error is
// returned only if there is no screen to show.
func (t *Timeline) At(ctx context.Context, pos time.Duration) (Frame, error) {
	pos = max(pos, 0)
	if err := t.reach(ctx, pos); err != nil {
		return Frame{}, err
	}
	t.play.Lock()
	defer t.play.Unlock()
	return t.frame(ctx, pos)
}

// frame is At for the holder of play, with pos in the index.
func (t *Timeline) frame(ctx context.Context, pos time.Duration) (Frame, error) {
	c := &t.play.cursor
	at, err := t.locate(pos)
	if err != nil {
		return Frame{}, err
	}
	if c.term != nil && at.before(c.place) {
		if err := t.rewind(ctx, c, at); err != nil {
			*c = cursor{}
			return Frame{}, err
		}
	}
	if err := t.move(ctx, c, at); err != nil {
		return Frame{}, err
	}
	return t.show(c)
}

// show is the screen at a cursor.
func (t *Timeline) show(c *cursor) (Frame, error) {
	f := Frame{Snapshot: c.term.Snapshot(), Time: c.time, Next: None}
	next := c.place
	spans := t.spans()
	f.Event = spans[next.block].first + next.event
	for next.block < len(spans) {
		b, err := t.load(next.block, true)
		if err != nil {
			return f, err
		}
		for ; next.event < len(b.codes); next.event++ {
			if b.codes[next.event] != other {
				f.Next = b.times[next.event]
				return f, nil
			}
		}
		next = place{next.block + 1, 0}
		if next.block < len(spans) {
			// Not worth decoding another block: it begins then at the earliest.
			f.Next = spans[next.block].start
			return f, nil
		}
	}
	return f, nil
}

// place is between two events: event is the next one's number in its block, and
// may be the block's length.
type place struct{ block, event int }

func (p place) before(q place) bool {
	return p.block < q.block || p.block == q.block && p.event < q.event
}

// cursor is a terminal at a place.
type cursor struct {
	term   *vt.Terminal
	place  place
	time   time.Duration // of the last event fed
	block  *block        // the place's, once it was read
	number int           // of block
	pass   bool          // passes over the whole cast once: the cache is for others
}

// read returns the events of the cursor's block.
func (c *cursor) read(t *Timeline) (*block, error) {
	if c.block == nil || c.number != c.place.block {
		b, err := t.load(c.place.block, !c.pass)
		if err != nil {
			return nil, err
		}
		c.block, c.number = b, c.place.block
	}
	return c.block, nil
}

// spans returns what is known of the blocks; there is always one.
func (t *Timeline) spans() []span {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.index.spans[:len(t.index.spans):len(t.index.spans)]
}

// locate returns the place behind all events up to pos.
func (t *Timeline) locate(pos time.Duration) (place, error) {
	spans := t.spans()
	i := sort.Search(len(spans), func(i int) bool { return spans[i].start > pos }) - 1
	if i < 0 {
		return place{}, nil
	}
	if spans[i].end <= pos {
		return place{i, spans[i].events}, nil
	}
	b, err := t.load(i, true)
	if err != nil {
		return place{}, err
	}
	return place{i, sort.Search(len(b.times), func(j int) bool { return b.times[j] > pos })}, nil
}

// move takes a cursor to a place: onward from where it stands if no keyframe is
// nearer, else from that keyframe.
func (t *Timeline) move(ctx context.Context, c *cursor, to place) error {
	if c.term == nil || to.before(c.place) || c.place.before(place{t.keyBlock(to.block), 0}) {
		key, block, start := t.keyframe(to.block)
		*c = cursor{term: vt.Restore(key), place: place{block, 0}, time: start, pass: c.pass}
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
		c.feed(b, end)
		if c.place.event == len(b.codes) && c.place.block < to.block {
			c.place = place{c.place.block + 1, 0}
		}
	}
	return nil
}

// feed applies the events of the cursor's block up to one, and tells whether they
// can have changed the screen.
func (c *cursor) feed(b *block, end int) (changed bool) {
	for ; c.place.event < end; c.place.event++ {
		code, data := b.event(c.place.event)
		changed = feed(c.term, code, data) || changed
		c.time = b.times[c.place.event]
	}
	return changed
}

// advance applies the events of the next moment: all that have one time. It
// returns false at the end of the cast, and whether the screen can have changed.
func (t *Timeline) advance(ctx context.Context, c *cursor) (changed, ok bool, err error) {
	for {
		b, err := c.read(t)
		if err != nil {
			return changed, ok, err
		}
		if c.place.event < len(b.codes) {
			now := b.times[c.place.event]
			if ok && now != c.time {
				return changed, true, nil
			}
			end := c.place.event + 1
			for end < len(b.codes) && b.times[end] == now {
				end++
			}
			changed = c.feed(b, end) || changed
			ok = true
			if end < len(b.codes) {
				return changed, true, nil
			}
		}
		// The moment may go on in the next block.
		more, err := t.has(ctx, c.place.block+1)
		if err != nil || !more {
			return changed, ok, err
		}
		c.place = place{c.place.block + 1, 0}
	}
}

// has reads on until block i is in the index, and tells whether there is one.
func (t *Timeline) has(ctx context.Context, i int) (bool, error) {
	for {
		t.mu.RLock()
		there, done := i < len(t.index.spans), t.index.done
		t.mu.RUnlock()
		if there || done {
			return there, nil
		}
		if _, err := t.extend(ctx); err != nil {
			return false, err
		}
	}
}

// Step returns the frame n changes of the screen after the one that stands at pos,
// or before it when n is negative; n = 0 is the frame at pos itself. Its Time is
// when the change happened, so that At(Time) shows the same. Events that change
// nothing to be seen are passed over, and events with one time count as one. At
// the ends it stays.
func (t *Timeline) Step(ctx context.Context, pos time.Duration, n int) (Frame, error) {
	pos = max(pos, 0)
	if err := t.reach(ctx, pos); err != nil {
		return Frame{}, err
	}
	t.play.Lock()
	defer t.play.Unlock()
	if n < 0 {
		return t.stepBack(ctx, pos, -n)
	}
	f, err := t.frame(ctx, pos)
	if err != nil {
		return f, err
	}
	c := &t.play.cursor
	for last := f.Snapshot; n > 0; {
		changed, ok, err := t.advance(ctx, c)
		if err != nil {
			return f, err
		}
		if !ok {
			break
		}
		if !changed {
			continue
		}
		if s := c.term.Snapshot(); !s.SameScreen(last) {
			last = s
			n--
			if f, err = t.show(c); err != nil {
				return f, err
			}
		}
	}
	return f, nil
}

// stepBack looks for changes backward, one stretch between keyframes at a time.
func (t *Timeline) stepBack(ctx context.Context, pos time.Duration, n int) (Frame, error) {
	to, err := t.locate(pos)
	if err != nil {
		return Frame{}, err
	}
	for wanted := n + 1; ; { // the frame at pos began with a change too
		block := t.cleanBlock(to.block)
		changes, err := t.changesIn(ctx, block, to)
		if err != nil {
			return Frame{}, err
		}
		if len(changes) >= wanted {
			return t.frame(ctx, changes[len(changes)-wanted])
		}
		if block == 0 {
			return t.frame(ctx, 0)
		}
		wanted -= len(changes)
		to = place{block - 1, t.spans()[block-1].events}
	}
}

// keyBlock returns the block of the last keyframe at or before block i.
func (t *Timeline) keyBlock(i int) int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	_, block := t.index.keys.before(i)
	return t.stored.blockBefore(i, block)
}

// keyframe returns the last keyframe at or before block i, the block it stands
// before, and the time of the last event before that.
func (t *Timeline) keyframe(i int) (key *vt.Snapshot, block int, start time.Duration) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	key, block = t.index.keys.before(i)
	if s, n := t.stored.before(i, block); s != nil {
		key, block = s, n
	}
	if block > 0 {
		start = t.index.spans[block-1].end
	}
	return key, block, start
}

// cleanBlock is keyBlock for a keyframe that does not stand in the middle of a
// moment.
func (t *Timeline) cleanBlock(i int) int {
	spans, block := t.spans(), t.keyBlock(i)
	for block > 0 && spans[block].start == spans[block-1].end {
		block = t.keyBlock(block - 1)
	}
	return block
}

// changesIn returns the times at which the screen changed between a keyframe and a
// place.
func (t *Timeline) changesIn(ctx context.Context, block int, to place) ([]time.Duration, error) {
	k := &t.play.known
	if k.block == block && !k.to.before(to) {
		end, err := t.timeAt(to)
		if err != nil {
			return nil, err
		}
		n := sort.Search(len(k.changes), func(i int) bool { return k.changes[i] > end })
		return k.changes[:n], nil
	}
	c := cursor{}
	if err := t.move(ctx, &c, place{block, 0}); err != nil {
		return nil, err
	}
	changes, err := t.changes(ctx, &c, to)
	if err == nil {
		*k = known{block, to, changes}
	}
	return changes, err
}

// known are the moments at which the screen changed in the stretch that was last
// stepped through backward.
type known struct {
	block   int   // of the keyframe before it
	to      place // up to here
	changes []time.Duration
}

// timeAt returns the time of the last event before a place.
func (t *Timeline) timeAt(p place) (time.Duration, error) {
	if p.event == 0 {
		return t.spans()[p.block].start - 1, nil
	}
	b, err := t.load(p.block, true)
	if err != nil {
		return 0, err
	}
	return b.times[p.event-1], nil
}

// changes returns the times at which the screen changed from a cursor to a place.
func (t *Timeline) changes(ctx context.Context, c *cursor, to place) ([]time.Duration, error) {
	var times []time.Duration
	last := c.term.Snapshot()
	for c.place.before(to) {
		changed, ok, err := t.advance(ctx, c)
		if err != nil || !ok {
			return times, err
		}
		if !changed {
			continue
		}
		if s := c.term.Snapshot(); !s.SameScreen(last) {
			last = s
			times = append(times, c.time)
		}
	}
	return times, nil
}

// weigh returns about how many bytes a keyframe holds that the one before it does
// not: its rows that are new, and what every snapshot has. The hidden screen
// counts when it can have been drawn on in between.
func weigh(s, before *vt.Snapshot) int64 {
	const cell, row, fixed = 16, 64, 4 << 10
	cols, rows := s.Size()
	fresh := rows
	if before != nil {
		if _, n := before.Size(); n == rows {
			for y := range rows {
				if s.Line(y).Same(before.Line(y)) {
					fresh--
				}
			}
		}
		if s.Modes().AltScreen != before.Modes().AltScreen {
			fresh += rows
		}
	}
	return int64(fresh*(cols*cell+row) + rows*16 + fixed)
}
