package cast

import (
	"context"
	"errors"
	"io"
	"time"
)

// Repaired is a deviation, and what Repair did about it.
type Repaired struct {
	Deviation
	Remedy string
}

// Repair copies a cast to w so that a Strict reader takes it, and keeps all that can
// be kept. did is told of each deviation and what was done about it. Version 1 is
// written as version 2; comments are left out. Events that players cope with, such as
// those with codes of several characters, stay as they are.
//
// Beyond what a Lenient reader mends: lines that were torn and run into the next
// event are taken apart, strings that raw newlines broke into lines are put together,
// the text of an event that was torn is kept, and when the header is damaged beyond
// use but there are events, they get a header of 80x24.
//
// The error is ErrNotCast when there is nothing to keep, the context's, or what src
// or w returned.
func Repair(ctx context.Context, w io.Writer, src io.Reader, did func(Repaired)) (Summary, error) {
	var s Summary
	tell := func(line, col int, reason, remedy string) {
		e := effectOf(reason)
		s.Deviations[e]++
		did(Repaired{Deviation{line, col, reason, e}, remedy})
	}
	lines := newSalvager(src, tell)
	if err := lines.header(); err != nil {
		return s, err
	}
	r := newReader(lines, Lenient)
	r.scan.picky = true
	r.found = func(p Problem) {
		tell(lines.original(p.Line), p.Column, p.Reason, kindOf(p.Reason).remedy)
	}
	if err := r.start(); err != nil {
		if damage := new(SyntaxError); errors.As(err, &damage) {
			return s, errors.Join(ErrNotCast, err)
		}
		return s, err
	}
	s.Header = r.hdr
	return s, copyEvents(ctx, w, r, &s)
}

// copyEvents writes what r reads. The header of version 1 may go on behind the
// events, where it is too late for what it says.
func copyEvents(ctx context.Context, w io.Writer, r *Reader, s *Summary) error {
	h := r.hdr
	if h.Version == 1 {
		h.Version = 2
		h.Duration = 0
	}
	out, err := NewWriter(w, h)
	if err != nil {
		return err
	}
	for n := 0; ; n++ {
		if n%checkEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		e, err := r.Next()
		if err == io.EOF {
			return out.Close()
		}
		if err != nil {
			return err
		}
		s.Events, s.Duration = s.Events+1, e.Time.Round(time.Microsecond)
		if err := out.Write(e); err != nil {
			return err
		}
	}
}
