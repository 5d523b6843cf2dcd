package live

import (
	"io"
	"os"
	"time"

	"rexec/recording/cast"
	"rexec/vt"
)

// This file is the owner's side of recording: when a recorder gets what, and what
// happens when it cannot go on.

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
	o.watchInput()
	cols, rows := o.Size()
	o.check(r.resize(o.now(), cols, rows))
	o.redraw(o.now(), false)
	return nil
}

// redraw records the screen, if that is due. While the child is in the middle of
// a sequence it is put off, unless it must be now.
func (o *owner) redraw(at time.Time, must bool) {
	if r := o.rec; r != nil && r.redraw && (must || o.term.Idle()) {
		r.redraw = false
		o.check(r.draw(at, o.term.Snapshot()))
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
		o.check(o.rec.print(r.at, data[:r.size]))
		data = data[r.size:]
	}
}

// recordEvent records something else.
func (o *owner) recordEvent(at time.Time, code, data string) {
	o.redraw(at, true)
	if o.rec != nil {
		o.check(o.rec.event(at, code, data))
	}
}

// pause stops recording until resume.
func (o *owner) pause() error {
	if o.rec == nil {
		return ErrNotRecording
	}
	if o.rec.paused {
		return nil
	}
	o.consume()
	o.redraw(o.now(), true)
	if o.rec == nil { // it has just failed
		return ErrNotRecording
	}
	if o.rec.typist != nil {
		o.rec.typist.giveUp()
	}
	if o.term == nil {
		o.term = replayed(o.rec)
	}
	o.check(o.rec.pause(o.now()))
	return nil
}

// replayed returns a terminal that shows what a recording without a screen has
// recorded so far, so that there is one to draw when it goes on.
func replayed(r *recorder) *vt.Terminal {
	cols, rows := r.cols, r.rows
	if r.flush() != nil || r.file.Flush() != nil {
		return vt.New(cols, rows)
	}
	f, err := os.Open(r.path)
	if err != nil {
		return vt.New(cols, rows)
	}
	defer f.Close()
	in, err := cast.NewReader(f, cast.Lenient)
	if err != nil {
		return vt.New(cols, rows)
	}
	term := vt.New(in.Header().Cols, in.Header().Rows)
	for {
		e, err := in.Next()
		if err == io.EOF || err != nil {
			break
		}
		switch e.Code {
		case cast.Output:
			term.Write([]byte(e.Data))
		case cast.Resize:
			if cols, rows, err := cast.ParseSize(e.Data); err == nil {
				term.Resize(cols, rows)
			}
		}
	}
	term.Resize(cols, rows)
	return term
}

// resume goes on recording, from the screen as it is.
func (o *owner) resume() error {
	r := o.rec
	switch {
	case r == nil:
		return ErrNotRecording
	case !r.paused:
		return nil
	}
	at := o.now()
	o.check(r.resume(at))
	cols, rows := o.Size()
	o.check(r.resize(at, cols, rows))
	r.redraw = true
	o.redraw(at, false)
	return nil
}

// endPause ends the pause of a recording that ends: of what the screen shows by
// now, nothing is kept.
func (o *owner) endPause() {
	if o.rec != nil && o.rec.paused {
		o.check(o.rec.resume(o.now()))
	}
}

// detach takes the recorder away from the owner, for somebody else to finish.
func (o *owner) detach() *recorder {
	o.redraw(o.now(), true)
	o.endPause()
	r := o.rec
	if r != nil && r.typist != nil {
		o.check(r.typist.end(r))
		r = o.rec
	}
	o.drop()
	return r
}

// drop forgets the recorder.
func (o *owner) drop() {
	o.rec = nil
	o.recording.Store(nil)
	o.watchInput()
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
	o.drop()
	o.finishing.Go(func() {
		result := r.finish(err)
		o.keep(result)
		go o.do(func(o *owner) { post(o.events, RecordingEndedEvent{result}) })
	})
}

// keep leaves the result for StopRecording.
func (s *Session) keep(result RecordResult) {
	s.mu.Lock()
	s.result = &result
	s.mu.Unlock()
}

// attend sets the timer for when the recorder has something to do.
func (o *owner) attend(timer *time.Timer) {
	if o.rec == nil {
		timer.Stop()
		return
	}
	if d, ok := o.rec.due(o.now()); ok {
		timer.Reset(d)
	} else {
		timer.Stop()
	}
}
