package cast

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"
)

// maxProblems is how many problems a lenient Reader keeps; it counts them all.
const maxProblems = 100

// Reader reads a cast as a stream: one line, or in version 1 one entry, is held in
// memory at a time.
type Reader struct {
	skimmer   // the source and the position in it
	mode      Mode
	hdr       Header
	clock     time.Duration // of the last event
	head      int           // the line on which the header begins
	at        Position      // of the last event: Line and col
	v1        v1State
	scan      scanner
	long      []byte // a line that did not fit the source's buffer
	problems  []Problem
	nproblems int
	found     func(Problem) // is told of problems too
	err       error         // why Next goes on no more
}

// NewReader reads the header of a cast.
//
// The error is ErrNotCast when the data does not begin as a cast, a *SyntaxError
// when the header is damaged beyond use (in strict mode: at all), and otherwise
// what r returned.
func NewReader(r io.Reader, m Mode) (*Reader, error) {
	c := newReader(r, m)
	if err := c.start(); err != nil {
		return nil, err
	}
	return c, nil
}

// start reads the header.
func (r *Reader) start() error {
	fields, err := r.begin()
	if err != nil {
		return err
	}
	r.reportMended()
	if r.hdr, err = decodeHeader(fields, r.report); err != nil {
		return err
	}
	if r.hdr.Version != 1 {
		err = r.endHeader()
	}
	return err
}

func newReader(r io.Reader, m Mode) *Reader {
	return &Reader{skimmer: skimmer{src: bufio.NewReaderSize(r, 64<<10), line: 1, col: 1}, mode: m}
}

// Position is where a Reader stands between two events.
type Position struct {
	Offset int64 // bytes from the start of the cast
	Line   int
	Time   time.Duration // of the last event before it
	col    int
	v1     v1State
}

// Position returns where the next event, or what precedes it, begins.
func (r *Reader) Position() Position {
	return Position{r.offset, r.line, r.clock, r.col, v1State{behind: r.v1.behind, done: r.v1.done}}
}

// Resume returns a Reader that goes on from a position of another Reader of the
// same cast, whose header was h. The data of src must begin at p.Offset.
func Resume(src io.Reader, m Mode, h Header, p Position) *Reader {
	r := newReader(src, m)
	r.hdr, r.offset, r.line, r.col, r.clock, r.v1 = h, p.Offset, p.Line, p.col, p.Time, p.v1
	return r
}

// Header returns the header. In version 1, fields that stand behind the events are
// in it only once Next has returned io.EOF.
func (r *Reader) Header() Header { return r.hdr }

// Offset returns how many bytes of the cast were consumed.
func (r *Reader) Offset() int64 { return r.offset }

// Problems returns what a lenient Reader has mended or skipped so far: the first
// 100. See ProblemCount.
func (r *Reader) Problems() []Problem { return r.problems }

// ProblemCount returns how many problems there were so far.
func (r *Reader) ProblemCount() int { return r.nproblems }

// Next returns the next event, and io.EOF behind the last. In strict mode damage is
// a *SyntaxError; in lenient mode only the source's own errors are returned. After
// an error, Next returns the same error again.
func (r *Reader) Next() (Event, error) {
	if r.err != nil {
		return Event{}, r.err
	}
	var e Event
	if r.hdr.Version == 1 {
		e, r.err = r.nextFrame()
	} else {
		e, r.err = r.nextLine()
	}
	return e, r.err
}

// report is where all damage goes: in strict mode it becomes the error that ends
// the reading, in lenient mode a problem.
func (r *Reader) report(line, col int, reason string) error {
	if r.mode == Strict {
		return &SyntaxError{line, col, reason}
	}
	r.nproblems++
	if len(r.problems) < maxProblems {
		r.problems = append(r.problems, Problem{line, col, reason})
	}
	if r.found != nil {
		r.found(Problem{line, col, reason})
	}
	return nil
}

// reportMended reports what was mended in the header: in lenient mode only.
func (r *Reader) reportMended() {
	for _, m := range r.mended {
		_ = r.report(m.Line, m.Column, m.Reason)
	}
	r.mended = nil
}

// begin reads the header's object, in version 1 up to its events.
func (r *Reader) begin() ([]field, error) {
	if bom, _ := r.src.Peek(3); string(bom) == "\xef\xbb\xbf" {
		_, _ = r.src.Discard(3)
		r.offset += 3
		if err := r.report(1, 1, "byte order mark"); err != nil {
			return nil, err
		}
	}
	c, err := r.peek()
	if err != nil && err != io.EOF {
		return nil, err
	}
	if err != nil || c != '{' {
		return nil, fmt.Errorf("%w: it does not begin with {", ErrNotCast)
	}
	if r.line > 1 {
		if err := r.report(1, 1, "blank lines before the header"); err != nil {
			return nil, err
		}
	}
	r.head = r.line
	_, _ = r.next()
	fields, done, err := r.members(true, r.mode == Lenient, "stdout")
	if v := version(fields); err == nil && !done && (v == "2" || v == "3") {
		// Someone's own field that is called stdout.
		f := field{key: "stdout", line: r.line, col: r.col}
		if f.raw, err = r.json(r.mode == Lenient); err == nil {
			var more []field
			more, done, err = r.members(false, r.mode == Lenient, "")
			fields = append(append(fields, f), more...)
		}
	}
	if err != nil {
		return nil, err
	}
	if !done {
		if fields, err = r.beginV1(fields); err != nil {
			return nil, err
		}
	}
	switch v := version(fields); {
	case v == "":
		return nil, fmt.Errorf("%w: it has no version", ErrNotCast)
	case v == "1" && done:
		r.v1.done = true
		line, col := r.line, r.col
		_, _ = r.peek() // to the end, if that is all
		return fields, r.report(line, col, "a cast of version 1 has no stdout")
	case v == "1" || done && (v == "2" || v == "3"):
		return fields, nil
	default:
		return nil, r.errorf("version " + cut(v) + " of asciicast is not known; 1, 2 and 3 are")
	}
}

func version(fields []field) string {
	v := ""
	for _, f := range fields {
		if f.key == "version" {
			v = string(f.raw)
		}
	}
	return v
}

// endHeader moves to the line behind the header of version 2 or 3.
func (r *Reader) endHeader() error {
	if r.line > r.head {
		if err := r.report(r.line, r.col, "the header takes more than one line"); err != nil {
			return err
		}
	}
	line, col := r.line, r.col
	rest, _, err := r.readLine()
	if err != nil && !errors.Is(err, errLong) {
		return nil // the end, or an error that Next will see again
	}
	if err != nil || len(bytes.TrimSpace(rest)) > 0 {
		return r.report(line, col, "text behind the header")
	}
	return nil
}

// readLine returns the next line without its newline, and whether it had one. The
// line is valid until the next call. A line that is longer than MaxEvent is passed
// over, with errLong.
func (r *Reader) readLine() (line []byte, whole bool, err error) {
	b, err := r.src.ReadSlice('\n')
	size := int64(len(b))
	if err == bufio.ErrBufferFull {
		if cap(r.long) > 1<<20 {
			r.long = nil
		}
		r.long = append(r.long[:0], b...)
		for err == bufio.ErrBufferFull {
			b, err = r.src.ReadSlice('\n')
			size += int64(len(b))
			if size <= MaxEvent+1 {
				r.long = append(r.long, b...)
			}
		}
		b = r.long
	}
	r.offset += size
	if err != nil && err != io.EOF || size == 0 {
		return nil, false, err
	}
	if whole = err == nil; whole {
		r.line, r.col = r.line+1, 1
		size--
	}
	if size > MaxEvent {
		return nil, whole, errLong
	}
	return b[:size], whole, nil
}

// nextLine returns the next event of version 2 or 3.
func (r *Reader) nextLine() (Event, error) {
	for {
		at := r.line
		line, whole, err := r.readLine()
		switch {
		case errors.Is(err, errLong):
			err = r.report(at, 1, fmt.Sprintf("the line is longer than %d bytes", MaxEvent))
			if err != nil {
				return Event{}, err
			}
			continue
		case err != nil:
			return Event{}, err
		}
		if len(line) == 0 || line[0] != '[' {
			if line = bytes.TrimLeft(line, " \t\r"); len(line) == 0 || line[0] == '#' && r.hdr.Version == 3 {
				continue
			}
		}
		ok := r.scan.event(line)
		if !ok && !whole && r.mode == Lenient {
			r.scan.faults = append(r.scan.faults[:0], fault{len(line), "the last line is torn"})
		}
		e, ok, err := r.finish(ok, at, 1)
		if err != nil || ok {
			return e, err
		}
	}
}

// finish makes an event of what was scanned at a line and column. It keeps the
// clock: also an event that is of no use takes its time in versions 1 and 3, where
// the times of all later ones are counted from it.
func (r *Reader) finish(ok bool, line, col int) (Event, bool, error) {
	s := &r.scan
	r.at.Line, r.at.col = line, col
	for _, f := range s.faults {
		if err := r.report(line, col+f.at, f.reason); err != nil {
			return Event{}, false, err
		}
	}
	t := r.clock
	if s.hasTime && (ok || r.hdr.Version != 2) {
		if t = time.Duration(s.time); r.hdr.Version != 2 {
			t += r.clock
		}
		var err error
		switch {
		case t < r.clock:
			err = r.report(line, col+1, fmt.Sprintf("time runs backward, from %v to %v", r.clock, t))
			t = r.clock
		case t > MaxTime:
			err = r.report(line, col+1, "the time is out of range")
			t = r.clock
		}
		if err != nil {
			return Event{}, false, err
		}
	}
	r.clock = t
	if !ok {
		return Event{}, false, nil
	}
	e := Event{Time: t, Code: code(s.code), Data: string(s.data)}
	if cap(s.text) > 1<<20 {
		s.text = nil // one huge event should not be paid for to the end
	}
	if e.Code == Resize {
		return r.checkResize(e, line, col)
	}
	return e, true, nil
}

// checkResize bounds a new size; one that is none is dropped.
func (r *Reader) checkResize(e Event, line, col int) (Event, bool, error) {
	cols, rows, err := ParseSize(e.Data)
	if err != nil {
		return e, false, r.report(line, col, "resize to what is no size: "+cut(fmt.Sprintf("%q", e.Data)))
	}
	if cols > MaxCols || rows > MaxRows {
		was := e.Data
		e.Data = FormatSize(min(cols, MaxCols), min(rows, MaxRows))
		return e, true, r.report(line, col, fmt.Sprintf("resize to %s, above %dx%d", was, MaxCols, MaxRows))
	}
	return e, true, nil
}

// code returns the string without allocating for those that are known.
func code(b []byte) string {
	switch string(b) {
	case Output, "": // version 1 has no codes
		return Output
	case Input:
		return Input
	case Marker:
		return Marker
	case Resize:
		return Resize
	case Exit:
		return Exit
	}
	return string(b)
}
