package browser

import (
	"context"
	"fmt"
	"iter"
	"time"

	tea "charm.land/bubbletea/v2"

	"rexec/library"
	"rexec/tui/keys"
	"rexec/tui/page"
	"rexec/tui/widget"
	"rexec/vt"
)

// Store is what the page needs of the library.
type Store interface {
	List(ctx context.Context, o library.ListOptions) ([]library.Recording, error)
	Commands(ctx context.Context, id string) ([]library.Command, error)
	Stats(ctx context.Context) (library.Stats, error)
	Update(ctx context.Context, id string, p library.Patch) (library.Recording, error)
	Search(ctx context.Context, o library.SearchOptions) iter.Seq2[library.Hit, error]
	SearchNames(ctx context.Context, o library.SearchOptions) iter.Seq2[library.Hit, error]
	ImportAll(ctx context.Context, paths []string, progress func(library.ImportProgress)) ([]library.ImportResult, error)
	Trash(ctx context.Context, ids ...string) error
	Restore(ctx context.Context, ids ...string) error
	Delete(ctx context.Context, ids ...string) error // for good
}

// Still returns a screen that shows what a recording is about.
type Still func(ctx context.Context, r library.Recording) (*vt.Snapshot, error)

// Moment returns the screen of a recording at a time.
type Moment func(ctx context.Context, r library.Recording, at time.Duration) (*vt.Snapshot, error)

// Config is what the page is made of.
type Config struct {
	Store Store
	Still Still // nil: no picture in the preview
	// Moment is for the preview of what was found; nil: no picture.
	Moment Moment
	// Changes waits until the library's version is another than since, -1 for any,
	// and returns it. An error says that the library cannot be used any more.
	Changes func(ctx context.Context, since int64) (version int64, err error)
	// Recover ends recordings that a crash of another rexec left open, and returns
	// how many it ended; nil: none can be.
	Recover func(ctx context.Context) (ended int, err error)
	// Tools are what else can be done with a recording, by the bindings of the palette;
	// nil: nothing.
	Tools map[keys.ID]Tool
	// After returns a command whose message comes after a while; nil: a timer.
	After func(time.Duration, tea.Msg) tea.Cmd
}

// Model is the page.
type Model struct {
	ctx    context.Context
	config Config
	size   page.Size
	shown  bool

	recordings []library.Recording // all that are loaded, as the library lists them
	complete   bool                // there are no more behind them
	list       widget.List[entry]  // terminals, then recordings
	heads      []head              // the terminals in list
	stats      library.Stats
	loaded     bool // the first answer has come
	failed     string
	selectID   string // move the cursor there when it appears

	loading  bool
	question int       // generation of the newest load
	toEnd    bool      // go to the end when everything is loaded
	toTop    bool      // go to the first row when it is loaded
	timing   bool      // a timer runs
	checked  time.Time // when Recover was asked last

	filtering bool // the search line has the keys
	input     widget.Input
	found     finds
	flat      bool // moments are not told by recording
	relevant  bool // the most relevant moments come first

	sorted order
	marked map[string]library.Recording // by id; never changed, replaced
	anchor int                          // where a range of marks begins; -1: none
	undone []deed                       // what can be undone, and done again
	redo   []deed

	imports  *importing // under way, or nil
	imported library.ImportProgress

	preview  previews
	showView bool // the preview is toggled on where there is no room for both
}

// entry is a row: a hosted terminal, a recording, or something that was found.
type entry struct {
	tab       int // of a terminal, from 1; 0 for a recording
	recording library.Recording
	kind      kind
	hit       *library.Hit // of all kinds but listed
	name      *library.Hit // of a heading whose recording is called what is looked for
}

// kind is what a row is that is not a terminal.
type kind uint8

const (
	listed  kind = iota // a recording of the list
	named               // a recording that was found
	heading             // the recording of the moments below; hit is the first
	moment
)

// isMoment says that the row stands for a moment: itself, or the first one below.
func (e entry) isMoment() bool { return e.kind == moment || e.kind == heading }

func (e entry) key() string {
	switch {
	case e.tab > 0:
		return fmt.Sprint("tab ", e.tab)
	case e.kind == moment:
		return fmt.Sprint(e.recording.ID, " ", e.hit.Time, " ", e.hit.Line)
	}
	return fmt.Sprint(e.recording.ID, " ", e.kind)
}

// head is what the list keeps of a terminal: enough to tell when it must be made
// anew.
type head struct {
	tab      int
	recordID string // being written
}

// New returns the page. When ctx ends, its commands do.
func New(ctx context.Context, c Config) Model {
	if c.After == nil {
		c.After = func(d time.Duration, msg tea.Msg) tea.Cmd { return tea.Tick(d, func(time.Time) tea.Msg { return msg }) }
	}
	return Model{ctx: ctx, config: c, list: widget.NewList(entry.key), found: finds{list: widget.NewList(entry.key)}, anchor: -1, preview: newPreviews()}
}

// Init implements page.Page.
func (m Model) Init(page.Env) page.Action { return m.watch(-1) }

// Keys implements page.Page.
func (m Model) Keys() keys.Context {
	if m.filtering {
		return keys.Filter
	}
	return keys.Library
}

// Title implements page.Page.
func (m Model) Title() string { return "rexec" }

// Wants implements page.Page.
func (m Model) Wants() page.Wants { return page.Wants{Mouse: tea.MouseModeCellMotion} }

// Close implements page.Page.
func (m Model) Close() tea.Cmd { return nil }

// rows is the list that is shown.
func (m *Model) rows() *widget.List[entry] {
	if m.found.active() {
		return &m.found.list
	}
	return &m.list
}

// wide tells whether list and preview stand side by side.
func (m Model) wide() bool { return m.size.Cols >= 120 }

// viewing tells whether the preview has the place of the list.
func (m Model) viewing() bool { return m.showView && !m.wide() }

// listRows is how many rows the list has.
func (m Model) listRows() int {
	rows := m.size.Rows - 2 // header and hints
	if m.columnHeads() {
		rows -= 2
	}
	rows -= m.searchRows()
	return max(rows, 1)
}

// searchRows is how many rows the search has above the list: the line, and one of
// help while it is written or wrong.
func (m Model) searchRows() int {
	switch {
	case !m.filtering && !m.found.active():
		return 0
	case m.size.Rows >= 10 && (m.filtering || m.found.bad != nil):
		return 2
	}
	return 1
}

// columnHeads tells whether there is room for the names of the columns.
func (m Model) columnHeads() bool { return m.size.Rows >= 16 && m.size.Cols >= 60 }

// sync brings the list up to date with the terminals and the recordings.
func (m Model) sync(env page.Env, anew bool) Model {
	heads := make([]head, 0, len(env.Terminals))
	for _, t := range env.Terminals {
		h := head{tab: t.Tab}
		if t.Recording {
			h.recordID = t.RecordID
		}
		heads = append(heads, h)
	}
	if !anew && equal(heads, m.heads) {
		return m
	}
	grown := len(heads) - len(m.heads)
	m.heads = heads
	rows := make([]entry, 0, len(heads)+len(m.recordings))
	hidden := map[string]bool{}
	for _, h := range heads {
		rows = append(rows, entry{tab: h.tab})
		hidden[h.recordID] = true
	}
	for _, r := range m.recordings {
		if !hidden[r.ID] {
			rows = append(rows, entry{recording: r})
		}
	}
	m.list = m.list.Replace(rows, m.complete).SetHeight(m.listRows())
	if m.selectID != "" {
		for i, e := range rows {
			if e.recording.ID == m.selectID {
				m.list, m.selectID = m.list.Go(i), ""
				break
			}
		}
	} else if grown > 0 && len(rows) > 0 {
		m.list = m.list.Go(len(heads) - 1) // the terminal that was just opened
	}
	return m
}

func equal(a, b []head) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// selected returns the row under the cursor.
func (m Model) selected() (entry, bool) { return m.rows().Selected() }

// terminal returns what is known of a tab.
func terminal(env page.Env, tab int) page.Terminal {
	for _, t := range env.Terminals {
		if t.Tab == tab {
			return t
		}
	}
	return page.Terminal{Tab: tab}
}
