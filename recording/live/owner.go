package live

import (
	"strconv"
	"time"

	"rexec/recording/cast"
	"rexec/vt"
)

const (
	// killAfter is how long a child that was hung up may take to end, and then
	// how long a killed one may take to be gone.
	killAfter = time.Second

	// quietAfter ends the wait for output of what a child that is gone left
	// running on its terminal: when it was quiet that long, or after drainLimit.
	quietAfter = 100 * time.Millisecond
	drainLimit = time.Second
)

// owner is the side of a session that only its one goroutine touches.
type owner struct {
	*Session
	term  *vt.Terminal // nil without a screen
	rec   *recorder    // nil while nothing is recorded
	pace  pacer
	spare batch
	shown bool // the child has printed something
	bell  bool // the child rang since the last batch

	exited   bool
	exitedAt time.Time
	ended    bool // there will be no more output
}

// run is the owner goroutine.
func (o *owner) run() {
	var (
		publish = stoppedTimer()
		kill    = stoppedTimer()
		drain   = stoppedTimer()
		record  = stoppedTimer()
		killed  bool
		hungUp  = o.hungUp
		gone    = make(chan ExitStatus, 1)
		status  ExitStatus
	)
	go func() { gone <- o.proc.wait() }()
	for !o.exited || !o.ended {
		o.attend(record)
		select {
		case <-o.intake.ready:
			o.consume()
			o.schedule(publish)
			if o.exited && time.Since(o.exitedAt) < drainLimit {
				drain.Reset(quietAfter)
			}
		case f := <-o.requests:
			f(o)
			o.schedule(publish)
		case <-publish.C:
			o.schedule(publish)
		case <-record.C:
			o.consume() // the echo that is waited for may be there
			if o.rec != nil {
				o.check(o.rec.wake(o.now()))
			}
		case <-o.failed():
			o.check(o.rec.file.Err())
		case status = <-gone:
			o.exited, o.exitedAt = true, time.Now()
			o.input.close()
			drain.Reset(quietAfter)
		case <-drain.C:
			// A reader that is not waiting for the child is held up by the tee:
			// what it has read so far is not all.
			if o.reading.Load() || killed {
				o.ended = true
			} else {
				drain.Reset(quietAfter)
			}
		case <-hungUp:
			hungUp = nil
			o.proc.hangUp()
			kill.Reset(killAfter)
		case <-kill.C:
			if killed {
				o.exited, o.ended = true, true
				status = ExitStatus{Code: 128 + 9, Signal: "SIGKILL"}
			}
			killed = true
			o.proc.kill()
			kill.Reset(killAfter)
		}
	}
	o.end(status)
}

// stoppedTimer returns a timer that fires only after a Reset.
func stoppedTimer() *time.Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}

// end leaves everything closed and the last screen published.
func (o *owner) end(status ExitStatus) {
	o.intake.close()
	o.input.close()
	o.proc.pty.Close()
	o.consume() // what came in between
	o.publish()
	o.endPause()
	o.recordEvent(o.now(), cast.Exit, strconv.Itoa(status.Code))
	if r := o.detach(); r != nil {
		o.keep(r.finish(nil))
	}
	o.finishing.Wait()
	o.mu.Lock()
	o.exit = status
	o.mu.Unlock()
	post(o.events, ExitEvent{status})
	close(o.events)
	close(o.done)
}

// consume takes what the child printed since the last call.
func (o *owner) consume() {
	batch, ended := o.intake.take(o.spare)
	o.spare = batch
	o.ended = o.ended || ended
	if len(batch.data) == 0 {
		return
	}
	o.shown = true
	if o.term != nil {
		o.show(batch.data)
		o.pace.dirty = true
	}
	o.recordOutput(batch)
	if o.bell {
		o.bell = false
		post(o.events, BellEvent{})
	}
}

// schedule publishes a changed screen, or sets the timer for when it is due.
func (o *owner) schedule(timer *time.Timer) {
	if !o.pace.dirty {
		return
	}
	if d := o.pace.due(time.Now(), o.term.Modes().Synchronized); d > 0 {
		timer.Reset(d)
		return
	}
	o.publish()
}

func (o *owner) publish() {
	var screen *vt.Snapshot
	if o.term != nil {
		screen = o.term.Snapshot()
	}
	o.stage.show(screen)
	o.pace = pacer{last: time.Now()}
}

func (o *owner) history() *vt.Snapshot {
	if o.term == nil {
		return nil
	}
	return o.term.SnapshotWithHistory()
}

func (o *owner) resize(cols, rows int) {
	if c, r := o.Size(); c == cols && r == rows {
		return
	}
	o.setSize(cols, rows)
	o.redraw(o.now(), true)
	if o.rec != nil {
		o.check(o.rec.resize(o.now(), cols, rows))
	}
	if o.term != nil {
		o.term.Resize(cols, rows)
		o.pace.dirty = true
	}
	o.proc.resize(cols, rows)
}

// emulator returns the session's terminal.
func (o *owner) emulator(c Config) *vt.Terminal {
	options := []vt.Option{vt.WithScrollback(c.Scrollback), vt.WithEvents(o.heard)}
	if c.Answer {
		options = append(options, vt.WithReplies(o.reply))
	}
	if c.Theme != (vt.Theme{}) {
		options = append(options, vt.WithTheme(c.Theme))
	}
	return vt.New(c.Cols, c.Rows, options...)
}

// reply sends what the emulator answers to the child. One that asks and never
// reads gets no more answers when its queue is full.
func (o *owner) reply(p []byte) { o.input.push(p, replyLimit, false) }

// heard passes on what the child said beside its picture.
func (o *owner) heard(e vt.Event) {
	switch e := e.(type) {
	case vt.BellEvent:
		o.bell = true // told once a batch
	case vt.TitleEvent:
		post(o.events, TitleEvent{e.Title})
	case vt.DirectoryEvent:
		post(o.events, DirectoryEvent{e.URL})
	case vt.NotificationEvent:
		post(o.events, NotificationEvent{e.Title, e.Body})
	}
}
