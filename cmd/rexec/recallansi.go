package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"rexec/library"
	"rexec/recording/cast"
	"rexec/recording/export"
	"rexec/recording/pack"
	"rexec/vt"
)

// colouredOutput returns what a command printed with its colours, a line for each row of
// the recording's screen. plain is the same as text. ok is false when that cannot be had:
// of output that moved about on the screen, or has more rows than a screen may have.
//
// The output is printed anew on a screen that is high enough for all of it; when that
// does not give the very same text, the command was not one that prints line by line.
func colouredOutput(ctx context.Context, run library.Run, plain string) (rows []string, ok bool, err error) {
	f, err := pack.Open(run.Recording.Path)
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	r, err := cast.NewReader(readerWithContext{ctx, f}, cast.Lenient)
	if err != nil {
		return nil, false, castError(run.Recording.ID, err)
	}
	t := vt.New(r.Header().Cols, vt.MaxRows)
	for {
		e, err := r.Next()
		if errors.Is(err, io.EOF) || err == nil && e.Time > run.Command.End {
			break
		}
		if err != nil {
			return nil, false, err
		}
		if e.Time < run.Command.Start {
			if e.Code == cast.Resize {
				if cols, _, err := cast.ParseSize(e.Data); err == nil {
					t.Resize(cols, vt.MaxRows)
				}
			}
			continue
		}
		if e.Code == cast.Output {
			t.Write([]byte(e.Data))
		}
	}
	s := t.Snapshot()
	from, to, found := rowsOf(s, plain)
	if !found {
		return nil, false, nil
	}
	var b bytes.Buffer
	if err := export.WriteScreenANSI(&b, s); err != nil {
		return nil, false, err
	}
	return strings.Split(b.String(), "\n")[from:to], true, nil
}

// rowsOf finds the rows of a screen that hold a text, from the top or a few rows below:
// there stands what is left of the line in which the command was entered.
func rowsOf(s *vt.Snapshot, text string) (from, to int, ok bool) {
	want := lines(text)
	_, height := s.Size()
	for from = 0; from < min(4, height); from++ {
		n, line := 0, ""
		for y := from; y < height && n < len(want); y++ {
			line += s.Line(y).String()
			if s.Line(y).Wrapped() {
				continue
			}
			if unspaced(line) != unspaced(want[n]) {
				break
			}
			n, line = n+1, ""
			if n == len(want) {
				return from, y + 1, true
			}
		}
	}
	return 0, 0, false
}

// unspaced is a text without its blanks: those at the end of a row that goes on in the
// next are not told.
func unspaced(s string) string { return strings.ReplaceAll(s, " ", "") }
