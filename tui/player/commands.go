package player

import (
	"context"
	"errors"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"rexec/recording/cast"
	"rexec/recording/timeline"
	"rexec/tui/page"
)

// Messages of the page's own commands.
type (
	openedMsg struct {
		tape  *timeline.Timeline
		frame timeline.Frame
		facts facts
		bytes int64 // of the cast, -1 when that is not known
		err   error
	}
	indexMsg struct { // also while the index is being made
		facts facts
		ended bool
		err   error
	}
	frameMsg struct {
		seek  int
		steps int           // how many were made to get there; then the clock goes there
		pos   time.Duration // what was asked for
		frame timeline.Frame
		marks []timeline.Place
		facts *facts // the newest, while the index is incomplete
		err   error
	}
	tickMsg   struct{ ticks int }
	searchMsg struct {
		search int
		report report
	}
)

// How often the page looks at what runs in the background.
const (
	indexEvery  = 120 * time.Millisecond
	searchEvery = 80 * time.Millisecond
	textEvery   = 150 * time.Millisecond
)

// facts are what is known of a recording: all of it once indexed is set.
type facts struct {
	header      cast.Header
	duration    time.Duration
	idle, plain *timeline.IdleMap // with pauses made short, and as it is
	threshold   time.Duration     // of idle
	markers     []timeline.Marker
	cols, rows  int // the largest screen
	events      int
	problems    []cast.Problem
	damaged     int // how many problems there are
	exit        int
	hasExit     bool
	bytes, size int64 // read so far, and in all
	indexed     bool
}

// learn asks a timeline what it knows.
func learn(t *timeline.Timeline) facts {
	f := facts{
		header: t.Header(), indexed: t.Indexed(), duration: t.Duration(), markers: t.Markers(), events: t.Events(),
		threshold: timeline.DefaultIdle,
	}
	if limit := f.header.IdleTimeLimit; limit > 0 {
		f.threshold = limit
	}
	f.idle, f.plain = t.IdleMap(f.threshold), t.IdleMap(0)
	f.cols, f.rows = t.MaxSize()
	f.problems, f.damaged = t.Problems()
	f.exit, f.hasExit = t.ExitStatus()
	return f
}

// work is what the page's commands share with each other. Update never looks into
// it.
type work struct {
	cancel      context.CancelFunc // ends everything
	mu          sync.Mutex
	tape        *timeline.Timeline
	seek        int
	stop        context.CancelFunc // the newest seek's
	bytes, size int64              // of the index
	indexed     bool
	indexErr    error
	closed      bool
}

// begin returns the context for a seek, which the next one cancels. Commands run
// side by side: one that comes too late gets a context that has ended.
func (w *work) begin(ctx context.Context, seek int) (context.Context, context.CancelFunc) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	if seek < w.seek || w.closed {
		cancel()
		return ctx, cancel
	}
	if w.stop != nil {
		w.stop()
	}
	w.seek, w.stop = seek, cancel
	return ctx, cancel
}

func (w *work) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	w.cancel()
	if w.tape != nil {
		_ = w.tape.Close() // it was only read
	}
}

// hold keeps an opened timeline for close, and closes it if that has come already.
func (w *work) hold(t *timeline.Timeline) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		_ = t.Close()
		return false
	}
	w.tape = t
	return true
}

func do(cmd func() tea.Msg) page.Action { return page.Do{Cmd: cmd} }

// open opens the recording and reads its first frame.
func (m Model) open() page.Action {
	ctx, source, work, o := m.ctx, m.source, m.work, timeline.Options{}
	dir, path, sum := m.options.Cache, m.play.Path, m.play.SHA256
	return do(func() tea.Msg {
		o.Cache = timeline.CacheOf(dir, path, sum)
		t, err := timeline.Open(ctx, source, o)
		if err != nil {
			return openedMsg{err: err}
		}
		if !work.hold(t) {
			return nil
		}
		f, err := t.At(ctx, 0)
		return openedMsg{tape: t, frame: f, facts: learn(t), bytes: source.Size(), err: err}
	})
}

// index reads the whole recording.
func (m Model) index() page.Action {
	ctx, t, work := m.ctx, m.tape, m.work
	return do(func() tea.Msg {
		err := t.Index(ctx, func(done, total int64) {
			work.mu.Lock()
			work.bytes, work.size = done, total
			work.mu.Unlock()
		})
		if errors.Is(err, context.Canceled) {
			return nil
		}
		work.mu.Lock()
		work.indexed, work.indexErr = true, err
		work.mu.Unlock()
		return indexMsg{facts: learn(t), ended: true, err: err}
	})
}

// watchMsg asks for another look at the index.
type watchMsg struct{}

// look tells how far the index is, unless it is complete: index tells that.
func (m Model) look() page.Action {
	t, work := m.tape, m.work
	return do(func() tea.Msg {
		work.mu.Lock()
		bytes, size, indexed := work.bytes, work.size, work.indexed || work.closed
		work.mu.Unlock()
		if indexed {
			return nil
		}
		f := learn(t)
		f.bytes, f.size = bytes, size
		return indexMsg{facts: f}
	})
}

// ask makes the newest seek: the screen at a position.
func (m Model) ask(env page.Env, pos time.Duration) (Model, page.Action) {
	return m.request(env, pos, 0, func(ctx context.Context, t *timeline.Timeline) (timeline.Frame, error) {
		return t.At(ctx, pos)
	})
}

// askStep makes the newest seek: n frames from a position.
func (m Model) askStep(env page.Env, pos time.Duration, n int) (Model, page.Action) {
	return m.request(env, pos, n, func(ctx context.Context, t *timeline.Timeline) (timeline.Frame, error) {
		return t.Step(ctx, pos, n)
	})
}

func (m Model) request(env page.Env, pos time.Duration, steps int, get func(context.Context, *timeline.Timeline) (timeline.Frame, error)) (Model, page.Action) {
	m.seek++
	m.going, m.since = true, env.Now
	ctx, t, work, seek, matcher, indexed := m.ctx, m.tape, m.work, m.seek, m.search.matcher, m.facts.indexed
	return m, do(func() tea.Msg {
		ctx, cancel := work.begin(ctx, seek)
		defer cancel()
		f, err := get(ctx, t)
		if errors.Is(err, context.Canceled) {
			return nil // there is a newer one
		}
		msg := frameMsg{seek: seek, steps: steps, pos: pos, frame: f, err: err}
		if !indexed {
			newest := learn(t)
			msg.facts = &newest
		}
		if err == nil && matcher != nil {
			msg.marks = matcher.Find(f.Snapshot)
		}
		return msg
	})
}
