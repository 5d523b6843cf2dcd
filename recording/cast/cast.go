// Package cast reads and writes asciicast, the format of a recorded terminal:
// versions 1, 2 and 3 in, versions 2 and 3 out. It knows bytes and times, no
// files and no clocks; what the bytes show on a screen is package vt's business.
//
// A cast is a header and a run of events:
//
//	v2  {"version":2,"width":80,"height":24}          v3  {"version":3,"term":{"cols":80,"rows":24}}
//	    [0.5, "o", "$ "]            time since start      [0.5, "o", "$ "]     time since the event before
//	    [1.25, "o", "ls\r\n"]                             [0.75, "o", "ls\r\n"]
//
//	v1  {"version":1,"width":80,"height":24,"stdout":[[0.5,"$ "],[0.75,"ls\r\n"]]}
//
// Whatever the version, an Event carries the time since the start. Both ways are
// streams: what is held in memory at once is one line, and MaxHeader and MaxEvent
// bound that.
//
// The invariant: what Writer writes, a Strict Reader reads without an error; and
// reading it gives the events that were written, with times within half of what
// the format resolves (1 µs in v2, 1 ms in v3) however long the recording.
//
// The format is described at https://docs.asciinema.org/manual/asciicast/v3/ (and
// v2, v1).
package cast

import (
	"errors"
	"fmt"
	"time"
)

// The event codes. Readers pass others through.
const (
	Output = "o" // Data is what the program printed
	Input  = "i" // Data is what the user typed
	Marker = "m" // Data is the marker's label, which may be empty
	Resize = "r" // Data is the new size: "80x24"
	Exit   = "x" // Data is the exit status in decimal
)

// Bounds of what is read.
const (
	MaxHeader = 1 << 20  // bytes of a header
	MaxEvent  = 64 << 20 // bytes of an event's line
	MaxCols   = 1000     // of a screen: in the header and in resize events
	MaxRows   = 1000
	// MaxTime is the latest time an event may have: ten years.
	MaxTime = 10 * 365 * 24 * time.Hour

	// DefaultCols and DefaultRows stand in for a size that is missing or zero.
	DefaultCols = 80
	DefaultRows = 24
)

// Event is one thing that happened in a recording.
type Event struct {
	// Time is the time since the start of the recording, in all versions.
	Time time.Duration
	// Code says what happened: Output, Input, Marker, Resize, Exit, or a code that
	// this package does not know.
	Code string
	// Data is valid UTF-8 when it comes from a Reader. A Writer takes any bytes for
	// Output and Input, cut anywhere.
	Data string
}

// Mode says what a Reader does about damage.
type Mode int

const (
	// Strict ends at the first deviation from the format, with a *SyntaxError.
	Strict Mode = iota
	// Lenient mends or skips what is damaged, and lists it in Reader.Problems.
	Lenient
)

// ErrNotCast is returned, wrapped, for data that does not even begin as a cast.
var ErrNotCast = errors.New("not an asciicast")

// SyntaxError is a deviation from the format.
type SyntaxError struct {
	Line   int // from 1
	Column int // in bytes, from 1
	Reason string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Reason)
}

// Problem is a deviation that a lenient Reader mended or skipped.
type Problem struct {
	Line   int // from 1
	Column int // in bytes, from 1
	Reason string
}

func (p Problem) String() string {
	return fmt.Sprintf("line %d, column %d: %s", p.Line, p.Column, p.Reason)
}
