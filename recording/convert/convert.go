// Package convert turns recordings of other programs into casts and casts into what
// other programs read: ttyrec, util-linux script, plain bytes, text, and version 1 of
// asciicast, which package cast reads but does not write. Each format has a file with a
// small Reader and a Writer; this one has what they share. It opens no files.
//
//	Reader ─→ cast.Event ─→ Writer
//
// Both ways are streams. A Reader of foreign bytes gives them as they are, cut
// anywhere; Writers put characters together that are cut.
package convert

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"rexec/recording/cast"
)

// Format is a way to store a recording.
type Format string

// The formats.
const (
	V1     Format = "v1" // asciicast
	V2     Format = "v2"
	V3     Format = "v3"
	TTYRec Format = "ttyrec"
	Script Format = "script" // a typescript, with its timing beside it
	Raw    Format = "raw"    // the output's bytes, without times
	Text   Format = "text"   // what stood on the screen, without times; cannot be read
	// Cast is asciicast of whatever version, when it is read.
	Cast Format = "cast"
)

// ErrUnknown is returned by Detect for what is none of the formats.
var ErrUnknown = errors.New("no format that is known")

// ErrTorn is returned by Readers, wrapped and behind everything that is there, when a
// recording ends in the middle of a record.
var ErrTorn = errors.New("the recording ends in the middle of a record")

// Reader gives a recording's events, io.EOF behind the last. *cast.Reader is one.
type Reader interface {
	Header() cast.Header
	Next() (cast.Event, error)
}

// Writer takes a recording's events.
type Writer interface {
	// Write appends an event. kept is false when the format has no place for it, or
	// for a part of what it says.
	Write(e cast.Event) (kept bool, err error)
	// Close writes what was held back and the end. It closes no file.
	Close() error
}

// Summary is what a conversion did.
type Summary struct {
	Events   int
	Duration time.Duration
	// Left counts the events by code that the format has no place for.
	Left map[string]int
	// Torn says that what was read ends in the middle of a record, as a crash leaves it.
	// What was there is kept.
	Torn bool
}

// Copy writes what r gives to w, and closes w. A torn end is not an error.
func Copy(ctx context.Context, w Writer, r Reader) (Summary, error) {
	const checkEvery = 256
	s := Summary{Left: map[string]int{}}
	for n := 0; ; n++ {
		if n%checkEvery == 0 && ctx.Err() != nil {
			return s, ctx.Err()
		}
		e, err := r.Next()
		if s.Torn = errors.Is(err, ErrTorn); err == io.EOF || s.Torn {
			return s, w.Close()
		}
		if err != nil {
			return s, err
		}
		kept, err := w.Write(e)
		if err != nil {
			return s, err
		}
		if !kept {
			s.Left[e.Code]++
			continue
		}
		s.Events, s.Duration = s.Events+1, max(s.Duration, e.Time)
	}
}

// Detect tells a format by how its data begins: Cast, Script or TTYRec.
func Detect(r *bufio.Reader) (Format, error) {
	head, err := r.Peek(512)
	if err != nil && err != io.EOF {
		return "", err
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case bytes.HasPrefix(text, []byte("{")):
		return Cast, nil
	case bytes.HasPrefix(head, []byte(scriptStarted)):
		return Script, nil
	case likelyTTYRec(head):
		return TTYRec, nil
	}
	return "", ErrUnknown
}

// likelyTTYRec tells whether data begins with a ttyrec record, and if there is room
// with another one behind it.
func likelyTTYRec(head []byte) bool {
	var before uint32
	for n := 0; n < 2; n++ {
		if len(head) < ttyrecHeader {
			return n > 0
		}
		sec, usec, size := binary.LittleEndian.Uint32(head), binary.LittleEndian.Uint32(head[4:]), binary.LittleEndian.Uint32(head[8:])
		if usec >= 1e6 || size == 0 || size > maxRecord || sec < before {
			return false
		}
		if before = sec; int(size) > len(head)-ttyrecHeader {
			return true
		}
		head = head[ttyrecHeader+int(size):]
	}
	return true
}

// castWriter writes asciicast version 2 or 3.
type castWriter struct{ w *cast.Writer }

// NewCastWriter returns a Writer of asciicast version 2 or 3.
func NewCastWriter(w io.Writer, h cast.Header, to Format) (Writer, error) {
	if was := h.Version; to == V3 {
		h.Version = 3
	} else if h.Version = 2; was != 2 {
		h.Duration = 0
	}
	if h.Version == 3 {
		h.Duration = 0 // which has none
	}
	c, err := cast.NewWriter(w, h)
	return castWriter{c}, err
}

func (c castWriter) Write(e cast.Event) (bool, error) {
	if e.Code != cast.Output && e.Code != cast.Input && e.Check() != nil {
		return false, nil
	}
	return true, c.w.Write(e)
}

func (c castWriter) Close() error { return c.w.Close() }

// sized fills in what a format does not say.
func sized(h cast.Header) cast.Header {
	if h.Cols < 1 || h.Cols > cast.MaxCols {
		h.Cols = cast.DefaultCols
	}
	if h.Rows < 1 || h.Rows > cast.MaxRows {
		h.Rows = cast.DefaultRows
	}
	return h
}

// microseconds rounds a time, so that intervals between rounded times never add up to
// something else.
func microseconds(d time.Duration) int64 {
	return int64((max(d, 0) + time.Microsecond/2) / time.Microsecond)
}

// interval writes microseconds as seconds.
func interval(us int64) string { return fmt.Sprintf("%d.%06d", us/1e6, us%1e6) }
