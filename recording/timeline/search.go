package timeline

import (
	"bytes"
	"context"
	"hash/maphash"
	"runtime"
	"time"

	"rexec/vt"
)

// Hit is a text that came onto the screen: at Time it stands at the place, and it
// did not the moment before.
type Hit struct {
	Time time.Duration
	Place
}

// Search looks through every frame of the recording and calls found for each text
// that appears, in order of time. A text that stays is found once, also when it
// scrolls, when its line changes beside it, or when it is erased and drawn again
// within a blink. When it comes back after longer, also from under a full-screen
// program, it is found again. progress, if not nil, is told how far the search is,
// in the recording's time.
//
// It uses all cores: the recording is searched in pieces, each from a keyframe on.
// It runs beside At and Step without holding them up; found and progress are called
// by the caller's goroutine.
func (t *Timeline) Search(ctx context.Context, q Query, found func(Hit), progress func(pos time.Duration)) error {
	m, err := q.Compile()
	if err != nil {
		return err
	}
	// The pieces that are under way, or wait for one before them to be told of.
	var pieces []chan piece
	ctx, cancel := context.WithCancel(ctx)
	defer func() {
		cancel()
		for _, p := range pieces {
			<-p
		}
	}()
	workers := runtime.GOMAXPROCS(0)
	free := make(chan struct{}, workers)
	size := t.pieceBlocks()
	for n := 0; ; {
		for len(pieces) < 2*workers {
			done := make(chan piece, 1)
			go func(first int) {
				free <- struct{}{}
				defer func() { <-free }()
				done <- t.searchPiece(ctx, m, first, first+size)
			}(n * size)
			pieces = append(pieces, done)
			n++
		}
		p := <-pieces[0]
		pieces = pieces[1:]
		for _, h := range p.hits {
			if ctx.Err() != nil { // the caller has had enough
				return ctx.Err()
			}
			found(h)
		}
		if p.err != nil || p.last {
			return p.err
		}
		if progress != nil {
			progress(p.end)
		}
	}
}

// pieceBlocks returns how many blocks are searched at once: some 3 MB of the cast,
// and not less than lies between two keyframes.
func (t *Timeline) pieceBlocks() int {
	const blocks = 16
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.stored != nil {
		return blocks
	}
	return max(blocks, t.index.keys.stride)
}

// piece is what was found in some blocks.
type piece struct {
	hits []Hit
	end  time.Duration // of the last frame that was looked at
	last bool          // there are no blocks behind it
	err  error
}

// searchPiece looks at the frames whose moment begins in the blocks from `from` on and
// before `to`. What stood there before is seen again, without being told of.
func (t *Timeline) searchPiece(ctx context.Context, m *Matcher, from, to int) (p piece) {
	there, err := t.has(ctx, from)
	if err != nil || !there {
		return piece{last: true, err: err}
	}
	if there, err = t.has(ctx, to-1); err != nil {
		return piece{err: err}
	}
	spans := t.spans()
	p.last = !there
	to = min(to, len(spans))
	start, end := time.Duration(-1), spans[to-1].end
	if from > 0 {
		start = spans[from-1].end
	}
	if end <= start {
		return p // all of it belongs to a moment that began in the piece before
	}
	c := cursor{pass: true}
	if err := t.move(ctx, &c, place{warmUp(spans, from), 0}); err != nil {
		return piece{err: err}
	}
	w := watcher{m: m, found: func(h Hit) {
		if h.Time > start {
			p.hits = append(p.hits, h)
		}
	}}
	w.see(c.time, c.term.Snapshot())
	for {
		if err := ctx.Err(); err != nil {
			return piece{err: err}
		}
		changed, ok, err := t.advance(ctx, &c)
		if err != nil {
			return piece{err: err}
		}
		if !ok || c.time > end {
			return p
		}
		if p.end = c.time; changed {
			w.see(c.time, c.term.Snapshot())
		}
	}
}

// warmUp returns the block at which to begin for what was seen just before a block
// to be known: a blink before, unless too much was printed in that time.
func warmUp(spans []span, block int) int {
	const most = 1 << 20 // bytes of the cast
	if block == 0 {
		return 0
	}
	b := block - 1
	for b > 0 && spans[b].start > spans[block].start-2*blink && spans[block].pos.Offset-spans[b].pos.Offset < most {
		b--
	}
	return b
}

// blink is how long a text may be away without being new when it returns: programs
// erase a line and draw it again.
const blink = 200 * time.Millisecond

// watcher sees one frame after the other and tells what is new in each.
//
// A line of the screen is the same line as in the frame before when it is stored
// in the same rows, whatever place it has moved to. Only other lines are read. A
// text in one of those is not new when the frame before had it in a line that is
// gone now, and that line stood where this one stands, allowing for how far the
// screen has scrolled meanwhile.
type watcher struct {
	m     *Matcher
	found func(Hit)
	text  lineText
	seed  maphash.Seed
	scene scene
}

// scene is a screen as it was last seen.
type scene struct {
	snapshot *vt.Snapshot
	lines    []*seen     // that begin in each row; nil in rows that go on
	faded    []fadedLine // that went away within a blink
}

type fadedLine struct {
	*seen
	row  int
	time time.Duration // when it was gone
}

// seen is a line of text that was searched.
type seen struct {
	first vt.Line // its first row
	rows  int
	hash  uint64 // of its text; 0 for a blank line
	text  []byte // nil when there is nothing in it
	finds []find
}

// see looks at a frame.
func (w *watcher) see(now time.Duration, s *vt.Snapshot) {
	old := &w.scene
	next, fresh, drift := w.read(old, s)
	gone := w.gone(old, &next, drift)
	resized := old.snapshot != nil && !sameSize(old.snapshot, s)
	shifts := [...]int{0, drift, w.textDrift(fresh, gone)}
	for _, f := range fresh {
		for i := range f.finds {
			if !w.stood(f, &f.finds[i], gone, shifts[:], resized) && !w.blinked(f, &f.finds[i], old.faded, now) {
				w.found(Hit{now, Place{f.row + f.finds[i].row, f.finds[i].col, f.finds[i].len}})
			}
		}
	}
	next.faded = fade(old.faded, gone, now)
	*old = next
}

func sameSize(a, b *vt.Snapshot) bool {
	ac, ar := a.Size()
	bc, br := b.Size()
	return ac == bc && ar == br
}

// placed is a line in a row.
type placed struct {
	*seen
	row  int
	used []bool // finds that a line of the new frame goes on with
}

// read makes a scene of a frame. It returns the lines that are not those of the
// old scene, and by how many rows those that are have moved up, where they moved.
func (w *watcher) read(old *scene, s *vt.Snapshot) (next scene, fresh []placed, drift int) {
	_, rows := s.Size()
	next = scene{snapshot: s, lines: make([]*seen, rows)}
	for y := 0; y < rows; {
		n := lineRows(s, y)
		l, from := old.find(s, y, n, drift)
		if l == nil {
			l = w.search(s, y, n)
			fresh = append(fresh, placed{seen: l, row: y})
		} else if from != y {
			drift = from - y
		}
		next.lines[y] = l
		y += n
	}
	return next, fresh, drift
}

// find returns the line that n rows at y of a new frame are, nil for a new line,
// and the row it had. It looks where the line should be first.
func (sc *scene) find(s *vt.Snapshot, y, n, drift int) (*seen, int) {
	first := s.Line(y)
	is := func(row int) bool {
		if row < 0 || row >= len(sc.lines) || sc.lines[row] == nil {
			return false
		}
		l := sc.lines[row]
		if l.rows != n || !l.first.Same(first) {
			return false
		}
		for i := 1; i < n; i++ {
			if !sc.snapshot.Line(row + i).Same(s.Line(y + i)) {
				return false
			}
		}
		return true
	}
	if is(y) {
		return sc.lines[y], y
	}
	if drift != 0 && is(y+drift) {
		return sc.lines[y+drift], y + drift
	}
	const far = 120 // rows; beyond it a line counts as new storage, and its text decides
	for d := 1; d <= far && (y+d < len(sc.lines) || y-d >= 0); d++ {
		if is(y + d) {
			return sc.lines[y+d], y + d
		}
		if is(y - d) {
			return sc.lines[y-d], y - d
		}
	}
	return nil, 0
}

// search reads a line and looks for the text in it.
func (w *watcher) search(s *vt.Snapshot, y, n int) *seen {
	l := &seen{first: s.Line(y), rows: n, finds: w.m.line(s, y, n, &w.text)}
	if len(w.text.text) > 0 {
		if w.seed == (maphash.Seed{}) {
			w.seed = maphash.MakeSeed()
		}
		l.hash = maphash.Bytes(w.seed, w.text.text)
	}
	if len(l.finds) > 0 {
		l.text = bytes.Clone(w.text.text)
	}
	return l
}

// gone returns the old lines that are not in the new scene, but for those that have
// scrolled off the screen.
func (w *watcher) gone(old, next *scene, drift int) []placed {
	var gone []placed
	for row, l := range old.lines {
		if l == nil || l.hash == 0 || row-drift < 0 {
			continue
		}
		if at := row - drift; at < len(next.lines) && next.lines[at] == l || row < len(next.lines) && next.lines[row] == l {
			continue
		}
		if !next.has(l) {
			gone = append(gone, placed{seen: l, row: row, used: make([]bool, len(l.finds))})
		}
	}
	return gone
}

func (sc *scene) has(l *seen) bool {
	for _, m := range sc.lines {
		if m == l {
			return true
		}
	}
	return false
}

// textDrift returns by how many rows lines of the same text have moved up: how a
// program that draws its whole screen anew has scrolled. It takes a third of the
// new lines, and two, to tell.
func (w *watcher) textDrift(fresh, gone []placed) int {
	if len(gone) < 2 || len(fresh) < 2 {
		return 0
	}
	rows := make(map[uint64]int, len(gone))
	for _, g := range gone {
		rows[g.hash] = g.row
	}
	votes := make(map[int]int)
	lines, best := 0, 0
	for _, f := range fresh {
		if f.hash == 0 {
			continue
		}
		lines++
		if row, ok := rows[f.hash]; ok {
			d := row - f.row
			if votes[d]++; votes[d] > votes[best] {
				best = d
			}
		}
	}
	if votes[best] < max(2, lines/3) {
		return 0
	}
	return best
}

// stood tells whether a match in a new line stood in a line that is gone now.
func (w *watcher) stood(l placed, f *find, gone []placed, shifts []int, resized bool) bool {
	for i := range gone {
		g := &gone[i]
		same := g.hash == l.hash
		if !(resized && same) && !moved(g.row, l.row, shifts) {
			continue
		}
		if !same && !alike(g.text, l.text) {
			continue
		}
		if at := g.take(f, same); at >= 0 {
			g.used[at] = true
			return true
		}
	}
	return false
}

func moved(from, to int, shifts []int) bool {
	for _, d := range shifts {
		if from-d == to {
			return true
		}
	}
	return false
}

// take returns which match of a line that is gone goes on as f, -1 for none: the
// one at the same place if there is one, else the first with that text.
func (g *placed) take(f *find, same bool) int {
	at := -1
	for i := range g.finds {
		o := &g.finds[i]
		if g.used[i] || o.text != f.text {
			continue
		}
		if o.offset == f.offset || !same && o.row == f.row && o.col == f.col {
			return i
		}
		if at < 0 {
			at = i
		}
	}
	return at
}

// blinked tells whether a match stood in this row a moment ago.
func (w *watcher) blinked(l placed, f *find, faded []fadedLine, now time.Duration) bool {
	for i := range faded {
		o := &faded[i]
		if o.row != l.row || now-o.time > blink || o.hash != l.hash && !alike(o.text, l.text) {
			continue
		}
		for j := range o.finds {
			if o.finds[j].text == f.text && o.finds[j].col == f.col && o.finds[j].row == f.row {
				return true
			}
		}
	}
	return false
}

// fade returns the lines that are gone since less than a blink.
func fade(faded []fadedLine, gone []placed, now time.Duration) []fadedLine {
	var keep []fadedLine
	for _, f := range faded {
		if now-f.time <= blink {
			keep = append(keep, f)
		}
	}
	for _, g := range gone {
		if len(g.finds) > 0 {
			keep = append(keep, fadedLine{g.seen, g.row, now})
		}
	}
	const most = 4000
	if len(keep) > most {
		keep = keep[len(keep)-most:]
	}
	return keep
}

// alike tells whether a line is another one after an edit: at least half of it is
// what stands at the start and the end of both.
func alike(a, b []byte) bool {
	n := min(len(a), len(b))
	front := 0
	for front < n && a[front] == b[front] {
		front++
	}
	back := 0
	for back < n-front && a[len(a)-1-back] == b[len(b)-1-back] {
		back++
	}
	return 2*(front+back) >= max(len(a), len(b))
}
