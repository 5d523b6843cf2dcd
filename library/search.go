package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"rexec/library/query"
)

// HitKind says what was found.
type HitKind string

const (
	HitLine      HitKind = "line"      // a line of text
	HitCommand   HitKind = "command"   // a line in which a command was entered
	HitRecording HitKind = "recording" // a recording, by what is known of it
)

// Order is the order in which moments come.
type Order string

const (
	// ByTime is the newest recording first, and within a recording the latest moment.
	ByTime Order = ""
	// ByRelevance is the moment first that is most probably meant, of the newest
	// maxRanked; the same line in several places comes once. See rank.
	ByRelevance Order = "relevance"
)

// Hit is a moment that a search has found.
type Hit struct {
	Kind      HitKind
	Recording Recording
	// Time is the position at which the line first stood on the screen, or at which
	// the command was entered; Last is when it last stood there, or the command
	// ended. Both are 0 for a recording.
	Time, Last time.Duration
	// Line is the text; for a recording, its name. Like all text of a recording it
	// may hold control characters. A command's may have several lines, with \n.
	Line string
	// Spans are the parts of Line that match, from the left; none overlap.
	Spans []query.Span
	// Above and Below are the lines that came before and after, in order of time.
	Above, Below []string
	// Command is the one that was running, or was entered. nil: none is known.
	Command *Command
	// Loose says that no moment of the library has the query's words as whole words,
	// and that this one has them inside of words.
	Loose bool

	cursor HitCursor
}

// Cursor is the hit's place among all hits of the query.
func (h Hit) Cursor() *HitCursor { return &h.cursor }

// HitCursor is a place between two hits of a search. It holds when recordings come
// and go.
type HitCursor struct {
	key       int64 // of the chunk
	line      int   // in the chunk
	loose     bool
	recording *Cursor // with HitRecording
	rank      int     // ByRelevance: how many came up to here
}

// SearchOptions says what Search finds.
type SearchOptions struct {
	Query   string     // see package query
	Limit   int        // how many hits at most; 0: all
	After   *HitCursor // of the last hit of the page before; nil: from the newest
	Context int        // how many lines above and below a hit are told
	Order   Order      // of moments; recordings come the newest first always
	// PerRecording is how many moments of one recording are told at most; 0: all.
	// ByRelevance does not count them.
	PerRecording int
}

// Search finds moments: newest recording first, and within a recording the latest
// first. Hits come as they are found; the first does not wait for the last. They
// should be taken as they come: a search that is not read on keeps the database's
// log from being emptied. Whoever wants to think between two pages ends the one and
// begins the next with After.
//
// Recordings that are not indexed yet are not searched for lines and commands: see
// Pending. An error is the last thing that comes; *query.Error tells what is wrong
// with the query.
func (l *Library) Search(ctx context.Context, o SearchOptions) iter.Seq2[Hit, error] {
	return func(yield func(Hit, error) bool) {
		if err := l.search(ctx, o, yield); err != nil {
			yield(Hit{}, err)
		}
	}
}

// errEnough ends a search that nobody wants more of.
var errEnough = errors.New("enough was found")

func (l *Library) search(ctx context.Context, o SearchOptions, yield func(Hit, error) bool) error {
	if err := l.open(); err != nil {
		return err
	}
	q, err := query.Parse(o.Query, l.options.Now())
	if err != nil {
		return err
	}
	if o.Order == ByRelevance && q.Kind() != query.Recordings {
		return l.searchRanked(ctx, o, yield)
	}
	return l.find(ctx, q, o, yield)
}

// SearchNames finds the recordings that are called what a query looks for in lines,
// newest first: those whose title, or what they are called by without one, has all of
// its words. Nothing is called what a query means that asks for more of a moment, or
// for recordings only: those Search finds. Of o, Query, Limit and After count.
func (l *Library) SearchNames(ctx context.Context, o SearchOptions) iter.Seq2[Hit, error] {
	return func(yield func(Hit, error) bool) {
		q, err := query.Parse(o.Query, l.options.Now())
		if err == nil {
			named, ok := q.Named()
			if !ok {
				return
			}
			if err = l.open(); err == nil {
				err = l.find(ctx, named, o, yield)
			}
		}
		if err != nil {
			yield(Hit{}, err)
		}
	}
}

// find yields what a query means.
func (l *Library) find(ctx context.Context, q *query.Query, o SearchOptions, yield func(Hit, error) bool) error {
	// The statements of a search share a connection: if each took one, some searches
	// at once could wait for each other's.
	conn, err := l.db.read.Conn(ctx)
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	defer conn.Close()
	found := 0
	emit := func(h Hit) error {
		found++
		if !yield(h, nil) || found == o.Limit {
			return errEnough
		}
		return nil
	}
	s := searcher{l: l, conn: conn, q: q, o: o, emit: emit}
	if o.After == nil || !o.After.loose {
		err = s.run(ctx)
	}
	if loose, ok := q.Loosened(); err == nil && ok && found == 0 && (o.After == nil || o.After.loose) {
		s = searcher{l: l, conn: conn, q: loose, o: o, emit: emit, loose: true}
		err = s.run(ctx)
	}
	switch {
	case errors.Is(err, errEnough):
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return fmt.Errorf("search: %w", err)
	}
	return nil
}

// Group is what a search has found in one recording.
type Group struct {
	Recording Recording
	Hits      []Hit // the latest ones
	More      int   // how many there are besides
}

// SearchGroups finds the same moments as Search and tells them by recording: newest
// first, at most most hits of each (0: all). Here, o.Limit counts recordings.
func (l *Library) SearchGroups(ctx context.Context, o SearchOptions, most int) iter.Seq2[Group, error] {
	return func(yield func(Group, error) bool) {
		limit := o.Limit
		o.Limit = 0
		hits := l.Search(ctx, o)
		if o.Order == ByRelevance {
			hits = together(hits)
		}
		var g Group
		groups := 0
		for h, err := range hits {
			if err != nil {
				yield(Group{}, err)
				return
			}
			if g.Recording.ID != h.Recording.ID {
				if len(g.Hits) > 0 {
					groups++
					if !yield(g, nil) || groups == limit {
						return
					}
				}
				g = Group{Recording: h.Recording}
			}
			if most > 0 && len(g.Hits) == most {
				g.More++
			} else {
				g.Hits = append(g.Hits, h)
			}
		}
		if len(g.Hits) > 0 {
			yield(g, nil)
		}
	}
}

// searcher runs one query.
type searcher struct {
	l     *Library
	conn  *sql.Conn
	q     *query.Query
	o     SearchOptions
	emit  func(Hit) error
	loose bool

	get        *sql.Stmt // a chunk by its key
	getCommand *sql.Stmt // by ord and number
	// getRecording finds a recording by ord, when its text is complete and it is
	// where the query looks: in the trash, or not.
	getRecording *sql.Stmt
	// What is known of the recording that was looked at last.
	ord       int64
	recording *Recording // nil: it is not to be found
	ofOrd     int        // moments of it that came
	// The commands that were looked at, of one recording.
	commandsOf int64
	commands   map[int]*Command

	// What is asked of a line, and of its command.
	lines, running, exits []*query.Term
	onlyCommands          bool
	foldLines             bool // before they are asked
}

func (s *searcher) run(ctx context.Context) (err error) {
	if s.q.Kind() == query.Recordings {
		return s.findRecordings(ctx)
	}
	s.ord, s.commandsOf = -1, -1
	s.lines, s.running, s.exits = s.q.Of(query.Any, query.Output), s.q.Of(query.Command), s.q.Of(query.Exit)
	s.onlyCommands = s.q.Kind() == query.Commands
	s.foldLines = slices.ContainsFunc(s.lines, func(t *query.Term) bool { return t.Folded() })
	s.get, err = s.conn.PrepareContext(ctx, `SELECT text, size, marks, lines FROM chunks WHERE key = ?`)
	if err != nil {
		return err
	}
	defer s.get.Close()
	s.getCommand, err = s.conn.PrepareContext(ctx, `SELECT `+commandColumns+`
		FROM texts t JOIN commands c ON c.recording = t.recording WHERE t.ord = ? AND c.n = ?`)
	if err != nil {
		return err
	}
	defer s.getCommand.Close()
	s.getRecording, err = s.conn.PrepareContext(ctx, `SELECT `+recordingColumns+`
		FROM texts t JOIN recordings r ON r.seq = t.recording WHERE t.ord = ? AND t.version <> 0 AND `+inTrash(s.q))
	if err != nil {
		return err
	}
	defer s.getRecording.Close()
	p, err := s.plan(ctx)
	if err != nil {
		return err
	}
	a := ahead{s: s}
	defer a.end()
	for key, err := range p.candidates(ctx) {
		if err != nil {
			return err
		}
		if s.told(ordOf(key)) {
			continue
		}
		if err := a.look(ctx, key); err != nil {
			return err
		}
	}
	return a.rest(ctx)
}

// told says that enough moments of a recording have come.
func (s *searcher) told(ord int64) bool {
	return s.o.PerRecording > 0 && s.ord == ord && s.ofOrd >= s.o.PerRecording
}

// tell tells the hits in a chunk, the latest first.
func (s *searcher) tell(ctx context.Context, c lookedAt) error {
	if c.err != nil {
		return c.err
	}
	from := len(c.lines)
	if after := s.o.After; after != nil && after.key == c.key {
		from = min(from, after.line)
	}
	for _, i := range slices.Backward(c.match) {
		if i >= from || s.told(ordOf(c.key)) {
			continue
		}
		h, ok, err := s.match(ctx, ordOf(c.key), c.lines[i], c.folded[i])
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		h.Loose = s.loose
		h.cursor = HitCursor{key: c.key, line: i, loose: s.loose}
		if err := s.around(ctx, &h, c.key, c.lines, i); err != nil {
			return err
		}
		s.ofOrd++
		if err := s.emit(h); err != nil {
			return err
		}
	}
	return nil
}

// around adds the lines above and below a hit.
func (s *searcher) around(ctx context.Context, h *Hit, key int64, lines []textLine, i int) error {
	n := s.o.Context
	if n <= 0 {
		return nil
	}
	above, below := lines[:i], lines[i+1:]
	for k := key - 1; len(above) < n && ordOf(k) == ordOf(key); k-- {
		more, err := s.neighbour(ctx, k)
		if err != nil {
			return err
		}
		if more == nil {
			break
		}
		above = append(more, above...)
	}
	for k := key + 1; len(below) < n && ordOf(k) == ordOf(key); k++ {
		more, err := s.neighbour(ctx, k)
		if err != nil {
			return err
		}
		if more == nil {
			break
		}
		below = append(below[:len(below):len(below)], more...)
	}
	for _, l := range above[max(0, len(above)-n):] {
		h.Above = append(h.Above, l.text)
	}
	for _, l := range below[:min(n, len(below))] {
		h.Below = append(h.Below, l.text)
	}
	return nil
}

// neighbour reads the lines of a chunk, which need not be there.
func (s *searcher) neighbour(ctx context.Context, key int64) ([]textLine, error) {
	c, ok, err := s.chunk(ctx, key)
	if err != nil || !ok {
		return nil, err
	}
	text, _, err := unpackText(c.stored, c.size, c.marks)
	if err != nil {
		return nil, err
	}
	return unpackChunk(text, c.lines)
}
