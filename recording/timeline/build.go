package timeline

import (
	"time"

	"rexec/recording/cast"
	"rexec/vt"
)

// builder makes an index out of the events of a cast, block by block. The scanner
// and Indexer feed it.
type builder struct {
	term   *vt.Terminal
	active time.Duration // when the screen last may have changed
	at     span          // the block under way
	key    *vt.Snapshot  // before it
	block  *block
	found  index // what it adds
}

func newBuilder(h cast.Header) *builder { return &builder{term: vt.New(h.Cols, h.Rows)} }

// begin starts a block at a position.
func (b *builder) begin(pos cast.Position) {
	b.at, b.key, b.block, b.found = span{pos: pos}, b.term.Snapshot(), &block{}, index{}
}

func (b *builder) add(e cast.Event) {
	b.block.add(e)
	b.found.note(e)
	if code, data := b.block.event(len(b.block.codes) - 1); feed(b.term, code, data) {
		b.found.gaps = appendGap(b.found.gaps, b.active, e.Time)
		b.active = e.Time
	}
}

// end closes the block.
func (b *builder) end() {
	b.block.clip()
	b.at.events = len(b.block.times)
	if b.at.events > 0 {
		b.at.start, b.at.end = b.block.times[0], b.block.times[b.at.events-1]
	}
}

// take adds the builder's block to the index, and tells whether it counts: an empty
// block would only be in the way, but the first one is where At begins.
func (x *index) take(b *builder) bool {
	b.at.first = x.events
	counts := b.at.events > 0 || len(x.spans) == 0
	if counts {
		x.spans = append(x.spans, b.at)
	}
	x.events += b.at.events
	x.last = max(x.last, b.at.end)
	x.gaps = append(x.gaps, b.found.gaps...)
	x.markers = append(x.markers, b.found.markers...)
	x.resizes = append(x.resizes, b.found.resizes...)
	x.cols, x.rows = max(x.cols, b.found.cols), max(x.rows, b.found.rows)
	if b.found.hasExit {
		x.exit, x.hasExit = b.found.exit, true
	}
	return counts
}

// heard takes down what the reader knows behind a block.
func (x *index) heard(r *cast.Reader) {
	x.problems, x.nproblem = r.Problems(), r.ProblemCount()
	x.problems = x.problems[:len(x.problems):len(x.problems)]
	x.offset = r.Offset()
}

// complete is told that the cast is at its end.
func (x *index) complete(r *cast.Reader, active time.Duration) {
	x.done = true
	x.header = r.Header()
	x.gaps = appendGap(x.gaps, active, x.last)
}
