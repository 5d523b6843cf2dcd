package browser

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"rexec/library"
	"rexec/tui/page"
	"rexec/tui/say"
	"rexec/tui/widget"
)

const (
	// pageSize is how many rows one question to the library asks for.
	pageSize = 200
	// everything is more than a library has.
	everything = 100_000
)

// Messages of the page's own commands.
type (
	loadedMsg struct {
		question int
		rows     []library.Recording
		limit    int
		more     bool // they come behind those that are known
		stats    library.Stats
		err      error
	}
	versionMsg struct {
		version int64
		err     error // why the library cannot be used any more
	}
	recoveredMsg struct{ ended int }
	timeMsg      struct{} // draw the times anew, and what another rexec records
	changedMsg   struct {
		what string // what was done, for a toast
		err  error
	}
)

func do(cmd func() tea.Msg) page.Action { return page.Do{Cmd: cmd} }

// load asks for the recordings anew: the first page after a new search, else as
// many as are known.
func (m Model) load(first bool) (Model, page.Action) {
	m.question++
	m.loading = true
	question, limit := m.question, pageSize
	if !first {
		limit = max(pageSize, (len(m.recordings)+pageSize-1)/pageSize*pageSize)
	}
	sorted := m.sorted
	if sorted != newest {
		limit = everything // the library sorts by time only
	}
	options := library.ListOptions{Limit: limit}
	return m, do(func() tea.Msg {
		rows, err := m.config.Store.List(m.ctx, options)
		if sorted != newest {
			sorted.sort(rows)
		}
		msg := loadedMsg{question: question, rows: rows, limit: limit, err: err}
		if err == nil {
			msg.stats, msg.err = m.config.Store.Stats(m.ctx)
		}
		return msg
	})
}

// reload asks for everything anew: the list, and what was found.
func (m Model) reload(env page.Env) (Model, page.Action) {
	m, load := m.load(false)
	if !m.found.active() || m.found.run != nil {
		return m, load
	}
	m, ask := m.ask(env, 0)
	return m, page.Several{load, ask}
}

// loadMore asks for the next page when the cursor nears the end of what is known.
func (m Model) loadMore() (Model, page.Action) {
	if m.loading || !m.loaded || m.complete || len(m.recordings) == 0 || !(m.toEnd || m.list.NeedsMore()) {
		return m, nil
	}
	m.question++
	m.loading = true
	question, limit := m.question, pageSize
	if m.toEnd {
		limit = everything
	}
	options := library.ListOptions{Limit: limit, After: m.recordings[len(m.recordings)-1].Cursor()}
	stats := m.stats
	return m, do(func() tea.Msg {
		rows, err := m.config.Store.List(m.ctx, options)
		return loadedMsg{question: question, rows: rows, limit: limit, more: true, stats: stats, err: err}
	})
}

// watch waits for a version of the library other than the given one.
func (m Model) watch(version int64) page.Action {
	return do(func() tea.Msg {
		v, err := m.config.Changes(m.ctx, version)
		if m.ctx.Err() != nil || errors.Is(err, context.Canceled) {
			return nil // the app is ending
		}
		return versionMsg{v, err}
	})
}

// result takes the messages of the page's own commands.
func (m Model) result(env page.Env, msg tea.Msg) (Model, page.Action) {
	switch msg := msg.(type) {
	case loadedMsg:
		return m.took(env, msg)
	case timeMsg:
		return m.timePassed(env)
	case versionMsg:
		if msg.err != nil {
			return m, page.Fail(say.Error(msg.err)) // and no more watching: it does not come back
		}
		m, load := m.reload(env)
		return m, page.Several{page.Unchanged{}, load, m.watch(msg.version)}
	case changedMsg:
		if msg.err != nil {
			return m, page.Fail(say.Error(msg.err))
		}
		m, load := m.reload(env)
		return m, page.Several{page.Done(msg.what), load}
	case importMsg:
		return m.importMoved(env, msg)
	case toolMsg:
		return m.worked(msg)
	case doneMsg:
		return m.did(env, msg)
	case typedMsg:
		return m.typed(msg)
	case foundMsg:
		return m.tookFound(msg)
	case recoveredMsg:
		if msg.ended == 0 {
			return m, page.Unchanged{}
		}
		m, load := m.load(false)
		return m, page.Several{page.Toast{Kind: widget.ToastWarn, Text: Recovered(msg.ended)}, load}
	case lookMsg:
		return m.lookNow(msg)
	case viewMsg:
		return m.tookView(msg)
	}
	return m, page.Unchanged{}
}

// How often the page is drawn anew while nothing happens: for "5 min ago", and for
// the length of what another rexec is recording.
const (
	agoEvery    = 30 * time.Second
	growthEvery = 2 * time.Second
	// checkEvery is how often it is looked whether that rexec still lives.
	checkEvery = 10 * time.Second
)

// keepTime asks for the next timeMsg while the page is shown.
func (m Model) keepTime() (Model, page.Action) {
	if m.timing || !m.shown || !m.loaded {
		return m, nil
	}
	every := agoEvery
	for _, r := range m.recordings {
		if r.Status == library.StatusRecording {
			every = growthEvery
		}
	}
	m.timing = true
	return m, page.Do{Cmd: m.config.After(every, timeMsg{})}
}

func (m Model) timePassed(env page.Env) (Model, page.Action) {
	m.timing = false
	if !m.shown {
		return m, page.Unchanged{}
	}
	for _, r := range m.recordings {
		if r.Status != library.StatusRecording || m.loading {
			continue
		}
		m, check := m.check(env)
		m, load := m.load(false)
		return m, page.Several{check, load}
	}
	return m, nil
}

// check ends what is no longer recorded, now and then.
func (m Model) check(env page.Env) (Model, page.Action) {
	if m.config.Recover == nil || env.Now.Sub(m.checked) < checkEvery {
		return m, nil
	}
	m.checked = env.Now
	return m, do(func() tea.Msg {
		// What fails is tried again, and told when the app starts.
		n, _ := m.config.Recover(m.ctx)
		return recoveredMsg{n}
	})
}

// Recovered says that recordings were ended that a crash had left open.
func Recovered(n int) string {
	if n == 1 {
		return "1 recording is back that a crash had left open."
	}
	return fmt.Sprintf("%d recordings are back that a crash had left open.", n)
}

// took takes rows that were loaded.
func (m Model) took(env page.Env, msg loadedMsg) (Model, page.Action) {
	if msg.question != m.question {
		return m, page.Unchanged{}
	}
	m.loading, m.loaded = false, true
	if msg.err != nil {
		m.failed = say.Error(msg.err)
		m.complete = true
		if errors.Is(msg.err, m.ctx.Err()) {
			return m, page.Unchanged{}
		}
		return m, page.Fail("Cannot read the library: " + m.failed)
	}
	m.failed, m.stats = "", msg.stats
	m.complete = len(msg.rows) < msg.limit
	if msg.more {
		m.recordings = append(m.recordings[:len(m.recordings):len(m.recordings)], msg.rows...)
	} else {
		m.recordings = msg.rows
	}
	m = m.sync(env, true)
	if m.toTop {
		m.toTop = false
		m.list = m.list.Go(0)
	}
	if m.toEnd && m.complete {
		m.toEnd = false
		m.list = m.list.Go(m.list.Len() - 1)
	}
	return m, nil
}

func (m Model) edit(id, title, description string) page.Action {
	return do(func() tea.Msg {
		_, err := m.config.Store.Update(m.ctx, id, library.Patch{Title: &title, Description: &description})
		return changedMsg{"Saved.", err}
	})
}

// tagging is what the dialog of tags is about.
type tagging struct {
	list []library.Recording
	tags []string // that all of them had
}

// tag gives recordings tags instead of those that all of them had.
func (m Model) tag(list []library.Recording, had, want []string) page.Action {
	return do(func() tea.Msg {
		for _, r := range list {
			tags := slices.DeleteFunc(slices.Clone(r.Tags), func(tag string) bool { return slices.Contains(had, tag) })
			tags = append(tags, want...) // the library makes a set of them
			if _, err := m.config.Store.Update(m.ctx, r.ID, library.Patch{Tags: &tags}); err != nil {
				return changedMsg{err: err}
			}
		}
		return changedMsg{what: "Saved."}
	})
}
