package browser

import (
	"context"
	"fmt"
	"strings"
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
	Delete(ctx context.Context, ids ...string) error
}

// Still returns a screen that shows what a recording is about.
type Still func(ctx context.Context, r library.Recording) (*vt.Snapshot, error)

// Config is what the page is made of.
type Config struct {
	Store Store
	Still Still // nil: no picture in the preview
	// Changes waits until the library's version is another than since, -1 for any,
	// and returns it.
	Changes func(ctx context.Context, since int64) (version int64, err error)
	// Recover ends recordings that a crash of another rexec left open, and returns
	// how many it ended; nil: none can be.
	Recover func(ctx context.Context) (ended int, err error)
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
	timing   bool      // a timer runs
	checked  time.Time // when Recover was asked last

	filtering bool // the search line has the keys
	input     widget.Input
	query     string // in force

	preview  previews
	showView bool // the preview is toggled on where there is no room for both
}

// entry is a row: a hosted terminal or a recording.
type entry struct {
	tab       int // of a terminal, from 1; 0 for a recording
	recording library.Recording
}

func (e entry) key() string {
	if e.tab > 0 {
		return fmt.Sprint("tab ", e.tab)
	}
	return e.recording.ID
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
	return Model{ctx: ctx, config: c, list: widget.NewList(entry.key), preview: newPreviews()}
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

// Why implements page.Page.
func (m Model) Why(env page.Env, id keys.ID) string {
	e, any := m.list.Selected()
	switch id {
	case keys.Open:
		switch {
		case !any:
			return "There is nothing to play: r records a terminal."
		case e.tab > 0:
		case e.recording.Status == library.StatusMissing:
			return "The file of this recording is gone."
		case e.recording.Status == library.StatusDamaged:
			return "The file of this recording holds nothing that can be played."
		}
	case keys.Edit, keys.Delete:
		switch {
		case !any:
			return "There is no recording."
		case e.tab > 0:
			return "This is a running terminal: enter goes to it."
		}
	case keys.NextMatch, keys.PrevMatch:
		if m.query == "" {
			return "Nothing is searched for: / searches."
		}
	case keys.Clear:
		if m.query == "" {
			return "Nothing is searched for."
		}
	case keys.Preview:
		if !any {
			return "There is nothing to preview."
		}
		if m.wide() {
			return "The preview is shown already."
		}
	case keys.Find:
		if len(m.recordings) == 0 && m.query == "" {
			return "There is nothing to search yet."
		}
	}
	return ""
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
	if m.filtering || m.query != "" {
		rows--
	}
	return max(rows, 1)
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
		if m.query == "" {
			rows = append(rows, entry{tab: h.tab})
		}
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
func (m Model) selected() (entry, bool) { return m.list.Selected() }

// terminal returns what is known of a tab.
func terminal(env page.Env, tab int) page.Terminal {
	for _, t := range env.Terminals {
		if t.Tab == tab {
			return t
		}
	}
	return page.Terminal{Tab: tab}
}

// words are what is searched for.
func (m Model) words() []string { return strings.Fields(strings.ToLower(m.query)) }
