package player

import (
	"context"
	"errors"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"rexec/recording/cast"
	"rexec/recording/timeline"
	"rexec/recording/transcript"
	"rexec/tui/page"
	"rexec/tui/say"
)

// textAtOnce is the size up to which a recording is read as text without being
// asked, so that its commands stand on the bar. Of a larger one that takes seconds
// of work.
const textAtOnce = 32 << 20

// text is what is known of a recording as text.
type text struct {
	reading  *reading // nil before it is wanted
	commands []transcript.Command
	lines    []transcript.Line
	version  int // of commands and lines, so that what was made of them is made anew
	at       time.Duration
	done     bool
	failed   bool
}

// reading is the making of it, which its commands share.
type reading struct {
	mu    sync.Mutex
	found *transcript.Transcript // the newest, never changed; nil when it was taken
	at    time.Duration
	done  bool
	err   error
	ended chan struct{}
}

type textMsg struct {
	found *transcript.Transcript // nil: nothing new
	at    time.Duration
	done  bool
	err   error
}

// readText begins to read the recording as text, unless that was done.
func (m Model) readText() (Model, page.Action) {
	if m.text.reading != nil {
		return m, nil
	}
	r := &reading{ended: make(chan struct{})}
	m.text.reading = r
	ctx, source := m.ctx, m.source
	return m, page.Several{do(func() tea.Msg { r.run(ctx, source); return nil }), m.watchText()}
}

// run reads the recording to its end. What was found so far is copied rarely: more
// seldom, the more there is.
func (r *reading) run(ctx context.Context, source timeline.Source) {
	defer close(r.ended)
	next, wait := time.Now().Add(textEvery), textEvery
	found, err := readAsText(ctx, source, func(at time.Duration, soFar func() *transcript.Transcript) {
		r.mu.Lock()
		r.at = at
		taken := r.found == nil
		r.mu.Unlock()
		if !taken || time.Now().Before(next) {
			return
		}
		some := soFar()
		r.mu.Lock()
		r.found = some
		r.mu.Unlock()
		wait += wait / 2
		next = time.Now().Add(wait)
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done, r.err = true, err
	if err == nil {
		r.found = found
	}
}

func readAsText(ctx context.Context, source timeline.Source, progress func(time.Duration, func() *transcript.Transcript)) (*transcript.Transcript, error) {
	src, err := source.Open(0)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	r, err := cast.NewReader(src, cast.Lenient)
	if err != nil {
		return nil, err
	}
	return transcript.ReadWith(ctx, r, transcript.Options{Output: true, Progress: progress})
}

// watchText waits for what is found.
func (m Model) watchText() page.Action {
	r, ctx := m.text.reading, m.ctx
	return do(func() tea.Msg {
		wait := time.NewTimer(textEvery)
		defer wait.Stop()
		select {
		case <-r.ended:
		case <-wait.C:
		case <-ctx.Done():
			return nil
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		msg := textMsg{r.found, r.at, r.done, r.err}
		r.found = nil
		return msg
	})
}

// readMore takes what was read of the text.
func (m Model) readMore(env page.Env, msg textMsg) (Model, page.Action) {
	t := &m.text
	t.at, t.done = msg.at, msg.done
	var actions page.Several
	if msg.found != nil {
		t.lines = msg.found.Lines
		if msg.done || len(msg.found.Commands) >= len(t.commands) {
			t.commands = msg.found.Commands // the library may have known more than was read so far
		}
		t.version++
		actions = append(actions, m.filterPanel())
	}
	switch {
	case !msg.done:
		actions = append(actions, m.watchText())
	case msg.err != nil && !errors.Is(msg.err, context.Canceled):
		t.failed = true
		actions = append(actions, page.Fail("The recording could not be read as text. "+say.Error(msg.err)))
	}
	return m, actions
}

// wantText returns why there are no commands to go to or to copy, "" when there are.
func (m Model) wantText() string {
	switch t := m.text; {
	case len(t.commands) > 0:
		return ""
	case t.failed:
		return "The recording could not be read as text."
	case t.done:
		return "No commands were found in this recording."
	case t.reading == nil:
		return "The commands are not read yet: c reads and lists them."
	}
	return "One moment: the commands are still being read."
}

// textOfSmall reads the text of a recording that is not large. Of a large one it asks
// for what is known.
func (m Model) textOfSmall(bytes int64) (Model, page.Action) {
	if bytes >= 0 && bytes <= textAtOnce {
		return m.readText()
	}
	ctx, known, id := m.ctx, m.options.Commands, m.play.ID
	if known == nil || id == "" {
		return m, nil
	}
	return m, do(func() tea.Msg {
		// Without them the player is as it is for a file.
		commands, _ := known(ctx, id)
		return knownMsg{commands}
	})
}

// knownMsg brings the commands that are known without reading.
type knownMsg struct{ commands []transcript.Command }

// know takes them, unless reading has brought more.
func (m Model) know(msg knownMsg) (Model, page.Action) {
	if m.text.version > 0 || len(msg.commands) == 0 {
		return m, page.Unchanged{}
	}
	m.text.commands = msg.commands
	m.text.version++
	return m, m.filterPanel()
}
