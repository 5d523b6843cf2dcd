package browser

import (
	"fmt"
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
	askDelete = "browser.delete"
)

// Update implements page.Page.
func (m Model) Update(env page.Env, msg tea.Msg) (page.Page, page.Action) {
	m = m.sync(env, false)
	m, action := m.update(env, msg)
	m = m.sync(env, false)
	m, more := m.loadMore()
	m, look := m.look(env)
	m, timer := m.keepTime()
	if more == nil && look == nil && timer == nil {
		return m, action
	}
	return m, page.Several{action, more, look, timer}
}

func (m Model) update(env page.Env, msg tea.Msg) (Model, page.Action) {
	switch msg := msg.(type) {
	case page.Size:
		m.size = msg
		m.list = m.list.SetHeight(m.listRows())
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
	case tea.KeyPressMsg:
		if m.filtering {
			return m.filterKey(env, msg)
		}
		return m.key(env, msg)
	case tea.PasteMsg:
		if m.filtering {
			m.input = m.input.Update(msg)
			return m.search(m.input.Value())
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
	if l, moved := m.move(b.ID); moved {
		m.list = l
		return m, nil
	}
	return m.press(env, b.ID)
}

// move returns the list after a key that moves the cursor.
func (m Model) move(id keys.ID) (widget.List[entry], bool) {
	l := m.list
	switch id {
	case keys.Up, keys.PrevMatch:
		return l.Move(-1), true
	case keys.Down, keys.NextMatch:
		return l.Move(1), true
	case keys.PageUp:
		return l.Half(-1), true
	case keys.PageDown:
		return l.Half(1), true
	case keys.Top:
		return l.Go(0), true
	}
	return l, false
}

// press carries out the other bindings.
func (m Model) press(env page.Env, id keys.ID) (Model, page.Action) {
	e, _ := m.selected()
	switch id {
	case keys.Bottom:
		m.list = m.list.Go(m.list.Len() - 1)
		m.toEnd = !m.complete
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
		m.input = widget.NewInput(m.query, "title, description or command")
		m.list = m.list.SetHeight(m.listRows())
		return m, nil
	case keys.Clear:
		return m.search("")
	case keys.Edit:
		r := e.recording
		return m, page.Ask{Dialog: widget.Prompt(askEdit, "Edit", "", "Save",
			widget.Field{Label: "Title", Value: r.Title, Placeholder: screen.Clean(r.Name())},
			widget.Field{Label: "Description", Value: r.Description}).WithData(r.ID)}
	case keys.Delete:
		return m, m.askDelete(e.recording)
	case keys.Preview:
		m.showView = !m.showView
		return m, nil
	case keys.ShowHelp:
		return m, page.ShowHelp{}
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
	return page.Play{Playback: page.Playback{ID: r.ID, Title: r.Name(), Path: r.Path, Duration: r.Duration, SHA256: r.SHA256, Query: m.sought(r)}}
}

// sought is what the player should look for on the screens of a recording that was
// found: the longest word that is not what it is called by.
func (m Model) sought(r library.Recording) (word string) {
	name := strings.ToLower(r.Name())
	for _, w := range m.words() {
		if len(w) > len(word) && !strings.Contains(name, w) {
			word = w
		}
	}
	return word
}

func (m Model) askDelete(r library.Recording) page.Action {
	body := fmt.Sprintf("“%s”, %s, %s. There is no way back.", screen.Clean(r.Name()), widget.Clock(r.Duration), widget.Bytes(r.Size))
	return page.Ask{Dialog: widget.Confirm(askDelete, "Delete this recording?", body, "Delete", true).WithData(r)}
}

// filterKey edits the search line.
func (m Model) filterKey(env page.Env, k tea.KeyPressMsg) (Model, page.Action) {
	if b, ok := env.Keys.Match(keys.Filter, k); ok {
		if l, moved := m.move(b.ID); moved {
			m.list = l
			return m, nil
		}
		m.filtering = false
		m.list = m.list.SetHeight(m.listRows())
		if b.ID == keys.Cancel {
			return m.search("")
		}
		return m, nil
	}
	m.input = m.input.Update(k)
	return m.search(m.input.Value())
}

// search puts a query in force.
func (m Model) search(query string) (Model, page.Action) {
	if query = strings.TrimSpace(query); query == m.query {
		return m, nil
	}
	m.query = query
	m.list = m.list.Go(0).SetHeight(m.listRows())
	return m.load(true)
}

func (m Model) wheel(b tea.MouseButton) (Model, page.Action) {
	switch b {
	case tea.MouseWheelUp:
		m.list = m.list.Move(-3)
	case tea.MouseWheelDown:
		m.list = m.list.Move(3)
	default:
		return m, page.Unchanged{}
	}
	return m, nil
}

// click moves the cursor to a row; a click on the row under it opens it.
func (m Model) click(env page.Env, e tea.Mouse) (Model, page.Action) {
	lay := m.layout(screen.R(0, 0, m.size.Cols, m.size.Rows))
	first, count := m.list.Shown()
	i := e.Y - lay.rows.Min.Y
	if e.Button != tea.MouseLeft || m.viewing() || e.X >= lay.rows.Max.X || i < 0 || i >= count {
		return m, page.Unchanged{}
	}
	if first+i == m.list.Cursor() {
		if row, ok := m.selected(); ok && m.Why(env, keys.Open) == "" {
			return m, m.open(row)
		}
	}
	m.list = m.list.Go(first + i)
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
		return m, m.delete(a.Data.(library.Recording))
	}
	return m, nil
}
