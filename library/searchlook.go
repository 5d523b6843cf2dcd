package library

import (
	"context"
	"database/sql"
	"runtime"

	"rexec/library/query"
)

// rowOf is a chunk as it is stored.
type rowOf struct {
	key           int64
	stored, lines []byte
	size, marks   int
}

// chunk reads a chunk; ok is false when it is gone.
func (s *searcher) chunk(ctx context.Context, key int64) (c rowOf, ok bool, err error) {
	c.key = key
	err = s.get.QueryRowContext(ctx, key).Scan(&c.stored, &c.size, &c.marks, &c.lines)
	if err == sql.ErrNoRows {
		return c, false, nil
	}
	return c, err == nil, err
}

// lookedAt is a chunk that was looked at.
type lookedAt struct {
	key    int64
	lines  []textLine
	folded []string
	match  []int // the lines that have what is asked of lines
	err    error
}

// look finds the lines that have what is asked of lines. It asks nobody, and may be
// called by several goroutines.
func (s *searcher) look(c rowOf) lookedAt {
	out := lookedAt{key: c.key}
	text, _, err := unpackText(c.stored, c.size, c.marks)
	if err != nil {
		out.err = err
		return out
	}
	all := text
	if s.foldLines {
		if all = query.Fold(text); !s.mayMatch(all) {
			return out
		}
	}
	if out.lines, out.err = unpackChunk(text, c.lines); out.err != nil {
		return out
	}
	if s.foldLines {
		out.folded = foldLines(text, all, out.lines)
	} else {
		out.folded = make([]string, len(out.lines)) // of those that fit
	}
	for i, l := range out.lines {
		if s.fitsLine(l, out.folded[i]) {
			out.match = append(out.match, i)
			if !s.foldLines {
				out.folded[i] = query.Fold(l.text)
			}
		}
	}
	return out
}

// foldLines folds the lines of a chunk whose folded text is all. Most text is ASCII,
// and stays as long as it is.
func foldLines(text, all string, lines []textLine) []string {
	out := make([]string, len(lines))
	ascii := query.IsASCII(text)
	for i, l := range lines {
		if ascii {
			out[i], all = all[:len(l.text)], all[len(l.text):]
		} else {
			out[i] = query.Fold(l.text)
		}
	}
	return out
}

// mayMatch says, without looking at lines, that a chunk may hold a hit.
func (s *searcher) mayMatch(folded string) bool {
	for _, t := range query.Positive(s.lines) {
		if !t.MayMatch(folded) {
			return false
		}
	}
	return true
}

// ahead looks at chunks while those before are told: when many were in vain, several
// at a time.
type ahead struct {
	s       *searcher
	seen    int
	work    chan func()
	waiting []chan lookedAt // in order
}

const (
	// alone is how many chunks are looked at one by one: mostly, the first page is full
	// by then.
	alone = 24
	// window is how many chunks are looked at ahead of what is told.
	window = 16
	// lookers is how many goroutines look, if there are as many processors.
	lookers = 4
)

// look looks at a chunk, now or soon, and tells what is ready.
func (a *ahead) look(ctx context.Context, key int64) error {
	c, ok, err := a.s.chunk(ctx, key)
	if err != nil || !ok {
		return err
	}
	if a.seen++; a.seen <= alone {
		return a.s.tell(ctx, a.s.look(c))
	}
	if a.work == nil {
		a.begin()
	}
	result := make(chan lookedAt, 1)
	a.work <- func() { result <- a.s.look(c) }
	a.waiting = append(a.waiting, result)
	if len(a.waiting) < window {
		return nil
	}
	return a.next(ctx)
}

func (a *ahead) begin() {
	work := make(chan func(), window)
	for range min(lookers, runtime.GOMAXPROCS(0)) {
		go func() {
			for f := range work {
				f()
			}
		}()
	}
	a.work = work
}

// next tells the chunk that was given to look at first.
func (a *ahead) next(ctx context.Context) error {
	first := <-a.waiting[0]
	a.waiting = a.waiting[1:]
	return a.s.tell(ctx, first)
}

// rest tells what is left.
func (a *ahead) rest(ctx context.Context) error {
	for len(a.waiting) > 0 {
		if err := a.next(ctx); err != nil {
			return err
		}
	}
	return nil
}

// end waits until nobody looks any more.
func (a *ahead) end() {
	if a.work != nil {
		close(a.work)
	}
	for _, result := range a.waiting {
		<-result
	}
}
