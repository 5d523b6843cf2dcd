package query

import (
	"fmt"
	"time"
)

// Field is what a term is about.
type Field string

const (
	Any     Field = ""    // any line
	Command Field = "cmd" // the command that the moment belongs to
	Output  Field = "out" // a line of output
	Title   Field = "title"
	Tag     Field = "tag"
	Host    Field = "host"
	Dir     Field = "dir"
	Exit    Field = "exit"
	Before  Field = "before"
	After   Field = "after"
	Longer  Field = "longer"
	Is      Field = "is"
)

// Term is one condition.
type Term struct {
	Field  Field
	Not    bool
	Column int // where it begins in the query, in characters, from 1

	Pattern // of Any, Command, Output, Title, Tag, Host, Dir

	Exit    int
	ExitNot bool          // any status but Exit
	Time    time.Time     // of Before, After
	Length  time.Duration // of Longer
	Is      string        // one of States
}

// Query is a query that was understood: all of its terms must hold.
type Query struct {
	Terms []Term
}

// Error says what in a query was not understood, and where.
type Error struct {
	Column int // in characters, from 1
	Reason string
}

func (e *Error) Error() string { return fmt.Sprintf("column %d: %s", e.Column, e.Reason) }

// Of returns the terms of some fields, in order.
func (q *Query) Of(fields ...Field) []*Term {
	var out []*Term
	for i := range q.Terms {
		for _, f := range fields {
			if q.Terms[i].Field == f {
				out = append(out, &q.Terms[i])
			}
		}
	}
	return out
}

// Positive leaves out what is negated.
func Positive(terms []*Term) []*Term {
	var out []*Term
	for _, t := range terms {
		if !t.Not {
			out = append(out, t)
		}
	}
	return out
}

// Kind is what a query finds.
type Kind int

const (
	Lines      Kind = iota // lines of text, and commands
	Commands               // commands: nothing is said about lines
	Recordings             // recordings: nothing is said about moments
)

// Kind returns what the query finds.
func (q *Query) Kind() Kind {
	switch {
	case len(Positive(q.Of(Any, Output))) > 0:
		return Lines
	case len(Positive(q.Of(Command))) > 0, len(q.Of(Exit)) > 0:
		return Commands
	}
	return Recordings
}

// Trash says that the query is about what is in the trash; else it is about what is
// not.
func (q *Query) Trash() bool {
	for _, t := range Positive(q.Of(Is)) {
		if t.Is == "trash" {
			return true
		}
	}
	return false
}

// Named is the query for recordings that are called what this one looks for in lines;
// ok is false when it asks for more of a moment than words.
func (q *Query) Named() (_ *Query, ok bool) {
	named := &Query{Terms: make([]Term, len(q.Terms))}
	for i, t := range q.Terms {
		switch t.Field {
		case Any:
			t.Field = Title
			ok = ok || !t.Not
		case Command, Output, Exit, Dir:
			return nil, false
		}
		named.Terms[i] = t
	}
	return named, ok
}

// Loosened is the query with its bare words taken for parts of words; ok is false
// when that makes no difference. Words that are negated, and those of fields about
// recordings, stay as they are.
func (q *Query) Loosened() (_ *Query, ok bool) {
	loose := &Query{Terms: make([]Term, len(q.Terms))}
	for i, t := range q.Terms {
		if t.bare && !t.Not && (t.Field == Any || t.Field == Output || t.Field == Command) {
			t.Pattern, ok = t.Pattern.loosened(), true
		}
		loose.Terms[i] = t
	}
	return loose, ok
}
