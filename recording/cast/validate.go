package cast

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Effect says what a deviation from the format does to those who play the cast.
type Effect int

const (
	PlayersCope Effect = iota // the known players play it as it is meant
	SomeFail                  // some refuse the cast, leave a part out, or show it at another time
	Unplayable                // nobody plays it
)

func (e Effect) String() string {
	return [...]string{"players cope", "some players fail", "unplayable"}[e]
}

// Deviation is a place where a cast is not what the format says.
type Deviation struct {
	Line   int // from 1
	Column int // in bytes, from 1
	Reason string
	Effect Effect
}

func (d Deviation) String() string {
	return fmt.Sprintf("line %d, column %d: %s (%s)", d.Line, d.Column, d.Reason, d.Effect)
}

// Summary is what a cast holds, as far as it could be read.
type Summary struct {
	Header     Header
	Events     int
	Duration   time.Duration
	Deviations [Unplayable + 1]int // by Effect
}

// Clean tells whether there were no deviations.
func (s Summary) Clean() bool { return s.Deviations == [Unplayable + 1]int{} }

// checkEvery is how many events are read between two looks at a context.
const checkEvery = 256

// Validate reads a whole cast and tells found of every deviation, in the order of the
// file but for those of version 1's header, which may stand behind its events. A
// cast without any is read by a Strict reader.
//
// The error is the context's or the source's own. A header that is damaged beyond use
// is a deviation like others, and the last.
func Validate(ctx context.Context, src io.Reader, found func(Deviation)) (Summary, error) {
	var s Summary
	tell := func(line, col int, reason string, e Effect) {
		s.Deviations[e]++
		found(Deviation{line, col, reason, e})
	}
	r := newReader(src, Lenient)
	r.scan.picky = true
	r.found = func(p Problem) { tell(p.Line, p.Column, p.Reason, effectOf(p.Reason)) }
	err := r.start()
	s.Header = r.hdr
	var damage *SyntaxError
	switch {
	case errors.As(err, &damage):
		tell(damage.Line, damage.Column, damage.Reason, Unplayable)
		return s, nil
	case errors.Is(err, ErrNotCast):
		tell(1, 1, err.Error(), Unplayable)
		return s, nil
	case err != nil:
		return s, err
	}
	exited := false
	for n := 0; ; n++ {
		if n%checkEvery == 0 && ctx.Err() != nil {
			return s, ctx.Err()
		}
		e, err := r.Next()
		s.Header = r.hdr
		if err == io.EOF {
			return s, nil
		}
		if err != nil {
			return s, err
		}
		s.Events, s.Duration = s.Events+1, e.Time
		if e.Code == Exit && exited {
			tell(r.at.Line, r.at.col, "a second exit status", PlayersCope)
		}
		exited = exited || e.Code == Exit
		if reason := e.odd(r.hdr.Version); reason != "" {
			tell(r.at.Line, r.at.col, reason, PlayersCope)
		}
	}
}

// odd says what is wrong with an event that readers take as it is.
func (e Event) odd(version int) string {
	switch {
	case version == 1:
	case e.Code == Exit:
		if _, err := strconv.ParseUint(e.Data, 10, 32); err != nil {
			return "the exit status " + cut(strconv.Quote(e.Data)) + " is not a decimal number"
		}
	case utf8.RuneCountInString(e.Code) > 1:
		return "the code " + cut(strconv.Quote(e.Code)) + " is longer than a character"
	}
	return ""
}

// kind is a kind of deviation: what stands in its reason, what it does to players,
// and what Repair does about it.
type kind struct {
	match  string
	effect Effect
	remedy string
}

// kinds has first what is more special. How others fare was tried with, or read in,
// asciinema 2 and 3, its server and asciinema-player 3.
var kinds = []kind{
	// The header.
	{"byte order mark", SomeFail, "left out"},
	{"blank lines before the header", SomeFail, "left out"},
	{"the header takes more than one line", SomeFail, "written on one line"},
	{"text behind the header", SomeFail, "left out"},
	{"in the header", SomeFail, "escaped"},
	{"the header has no ", SomeFail, "set to the default"},
	{", above 1", PlayersCope, "cut to what is possible"}, // sizes: the bound is ours
	{"the header's ", SomeFail, "set to what is possible"},
	{"env is not", SomeFail, "left out"},
	{"theme is not", SomeFail, "left out"},
	{"term is not", SomeFail, "left out"},
	{"not a whole number", SomeFail, "cut to its whole part, or left out"},
	{"not a number of seconds", SomeFail, "left out"},
	{"has no stdout", SomeFail, "written without events"},
	// Times.
	{"time runs backward", SomeFail, "set to the time before"},
	{"the time is negative", SomeFail, "set to the time before"},
	{"the time is a string", SomeFail, "written as a number"},
	{"the time is not written as JSON", SomeFail, "written as a number"},
	{"out of range", SomeFail, "set to the time before"},
	{"the time is not a number", SomeFail, "left out"},
	// Strings.
	{"raw control byte", SomeFail, "escaped"},
	{"an escape that JSON does not have", SomeFail, "kept as it stood"},
	{"half of a surrogate pair", SomeFail, "replaced by U+FFFD"},
	{"not valid UTF-8", SomeFail, "replaced by U+FFFD"},
	// Resizes.
	{"resize to what is no size", SomeFail, "left out"},
	// Shapes.
	{"too many elements", SomeFail, "cut to three"},
	{"text behind the event", SomeFail, "left out"},
	{"comma", SomeFail, "written anew"},
	{"text behind the end", SomeFail, "left out"},
	{"the file is torn", SomeFail, "ended"},
	{"between the events", SomeFail, "left out"},
	{"", SomeFail, "left out"}, // lines that are no events
}

func kindOf(reason string) kind {
	for _, k := range kinds {
		if strings.Contains(reason, k.match) {
			return k
		}
	}
	return kind{}
}

func effectOf(reason string) Effect { return kindOf(reason).effect }
