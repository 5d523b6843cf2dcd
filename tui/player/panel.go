package player

import (
	"slices"
	"sort"
	"strings"
	"time"
	"unicode"

	tea "charm.land/bubbletea/v2"

	"rexec/tui/keys"
	"rexec/tui/page"
	"rexec/tui/widget"
)

type panelKind int

const (
	noPanel panelKind = iota
	commandsPanel
	linesPanel
)

// panel is the list of commands, or of lines, beside the recording, and above it in
// a narrow window. Its cursor goes along with playback until it is moved.
type panel struct {
	kind   panelKind
	items  text    // what rows were made of: the text that is read goes on meanwhile
	rows   []int32 // of the commands or lines, those that the filter lets through
	cursor int
	top    int
	follow bool

	typing bool // the filter line has the keys
	input  widget.Input
	filter string
	number int // generation of rows
	shown  int // the generation that is shown
}

// filterMsg brings the rows of a panel.
type filterMsg struct {
	number int
	items  text
	rows   []int32
}

// openPanel opens a panel, another one in its place, or closes it.
func (m Model) openPanel(env page.Env, kind panelKind) (Model, page.Action) {
	if m.panel.kind == kind {
		return m.closePanel(env)
	}
	m.panel = panel{kind: kind, follow: true, number: m.panel.number + 1}
	m.view = m.view.follow(m.window(), m.frame.Snapshot)
	m, read := m.readText()
	m, next := m.schedule(env)
	return m, page.Several{read, m.filterPanel(), next}
}

func (m Model) closePanel(env page.Env) (Model, page.Action) {
	m.panel = panel{number: m.panel.number + 1}
	m.view = m.view.follow(m.window(), m.frame.Snapshot)
	return m.schedule(env)
}

// filterPanel finds the rows of the panel, in a command: there may be half a million
// lines.
func (m Model) filterPanel() page.Action {
	p, t := m.panel, m.text
	if p.kind == noPanel {
		return nil
	}
	return do(func() tea.Msg {
		msg := filterMsg{number: p.number, items: t}
		match := matching(p.filter)
		add := func(i int, text string) {
			if match(text) {
				msg.rows = append(msg.rows, int32(i))
			}
		}
		if p.kind == commandsPanel {
			for i, c := range t.commands {
				add(i, c.Text)
			}
		} else {
			for i, l := range t.lines {
				add(i, l.Text)
			}
		}
		return msg
	})
}

// matching tells which texts hold all words of a filter. Case counts when it has a
// capital letter.
func matching(filter string) func(string) bool {
	words := strings.Fields(filter)
	if len(words) == 0 {
		return func(string) bool { return true }
	}
	fold := !strings.ContainsFunc(filter, unicode.IsUpper)
	return func(text string) bool {
		if fold {
			text = strings.ToLower(text)
		}
		for _, w := range words {
			if !strings.Contains(text, w) {
				return false
			}
		}
		return true
	}
}

// matches are the places in a text that hold the words of a filter, in order.
func matches(text, filter string) []widget.Part {
	words := strings.Fields(filter)
	folded := text
	if !strings.ContainsFunc(filter, unicode.IsUpper) {
		folded = strings.ToLower(text)
	}
	if len(words) == 0 || len(folded) != len(text) {
		return nil // in lower case some letters have another length
	}
	var out []widget.Part
	for _, w := range words {
		for at := 0; ; {
			i := strings.Index(folded[at:], w)
			if i < 0 {
				break
			}
			out = append(out, widget.Part{Start: at + i, End: at + i + len(w)})
			at += i + len(w)
		}
	}
	slices.SortFunc(out, func(a, b widget.Part) int { return a.Start - b.Start })
	return out
}

// filtered takes the rows.
func (m Model) filtered(env page.Env, msg filterMsg) (Model, page.Action) {
	p := &m.panel
	if msg.number != p.number || msg.items.version < p.items.version || p.kind == noPanel {
		return m, page.Unchanged{}
	}
	p.rows, p.items = msg.rows, msg.items
	if p.shown != p.number { // others than before: begin at what is played
		p.shown, p.cursor = p.number, max(m.current(env), 0)
	}
	m.panel = m.panel.settle(m.panelRows())
	return m.follow(env), nil
}

// rowTime returns when a row of the panel begins.
func (m Model) rowTime(row int32) time.Duration {
	if m.panel.kind == commandsPanel {
		return m.panel.items.commands[row].Start
	}
	return m.panel.items.lines[row].First
}

// current returns the row of the panel that is played now, -1 for none.
func (m Model) current(env page.Env) int {
	pos, rows := m.position(env), m.panel.rows
	return sort.Search(len(rows), func(i int) bool { return m.rowTime(rows[i]) > pos }) - 1
}

// follow moves the cursor to what is played, if it follows.
func (m Model) follow(env page.Env) Model {
	if m.panel.kind != noPanel && m.panel.follow && !m.panel.typing {
		m.panel.cursor = max(m.current(env), 0)
		m.panel = m.panel.settle(m.panelRows())
	}
	return m
}

// settle keeps the cursor on a row, and shows it, with rows around it.
func (p panel) settle(height int) panel {
	p.cursor = max(min(p.cursor, len(p.rows)-1), 0)
	around := min(2, max(height-1, 0)/2)
	p.top = min(p.top, p.cursor-around)
	p.top = max(p.top, p.cursor+around-height+1)
	p.top = max(min(p.top, len(p.rows)-height), 0)
	return p
}

func (m Model) movePanel(n int) Model {
	m.panel.follow = false
	m.panel.cursor += n
	m.panel = m.panel.settle(m.panelRows())
	return m
}

// panelKey carries out a key of the panel; ok is false when it is not one, and the
// player's then.
func (m Model) panelKey(env page.Env, k tea.KeyPressMsg) (_ Model, _ page.Action, ok bool) {
	if m.panel.typing {
		m, action := m.typeFilter(env, k)
		return m, action, true
	}
	b, ok := env.Keys.Match(keys.Panel, k)
	if !ok {
		return m, nil, false
	}
	m = m.wake(env)
	height := max(m.panelRows(), 1)
	switch b.ID {
	case keys.Up:
		m = m.movePanel(-1)
	case keys.Down:
		m = m.movePanel(1)
	case keys.PageUp:
		m = m.movePanel(-height)
	case keys.PageDown:
		m = m.movePanel(height)
	case keys.Top:
		m = m.movePanel(-len(m.panel.rows))
	case keys.Bottom:
		m = m.movePanel(len(m.panel.rows))
	case keys.Open:
		m, action := m.goRow(env, m.panel.cursor)
		return m, action, true
	case keys.Find:
		m.panel.typing, m.panel.input = true, widget.NewInput(m.panel.filter, "words to look for")
	case keys.Cancel:
		if m.panel.filter != "" {
			m, action := m.setFilter("")
			return m, action, true
		}
		m, action := m.closePanel(env)
		return m, action, true
	default:
		return m, nil, false
	}
	return m, nil, true
}

// goRow goes to where a row begins.
func (m Model) goRow(env page.Env, row int) (Model, page.Action) {
	if row < 0 || row >= len(m.panel.rows) {
		return m, page.Unchanged{}
	}
	m.panel.cursor, m.panel.follow = row, true
	return m.goTo(env, m.rowTime(m.panel.rows[row]))
}

// typeFilter edits the filter line.
func (m Model) typeFilter(env page.Env, k tea.KeyPressMsg) (Model, page.Action) {
	b, _ := env.Keys.Match(keys.PanelFilter, k)
	switch b.ID {
	case keys.Accept:
		m.panel.typing = false
		m.panel.follow = false
		return m.goRow(env, m.panel.cursor)
	case keys.Cancel:
		m.panel.typing = false
		return m.setFilter("")
	case keys.Up:
		return m.movePanel(-1), nil
	case keys.Down:
		return m.movePanel(1), nil
	}
	return m.inputFilter(k)
}

// inputFilter gives a message to the filter line.
func (m Model) inputFilter(msg tea.Msg) (Model, page.Action) {
	m.panel.input = m.panel.input.Update(msg)
	if m.panel.input.Value() == m.panel.filter {
		return m, nil
	}
	return m.setFilter(m.panel.input.Value())
}

func (m Model) setFilter(filter string) (Model, page.Action) {
	m.panel.filter = filter
	m.panel.number++
	m.panel.follow = filter == ""
	return m, m.filterPanel()
}

// panelMouse carries out a message of the mouse above the panel.
func (m Model) panelMouse(env page.Env, msg tea.MouseMsg) (Model, page.Action) {
	e := msg.Mouse()
	switch msg := msg.(type) {
	case tea.MouseClickMsg:
		if row := m.panelRow(e.X, e.Y); row >= 0 && msg.Button == tea.MouseLeft {
			m.panel.typing = false
			return m.goRow(env, row)
		}
	case tea.MouseWheelMsg:
		const rows = 3
		switch msg.Button {
		case tea.MouseWheelUp:
			return m.movePanel(-rows), nil
		case tea.MouseWheelDown:
			return m.movePanel(rows), nil
		}
	}
	return m, page.Unchanged{}
}
