package cast

import (
	"errors"
	"fmt"
	"io"
)

// v1State is where a Reader stands in version 1's stdout array.
type v1State struct {
	behind byte // '[' at the start, 'e' behind an entry, ',' behind a comma
	done   bool // there are no more entries to be read
	torn   bool // because the file ended
	// held are the entries of a cast whose header ends only behind them, in memory:
	// JSON allows that, though nobody is known to write it.
	held []entry
}

// entry is the raw text of one entry of stdout, and where it stands.
type entry struct {
	raw       []byte
	line, col int
}

// beginV1 stands before the bracket of stdout. When what was read of the header
// does not say the version and the size yet, it must read the events first.
func (r *Reader) beginV1(fields []field) ([]field, error) {
	_, _ = r.next()
	r.v1.behind = '['
	known := map[string]bool{}
	for _, f := range fields {
		known[f.key] = true
	}
	if known["version"] && known["width"] && known["height"] {
		return fields, nil
	}
	for size := 0; ; {
		e, err := r.entry()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if size += len(e.raw); size > MaxEvent {
			return nil, &SyntaxError{e.line, e.col, "the header stands behind too many events"}
		}
		e.raw = append([]byte(nil), e.raw...)
		r.v1.held = append(r.v1.held, e)
	}
	rest, err := r.endV1()
	return append(fields, rest...), err
}

// entry returns the next entry of stdout, valid until the next call, and io.EOF
// behind the last.
func (r *Reader) entry() (entry, error) {
	v := &r.v1
	for {
		c, err := r.peek()
		if err == io.EOF {
			return entry{}, r.torn()
		}
		if err != nil {
			return entry{}, err
		}
		wrong := ""
		switch {
		case c == ']':
			if v.behind == ',' {
				wrong = "a comma behind the last event"
			}
			v.done = true
		case c == ',' && v.behind == 'e':
		case c == ',' || c == '}' || c == ':':
			wrong = fmt.Sprintf("a %q between the events", c)
		case v.behind == 'e':
			wrong = "a comma is missing between the events"
		}
		if wrong != "" {
			if err := r.report(r.line, r.col, wrong); err != nil {
				return entry{}, err
			}
		}
		switch c {
		case ']':
			_, _ = r.next()
			return entry{}, io.EOF
		case ',', '}', ':':
			_, _ = r.next()
			v.behind = ','
		default:
			v.behind = 'e'
			return r.entryHere()
		}
	}
}

// entryHere reads the entry that begins with the next byte. One that is too long
// ends the reading: where the next begins could only be guessed.
func (r *Reader) entryHere() (entry, error) {
	if cap(r.long) > 1<<20 {
		r.long = nil
	}
	e := entry{line: r.line, col: r.col}
	var err error
	r.long, err = r.value(r.long[:0], MaxEvent)
	e.raw = r.long
	switch {
	case err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF):
		err = r.torn()
	case errors.Is(err, errLong):
		r.v1.done, r.v1.torn = true, true
		if err = r.report(e.line, e.col, fmt.Sprintf("the event is longer than %d bytes", MaxEvent)); err == nil {
			err = io.EOF
		}
	}
	return e, err
}

// torn ends a cast that stops in the middle.
func (r *Reader) torn() error {
	r.v1.done, r.v1.torn = true, true
	if err := r.report(r.line, r.col, "the file is torn: the list of events does not end"); err != nil {
		return err
	}
	return io.EOF
}

// endV1 reads the members behind stdout.
func (r *Reader) endV1() ([]field, error) {
	if r.v1.torn {
		return nil, nil
	}
	fields, _, err := r.members(false, r.mode == Lenient, "")
	r.reportMended()
	var damage *SyntaxError
	if errors.As(err, &damage) {
		return fields, r.report(damage.Line, damage.Column, damage.Reason)
	}
	if err != nil {
		return nil, err
	}
	if _, err := r.peek(); err != io.EOF {
		if err != nil {
			return nil, err
		}
		return fields, r.report(r.line, r.col, "text behind the end")
	}
	return fields, nil
}

// nextFrame returns the next event of version 1.
func (r *Reader) nextFrame() (Event, error) {
	for {
		next, err := r.nextEntry()
		if err != nil {
			return Event{}, err
		}
		ok := r.scan.frame(next.raw)
		e, ok, err := r.finish(ok, next.line, next.col)
		if err != nil || ok {
			return e, err
		}
	}
}

func (r *Reader) nextEntry() (entry, error) {
	if v := &r.v1; len(v.held) > 0 {
		e := v.held[0]
		v.held = v.held[1:]
		return e, nil
	} else if v.done {
		return entry{}, io.EOF
	}
	e, err := r.entry()
	if err != io.EOF {
		return e, err
	}
	rest, err := r.endV1()
	for _, f := range rest {
		if err != nil {
			break
		}
		if f.key != "version" && f.key != "width" && f.key != "height" && !(f.isNull() && knownField(f.key)) {
			err = r.hdr.decodeField(f, r.report)
		}
	}
	if err == nil {
		err = io.EOF
	}
	return entry{}, err
}
