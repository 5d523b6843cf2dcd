package live

import (
	"context"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"rexec/recording/cast"
	"rexec/vt"
)

// ExitStatus is how a child ended.
type ExitStatus struct {
	Code   int    // 0–255; 128 + the signal's number when a signal ended it
	Signal string // "SIGKILL", …; empty when the child exited by itself
}

// Session is one hosted terminal. All methods may be called by any goroutine.
type Session struct {
	id       string
	nonce    string // of the marks of a shell that was taught to mark its commands
	now      func() time.Time
	proc     *process
	tee      io.Writer
	intake   *intake
	input    *inputQueue
	stage    stage
	events   chan Event
	requests chan func(*owner)
	hungUp   chan struct{}
	hangUp   func()
	done     chan struct{}

	recording atomic.Pointer[recorder] // the running one; written by the owner
	reading   atomic.Bool              // the reader waits for the child's output
	size      atomic.Uint64            // cols<<32 | rows
	watching  atomic.Bool              // the owner wants to know what is typed

	finishing sync.WaitGroup // recordings that failed and are being closed

	mu     sync.Mutex
	result *RecordResult // of a recording that ended by itself; until it is fetched
	exit   ExitStatus    // once done is closed
}

// Start hosts a terminal. The error is a *CommandError when the command cannot be
// run, ErrUnsupported where there are no pseudo-terminals, or what the recording's
// file said. When ctx ends, the session is hung up, as by Close.
func Start(ctx context.Context, c Config) (*Session, error) {
	c = c.withDefaults()
	s := &Session{
		id:       c.ID,
		now:      c.Now,
		tee:      c.Tee,
		intake:   newIntake(c.NoScreen),
		input:    newInputQueue(),
		events:   make(chan Event, eventRoom),
		requests: make(chan func(*owner)),
		hungUp:   make(chan struct{}),
		done:     make(chan struct{}),
	}
	s.hangUp = sync.OnceFunc(func() { close(s.hungUp) })
	s.nonce = c.teach()
	s.setSize(c.Cols, c.Rows)
	o := &owner{Session: s}
	if !c.NoScreen {
		o.term = o.emulator(c)
	}
	if c.Record != nil {
		if _, _, err := lookup(c); err != nil { // before there is a file
			return nil, err
		}
		if c.Record.Input && c.NoScreen {
			return nil, errNoScreen
		}
		r, err := newRecorder(c.Record.signed(s.nonce), c.Cols, c.Rows, s.now)
		if err != nil {
			return nil, err
		}
		o.rec = r
		s.recording.Store(r)
		o.watchInput()
	}
	proc, err := spawn(c)
	if err != nil {
		if o.rec != nil {
			o.rec.finish(nil)
		}
		return nil, err
	}
	s.proc = proc
	o.publish()
	release := context.AfterFunc(ctx, s.hangUp)
	go s.read()
	go s.input.run(inputWriter{s})
	go func() {
		defer release()
		o.run()
	}()
	return s, nil
}

// ID is the session's name, which the child has as REXEC_SESSION.
func (s *Session) ID() string { return s.id }

// PID is the child's process number.
func (s *Session) PID() int { return s.proc.pid() }

// Snapshot returns the latest published screen: nil only when the session was
// started without one.
func (s *Session) Snapshot() *vt.Snapshot { return s.stage.current.Load().screen }

// Generation counts the published screens, from 1.
func (s *Session) Generation() uint64 { return s.stage.current.Load().generation }

// Wait blocks until a screen newer than generation after is published, and
// returns its generation. It returns ErrEnded when the session has ended and the
// caller knows its last screen, or ctx's error.
func (s *Session) Wait(ctx context.Context, after uint64) (generation uint64, err error) {
	return s.stage.wait(ctx, after, s.done)
}

// History returns the screen as it is now, with the scrollback. It costs a
// pointer for each line of it; it returns nil without an emulator.
func (s *Session) History() *vt.Snapshot {
	var history *vt.Snapshot
	if !s.do(func(o *owner) { history = o.history() }) {
		return s.Snapshot()
	}
	return history
}

// Size returns columns and rows.
func (s *Session) Size() (cols, rows int) {
	size := s.size.Load()
	return int(size >> 32), int(uint32(size))
}

func (s *Session) setSize(cols, rows int) { s.size.Store(uint64(cols)<<32 | uint64(uint32(rows))) }

// Write queues input for the child: all of p, or nothing. It never waits for the
// child. The error is ErrInputFull when more than InputLimit bytes would wait, or
// ErrEnded.
func (s *Session) Write(p []byte) (int, error) {
	if err := s.input.push(p, InputLimit, true); err != nil {
		if err == ErrInputFull {
			s.do(func(o *owner) { post(o.events, InputLostEvent{Bytes: len(p)}) })
		}
		return 0, err
	}
	return len(p), nil
}

// WriteAll is Write for a stream of input: it waits until there is room for p. It
// returns ErrEnded, or the error of ctx.
func (s *Session) WriteAll(ctx context.Context, p []byte) error {
	for {
		room, err := s.input.tryPush(p, InputLimit, true)
		if err != ErrInputFull {
			return err
		}
		select {
		case <-room:
		case <-s.done:
			return ErrEnded
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// InputEmpty tells whether the child's terminal has taken all that was written.
func (s *Session) InputEmpty() bool { return s.input.empty() }

// Resize changes the size in cells; values that are not positive or too large are
// clamped as in Config.
func (s *Session) Resize(cols, rows int) {
	cols, rows = clampSize(cols, rows)
	s.do(func(o *owner) { o.resize(cols, rows) })
}

// Record begins a recording. Its first event redraws the screen as it is, unless
// nothing was shown yet. The error is ErrRecording, ErrEnded, or why the file
// could not be created (see castfile.Create).
func (s *Session) Record(o RecordOptions) error {
	if s.recording.Load() != nil {
		return ErrRecording
	}
	cols, rows := s.Size()
	r, err := newRecorder(o.signed(s.nonce), cols, rows, s.now)
	if err != nil {
		return err
	}
	err = ErrEnded
	s.do(func(o *owner) { err = o.begin(r) })
	if err != nil { // somebody was faster
		r.finish(nil)
		if !o.Append {
			os.Remove(r.path)
		}
	}
	return err
}

// StopRecording ends the recording and returns what became of it, once all of it
// is in the file. After the session's end it returns the recording that ended
// with it. The error is ErrNotRecording, or the result's.
func (s *Session) StopRecording() (RecordResult, error) {
	var r *recorder
	if s.do(func(o *owner) { r = o.detach() }) && r != nil {
		result := r.finish(nil)
		return result, result.Err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.result == nil {
		return RecordResult{}, ErrNotRecording
	}
	result := *s.result
	s.result = nil
	return result, result.Err
}

// Pause stops recording, and the recording's clock, until Resume: of what happens
// meanwhile, nothing is kept. The error is ErrNotRecording.
func (s *Session) Pause() error {
	err := ErrNotRecording
	s.do(func(o *owner) { err = o.pause() })
	return err
}

// Resume goes on recording, with a marker that says how long the pause was, and
// the screen as it is by then. The error is ErrNotRecording.
func (s *Session) Resume() error {
	err := ErrNotRecording
	s.do(func(o *owner) { err = o.resume() })
	return err
}

// Recording says where the running recording stands; without one it returns the
// zero value. It takes no lock.
func (s *Session) Recording() RecordState {
	if r := s.recording.Load(); r != nil {
		return r.state()
	}
	return RecordState{}
}

// Mark puts a marker into the recording. Without one, and in a pause, it does
// nothing and returns false.
func (s *Session) Mark(label string) bool {
	marked := false
	s.do(func(o *owner) {
		o.recordEvent(o.now(), cast.Marker, label)
		marked = o.rec != nil && !o.rec.paused
	})
	return marked
}

// Events delivers what happens beside the picture, the newest of each kind when
// the receiver is slow. It is closed after an ExitEvent.
func (s *Session) Events() <-chan Event { return s.events }

// Done is closed when the child is gone, all of its output was shown and
// recorded, and the recording is closed.
func (s *Session) Done() <-chan struct{} { return s.done }

// Exit returns how the child ended; the zero value before Done is closed.
func (s *Session) Exit() ExitStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.exit
}

// Close hangs up: the child and what it runs get SIGHUP, and SIGKILL when that
// does not end them. It returns when Done is closed, with the error of the
// recording if there was one. What was recorded is saved.
func (s *Session) Close() error {
	s.hangUp()
	<-s.done
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.result != nil {
		return s.result.Err
	}
	return nil
}

// do lets the owner run f and waits for it. It returns false when the session has
// ended.
func (s *Session) do(f func(*owner)) bool {
	ran := make(chan struct{})
	request := func(o *owner) { f(o); close(ran) }
	select {
	case s.requests <- request:
		<-ran
		return true
	case <-s.done:
		return false
	}
}

// read moves the child's output into the intake until the child's side of the
// terminal is closed.
func (s *Session) read() {
	defer s.intake.end()
	buf := make([]byte, 32<<10)
	tee := s.tee
	for {
		s.reading.Store(true)
		n, err := s.proc.pty.Read(buf)
		s.reading.Store(false)
		if n > 0 {
			if !s.intake.put(buf[:n], s.now()) {
				return
			}
			if tee != nil {
				if _, failed := tee.Write(buf[:n]); failed != nil {
					tee = nil
					s.hangUp()
				}
			}
		}
		if err != nil {
			return
		}
	}
}
