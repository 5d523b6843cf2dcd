package browser

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"rexec/library"
	"rexec/recording/timeline"
	"rexec/tui/page"
	"rexec/vt"
)

// view is what the preview shows of one recording.
type view struct {
	still    *vt.Snapshot
	places   []timeline.Place // of what was searched for
	row      int              // of still, that is to be seen; -1: any
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
func viewKey(e entry) string {
	key := e.recording.ID + " " + e.recording.SHA256
	if e.isMoment() {
		key += " " + e.hit.Time.String() + " " + e.hit.Line
	}
	return key
}

// look asks for the view of the selected recording, when it is shown and not
// known, once the cursor has rested on it.
func (m Model) look(page.Env) (Model, page.Action) {
	e, ok := m.selected()
	if !ok || e.tab > 0 || !m.shown || !(m.wide() || m.viewing()) {
		return m, nil
	}
	of := viewKey(e)
	if _, known := m.preview.known[of]; known || m.preview.asked == of {
		return m, nil
	}
	m.preview.asked = of
	return m, page.Do{Cmd: m.config.After(lookAfter, lookMsg{of})}
}

// lookNow makes the view, when the cursor is still there.
func (m Model) lookNow(msg lookMsg) (Model, page.Action) {
	e, ok := m.selected()
	if !ok || msg.of != m.preview.asked || viewKey(e) != msg.of {
		m.preview.asked = ""
		return m, page.Unchanged{}
	}
	r := e.recording
	return m, page.Several{page.Unchanged{}, do(func() tea.Msg {
		v := view{row: -1}
		if e.isMoment() {
			v = m.viewMoment(*e.hit)
			return viewMsg{msg.of, v}
		}
		v.commands, v.err = m.config.Store.Commands(m.ctx, r.ID)
		if m.config.Still != nil && v.err == nil && playable(r) {
			v.still, v.err = m.config.Still(m.ctx, r)
		}
		return viewMsg{msg.of, v}
	})}
}

// viewMoment makes the view of a moment: the frame, and where on it the match stands.
func (m Model) viewMoment(h library.Hit) view {
	v := view{row: -1}
	if m.config.Moment == nil || !playable(h.Recording) {
		return v
	}
	if v.still, v.err = m.config.Moment(m.ctx, h.Recording, h.Time); v.err != nil || v.still == nil {
		return v
	}
	if texts := matchedTexts(&h); len(texts) > 0 {
		q := timeline.Query{Text: strings.TrimPrefix(alternatives(texts), "/"), Regexp: true}
		if matcher, err := q.Compile(); err == nil {
			v.places = matcher.Find(v.still)
		}
	}
	line, _, _ := strings.Cut(strings.TrimSpace(h.Line), "\n")
	if matcher, err := (timeline.Query{Text: line, CaseSensitive: true}).Compile(); err == nil {
		if at := matcher.Find(v.still); len(at) > 0 {
			v.row = at[len(at)-1].Row
		}
	}
	if v.row < 0 && len(v.places) > 0 {
		v.row = v.places[len(v.places)-1].Row
	}
	return v
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
