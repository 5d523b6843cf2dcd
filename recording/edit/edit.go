// Package edit makes a new recording out of others: cut, shortened, sped up, joined,
// marked, redacted. The originals are only read. It streams: of a recording of any
// length one event is in memory at a time, and the numbers of what is redacted.
//
//	source ─→ cast.Reader ─→ redact ─→ cuts ─→ times ─→ cast.Writer ─→ new file
//	            ×2, ×3        masks     redraw   idle, speed
//
// All times in Options are those of the first original, whatever the other options
// do. The order is fixed: first redaction, then what is cut away, then pauses are
// shortened, then the speed changes; then other recordings follow, for which pauses
// and speed are changed alike.
//
// Behind a cut the screen is true: the terminal is reset and redrawn as the original
// had it there, with the screen that a full-screen program hides, the saved cursor,
// and what was read of a sequence.
//
// Redaction works on what was shown, not on bytes: see redact.go. Its result is
// replayed and searched again before anybody gets it.
package edit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"rexec/recording/cast"
	"rexec/recording/pack"
)

// Source is a recording that can be read several times.
type Source interface {
	Open() (io.ReadCloser, error)
}

// File is a recording on disk, which may be packed.
type File string

// Open opens the file.
func (f File) Open() (io.ReadCloser, error) { return pack.Open(string(f)) }

// Span is a stretch of time, from From up to To.
type Span struct{ From, To time.Duration }

// Mark is a marker to set.
type Mark struct {
	Time  time.Duration
	Label string
}

// Options say what to change. The zero value changes nothing.
type Options struct {
	// Trim keeps what is between two times, both included.
	Trim *Span
	// Cuts are taken out: events at From and later, before To. They may overlap.
	Cuts []Span
	// Idle shortens every pause between two events that is longer. 0: none.
	Idle time.Duration
	// Speed divides all times: 2 is twice as fast. 0 stands for 1.
	Speed     float64
	Title     *string
	Marks     []Mark
	DropInput bool
	Redact    []Pattern
	// Cols and Rows are the size that the recording should have had from its start.
	// 0: what it says.
	Cols, Rows int
	// Progress, if not nil, is told of bytes read and in all, over all passes.
	Progress func(done, total int64)

	done *int64 // bytes read so far
	all  int64
}

// progress counts what is read.
func (o *Options) progress(r io.Reader) io.Reader {
	if o.Progress == nil || o.done == nil {
		return r
	}
	return progressReader{r, o}
}

type progressReader struct {
	r io.Reader
	o *Options
}

func (p progressReader) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	*p.o.done += int64(n)
	p.o.Progress(min(*p.o.done, p.o.all), p.o.all)
	return n, err
}

// MinSpeed and MaxSpeed bound Options.Speed.
const (
	MinSpeed = 0.01
	MaxSpeed = 1000
)

// ErrNothingLeft says that everything was cut away.
var ErrNothingLeft = errors.New("nothing of the recording is left")

// Input is a recording to edit, and what is known of it.
type Input struct {
	Source
	Header   cast.Header
	ID       string        // of the recording; Inspect takes the header's
	Duration time.Duration // time of the last event
	SHA256   string        // of the bytes, in hexadecimal
	Size     int64         // bytes
	Problems int           // damaged places, which are passed over or mended
}

// Inspect reads a recording to its end. The error is the source's, the context's,
// cast.ErrNotCast or a *cast.SyntaxError.
func Inspect(ctx context.Context, src Source) (*Input, error) {
	f, err := src.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sum := sha256.New()
	in := &Input{Source: src}
	counted := &counter{r: f, n: &in.Size}
	tee := io.TeeReader(counted, sum)
	r, err := cast.NewReader(tee, cast.Lenient)
	if err != nil {
		return nil, err
	}
	err = each(ctx, r, func(e cast.Event) error {
		in.Duration = e.Time
		return nil
	})
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(io.Discard, tee); err != nil { // of version 1, what follows
		return nil, err
	}
	in.Header, in.Problems = r.Header(), r.ProblemCount()
	if in.Header.Rexec != nil {
		in.ID = in.Header.Rexec.ID
	}
	in.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return in, nil
}

type counter struct {
	r io.Reader
	n *int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	*c.n += int64(n)
	return n, err
}

// each calls f for every event.
func each(ctx context.Context, r *cast.Reader, f func(cast.Event) error) error {
	for n := 0; ; n++ {
		if n%256 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = f(e)
		}
		if err != nil {
			return err
		}
	}
}

// check finds what makes no sense before anything is read.
func (o *Options) check(first *Input) error {
	spans := slices.Clone(o.Cuts)
	if o.Trim != nil {
		spans = append(spans, *o.Trim)
	}
	for _, s := range spans {
		switch {
		case s.From < 0 || s.From >= s.To:
			return fmt.Errorf("from %v to %v is no stretch of time", s.From, s.To)
		case s.From > first.Duration:
			return fmt.Errorf("%v lies behind the end of the recording, %v", s.From, first.Duration)
		}
	}
	for _, m := range o.Marks {
		switch {
		case m.Time > first.Duration:
			return fmt.Errorf("the mark at %v lies behind the end of the recording, %v", m.Time, first.Duration)
		case newAxis(*o).removed(m.Time):
			return fmt.Errorf("the mark at %v lies in what is cut away", m.Time)
		}
	}
	switch {
	case o.Idle < 0:
		return fmt.Errorf("a pause of %v is not possible", o.Idle)
	case o.Speed != 0 && (o.Speed < MinSpeed || o.Speed > MaxSpeed):
		return fmt.Errorf("speed %v is not between %v and %v", o.Speed, MinSpeed, MaxSpeed)
	case (o.Cols != 0 || o.Rows != 0) && (o.Cols < 1 || o.Rows < 1 || o.Cols > cast.MaxCols || o.Rows > cast.MaxRows):
		return fmt.Errorf("%dx%d is not a size between 1x1 and %dx%d", o.Cols, o.Rows, cast.MaxCols, cast.MaxRows)
	}
	return nil
}

// header returns the header of the result: that of the first original, with what it
// was derived from, and without what is true of the original only.
func (o *Options) header(inputs []*Input) (cast.Header, error) {
	h := inputs[0].Header
	if h.Version != 3 {
		h.Version = 2
	}
	h.Duration = 0
	if o.Idle > 0 {
		h.IdleTimeLimit = 0 // the pauses are real now
	}
	if o.Cols > 0 {
		h.Cols, h.Rows = o.Cols, o.Rows
	}
	if o.Title != nil {
		h.Title = *o.Title
	}
	x := cast.Rexec{}
	if h.Rexec != nil {
		x = *h.Rexec
	}
	x.ID = "" // a copy is a recording of its own
	unknown := map[string]json.RawMessage{}
	for k, v := range x.Unknown {
		unknown[k] = v
	}
	var all []origin
	for _, in := range inputs {
		all = append(all, origin{in.ID, in.SHA256})
	}
	first, err := json.Marshal(all[0])
	if err != nil {
		return h, err
	}
	unknown["derived_from"] = first
	if len(all) > 1 {
		if unknown["joined_with"], err = json.Marshal(all[1:]); err != nil {
			return h, err
		}
	}
	x.Unknown = unknown
	h.Rexec = &x
	return h, nil
}

// origin is what a result says of an original.
type origin struct {
	ID     string `json:"id,omitempty"`
	SHA256 string `json:"sha256"`
}
