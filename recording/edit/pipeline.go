package edit

import (
	"context"
	"io"
	"slices"
	"time"

	"rexec/recording/cast"
	"rexec/recording/internal/escape"
	"rexec/vt"
)

// pipeline writes the result, event by event.
type pipeline struct {
	o      Options
	header cast.Header
	out    io.Writer
	w      *cast.Writer  // nil until the first event: the header's size is known only then
	offset time.Duration // of the recording that is being read
	end    time.Duration // of the result so far
	cols   int           // of the result's screen
	rows   int
	count  int // events written
	marks  []Mark
}

// part is one of the recordings that are joined.
type part struct {
	*pipeline
	axis    *axis
	last    bool         // no other follows
	term    *vt.Terminal // nil unless something is cut
	split   escape.Splitter
	broken  bool          // the result ends in the middle of a sequence
	skipped bool          // events were cut away since the last one that was kept
	now     time.Duration // of the last event, in the original
}

// begin starts with the recording number i.
func (p *pipeline) begin(i int, last bool, h cast.Header) *part {
	o := p.o
	if i > 0 {
		o.Trim, o.Cuts = nil, nil
	}
	q := &part{pipeline: p, axis: newAxis(o), last: last}
	p.offset = p.end
	cols, rows := h.Cols, h.Rows
	if i == 0 && o.Cols > 0 {
		cols, rows = o.Cols, o.Rows
	}
	if len(q.axis.cuts) > 0 {
		q.term = vt.New(cols, rows)
	}
	if i == 0 {
		p.cols, p.rows = cols, rows
	}
	return q
}

// join resets the screen for the next recording.
func (q *part) join(cols, rows int) error {
	if err := q.emit(cast.Event{Time: q.offset, Code: cast.Output, Data: "\x18\x1bc"}); err != nil {
		return err
	}
	return q.resize(q.offset, cols, rows)
}

// resize writes a change of size, if it is one.
func (q *part) resize(at time.Duration, cols, rows int) error {
	if cols == q.cols && rows == q.rows {
		return nil
	}
	if q.w == nil { // nothing was written: it begins with this size
		q.cols, q.rows = cols, rows
		return nil
	}
	return q.emit(cast.Event{Time: at, Code: cast.Resize, Data: cast.FormatSize(cols, rows)})
}

// event takes the next event of the original.
func (q *part) event(e cast.Event) error {
	if err := q.marksUntil(e.Time); err != nil {
		return err
	}
	q.now = e.Time
	if q.axis.removed(e.Time) {
		if !q.skipped {
			q.skipped, q.broken = true, !q.split.Ground()
		}
		q.feed(e)
		return nil
	}
	if q.skipped {
		if err := q.redraw(); err != nil {
			return err
		}
	}
	q.feed(e)
	if e.Code == cast.Input && q.o.DropInput || e.Code == cast.Exit && !q.last {
		return nil
	}
	e.Time = q.offset + q.axis.at(e.Time, true)
	return q.emit(e)
}

// feed follows the original's screen.
func (q *part) feed(e cast.Event) {
	if q.term == nil {
		return
	}
	switch e.Code {
	case cast.Output:
		data := []byte(e.Data)
		_, _ = q.term.Write(data)
		for len(data) > 0 {
			n, _ := q.split.Next(data)
			data = data[n:]
		}
	case cast.Resize:
		if cols, rows, err := cast.ParseSize(e.Data); err == nil {
			q.term.Resize(cols, rows)
		}
	}
}

// redraw writes the screen as it is behind a cut.
func (q *part) redraw() error {
	q.skipped = false
	at := q.offset + q.axis.at(q.cutEnd(), false)
	if err := q.resize(at, sizeCols(q.term), sizeRows(q.term)); err != nil {
		return err
	}
	var data []byte
	if q.broken {
		data = append(data, 0x18)
	}
	data = appendRedraw(data, q.term, q.split.Pending())
	return q.emit(cast.Event{Time: at, Code: cast.Output, Data: string(data)})
}

func sizeCols(t *vt.Terminal) int { cols, _ := t.Size(); return cols }
func sizeRows(t *vt.Terminal) int { _, rows := t.Size(); return rows }

// cutEnd returns the end of the last cut before now.
func (q *part) cutEnd() time.Duration {
	end := q.now
	for _, c := range q.axis.cuts {
		if c.To <= q.now {
			end = c.To
		}
	}
	return end
}

// marksUntil writes the marks up to a time of the first original.
func (q *part) marksUntil(t time.Duration) error {
	for len(q.marks) > 0 && q.marks[0].Time <= t {
		m := q.marks[0]
		q.marks = q.marks[1:]
		e := cast.Event{Time: q.offset + q.axis.at(m.Time, false), Code: cast.Marker, Data: m.Label}
		if err := q.emit(e); err != nil {
			return err
		}
	}
	return nil
}

// finish ends the recording. What was cut away at its end leaves the stillness
// before it.
func (q *part) finish() error {
	if err := q.marksUntil(forever); err != nil {
		return err
	}
	if n := len(q.axis.cuts); q.skipped && n > 0 {
		c := q.axis.cuts[n-1]
		if at := q.offset + q.axis.at(min(c.From, q.now), false); q.w != nil && at-q.end >= time.Millisecond {
			return q.emit(cast.Event{Time: at, Code: cast.Output})
		}
	}
	return nil
}

func (p *pipeline) emit(e cast.Event) error {
	if err := p.open(); err != nil {
		return err
	}
	if e.Code == cast.Resize {
		if cols, rows, err := cast.ParseSize(e.Data); err == nil {
			p.cols, p.rows = cols, rows
		}
	}
	p.end = max(p.end, e.Time)
	p.count++
	return p.w.Write(e)
}

func (p *pipeline) open() (err error) {
	if p.w == nil {
		p.header.Cols, p.header.Rows = p.cols, p.rows
		p.w, err = cast.NewWriter(p.out, p.header)
	}
	return err
}

// write makes the result of the inputs, with the plans for what is to be masked.
func write(ctx context.Context, out io.Writer, h cast.Header, inputs []*Input, plans []*plan, o Options) (*pipeline, error) {
	p := &pipeline{o: o, header: h, out: out, marks: slices.Clone(o.Marks)}
	slices.SortStableFunc(p.marks, func(a, b Mark) int { return int(min(max(a.Time-b.Time, -1), 1)) })
	for i, in := range inputs {
		if err := p.copy(ctx, i, i == len(inputs)-1, in, plans); err != nil {
			return nil, err
		}
	}
	if p.count == 0 && inputs[0].Duration > 0 {
		return nil, ErrNothingLeft
	}
	if err := p.open(); err != nil {
		return nil, err
	}
	return p, p.w.Close()
}

// copy writes one of the inputs.
func (p *pipeline) copy(ctx context.Context, i int, last bool, in *Input, plans []*plan) error {
	f, err := in.Open()
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := cast.NewReader(p.o.progress(f), cast.Lenient)
	if err != nil {
		return err
	}
	q := p.begin(i, last, r.Header())
	if i > 0 {
		if err := q.join(r.Header().Cols, r.Header().Rows); err != nil {
			return err
		}
	}
	next := q.event
	var m *masker
	if plans != nil {
		m = newMasker(plans[i], p.o.Redact)
		next = func(e cast.Event) error { return q.event(m.event(e)) }
	}
	if err := each(ctx, r, next); err != nil {
		return err
	}
	if m != nil {
		if rest := m.rest(); rest != "" {
			if err := q.event(cast.Event{Time: q.now, Code: cast.Output, Data: rest}); err != nil {
				return err
			}
		}
	}
	return q.finish()
}
