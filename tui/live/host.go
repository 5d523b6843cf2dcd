package live

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"rexec/internal/config"
	"rexec/library"
	"rexec/recording/cast"
	"rexec/recording/live"
	"rexec/vt"
)

// Terminal is a hosted terminal, as recording/live's Session is. Only commands
// call what can wait: Wait, Resize, Mark, Pause, Resume, Close.
type Terminal interface {
	Snapshot() *vt.Snapshot
	Wait(ctx context.Context, after uint64) (generation uint64, err error)
	Write(p []byte) (int, error)
	Resize(cols, rows int)
	Mark(label string) bool
	Pause() error
	Resume() error
	Recording() live.RecordState
	Events() <-chan live.Event
	Exit() live.ExitStatus
	Close() error
}

// Host starts terminals and records them. The page calls it in commands only.
type Host interface {
	// Start hosts a terminal. With Record the recording begins before the first
	// byte; when it cannot, nothing is started.
	Start(ctx context.Context, o StartOptions) (Started, error)
	// Record begins to record a terminal from here on.
	Record(ctx context.Context, t Terminal, title string) (library.Recording, error)
	// Save ends the recording of a terminal, or takes the one that ended by
	// itself, and finishes it in the library. A failed recording is saved as far
	// as it came: then both the recording and the error, a *RecordError, are there.
	// The error wraps live.ErrNotRecording when somebody else has saved it.
	Save(ctx context.Context, t Terminal) (Saved, error)
	// Close ends a terminal and saves its recording, as Save does; the recording is
	// zero when there was none.
	Close(ctx context.Context, t Terminal) (Saved, error)
}

// Saved is a recording that has ended.
type Saved struct {
	library.Recording
	Masked  int  // how many secrets were masked in it
	Limited bool // it is as long as it may be
}

// StartOptions say what to host.
type StartOptions struct {
	Record     bool
	Title      string // of the recording
	Cols, Rows int
}

// Started is a terminal that was started.
type Started struct {
	Terminal  Terminal
	Name      string            // of the program
	Shell     bool              // it is the user's shell: its exit status is that of the last command
	Recording library.Recording // with Record
}

// RecordError says why a recording ended early, or could not begin.
type RecordError struct{ Err error }

func (e *RecordError) Error() string { return e.Err.Error() }
func (e *RecordError) Unwrap() error { return e.Err }

// Sessions is the Host that the app uses: it knows all sessions that it started,
// so that whatever ends the app, Shutdown saves what is recorded in them.
type Sessions struct {
	library  store // nil: nothing can be recorded
	command  []string
	env      []string
	now      func() time.Time
	settings config.Recording
	teach    []string // folders for the scripts of shells; empty: shells are not taught

	mu   sync.Mutex
	open map[*live.Session]*session
}

type session struct {
	recording string // id of the recording that is running or not yet saved
	shell     string
	// unfinished are the ids of recordings whose files are closed, and which the
	// library could not take: its disk was full.
	unfinished []string
}

// store is what Sessions need of the library.
type store interface {
	Begin(ctx context.Context, n library.NewRecording) (library.Recording, cast.Header, error)
	Finish(ctx context.Context, id string, info library.FinishInfo) (library.Recording, error)
	Delete(ctx context.Context, ids ...string) error
}

// scrollback is how many lines of history a hosted terminal keeps.
const scrollback = 10_000

// NewSessions returns a host for terminals that run command, or the user's shell
// when it is empty, in env.
func NewSessions(lib *library.Library, command, env []string, now func() time.Time) *Sessions {
	h := &Sessions{command: command, env: env, now: now, settings: config.Default().Recording, open: map[*live.Session]*session{}}
	if lib != nil {
		h.library = lib
	}
	return h
}

// TeachShells makes shells that are started from now on mark their commands (package
// shell). folders are where their scripts may be kept.
func (h *Sessions) TeachShells(folders ...string) { h.teach = folders }

// RecordWith sets what goes into the recordings that begin from now on.
func (h *Sessions) RecordWith(r config.Recording) { h.settings = r }

// Start implements Host.
func (h *Sessions) Start(ctx context.Context, o StartOptions) (Started, error) {
	shell := h.program()
	c := live.Config{
		Command: h.command, Env: h.env, Cols: o.Cols, Rows: o.Rows,
		Scrollback: scrollback, Answer: true, Now: h.now, Integration: h.teach,
	}
	started := Started{Name: filepath.Base(shell), Shell: len(h.command) == 0}
	state := &session{shell: shell}
	if o.Record {
		rec, options, err := h.begin(ctx, shell, o.Title, o.Cols, o.Rows)
		if err != nil {
			return Started{}, err
		}
		c.Record, c.ID = &options, rec.ID
		started.Recording, state.recording = rec, rec.ID
	}
	// The session outlives the command that starts it; Shutdown ends it.
	s, err := live.Start(context.WithoutCancel(ctx), c)
	if err != nil {
		if o.Record {
			err = errors.Join(err, h.library.Delete(context.WithoutCancel(ctx), started.Recording.ID))
		}
		return Started{}, err
	}
	h.mu.Lock()
	h.open[s] = state
	h.mu.Unlock()
	started.Terminal = s
	return started, nil
}

// program returns the path of what is started, as far as it is known here.
func (h *Sessions) program() string {
	if len(h.command) > 0 {
		return h.command[0]
	}
	for _, e := range slices.Backward(h.env) {
		if shell, ok := cutPrefix(e, "SHELL="); ok && shell != "" {
			return shell
		}
	}
	return "/bin/sh"
}

func cutPrefix(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && s[:len(prefix)] == prefix {
		return s[len(prefix):], true
	}
	return s, false
}

// begin makes room for a recording.
func (h *Sessions) begin(ctx context.Context, shell, title string, cols, rows int) (library.Recording, live.RecordOptions, error) {
	if h.library == nil {
		return library.Recording{}, live.RecordOptions{}, &RecordError{errors.New("there is no library to record into")}
	}
	about := cast.Header{Title: title, Rexec: &cast.Rexec{Shell: shell},
		Env: live.Environment(live.Config{Command: h.command, Env: h.env}, h.settings.Env)}
	if len(h.command) > 0 {
		about.Rexec.Shell, about.Command = "", filepath.Base(shell)
	}
	if h.settings.Mask { // before the library writes it down, too
		about, _ = live.MaskHeader(about)
	}
	rec, header, err := h.library.Begin(ctx, library.NewRecording{
		Title: about.Title, Command: about.Command, Shell: about.Rexec.Shell, Env: about.Env, Cols: cols, Rows: rows,
	})
	if err != nil {
		return rec, live.RecordOptions{}, &RecordError{err}
	}
	return rec, live.RecordOptions{
		Path: rec.Path, Header: header, Mask: h.settings.Mask, Input: h.settings.Input,
		Idle: time.Duration(h.settings.Idle), Limit: time.Duration(h.settings.Limit),
	}, nil
}

// Record implements Host.
func (h *Sessions) Record(ctx context.Context, t Terminal, title string) (library.Recording, error) {
	s, state, err := h.find(t)
	if err != nil {
		return library.Recording{}, err
	}
	h.finishAgain(ctx, state)
	cols, rows := s.Size()
	rec, options, err := h.begin(ctx, state.shell, title, cols, rows)
	if err != nil {
		return rec, err
	}
	if err := s.Record(options); err != nil {
		return rec, &RecordError{errors.Join(err, h.library.Delete(ctx, rec.ID))}
	}
	h.mu.Lock()
	state.recording = rec.ID
	h.mu.Unlock()
	return rec, nil
}

// Save implements Host.
func (h *Sessions) Save(ctx context.Context, t Terminal) (Saved, error) {
	s, state, err := h.find(t)
	if err != nil {
		return Saved{}, &RecordError{live.ErrNotRecording}
	}
	h.mu.Lock()
	id := state.recording
	state.recording = ""
	h.mu.Unlock()
	if id == "" {
		return Saved{}, &RecordError{live.ErrNotRecording}
	}
	result, failed := s.StopRecording()
	var info library.FinishInfo
	select {
	case <-s.Done():
		code := s.Exit().Code
		info.ExitStatus = &code
	default:
	}
	// What is recorded is to be kept even when the app is on its way out.
	rec, err := h.library.Finish(context.WithoutCancel(ctx), id, info)
	saved := Saved{rec, result.Masked, result.Limited}
	if err != nil {
		if !errors.Is(err, library.ErrNothingRecorded) {
			h.mu.Lock()
			state.unfinished = append(state.unfinished, id)
			h.mu.Unlock()
		}
		return saved, &RecordError{errors.Join(failed, err)}
	}
	if failed != nil {
		return saved, &RecordError{failed}
	}
	return saved, nil
}

// finishAgain tries once more what the library could not take. What fails again
// is left for the next start, which repairs it.
func (h *Sessions) finishAgain(ctx context.Context, state *session) {
	h.mu.Lock()
	ids := state.unfinished
	state.unfinished = nil
	h.mu.Unlock()
	for _, id := range ids {
		if _, err := h.library.Finish(context.WithoutCancel(ctx), id, library.FinishInfo{}); err != nil && !errors.Is(err, library.ErrNotFound) {
			h.mu.Lock()
			state.unfinished = append(state.unfinished, id)
			h.mu.Unlock()
		}
	}
}

// Close implements Host.
func (h *Sessions) Close(ctx context.Context, t Terminal) (Saved, error) {
	s, state, err := h.find(t)
	if err != nil {
		return Saved{}, nil // closed already
	}
	h.finishAgain(ctx, state)
	s.Close() // its error is the recording's, which Save returns too
	rec, err := h.Save(ctx, s)
	if errors.Is(err, live.ErrNotRecording) {
		err = nil
	}
	h.mu.Lock()
	delete(h.open, s)
	h.mu.Unlock()
	return rec, err
}

// errClosed says that a terminal was closed already.
var errClosed = errors.New("the terminal is closed")

func (h *Sessions) find(t Terminal) (*live.Session, *session, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s, _ := t.(*live.Session)
	state := h.open[s]
	if state == nil {
		return nil, nil, errClosed
	}
	return s, state, nil
}

// Shutdown closes all terminals, side by side, and saves their recordings. It may
// be called at any time and more than once.
func (h *Sessions) Shutdown(ctx context.Context) error {
	h.mu.Lock()
	var sessions []*live.Session
	for s := range h.open {
		sessions = append(sessions, s)
	}
	h.mu.Unlock()
	errs := make([]error, len(sessions))
	var wg sync.WaitGroup
	for i, s := range sessions {
		wg.Go(func() {
			_, err := h.Close(ctx, s)
			if err != nil && !errors.Is(err, library.ErrNothingRecorded) {
				errs[i] = fmt.Errorf("save the recording of a terminal: %w", err)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}
