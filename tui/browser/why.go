package browser

import (
	"slices"

	"rexec/library"
	"rexec/tui/keys"
	"rexec/tui/page"
)

// Why implements page.Page.
func (m Model) Why(env page.Env, id keys.ID) string {
	e, any := m.selected()
	switch id {
	case keys.Open:
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
	case keys.ExportCast, keys.ExportText, keys.FindSecrets, keys.MaskSecrets, keys.ShortenPauses, keys.CheckCast:
		switch {
		case m.config.Tools[id] == nil:
			return "This cannot be done here."
		case !any:
			return "There is no recording."
		case e.tab > 0:
			return "This terminal is running: what is recorded in it must be saved first."
		case e.recording.Status == library.StatusMissing:
			return "The file of this recording is gone."
		}
	case keys.Edit, keys.Tags:
		switch {
		case id == keys.Tags && len(m.marked) > 0:
		case !any:
			return "There is no recording."
		case e.tab > 0:
			return "This is a running terminal: enter goes to it."
		}
	case keys.Trash, keys.Delete, keys.Keep:
		switch {
		case len(m.marked) > 0:
		case !any:
			return "There is no recording."
		case e.tab > 0:
			return "This is a running terminal: enter goes to it."
		}
		if id == keys.Trash && !m.someUntrashed() {
			return "It is in the trash already: z brings it back, D deletes it for good."
		}
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
	case keys.Sort:
		if len(m.recordings) < 2 && !m.found.active() {
			return "There is nothing to sort."
		}
	case keys.Undo:
		if len(m.undone) == 0 && len(m.restorable()) == 0 {
			return "There is nothing to undo."
		}
	case keys.Redo:
		if len(m.redo) == 0 {
			return "Nothing was undone."
		}
	case keys.NextMatch, keys.PrevMatch, keys.Group:
		switch {
		case !m.found.active():
			return "Nothing is searched for: / searches."
		case id == keys.Group && !slices.ContainsFunc(m.found.hits, func(h library.Hit) bool { return h.Kind != library.HitRecording }):
			return "No moments were found that could be told by recording."
		}
	case keys.Clear:
		if !m.found.active() && len(m.marked) == 0 && m.anchor < 0 {
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
		if m.loaded && len(m.recordings) == 0 && m.stats.Trashed == 0 && !m.found.active() {
			return "There is nothing to search yet."
		}
	}
	return ""
}

func trashed(r library.Recording) bool { return !r.Trashed.IsZero() }
