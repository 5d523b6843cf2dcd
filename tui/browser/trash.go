package browser

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"rexec/library"
	"rexec/tui/page"
	"rexec/tui/say"
	"rexec/tui/screen"
	"rexec/tui/widget"
)

// deed is what was done to recordings and can be undone: they went to the trash, or
// came back from there.
type deed struct {
	recordings []library.Recording
	restored   bool
}

// maxDeeds bounds what can be undone.
const maxDeeds = 50

// doneMsg says that a deed is done, or why not.
type doneMsg struct {
	deed deed
	how  step
	err  error
}

// step is how a deed came to be.
type step uint8

const (
	afresh step = iota
	undoing
	redoing
)

// chosen are the recordings that a key is about: those that are marked, or the one
// under the cursor.
func (m Model) chosen() []library.Recording {
	if len(m.marked) > 0 {
		return slices.SortedFunc(maps.Values(m.marked), func(a, b library.Recording) int { return b.Created.Compare(a.Created) })
	}
	if e, ok := m.selected(); ok && e.tab == 0 {
		return []library.Recording{e.recording}
	}
	return nil
}

func (m Model) someUntrashed() bool {
	return slices.ContainsFunc(m.chosen(), func(r library.Recording) bool { return !trashed(r) })
}

// restorable are the chosen recordings when they are in the trash: there z is about
// them, not about what was done last.
func (m Model) restorable() []library.Recording {
	return slices.DeleteFunc(m.chosen(), func(r library.Recording) bool { return !trashed(r) })
}

// toTrash moves what is chosen to the trash.
func (m Model) toTrash() (Model, page.Action) {
	list := slices.DeleteFunc(m.chosen(), trashed)
	return m.unmark(), m.carryOut(deed{recordings: list}, afresh)
}

// undo brings back what was done last; in the trash, what is chosen.
func (m Model) undo() (Model, page.Action) {
	if list := m.restorable(); len(list) > 0 {
		return m.unmark(), m.carryOut(deed{list, true}, afresh)
	}
	n := len(m.undone) - 1
	d := m.undone[n]
	m.undone = m.undone[:n:n]
	d.restored = !d.restored
	return m, m.carryOut(d, undoing)
}

// again does what was undone last.
func (m Model) again() (Model, page.Action) {
	n := len(m.redo) - 1
	d := m.redo[n]
	m.redo = m.redo[:n:n]
	return m, m.carryOut(d, redoing)
}

func (m Model) carryOut(d deed, how step) page.Action {
	return do(func() tea.Msg {
		move := m.config.Store.Trash
		if d.restored {
			move = m.config.Store.Restore
		}
		return doneMsg{d, how, move(m.ctx, ids(d.recordings)...)}
	})
}

// did takes note of a deed, and says what can be done about it.
func (m Model) did(env page.Env, msg doneMsg) (Model, page.Action) {
	if msg.err != nil {
		// A part of it may be done: show what is.
		m, load := m.reload(env)
		return m, page.Several{page.Fail(say.Error(msg.err)), load}
	}
	d := msg.deed
	opposite := deed{d.recordings, !d.restored}
	switch msg.how {
	case undoing:
		m.redo = append(m.redo[:len(m.redo):len(m.redo)], opposite)
	case afresh:
		m.redo = nil
		fallthrough
	case redoing:
		undone := append(m.undone[:len(m.undone):len(m.undone)], d)
		m.undone = undone[max(len(undone)-maxDeeds, 0):]
	}
	text := "Moved " + called(d.recordings) + " to the trash. z brings it back."
	if len(d.recordings) > 1 {
		text = "Moved " + called(d.recordings) + " to the trash. z brings them back."
	}
	if d.restored {
		text = "Brought back " + called(d.recordings) + "."
	}
	m, load := m.reload(env)
	return m, page.Several{page.Done(text), load}
}

// called names recordings in a sentence.
func called(list []library.Recording) string {
	if len(list) == 1 {
		return quoted(list[0])
	}
	return widget.Count(len(list), "recording")
}

func ids(list []library.Recording) []string {
	out := make([]string, len(list))
	for i, r := range list {
		out[i] = r.ID
	}
	return out
}

// askDelete asks whether what is chosen is to be deleted for good.
func (m Model) askDelete() page.Action {
	list := m.chosen()
	title, what := "Delete this recording for good?", ""
	if len(list) == 1 {
		r := list[0]
		what = fmt.Sprintf("“%s”, %s, %s.", screen.Clean(r.Name()), widget.Clock(r.Duration), widget.Bytes(r.Size))
	} else {
		title = fmt.Sprintf("Delete %d recordings for good?", len(list))
		var size int64
		var names []string
		for i, r := range list {
			size += r.Size
			if i < 3 {
				names = append(names, "“"+screen.Clean(r.Name())+"”")
			}
		}
		if more := len(list) - len(names); more > 0 {
			names = append(names, fmt.Sprintf("and %d more", more))
		}
		what = strings.Join(names, ", ") + ", " + widget.Bytes(size) + "."
	}
	instead := ""
	if m.someUntrashed() {
		instead = " d moves to the trash instead."
	}
	return page.Ask{Dialog: widget.Confirm(askDelete, title, what+" There is no way back."+instead, "Delete", true).WithData(list)}
}

// deleteForGood deletes recordings; nothing that was done to them can be undone then.
func (m Model) deleteForGood(list []library.Recording) (Model, page.Action) {
	gone := func(d deed) bool {
		return slices.ContainsFunc(d.recordings, func(r library.Recording) bool {
			return slices.Contains(ids(list), r.ID)
		})
	}
	m.undone = slices.DeleteFunc(slices.Clone(m.undone), gone)
	m.redo = slices.DeleteFunc(slices.Clone(m.redo), gone)
	return m.unmark(), do(func() tea.Msg {
		err := m.config.Store.Delete(m.ctx, ids(list)...)
		return changedMsg{"Deleted " + called(list) + " for good.", err}
	})
}

// keepChosen spares what is chosen from retention, or no longer when all of it is.
func (m Model) keepChosen() (Model, page.Action) {
	list := m.chosen()
	keep := slices.ContainsFunc(list, func(r library.Recording) bool { return !r.Keep })
	what := "Kept " + called(list) + ": no clearing up takes it."
	if !keep {
		what = called(list) + " is not kept any longer."
	}
	return m.unmark(), do(func() tea.Msg {
		for _, r := range list {
			if _, err := m.config.Store.Update(m.ctx, r.ID, library.Patch{Keep: &keep}); err != nil {
				return changedMsg{err: err}
			}
		}
		return changedMsg{what: what}
	})
}

// Marks.

func (m Model) unmark() Model {
	m.marked, m.anchor = nil, -1
	return m
}

// mark marks rows, or takes their marks away when all of them have one.
func (m Model) mark(rows []entry) Model {
	marked := maps.Clone(m.marked)
	if marked == nil {
		marked = map[string]library.Recording{}
	}
	all := true
	for _, e := range rows {
		if _, ok := marked[e.recording.ID]; e.tab == 0 && !ok {
			marked[e.recording.ID], all = e.recording, false
		}
	}
	if all {
		for _, e := range rows {
			delete(marked, e.recording.ID)
		}
	}
	m.marked = marked
	return m
}

// markRange begins a range at the cursor, or ends it there and marks it.
func (m Model) markRange() Model {
	l := m.rows()
	if m.anchor < 0 {
		m.anchor = l.Cursor()
		return m
	}
	from, to := m.ranged()
	rows := l.Rows()[from : to+1]
	m.anchor = -1
	return m.mark(rows)
}

// ranged is the range that is being marked, as rows of the list; from is behind to
// when none is.
func (m Model) ranged() (from, to int) {
	if m.anchor < 0 {
		return 0, -1
	}
	l := m.rows()
	a, b := min(m.anchor, max(l.Len()-1, 0)), l.Cursor()
	return min(a, b), max(a, b)
}

// order is how the list is sorted.
type order uint8

const (
	newest order = iota
	oldest
	longest
	largest
	byTitle
	orders
)

func (o order) String() string {
	return [...]string{"newest first", "oldest first", "longest first", "largest first", "by title"}[o]
}

// sort sorts recordings that came newest first.
func (o order) sort(list []library.Recording) {
	slices.SortStableFunc(list, func(a, b library.Recording) int {
		switch o {
		case oldest:
			return a.Created.Compare(b.Created)
		case longest:
			return cmp.Compare(b.Duration, a.Duration)
		case largest:
			return cmp.Compare(b.Size, a.Size)
		case byTitle:
			return strings.Compare(strings.ToLower(a.Name()), strings.ToLower(b.Name()))
		}
		return 0
	})
}
