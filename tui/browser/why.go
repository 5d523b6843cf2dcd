package browser

import (
	"slices"

	"rexec/library"
	"rexec/tui/keys"
	"rexec/tui/page"
)

// Why implements page.Page.
func (m Model) Why(_ page.Env, id keys.ID) string {
	e, any := m.selected()
	switch id {
	case keys.Open:
		return m.whyNotOpen(e, any)
	case keys.Edit, keys.Tags, keys.Trash, keys.Delete, keys.Keep:
		return m.whyNotChange(id, e, any)
	case keys.MarkRow, keys.MarkRange:
		switch {
		case !any:
			return "There is nothing to mark."
		case e.tab > 0 && id == keys.MarkRow:
			return "Only recordings can be marked."
		}
	case keys.MarkAll:
		if len(m.recordings) == 0 && len(m.rows().Rows()) == 0 {
			return "There is nothing to mark."
		}
	case keys.Undo:
		if len(m.undone) == 0 && len(m.restorable()) == 0 {
			return "There is nothing to undo."
		}
	case keys.Redo:
		if len(m.redo) == 0 {
			return "Nothing was undone."
		}
	case keys.Preview:
		switch {
		case !any:
			return "There is nothing to preview."
		case m.wide():
			return "The preview is shown already."
		}
	case keys.Find, keys.Clear, keys.NextMatch, keys.PrevMatch, keys.Group, keys.Sort:
		return m.whyNotSearch(id)
	}
	return ""
}

func (m Model) whyNotOpen(e entry, any bool) string {
	switch {
	case !any && m.found.active():
		return "Nothing was found: / changes the search, esc clears it."
	case !any:
		return "There is nothing to play: r records a terminal."
	case e.tab > 0:
	case e.recording.Status == library.StatusMissing:
		return "The file of this recording is gone."
	case e.recording.Status == library.StatusDamaged:
		return "The file of this recording holds nothing that can be played."
	case trashed(e.recording):
		return "This recording is in the trash: z brings it back."
	}
	return ""
}

// whyNotChange is about the keys that change a recording; of them only Edit is never
// about what is marked.
func (m Model) whyNotChange(id keys.ID, e entry, any bool) string {
	switch {
	case id != keys.Edit && len(m.marked) > 0:
	case !any:
		return "There is no recording."
	case e.tab > 0:
		return "This is a running terminal: enter goes to it."
	}
	if id == keys.Trash && !m.someUntrashed() {
		return "It is in the trash already: z brings it back, D deletes it for good."
	}
	return ""
}

func (m Model) whyNotSearch(id keys.ID) string {
	isMoment := func(h library.Hit) bool { return h.Kind != library.HitRecording }
	searched := m.found.active()
	switch {
	case id == keys.Find:
		if m.loaded && len(m.recordings) == 0 && m.stats.Trashed == 0 && !searched {
			return "There is nothing to search yet."
		}
	case id == keys.Sort:
		if len(m.recordings) < 2 && !searched {
			return "There is nothing to sort."
		}
	case id == keys.Clear:
		if !searched && len(m.marked) == 0 && m.anchor < 0 {
			return "Nothing is searched for."
		}
	case !searched:
		return "Nothing is searched for: / searches."
	case id == keys.Group && !slices.ContainsFunc(m.found.hits, isMoment):
		return "No moments were found that could be told by recording."
	}
	return ""
}

func trashed(r library.Recording) bool { return !r.Trashed.IsZero() }
