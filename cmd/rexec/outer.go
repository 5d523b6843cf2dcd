package main

import (
	"os"

	"golang.org/x/term"

	"rexec/recording/cast"
	"rexec/recording/live"
)

// outerTerminal is what this process runs in, when it hosts a terminal in it: a
// terminal, or no terminal at all.
type outerTerminal struct {
	in, out    *os.File
	cols, rows int
	fixed      bool   // the size was given and does not follow the window
	shows      bool   // out is a terminal: it shows, and answers
	types      bool   // in is a terminal: somebody may type
	term       string // TERM for a child that is shown in it; "" when nothing shows
	saved      *term.State
}

// outerTerminal looks at where this process runs. size is a size as the user gave
// it, or empty.
func (a *app) outerTerminal(size string) (*outerTerminal, error) {
	t := &outerTerminal{in: a.in, out: a.out.File, cols: live.DefaultCols, rows: live.DefaultRows}
	t.shows = term.IsTerminal(int(t.out.Fd()))
	t.types = term.IsTerminal(int(t.in.Fd()))
	if size != "" {
		cols, rows, err := cast.ParseSize(size)
		if err != nil {
			return nil, usagef("--size: %w", err)
		}
		if cols > cast.MaxCols || rows > cast.MaxRows {
			return nil, usagef("--size: %s is too large; the most is %s", size, cast.FormatSize(cast.MaxCols, cast.MaxRows))
		}
		t.cols, t.rows, t.fixed = cols, rows, true
	} else if cols, rows, ok := t.resized(); ok {
		t.cols, t.rows = cols, rows
	}
	if t.shows {
		t.term = os.Getenv("TERM")
	}
	return t, nil
}

// resized returns the terminal's size now, false when there is none to follow.
func (t *outerTerminal) resized() (cols, rows int, ok bool) {
	if t.fixed {
		return 0, 0, false
	}
	for _, f := range []*os.File{t.out, t.in} {
		cols, rows, err := term.GetSize(int(f.Fd()))
		if err == nil && cols > 0 && rows > 0 {
			return cols, rows, true
		}
	}
	return 0, 0, false
}

// makeRaw hands all keys to the child, which has line editing and signals of its
// own.
func (t *outerTerminal) makeRaw() {
	if t.types {
		t.saved, _ = term.MakeRaw(int(t.in.Fd()))
	}
}

// rawAgain is makeRaw for a terminal that somebody has changed meanwhile; restore
// still brings back what was there at first.
func (t *outerTerminal) rawAgain() { _, _ = term.MakeRaw(int(t.in.Fd())) }

// restore undoes makeRaw; it may be called more than once.
func (t *outerTerminal) restore() {
	if t.saved != nil {
		term.Restore(int(t.in.Fd()), t.saved)
		t.saved = nil
	}
}
