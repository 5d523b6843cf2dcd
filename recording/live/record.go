package live

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"rexec/recording/cast"
	"rexec/recording/castfile"
	"rexec/recording/secret"
	"rexec/vt"
)

var (
	// ErrRecording is returned by Record when a recording is already running.
	ErrRecording = errors.New("the terminal is already being recorded")

	// ErrNotRecording is returned by StopRecording, Pause and Resume when there is no
	// recording.
	ErrNotRecording = errors.New("the terminal is not being recorded")

	// errNoScreen is a misuse of NoScreen, not a user's error.
	errNoScreen = errors.New("a session without a screen is recorded from its start, and without input, or not at all")

	// errLimit ends a recording that is as long as it may be.
	errLimit = errors.New("the recording is as long as it may be")
)

// RecordOptions says where to record to, and what.
type RecordOptions struct {
	Path string
	// Header is written first. Its size, and its time when that is zero, are the
	// session's; version 0 means 2.
	Header cast.Header
	// Append continues the recording at Path, whose header stays as it is. See
	// castfile.Continue for its errors.
	Append bool
	// File is passed on to castfile.
	File castfile.Options

	// Mask replaces the secrets that package secret knows by ▒ in all that is
	// written, Header included. What may become one is held back for 30 ms.
	Mask bool
	// Input records what is typed, too, but for what is typed where it does not show:
	// see the package comment.
	Input bool
	// Idle is the longest silence that is kept; 0: all of it.
	Idle time.Duration
	// Limit ends the recording when it is that long; 0: never. What an appended
	// recording was long before does not count.
	Limit time.Duration
}

// RecordState is where a running recording stands.
type RecordState struct {
	Active  bool
	Paused  bool
	Path    string
	Elapsed time.Duration // without pauses
	Bytes   int64         // in the file
	Masked  int           // secrets
}

// RecordResult is what became of a recording.
type RecordResult struct {
	Path     string
	Duration time.Duration // from its start to its end, without pauses
	Bytes    int64         // of the file
	Masked   int           // how many secrets were masked
	Limited  bool          // it reached RecordOptions.Limit
	Err      error         // why it ended early, or why its end could not be written; nil: all is there
}

// recorder turns what the owner sees into the events of one cast. It belongs to
// the owner but for its state, which anybody may read.
//
//	output ─┐                    ┌─ filter ─┐
//	typed ──┤ clock: no pauses ──┤          ├─ castfile
//	marks ──┘                    └─ scan ───┘
type recorder struct {
	file       *castfile.File
	path       string
	cols, rows int // as the file has them so far
	now        func() time.Time
	clock      clock
	limit      time.Duration
	paused     bool

	mask   bool
	output stream
	input  stream
	typist *typist // nil: what is typed is not recorded
	texts  int     // secrets masked in markers and the header
	masked atomic.Int64

	// redraw is set while the recording still has to show the screen it starts
	// from: the child was in the middle of a sequence. What it prints meanwhile
	// will be part of that screen.
	redraw bool
}

// newRecorder creates the file, or opens the one to continue, and begins.
func newRecorder(o RecordOptions, cols, rows int, now func() time.Time) (*recorder, error) {
	r := &recorder{path: o.Path, cols: cols, rows: rows, now: now, limit: o.Limit, mask: o.Mask}
	if o.Mask {
		r.output.filter, r.input.filter = &secret.Filter{}, &secret.Filter{}
		r.output.filter.Resize(cols)
	}
	if o.Input {
		r.typist = &typist{}
	}
	at := now()
	if o.Append {
		return r, r.goOn(o, at)
	}
	r.clock.start(at, 0, o.Idle)
	h := o.Header
	h.Cols, h.Rows = cols, rows
	if h.Version == 0 {
		h.Version = 2
	}
	if h.Timestamp.IsZero() {
		h.Timestamp = at
	}
	if o.Mask {
		h, r.texts = MaskHeader(h)
	}
	r.count()
	var err error
	r.file, err = castfile.Create(o.Path, h, o.File)
	return r, err
}

// goOn continues a recording: on a blank screen of the session's size.
func (r *recorder) goOn(o RecordOptions, at time.Time) error {
	file, tail, err := castfile.Continue(o.Path, o.File)
	if err != nil {
		return err
	}
	r.file = file
	cols, rows := r.cols, r.rows
	r.cols, r.rows = tail.Cols, tail.Rows
	r.clock.start(at, tail.Duration, o.Idle)
	label := "continued at " + at.Local().Format("2006-01-02 15:04")
	if tail.Exit != "" && tail.Exit != "0" {
		label += ", after exit status " + tail.Exit
	}
	err = r.event(at, cast.Marker, label)
	if err == nil {
		err = r.resize(at, cols, rows)
	}
	if err == nil {
		err = r.file.AppendOutput(r.clock.duration(), vt.New(cols, rows).Snapshot().AppendRedraw(nil))
	}
	if err != nil {
		_ = file.Close()
	}
	return err
}

// print takes what the child printed.
func (r *recorder) print(at time.Time, data []byte) error {
	if r.paused {
		return nil
	}
	t, err := r.tick(at)
	if err != nil {
		return err
	}
	if data = r.output.take(at, data); len(data) == 0 {
		return nil
	}
	r.count()
	return r.file.AppendOutput(t, data)
}

// event takes something else that happened. Text in it is masked.
func (r *recorder) event(at time.Time, code, data string) error {
	if r.paused {
		return nil
	}
	t, err := r.tick(at)
	if err == nil {
		err = r.flush()
	}
	if err != nil {
		return err
	}
	if r.mask && code != cast.Input {
		masked, n := secret.MaskText(data)
		data, r.texts = masked, r.texts+n
		r.count()
	}
	return r.file.Append(cast.Event{Time: t, Code: code, Data: data})
}

// resize takes a change of the screen's size.
func (r *recorder) resize(at time.Time, cols, rows int) error {
	if r.paused || cols == r.cols && rows == r.rows {
		return nil
	}
	err := r.event(at, cast.Resize, cast.FormatSize(cols, rows))
	r.cols, r.rows = cols, rows
	if r.mask {
		r.output.filter.Resize(cols)
	}
	return err
}

// draw takes a screen that replaces what the recording showed.
func (r *recorder) draw(at time.Time, screen *vt.Snapshot) error {
	if err := r.flush(); err != nil {
		return err
	}
	if !r.mask {
		return r.print(at, screen.AppendRedraw(nil))
	}
	r.output.filter.Resize(r.cols) // the cursor is anywhere
	line, _ := beforeCursor(screen)
	err := r.print(at, maskHalf(screen).AppendRedraw(nil))
	if err == nil {
		err = r.flush()
	}
	r.output.remind(line)
	return err
}

// typed takes what is to be recorded of what was typed at the time at.
func (r *recorder) typed(at time.Time, data []byte) error {
	if r.paused || len(data) == 0 {
		return nil
	}
	t, err := r.tick(at)
	if err != nil {
		return err
	}
	if data = r.input.take(at, data); len(data) == 0 {
		return nil
	}
	r.count()
	return r.file.Append(cast.Event{Time: t, Code: cast.Input, Data: string(data)})
}

// flush writes what the filters hold back.
func (r *recorder) flush() error {
	err := r.flushInput()
	if out := r.output.flush(); err == nil && len(out) > 0 {
		err = r.file.AppendOutput(r.clock.duration(), out)
	}
	r.count()
	return err
}

func (r *recorder) flushInput() error {
	if in := r.input.flush(); len(in) > 0 {
		return r.file.Append(cast.Event{Time: r.clock.duration(), Code: cast.Input, Data: string(in)})
	}
	return nil
}

// tick moves the clock to the time at, and marks where the machine slept.
func (r *recorder) tick(at time.Time) (time.Duration, error) {
	slept := r.clock.slept(at)
	t := r.clock.event(at)
	if r.limit > 0 && t-r.clock.base > r.limit {
		return t, errLimit
	}
	if slept > 0 {
		label := fmt.Sprintf("paused for %s: the machine slept", slept.Round(time.Second))
		return t, r.file.Append(cast.Event{Time: t, Code: cast.Marker, Data: label})
	}
	return t, nil
}

// count tells viewers how many secrets were masked.
func (r *recorder) count() {
	if r.mask {
		r.masked.Store(int64(r.output.masked() + r.input.masked() + r.texts))
	}
}

// pause stops the clock; nothing is kept until resume.
func (r *recorder) pause(at time.Time) error {
	if r.paused {
		return nil
	}
	_, err := r.tick(at)
	if err == nil {
		err = r.flush()
	}
	r.clock.pause(at)
	r.paused, r.redraw = true, false
	return err
}

// resume lets the clock go on, and marks the pause. The caller has to draw the
// screen.
func (r *recorder) resume(at time.Time) error {
	stood := r.clock.resume(at)
	r.paused = false
	return r.event(at, cast.Marker, "paused for "+stood.Round(time.Second).String())
}

// due returns how long, from now on, the recorder can be left alone: false for as
// long as nothing happens.
func (r *recorder) due(now time.Time) (time.Duration, bool) {
	var next time.Time
	sooner := func(t time.Time) {
		if !t.IsZero() && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	if !r.paused {
		sooner(r.output.due())
		sooner(r.input.due())
		if r.typist != nil {
			sooner(r.typist.due())
		}
		if r.limit > 0 {
			if d, ok := r.clock.until(r.limit, now); ok {
				sooner(now.Add(d))
			}
		}
	}
	return max(0, next.Sub(now)), !next.IsZero()
}

// wake does what is due.
func (r *recorder) wake(now time.Time) error {
	if r.limit > 0 {
		if d, ok := r.clock.until(r.limit, now); ok && d <= 0 {
			return errLimit
		}
	}
	if r.typist != nil {
		if err := r.typist.expire(r, now); err != nil {
			return err
		}
	}
	isDue := func(s *stream) bool { t := s.due(); return !t.IsZero() && !t.After(now) }
	if isDue(&r.output) {
		return r.flush()
	}
	if isDue(&r.input) {
		return r.flushInput()
	}
	return nil
}

// state may be called by anybody.
func (r *recorder) state() RecordState {
	return RecordState{
		Active: true, Paused: r.clock.pausedAt.Load() != running, Path: r.path,
		Elapsed: r.clock.elapsed(r.now()), Bytes: r.file.Size(), Masked: int(r.masked.Load()),
	}
}

// finish closes the file, which may take as long as castfile lets a disk stall.
func (r *recorder) finish(cause error) RecordResult {
	limited := errors.Is(cause, errLimit)
	if limited {
		cause = nil
	}
	flushed := r.flush()
	err := r.file.Close()
	if err == nil {
		err = flushed
	}
	if cause == nil {
		cause = err
	}
	return RecordResult{
		Path: r.path, Duration: max(0, r.clock.duration()), Bytes: r.file.Size(),
		Masked: int(r.masked.Load()), Limited: limited, Err: cause,
	}
}
