package browser

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"rexec/library"
	"rexec/tui/page"
	"rexec/vt"
)

// view is what the preview shows of one recording.
type view struct {
	still    *vt.Snapshot
	commands []library.Command
	err      error
}

// previews are the views that are known, by what they are of. Values are shared
// between copies of the page, which is harmless: they are never changed, and a
// copy with more of them is a newer one.
type previews struct {
	known map[string]view
	order []string // oldest first
	asked string   // the one that is being looked at
}

// keepViews bounds the views that are kept.
const keepViews = 64

// lookAfter is how long the cursor must rest on a row before its view is made.
const lookAfter = 60 * time.Millisecond

type (
	lookMsg struct{ of string }
	viewMsg struct {
		of   string
		view view
	}
)

func newPreviews() previews { return previews{known: map[string]view{}} }

// with returns the views with one more.
func (p previews) with(of string, v view) previews {
	known := make(map[string]view, len(p.known)+1)
	for k, v := range p.known {
		known[k] = v
	}
	known[of] = v
	p.order = append(p.order[:len(p.order):len(p.order)], of)
	if len(p.order) > keepViews {
		delete(known, p.order[0])
		p.order = p.order[1:]
	}
	p.known = known
	return p
}

// viewKey names the content that a view is of.
func viewKey(r library.Recording) string { return r.ID + " " + r.SHA256 }

// look asks for the view of the selected recording, when it is shown and not
// known, once the cursor has rested on it.
func (m Model) look(page.Env) (Model, page.Action) {
	e, ok := m.selected()
	if !ok || e.tab > 0 || !m.shown || !(m.wide() || m.viewing()) {
		return m, nil
	}
	of := viewKey(e.recording)
	if _, known := m.preview.known[of]; known || m.preview.asked == of {
		return m, nil
	}
	m.preview.asked = of
	return m, page.Do{Cmd: m.config.After(lookAfter, lookMsg{of})}
}

// lookNow makes the view, when the cursor is still there.
func (m Model) lookNow(msg lookMsg) (Model, page.Action) {
	e, ok := m.selected()
	if !ok || msg.of != m.preview.asked || viewKey(e.recording) != msg.of {
		m.preview.asked = ""
		return m, page.Unchanged{}
	}
	r := e.recording
	return m, page.Several{page.Unchanged{}, do(func() tea.Msg {
		var v view
		v.commands, v.err = m.config.Store.Commands(m.ctx, r.ID)
		if m.config.Still != nil && v.err == nil && playable(r) {
			v.still, v.err = m.config.Still(m.ctx, r)
		}
		return viewMsg{msg.of, v}
	})}
}

func playable(r library.Recording) bool {
	return r.Status != library.StatusMissing && r.Status != library.StatusDamaged
}

func (m Model) tookView(msg viewMsg) (Model, page.Action) {
	m.preview = m.preview.with(msg.of, msg.view)
	if m.preview.asked == msg.of {
		m.preview.asked = ""
	}
	return m, nil
}
