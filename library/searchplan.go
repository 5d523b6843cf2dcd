package library

import (
	"context"
	"iter"
	"math"
	"slices"
	"strings"

	"rexec/library/query"
)

// plan is where to look for hits: which chunks of which recordings.
type plan struct {
	s *searcher
	// words and trigrams are FTS5 expressions. A chunk that holds a hit matches all
	// of them; with none, every chunk may hold one.
	words, trigrams string
	// running are of the recordings' commands that are asked for, for the index of
	// trigrams: a recording that holds a hit has a chunk that matches, for each.
	running []string
	// ords are the recordings that may hold a hit, newest first. nil: all.
	ords []int64
	some bool // ords counts
	last int64
	// patience is how many chunks of other recordings are passed over in a row.
	patience int
}

// patience is how many chunks of other recordings are passed over before the next
// one that counts is looked up, which takes about as long.
const patience = 50

func (s *searcher) plan(ctx context.Context) (*plan, error) {
	p := &plan{s: s, last: math.MaxInt64, patience: patience}
	if s.o.After != nil {
		p.last = s.o.After.key
	}
	var err error
	if p.ords, p.some, err = s.restrict(ctx); err != nil {
		return nil, err
	}
	var words, trigrams []string
	for _, t := range query.Positive(s.q.Of(query.Any, query.Output)) {
		if expr, ok := t.Words(); ok {
			words = append(words, expr)
			continue
		}
		words = append(words, t.InnerWords()...)
		if expr, ok := t.Trigrams(); ok {
			trigrams = append(trigrams, expr)
		}
	}
	var all []string
	if near := query.Near(words); near != "" {
		all = append(all, near)
	}
	for _, t := range query.Positive(s.q.Of(query.Command)) {
		if expr, ok := t.CommandWords(); ok {
			all = append(all, expr)
		} else if expr, ok := t.Trigrams(); ok && s.onlyCommands {
			trigrams = append(trigrams, expr)
		} else if ok {
			p.running = append(p.running, expr)
		}
	}
	for _, t := range s.exits {
		if expr, ok := t.ExitWords(); ok {
			all = append(all, expr)
		}
	}
	p.words, p.trigrams = strings.Join(all, " AND "), strings.Join(trigrams, " AND ")
	switch {
	case p.words+p.trigrams == "":
		p.patience = 0
	case strings.Contains(p.words, `"*`):
		// Gathering the words that begin so is the same work for one recording as
		// for all.
		p.patience = math.MaxInt
	}
	return p, nil
}

// candidates are the keys of chunks that may hold hits, newest first.
func (p *plan) candidates(ctx context.Context) iter.Seq2[int64, error] {
	if !p.some {
		return p.within(ctx, 0, p.last)
	}
	return func(yield func(int64, error) bool) {
		ords := p.ords
		for len(ords) > 0 {
			oldest, newest := ords[len(ords)-1], ords[0]
			passed := 0
			for key, err := range p.within(ctx, oldest<<chunkBits, min(p.last, (newest+1)<<chunkBits-1)) {
				if err != nil {
					yield(0, err)
					return
				}
				for len(ords) > 0 && ords[0] > ordOf(key) {
					ords = ords[1:]
				}
				if len(ords) == 0 {
					return
				}
				if ords[0] == ordOf(key) {
					passed = 0
					if !yield(key, nil) {
						return
					}
				} else if passed++; passed > p.patience {
					break
				}
			}
			if passed <= p.patience {
				return
			}
		}
	}
}

// within are the candidates with keys in a range.
func (p *plan) within(ctx context.Context, from, to int64) iter.Seq2[int64, error] {
	var keys iter.Seq2[int64, error]
	switch {
	case p.words != "" && p.trigrams != "":
		keys = both(p.s.lookUp(ctx, "words", p.words, from, to), p.s.lookUp(ctx, "trigrams", p.trigrams, from, to), same)
	case p.words != "":
		keys = p.s.lookUp(ctx, "words", p.words, from, to)
	case p.trigrams != "":
		keys = p.s.lookUp(ctx, "trigrams", p.trigrams, from, to)
	default:
		keys = p.s.keys(ctx, `SELECT key FROM chunks WHERE key BETWEEN ? AND ? ORDER BY key DESC`, from, to)
	}
	for _, expr := range p.running {
		// The command may stand in any chunk of the recording.
		keys = both(keys, p.s.lookUp(ctx, "trigrams", expr, ordOf(from)<<chunkBits, to|(maxChunks-1)), ordOf)
	}
	return keys
}

func same(key int64) int64 { return key }

// lookUp yields the keys that an index has for an expression.
func (s *searcher) lookUp(ctx context.Context, table, expr string, from, to int64) iter.Seq2[int64, error] {
	return s.keys(ctx, `SELECT rowid FROM `+table+` WHERE `+table+` MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid DESC`, expr, from, to)
}

// keys yields the one column of a query.
func (s *searcher) keys(ctx context.Context, sql string, args ...any) iter.Seq2[int64, error] {
	return func(yield func(int64, error) bool) {
		rows, err := s.conn.QueryContext(ctx, sql, args...)
		if err != nil {
			yield(0, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			var key int64
			if err := rows.Scan(&key); err != nil {
				yield(0, err)
				return
			}
			if !yield(key, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(0, err)
		}
	}
}

// both yields the keys of a for which b has one that is equal by a measure. Both
// descend.
func both(a, b iter.Seq2[int64, error], by func(int64) int64) iter.Seq2[int64, error] {
	return func(yield func(int64, error) bool) {
		next, stop := iter.Pull2(b)
		defer stop()
		other, err, ok := next()
		for key, aErr := range a {
			for aErr == nil && ok && err == nil && by(other) > by(key) {
				other, err, ok = next()
			}
			if aErr == nil {
				aErr = err
			}
			if aErr != nil {
				yield(0, aErr)
				return
			}
			if !ok {
				return
			}
			if by(other) == by(key) && !yield(key, nil) {
				return
			}
		}
	}
}

// restrict returns the recordings that fit what the query says of them, newest
// first; some is false when it says nothing. What it says of commands' directories
// and exit statuses is true of some command in each.
func (s *searcher) restrict(ctx context.Context) (ords []int64, some bool, err error) {
	told := 0 // by the index of words
	for _, t := range s.exits {
		if _, ok := t.ExitWords(); ok {
			told++
		}
	}
	if len(s.q.Terms) == len(s.q.Of(query.Any, query.Command, query.Output))+told {
		return nil, false, nil
	}
	f, err := s.filter(ctx)
	if err != nil {
		return nil, true, err
	}
	rows, err := s.conn.QueryContext(ctx, `SELECT t.ord, `+f.columns()+`
		FROM texts t JOIN recordings r ON r.seq = t.recording WHERE t.version <> 0`+f.where+` ORDER BY t.ord DESC`, f.args...)
	if err != nil {
		return nil, true, err
	}
	defer rows.Close()
	for rows.Next() {
		var ord int64
		ok, err := f.scan(rows, &ord)
		if err != nil {
			return nil, true, err
		}
		if ok {
			ords = append(ords, ord)
		}
	}
	return slices.Clip(ords), true, rows.Err()
}
