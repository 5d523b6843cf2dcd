// Package portable finds the moments of a recording at which an older terminal
// emulator shows something else than ours: vt10x, which stands for the many that know
// less. It answers "will others see what I saw"; what is true to a modern terminal is
// package vt's business.
//
// vt10x panics and hangs on some parameters. What it is fed is clamped first; if it
// fails all the same, the comparison ends there and says so.
package portable

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/hinshun/vt10x"

	"rexec/recording/cast"
	"rexec/vt"
)

// Report is what a comparison found.
type Report struct {
	// Moments are the first, by time, that wide and combining characters do not explain.
	Moments []Moment
	// Expected counts those that they do explain, up to the last of Moments, and
	// FirstExpected is the first of them.
	Expected      int
	FirstExpected Moment
	Compared      int // screens that were compared
	// Failure says how the older emulator failed, "" if it did not, and FailedAt when.
	// Nothing behind that was compared.
	Failure  string
	FailedAt time.Duration
}

// Moment is a time at which the screens begin to differ in rows in which they did not
// before, or otherwise.
type Moment struct {
	Time time.Duration
	Rows []Row
}

// Row is a row that differs.
type Row struct {
	Y            int // from 0
	Ours, Theirs string
	// Expected says that the row holds wide or combining characters, which the older
	// emulator does not know.
	Expected bool
}

// Options of a comparison.
type Options struct {
	Moments  int           // how many to find: 0 means 5
	Patience time.Duration // how long the older emulator may take for an event: 0 means 5 s
}

// frame is how long a screen must stand to be compared: what nobody sees does not
// count.
const frame = 16 * time.Millisecond

// Compare replays a recording through both emulators until it has found enough
// moments. The error is the context's or the reader's.
func Compare(ctx context.Context, r *cast.Reader, o Options) (Report, error) {
	if o.Moments == 0 {
		o.Moments = 5
	}
	if o.Patience == 0 {
		o.Patience = 5 * time.Second
	}
	h := r.Header()
	c := &comparison{
		ours:   vt.New(h.Cols, h.Rows),
		theirs: newOld(h.Cols, h.Rows, o.Patience),
		known:  map[int]Row{},
	}
	defer c.theirs.close()
	now, fed := time.Duration(0), false
	for {
		if err := ctx.Err(); err != nil {
			return c.report, err
		}
		e, err := r.Next()
		if err != nil && err != io.EOF {
			return c.report, err
		}
		if fed && (err == io.EOF || e.Time-now >= frame) {
			c.look(now)
			fed = false
		}
		if err == io.EOF || len(c.report.Moments) >= o.Moments {
			return c.report, nil
		}
		now = e.Time
		if reason := c.feed(e); reason != "" {
			c.report.Failure, c.report.FailedAt = reason, now
			return c.report, nil
		}
		fed = true
	}
}

type comparison struct {
	ours   *vt.Terminal
	theirs *old
	known  map[int]Row // rows that differ, by Y
	report Report
}

// feed feeds both emulators. It returns how the older one failed.
func (c *comparison) feed(e cast.Event) string {
	switch e.Code {
	case cast.Output:
		_, _ = c.ours.Write([]byte(e.Data))
		return c.theirs.do(func(t vt10x.Terminal) { _, _ = t.Write(c.theirs.clamp.filter(e.Data)) })
	case cast.Resize:
		cols, rows, err := cast.ParseSize(e.Data)
		if err != nil {
			return ""
		}
		c.ours.Resize(cols, rows)
		cols, rows = c.ours.Size()
		return c.theirs.do(func(t vt10x.Terminal) { t.Resize(cols, rows) })
	}
	return ""
}

// look compares the screens.
func (c *comparison) look(now time.Duration) {
	c.report.Compared++
	s := c.ours.Snapshot()
	cols, rows := s.Size()
	var fresh []Row
	for y := range rows {
		line := s.Line(y)
		theirs, same := c.theirs.row(line, y, cols)
		if same {
			delete(c.known, y)
			continue
		}
		row := Row{y, strings.TrimRight(line.String(), " "), theirs, isWide(line)}
		if c.known[y] != row {
			c.known[y] = row
			fresh = append(fresh, row)
		}
	}
	m := Moment{now, fresh}
	switch {
	case len(fresh) == 0:
	case slices.ContainsFunc(fresh, func(r Row) bool { return !r.Expected }):
		c.report.Moments = append(c.report.Moments, m)
	default:
		if c.report.Expected++; c.report.Expected == 1 {
			c.report.FirstExpected = m
		}
	}
}

// isWide tells whether a row holds anything but one code point in each column.
func isWide(l vt.Line) bool {
	for _, cell := range l.Cells() {
		if _, ok := cell.Rune(); !ok || cell.Width() != 1 {
			return true
		}
	}
	return false
}

// old is the older emulator, run where it can neither crash nor hold up anybody.
type old struct {
	term     vt10x.Terminal
	clamp    clamp
	patience time.Duration
	work     chan func(vt10x.Terminal)
	done     chan string
}

func newOld(cols, rows int, patience time.Duration) *old {
	o := &old{
		term: vt10x.New(vt10x.WithSize(cols, rows)), patience: patience,
		work: make(chan func(vt10x.Terminal)), done: make(chan string, 1),
	}
	go func() {
		for f := range o.work {
			o.done <- guarded(f, o.term)
		}
	}()
	return o
}

// guarded returns what f panics with.
func guarded(f func(vt10x.Terminal), t vt10x.Terminal) (failure string) {
	defer func() {
		if p := recover(); p != nil {
			failure = fmt.Sprint("it crashes: ", p)
		}
	}()
	f(t)
	return ""
}

// do runs f, and returns how it failed. After a failure the emulator must not be used
// again; one that hangs goes on doing so until the program ends.
func (o *old) do(f func(vt10x.Terminal)) string {
	o.work <- f
	watchdog := time.NewTimer(o.patience)
	defer watchdog.Stop()
	select {
	case failure := <-o.done:
		return failure
	case <-watchdog.C:
		return fmt.Sprintf("it hangs: no answer in %v", o.patience)
	}
}

func (o *old) close() { close(o.work) }

// row returns a row's text without blanks at its end, and whether each column holds
// what ours does.
func (o *old) row(ours vt.Line, y, cols int) (text string, same bool) {
	var b strings.Builder
	same = true
	for x := range cols {
		c := o.term.Cell(x, y).Char
		if c == 0 {
			c = ' '
		}
		b.WriteRune(c)
		if r, ok := ours.Cells()[x].Rune(); !ok || r != c {
			same = false
		}
	}
	return strings.TrimRight(b.String(), " "), same
}
