package player

import (
	"context"
	"path/filepath"
	"time"

	tea "charm.land/bubbletea/v2"

	"rexec/recording/timeline"
	"rexec/recording/transcript"
	"rexec/tui/keys"
	"rexec/tui/page"
	"rexec/tui/screen"
	"rexec/tui/widget"
)

// Model is the page.
type Model struct {
	ctx     context.Context
	play    page.Playback
	options Options
	source  timeline.Source
	after   func(time.Duration, tea.Msg) tea.Cmd // a message after a while
	work    *work                                // what commands share
	size    page.Size
	shown   bool
	resume  bool // play on when shown again

	tape   *timeline.Timeline // nil until it is open
	failed string             // why it cannot be played
	facts  facts
	clock  timeline.Clock
	skip   bool // idle time is skipped
	ended  bool // played to the end

	frame timeline.Frame
	marks []timeline.Place // what is searched for, on the frame
	drawn time.Time        // when the frame came
	view  view

	// sought is where a seek goes beyond what is indexed, until it has come there;
	// the clock cannot stand there yet. 0: none.
	sought time.Duration

	seek  int       // generation of the newest seek
	going bool      // it has not come back
	since time.Time // when it was asked for
	steps int       // frames to step when it is back
	ticks int       // generation of the newest timer

	indexing bool // since indexedAt
	begun    time.Time

	barUntil time.Time // shown while playing
	barOff   bool      // hidden by the user
	dragging bool      // the bar follows the mouse
	info     bool

	typing bool // the search line has the keys
	input  widget.Input
	search search

	text  text
	panel panel
}

// Options are what the page may use beside the recording.
type Options struct {
	// Cache is the folder in which the index of a big recording is kept; "": none.
	Cache string
	// Commands returns what is known of the commands of a recording of the library,
	// without what they printed; nil: nothing is. It is asked for recordings that are
	// too big to be read at once.
	Commands func(ctx context.Context, id string) ([]transcript.Command, error)
}

// New returns the page for a recording. It opens the file in Init; the end of ctx,
// or Close, ends everything that it does in the background.
func New(ctx context.Context, p page.Playback, o Options) Model {
	ctx, cancel := context.WithCancel(ctx)
	return Model{
		ctx: ctx, play: p, options: o, source: timeline.File(p.Path), after: after, work: &work{cancel: cancel},
		search: search{current: -1},
	}
}

func after(d time.Duration, msg tea.Msg) tea.Cmd {
	return tea.Tick(d, func(time.Time) tea.Msg { return msg })
}

// Init implements page.Page.
func (m Model) Init(page.Env) page.Action { return m.open() }

// Keys implements page.Page.
func (m Model) Keys() keys.Context {
	switch {
	case m.typing:
		return keys.Search
	case m.panel.typing:
		return keys.PanelFilter
	case m.panel.kind != noPanel:
		return keys.Panel
	}
	return keys.Player
}

// Title implements page.Page.
func (m Model) Title() string { return screen.Clean(m.name()) + " — rexec" }

// name is what the recording is called.
func (m Model) name() string {
	switch {
	case m.play.Title != "":
		return m.play.Title
	case m.facts.header.Title != "":
		return m.facts.header.Title
	case m.facts.header.Command != "":
		return m.facts.header.Command
	}
	return filepath.Base(m.play.Path)
}

// Wants implements page.Page: all motion, because moving the mouse brings the bar
// back.
func (m Model) Wants() page.Wants { return page.Wants{Mouse: tea.MouseModeAllMotion} }

// Close implements page.Page.
func (m Model) Close() tea.Cmd {
	work := m.work
	return func() tea.Msg { work.close(); return nil }
}

// Why implements page.Page.
func (m Model) Why(env page.Env, id keys.ID) string {
	switch {
	case id == keys.ShowHelp || id == keys.Quit || id == keys.Info || m.typing:
		return ""
	case m.failed != "":
		return "There is nothing to play."
	case m.tape == nil:
		return "One moment: the recording is being opened."
	}
	pos := m.position(env)
	switch id {
	case keys.PrevCommand, keys.NextCommand, keys.CopyCommand, keys.CopyOutput:
		return m.whyNoChapter(id, pos)
	case keys.PanLeft, keys.PanRight, keys.PanUp, keys.PanDown:
		if cols, rows := m.frame.Snapshot.Size(); cols <= m.window()[0] && rows <= m.window()[1] {
			return "All of the recording is on the screen."
		}
	case keys.Backward:
		if m.clock.Speed() > 0 && pos <= 0 {
			return "This is the start."
		}
	case keys.PrevMarker:
		if m.markerBefore(pos) < 0 {
			return "There is no marker before this."
		}
	case keys.NextMarker:
		if m.markerAfter(pos) < 0 {
			return "There is no marker after this."
		}
	case keys.NextMatch, keys.PrevMatch:
		switch {
		case !m.search.active():
			return "Nothing is searched for: / searches."
		case len(m.search.hits) == 0 && !m.search.done:
			return "Still searching."
		case len(m.search.hits) == 0:
			return "Nothing was found."
		}
	}
	return ""
}

// position is where playback stands.
func (m Model) position(env page.Env) time.Duration {
	switch {
	case m.tape == nil:
		return 0
	case m.sought > 0:
		return m.sought
	}
	return m.clock.Position(env.Now)
}

// total is how long the recording is: while it is being read, as long as it is
// said to be.
func (m Model) total() time.Duration {
	if m.facts.indexed {
		return m.facts.duration
	}
	return max(m.facts.duration, m.play.Duration)
}

// axis is the map that the clock runs on.
func (m Model) axis() *timeline.IdleMap {
	if m.skip {
		return m.facts.idle
	}
	return m.facts.plain
}

// barShown tells whether the bar is on the screen.
func (m Model) barShown(env page.Env) bool {
	switch {
	case m.typing || m.tape == nil:
		return true
	case m.barOff:
		return false
	}
	return !m.clock.Playing() || m.dragging || env.Now.Before(m.barUntil)
}
