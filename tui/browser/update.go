package browser

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"rexec/library"
	"rexec/tui/keys"
	"rexec/tui/page"
	"rexec/tui/screen"
	"rexec/tui/widget"
)

// The dialogs of the page.
const (
	askTitle  = "browser.title"
	askEdit   = "browser.edit"
	askTags   = "browser.tags"
	askImport = "browser.import"
	askDelete = "browser.delete"
)

// Update implements page.Page.
func (m Model) Update(env page.Env, msg tea.Msg) (page.Page, page.Action) {
	m = m.sync(env, false)
	m, action := m.update(env, msg)
	m = m.sync(env, false)
	m, more := m.loadMore()
	m, found := m.moreFound()
	m, look := m.look(env)
	m, timer := m.keepTime()
	if more == nil && found == nil && look == nil && timer == nil {
		return m, action
	}
	return m, page.Several{action, more, found, look, timer}
}

func (m Model) update(env page.Env, msg tea.Msg) (Model, page.Action) {
	switch msg := msg.(type) {
	case page.Size:
		m.size = msg
		m.list, m.found.list = m.list.SetHeight(m.listRows()), m.found.list.SetHeight(m.listRows())
		return m, nil
	case page.Shown:
		m.shown = true
		return m.load(false)
	case page.Hidden:
		m.shown = false
		return m, nil
	case page.Changed:
		m.selectID = msg.ID
		return m.load(false)
	case page.Run:
		m.filtering = false
		return m.resize().run(env, msg.ID)
	case tea.KeyPressMsg:
		if m.filtering {
			return m.filterKey(env, msg)
		}
		return m.key(env, msg)
	case tea.PasteMsg:
		if m.filtering {
			m.input = m.input.Update(msg)
			return m.search(env, m.input.Value())
		}
		return m, page.Unchanged{}
	case tea.MouseWheelMsg:
		return m.wheel(msg.Button)
	case tea.MouseClickMsg:
		return m.click(env, tea.Mouse(msg))
	case page.Answer:
		return m.answered(msg)
	}
	return m.result(env, msg)
}

// key carries out a key of the library.
func (m Model) key(env page.Env, k tea.KeyPressMsg) (Model, page.Action) {
	b, ok := env.Keys.Match(keys.Library, k)
	if !ok {
		return m, page.Unchanged{}
	}
	if b.ID == keys.Clear && m.viewing() {
		m.showView = false
		return m, nil
	}
	if refusal, refused := page.Refuse(m, env, b.ID); refused {
		return m, refusal
	}
	return m.run(env, b.ID)
}

// run carries out a binding of the library.
func (m Model) run(env page.Env, id keys.ID) (Model, page.Action) {
	if m.move(id) {
		return m, nil
	}
	if m.config.Tools[id] != nil {
		return m.useTool(id)
	}
	return m.press(env, id)
}

// move carries out a key that moves the cursor.
func (m *Model) move(id keys.ID) bool {
	l := m.rows()
	switch id {
	case keys.Up:
		*l = l.Move(-1)
	case keys.Down:
		*l = l.Move(1)
	case keys.PageUp:
		*l = l.Half(-1)
	case keys.PageDown:
		*l = l.Half(1)
	case keys.Top:
		*l = l.Go(0)
	case keys.NextMatch:
		*l = l.Go(nextMatch(*l, 1))
	case keys.PrevMatch:
		*l = l.Go(nextMatch(*l, -1))
	default:
		return false
	}
	return true
}

// nextMatch is the next row that was found itself, and is no heading.
func nextMatch(l widget.List[entry], step int) int {
	rows := l.Rows()
	for i := l.Cursor() + step; i >= 0 && i < len(rows); i += step {
		if rows[i].kind != heading {
			return i
		}
	}
	return l.Cursor()
}

// press carries out the other bindings.
func (m Model) press(env page.Env, id keys.ID) (Model, page.Action) {
	e, _ := m.selected()
	switch id {
	case keys.Bottom:
		l := m.rows()
		*l = l.Go(l.Len() - 1)
		m.toEnd = !m.complete && !m.found.active()
		return m, nil
	case keys.Open:
		return m, m.open(e)
	case keys.Record:
		return m, page.Ask{Dialog: widget.Prompt(askTitle, "Record a new terminal", "", "Record",
			widget.Field{Label: "Title", Placeholder: "optional; enter skips"})}
	case keys.NewTerminal:
		return m, page.NewTerminal{}
	case keys.Find:
		m.filtering, m.showView = true, false
		m.input = widget.NewInput(m.found.text, "anything that was ever on a screen")
		return m.resize(), nil
	case keys.Clear:
		if len(m.marked) > 0 || m.anchor >= 0 {
			return m.unmark(), nil
		}
		return m.clearSearch()
	case keys.Group:
		m.flat = !m.flat
		return m.ask(env, 0)
	case keys.Sort:
		return m.sort(env)
	case keys.MarkRow:
		m = m.mark([]entry{e})
		l := m.rows()
		*l = l.Move(1)
		return m, nil
	case keys.MarkRange:
		return m.markRange(), nil
	case keys.MarkAll:
		return m.mark(m.rows().Rows()), nil
	case keys.Trash:
		return m.toTrash()
	case keys.Undo:
		return m.undo()
	case keys.Redo:
		return m.again()
	case keys.Keep:
		return m.keepChosen()
	case keys.Import:
		if m.imports != nil {
			return m, m.cancelImport()
		}
		return m, page.Ask{Dialog: widget.Prompt(askImport, "Import recordings", "A file, a folder with all that is in it, or a pattern such as ~/casts/2026-*.cast. What is there already is not copied again.", "Import",
			widget.Field{Label: "Path", Placeholder: "~/casts"})}
	case keys.Tags:
		return m, m.askTags()
	case keys.Edit:
		r := e.recording
		return m, page.Ask{Dialog: widget.Prompt(askEdit, "Edit", "", "Save",
			widget.Field{Label: "Title", Value: r.Title, Placeholder: screen.Clean(r.Name())},
			widget.Field{Label: "Description", Value: r.Description}).WithData(r.ID)}
	case keys.Delete:
		return m, m.askDelete()
	case keys.Preview:
		m.showView = !m.showView
		return m, nil
	case keys.ShowHelp:
		return m, page.ShowHelp{}
	case keys.OpenPalette:
		return m, page.ShowPalette{}
	case keys.Quit:
		return m, page.Quit{}
	}
	return m, page.Unchanged{}
}

// open plays a recording, or goes to a terminal.
func (m Model) open(e entry) page.Action {
	if e.tab > 0 {
		return page.GoTerminal{Tab: e.tab}
	}
	r := e.recording
	p := page.Playback{ID: r.ID, Title: r.Name(), Path: r.Path, Duration: r.Duration, SHA256: r.SHA256}
	if e.isMoment() {
		p.Start, p.Paused, p.Query = e.hit.Time, true, sought(e.hit)
	}
	return page.Play{Playback: p}
}

// resize fits the lists to the rows that they have.
func (m Model) resize() Model {
	m.list, m.found.list = m.list.SetHeight(m.listRows()), m.found.list.SetHeight(m.listRows())
	return m
}

// sort goes on to the next order, of the list or of what was found.
func (m Model) sort(env page.Env) (Model, page.Action) {
	if m.found.active() {
		m.relevant, m.found.top = !m.relevant, true
		return m.ask(env, 0)
	}
	m.sorted, m.toTop = (m.sorted+1)%orders, true
	m, load := m.load(true)
	return m, page.Several{page.Info("Sorted " + m.sorted.String() + "."), load}
}

// askTags asks for the tags of what is chosen.
func (m Model) askTags() page.Action {
	list := m.chosen()
	tags := slices.Clone(list[0].Tags)
	for _, r := range list[1:] {
		tags = slices.DeleteFunc(tags, func(tag string) bool { return !slices.Contains(r.Tags, tag) })
	}
	title, body := "Tags of "+called(list), ""
	if len(list) > 1 {
		body = "These are the tags that all of them have; others stay."
	}
	return page.Ask{Dialog: widget.Prompt(askTags, title, body, "Save",
		widget.Field{Label: "Tags", Value: strings.Join(tags, ", "), Placeholder: "parted by commas"}).WithData(tagging{list, tags})}
}

// filterKey edits the search line.
func (m Model) filterKey(env page.Env, k tea.KeyPressMsg) (Model, page.Action) {
	if b, ok := env.Keys.Match(keys.Filter, k); ok {
		if m.move(b.ID) {
			return m, nil
		}
		m.filtering = false
		m = m.resize()
		if b.ID == keys.Cancel {
			return m.clearSearch()
		}
		return m, nil
	}
	m.input = m.input.Update(k)
	return m.search(env, m.input.Value())
}

func (m Model) wheel(b tea.MouseButton) (Model, page.Action) {
	switch b {
	case tea.MouseWheelUp:
		l := m.rows()
		*l = l.Move(-3)
	case tea.MouseWheelDown:
		l := m.rows()
		*l = l.Move(3)
	default:
		return m, page.Unchanged{}
	}
	return m, nil
}

// click moves the cursor to a row; a click on the row under it opens it.
func (m Model) click(env page.Env, e tea.Mouse) (Model, page.Action) {
	lay := m.layout(screen.R(0, 0, m.size.Cols, m.size.Rows))
	l := m.rows()
	first, count := l.Shown()
	i := e.Y - lay.rows.Min.Y
	if e.Button != tea.MouseLeft || m.viewing() || e.X >= lay.rows.Max.X || i < 0 || i >= count {
		return m, page.Unchanged{}
	}
	if first+i == l.Cursor() {
		if row, ok := m.selected(); ok && m.Why(env, keys.Open) == "" {
			return m, m.open(row)
		}
	}
	*l = l.Go(first + i)
	return m, nil
}

// answered takes the answers to the page's dialogs.
func (m Model) answered(a page.Answer) (Model, page.Action) {
	if !a.OK {
		return m, nil
	}
	switch a.ID {
	case askTitle:
		return m, page.NewTerminal{Record: true, Title: strings.TrimSpace(a.Values[0])}
	case askEdit:
		return m, m.edit(a.Data.(string), strings.TrimSpace(a.Values[0]), strings.TrimSpace(a.Values[1]))
	case askDelete:
		return m.deleteForGood(a.Data.([]library.Recording))
	case askImport:
		return m.bringIn(strings.TrimSpace(a.Values[0]))
	case askPath:
		return m, m.work(a.Data.(use), strings.TrimSpace(a.Values[0]))
	case askTags:
		t := a.Data.(tagging)
		return m.unmark(), m.tag(t.list, t.tags, strings.Split(a.Values[0], ","))
	}
	return m, nil
}
