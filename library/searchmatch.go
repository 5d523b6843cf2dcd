package library

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"rexec/library/query"
)

// fitsLine checks what a query says of lines; folded is the line's text for patterns.
func (s *searcher) fitsLine(l textLine, folded string) bool {
	if s.onlyCommands && !l.entered {
		return false
	}
	for _, t := range s.lines {
		matches := !(t.Field == query.Output && l.entered) && t.MayMatch(folded) && t.Matches(l.text, folded)
		if matches == t.Not {
			return false
		}
	}
	return true
}

// match says whether a line that fits is a hit; folded is its text for patterns.
func (s *searcher) match(ctx context.Context, ord int64, l textLine, folded string) (Hit, bool, error) {
	h := Hit{Kind: HitLine, Time: l.first, Last: l.last, Line: l.text}
	if l.entered {
		h.Kind = HitCommand
	}
	// What is asked of the command is looked at first: it is less work than the
	// recording.
	var err error
	if h.Command, err = s.command(ctx, ord, l.command); err != nil || !s.fitsCommand(h.Command) {
		return Hit{}, false, err
	}
	ok, err := s.setRecording(ctx, ord)
	if err != nil || !ok {
		return Hit{}, false, err
	}
	h.Recording = *s.recording
	if !s.fits(h) {
		return Hit{}, false, nil
	}
	for _, t := range query.Positive(s.q.Of(query.Any, query.Output, query.Command)) {
		if t.Field != query.Command || l.entered {
			h.Spans = append(h.Spans, t.Find(l.text, folded)...)
		}
	}
	h.Spans = merge(h.Spans)
	return h, true, nil
}

// fitsCommand checks what a query says of the command that a moment belongs to, or
// nil.
func (s *searcher) fitsCommand(c *Command) bool {
	for _, t := range s.running {
		if matches := c != nil && t.Matches(c.Text, query.Fold(c.Text)); matches == t.Not {
			return false
		}
	}
	if c == nil {
		return true
	}
	for _, t := range s.exits {
		if isExit(t, c.Exit) == t.Not {
			return false
		}
	}
	return true
}

func isExit(t *query.Term, status *int) bool {
	return status != nil && (*status == t.Exit) != t.ExitNot
}

// fits checks what a query says of a moment besides its line and its command.
func (s *searcher) fits(h Hit) bool {
	exit, dir := h.Recording.ExitStatus, h.Recording.Dir
	if h.Command != nil {
		exit = h.Command.Exit
		if h.Command.Dir != "" {
			dir = h.Command.Dir
		}
	}
	for _, t := range s.exits {
		if isExit(t, exit) == t.Not {
			return false
		}
	}
	for _, t := range s.q.Of(query.Dir) {
		if inside(t, dir) == t.Not {
			return false
		}
	}
	return true
}

// inside says that a short text has a term's pattern anywhere in it.
func inside(t *query.Term, text string) bool {
	p := t.Pattern
	p.OpenStart, p.OpenEnd = true, true
	return p.Matches(text, query.Fold(text))
}

// isTag says that a term's pattern is a tag, or with stars a part of it.
func isTag(t *query.Term, tag string) bool {
	folded := query.Fold(tag)
	if t.IsRegexp() || t.OpenStart || t.OpenEnd {
		return t.Matches(tag, folded)
	}
	return folded == query.Fold(t.Text)
}

// merge sorts spans and joins those that touch.
func merge(spans []query.Span) []query.Span {
	slices.SortFunc(spans, func(a, b query.Span) int { return a.Start - b.Start })
	var out []query.Span
	for _, s := range spans {
		if n := len(out); n > 0 && s.Start <= out[n-1].End {
			out[n-1].End = max(out[n-1].End, s.End)
		} else {
			out = append(out, s)
		}
	}
	return out
}

// setRecording reads what is known of a recording; ok is false when its text is not
// complete, or it was deleted or is in the trash.
func (s *searcher) setRecording(ctx context.Context, ord int64) (ok bool, err error) {
	if s.ord == ord {
		return s.recording != nil, nil
	}
	s.ord, s.recording, s.ofOrd = ord, nil, 0
	r, err := s.l.scanRecording(s.getRecording.QueryRowContext(ctx, ord))
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	s.recording = &r
	return true, nil
}

// command returns a command of a recording, or nil.
func (s *searcher) command(ctx context.Context, ord int64, n int) (*Command, error) {
	if n < 0 {
		return nil, nil
	}
	if s.commandsOf != ord {
		s.commandsOf, s.commands = ord, map[int]*Command{}
	}
	if c, ok := s.commands[n]; ok {
		return c, nil
	}
	rows, err := s.getCommand.QueryContext(ctx, ord, n)
	if err != nil {
		return nil, err
	}
	found, err := scanCommands(rows)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, nil
	}
	s.commands[n] = &found[0]
	return &found[0], nil
}
