package live

import (
	"errors"
	"fmt"
	"time"

	"rexec/recording/cast"
	"rexec/recording/castfile"
)

// sleepLimit is how far the wall clock may run ahead of the clock that stands
// still while the machine sleeps before it is taken for a sleep.
const sleepLimit = 5 * time.Second

var (
	// ErrRecording is returned by Record when a recording is already running.
	ErrRecording = errors.New("the terminal is already being recorded")

	// ErrNotRecording is returned by StopRecording when there is nothing to stop.
	ErrNotRecording = errors.New("the terminal is not being recorded")

	// errNoScreen is a misuse of NoScreen, not a user's error.
	errNoScreen = errors.New("a session without a screen is recorded from its start or not at all")
)

// RecordOptions says where to record to.
type RecordOptions struct {
	Path string
	// Header is written first. Its size, and its time when that is zero, are the
	// session's; version 0 means 2.
	Header cast.Header
	// File is passed on to castfile.Create.
	File castfile.Options
}

// RecordState is where a running recording stands.
type RecordState struct {
	Active  bool
	Path    string
	Elapsed time.Duration
	Bytes   int64 // in the file
}

// RecordResult is what became of a recording.
type RecordResult struct {
	Path     string
	Duration time.Duration // from its start to its end
	Bytes    int64         // of the file
	Err      error         // why it ended early, or why its end could not be written; nil: all is there
}

// recorder turns what the owner sees into the events of one cast. It belongs to
// the owner but for its state, which anybody may read.
type recorder struct {
	file       *castfile.File
	path       string
	cols, rows int // in the header
	now        func() time.Time
	began      time.Time
	last       time.Time // of the latest event

	// redraw is set while the recording still has to show the screen it starts
	// from: the child was in the middle of a sequence. What it prints meanwhile
	// will be part of that screen.
	redraw bool
}

// newRecorder creates the file and begins.
func newRecorder(o RecordOptions, cols, rows int, now func() time.Time) (*recorder, error) {
	r := &recorder{path: o.Path, cols: cols, rows: rows, now: now, began: now()}
	r.last = r.began
	h := o.Header
	h.Cols, h.Rows = cols, rows
	if h.Version == 0 {
		h.Version = 2
	}
	if h.Timestamp.IsZero() {
		h.Timestamp = r.began
	}
	var err error
	r.file, err = castfile.Create(o.Path, h, o.File)
	return r, err
}

// add appends an event that happened at the time at.
func (r *recorder) add(at time.Time, code, data string) error {
	if err := r.noticeSleep(at); err != nil {
		return err
	}
	return r.append(at, code, data)
}

// output appends what the child printed.
func (r *recorder) output(at time.Time, data []byte) error {
	if err := r.noticeSleep(at); err != nil {
		return err
	}
	return r.file.AppendOutput(r.clock(at), data)
}

func (r *recorder) append(at time.Time, code, data string) error {
	return r.file.Append(cast.Event{Time: r.clock(at), Code: code, Data: data})
}

// clock is the recording's time at the time at; it does not run backward.
func (r *recorder) clock(at time.Time) time.Duration {
	if at.After(r.last) {
		r.last = at
	}
	return r.last.Sub(r.began)
}

// noticeSleep marks where the machine slept. The recording's own clock is
// monotonic and stood still meanwhile.
func (r *recorder) noticeSleep(at time.Time) error {
	awake := at.Sub(r.last)
	passed := at.Round(0).Sub(r.last.Round(0)) // Round strips the monotonic reading
	return r.slept(at, passed-awake)
}

func (r *recorder) slept(at time.Time, d time.Duration) error {
	if d < sleepLimit {
		return nil
	}
	return r.append(at, cast.Marker, fmt.Sprintf("paused for %s: the machine slept", d.Round(time.Second)))
}

// state may be called by anybody.
func (r *recorder) state() RecordState {
	return RecordState{Active: true, Path: r.path, Elapsed: max(0, r.now().Sub(r.began)), Bytes: r.file.Size()}
}

// finish closes the file, which may take as long as castfile lets a disk stall.
func (r *recorder) finish(cause error) RecordResult {
	err := r.file.Close()
	if cause == nil {
		cause = err
	}
	return RecordResult{Path: r.path, Duration: max(0, r.last.Sub(r.began)), Bytes: r.file.Size(), Err: cause}
}

// begin takes a new recorder, whose file was created before the owner was asked.
func (o *owner) begin(r *recorder) error {
	switch {
	case o.rec != nil:
		return ErrRecording
	case o.term == nil:
		return errNoScreen
	}
	o.rec, r.redraw = r, o.shown
	o.recording.Store(r)
	if cols, rows := o.Size(); cols != r.cols || rows != r.rows {
		o.check(r.add(o.now(), cast.Resize, cast.FormatSize(cols, rows)))
	}
	o.redraw(o.now(), false)
	return nil
}

// redraw records the screen, if that is due. While the child is in the middle of
// a sequence it is put off, unless it must be now.
func (o *owner) redraw(at time.Time, must bool) {
	if r := o.rec; r != nil && r.redraw && (must || o.term.Idle()) {
		r.redraw = false
		o.check(r.output(at, o.term.Snapshot().AppendRedraw(nil)))
	}
}

// recordOutput records what the child printed; the screen shows it already.
func (o *owner) recordOutput(b batch) {
	if o.rec != nil && o.rec.redraw {
		o.redraw(b.reads[len(b.reads)-1].at, false)
		return
	}
	data := b.data
	for _, r := range b.reads {
		if o.rec == nil {
			return
		}
		o.check(o.rec.output(r.at, data[:r.size]))
		data = data[r.size:]
	}
}

// recordEvent records something else.
func (o *owner) recordEvent(at time.Time, code, data string) {
	o.redraw(at, true)
	if o.rec != nil {
		o.check(o.rec.add(at, code, data))
	}
}

// detach takes the recorder away from the owner, for somebody else to finish.
func (o *owner) detach() *recorder {
	o.redraw(o.now(), true)
	r := o.rec
	o.rec = nil
	o.recording.Store(nil)
	return r
}

// failed is closed when the recording's file cannot be written.
func (o *owner) failed() <-chan struct{} {
	if o.rec == nil {
		return nil
	}
	return o.rec.file.Failed()
}

// check ends the recording when err says that it cannot go on. The terminal goes
// on, and does not wait for a disk that may hang.
func (o *owner) check(err error) {
	if err == nil || o.rec == nil {
		return
	}
	r := o.rec
	o.rec = nil
	o.recording.Store(nil)
	o.finishing.Go(func() {
		result := r.finish(err)
		o.keep(result)
		go o.do(func(o *owner) { post(o.events, RecordingFailedEvent{result}) })
	})
}

// keep leaves the result for StopRecording.
func (s *Session) keep(result RecordResult) {
	s.mu.Lock()
	s.result = &result
	s.mu.Unlock()
}
