package live

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"rexec/tui/keys"
	"rexec/tui/page"
	"rexec/tui/widget"
	"rexec/vt"
	"rexec/vt/input"
)

// pasted is a paste that waits for an answer.
type pasted struct {
	tab  int
	text string
}

// modes are those of the program that has the keys.
func (m Model) modes() vt.Modes {
	if t := m.current(); t != nil && t.snapshot != nil {
		return t.snapshot.Modes()
	}
	return vt.Modes{}
}

// send writes to the terminal that has the keys.
func (m Model) send(data []byte) page.Action {
	t := m.current()
	if t == nil || t.terminal == nil || !t.running || len(data) == 0 {
		return page.Unchanged{}
	}
	// What it does to the screen comes as a frame.
	return page.Several{page.Unchanged{}, page.Send{To: t.terminal, Data: data}}
}

// key gives a key to the program, or to the tab of one that has ended.
func (m Model) key(env page.Env, k tea.KeyPressMsg) (Model, page.Action) {
	t := m.current()
	if t == nil {
		return m, page.Unchanged{}
	}
	if t.running {
		return m, m.send(input.AppendKey(nil, translateKey(tea.Key(k), false), m.modes()))
	}
	b, ok := env.Keys.Match(keys.Ended, k)
	if !ok {
		return m, page.Unchanged{}
	}
	if refusal, refused := page.Refuse(m, env, b.ID); refused {
		return m, refusal
	}
	return m.run(b.ID)
}

// run carries out a binding of a tab whose program has ended.
func (m Model) run(id keys.ID) (Model, page.Action) {
	t := m.current()
	if t == nil {
		return m, page.Unchanged{}
	}
	switch id {
	case keys.OpenPalette:
		return m, page.ShowPalette{}
	case keys.CloseTab:
		return m.askToClose(*t)
	case keys.Open:
		return m, page.Play{Playback: page.Playback{ID: t.recording.ID, Title: t.recording.Name(), Path: t.recording.Path, Duration: t.recording.Duration}}
	}
	return m, page.Unchanged{}
}

// paste gives pasted text to the program. One that does not know pastes takes
// line ends for the enter key, so that several lines are asked about.
func (m Model) paste(text string) (Model, page.Action) {
	t := m.current()
	if t == nil || !t.running {
		return m, page.Unchanged{}
	}
	// Most terminals end the lines of a paste as the enter key would.
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	lines := strings.Count(strings.TrimRight(text, "\n"), "\n") + 1
	if lines > 1 && !m.modes().BracketedPaste {
		d := widget.Confirm(askPaste, fmt.Sprintf("Paste %d lines?", lines),
			"The program in this terminal cannot tell a paste from typing: it may run each line as a command.", "Paste", true)
		return m, page.Ask{Dialog: d.WithData(pasted{t.id, text})}
	}
	return m, m.send(input.AppendPaste(nil, text, m.modes()))
}

// tellFocus tells the program that it has the focus, or lost it.
func (m Model) tellFocus(focused bool) page.Action {
	if !m.shown {
		return nil
	}
	if data := input.AppendFocus(nil, focused, m.modes()); len(data) > 0 {
		return page.Send{To: m.current().terminal, Data: data}
	}
	return nil
}

// mouse gives a mouse event to the program; in the tab bar it chooses a tab.
func (m Model) mouse(env page.Env, msg tea.MouseMsg) (Model, page.Action) {
	e := msg.Mouse()
	if e.Y == 0 {
		if _, click := msg.(tea.MouseClickMsg); click && e.Button == tea.MouseLeft {
			for i, r := range m.tabCells(m.size.Cols) {
				if e.X >= r.from && e.X < r.to {
					return m.show(env, i)
				}
			}
		}
		return m, page.Unchanged{}
	}
	out := input.Mouse{X: e.X, Y: e.Y - 1, Button: input.Button(e.Button), Mod: modifiers(e.Mod)}
	switch msg.(type) {
	case tea.MouseReleaseMsg:
		out.Action = input.Release
	case tea.MouseMotionMsg:
		out.Action = input.Motion
	}
	return m, m.send(input.AppendMouse(nil, out, m.modes()))
}

// translateKey turns Bubble Tea's key into the encoder's.
func translateKey(k tea.Key, released bool) input.Key {
	out := input.Key{Code: k.Code, Mod: modifiers(k.Mod), Text: k.Text, Shifted: k.ShiftedCode, Base: k.BaseCode}
	if k.Code == tea.KeyExtended {
		out.Code = 0
	} else if k.Code > tea.KeyExtended {
		code, known := codes[k.Code]
		if !known {
			return input.Key{} // which sends nothing
		}
		out.Code = code
	}
	switch {
	case released:
		out.Action = input.Release
	case k.IsRepeat:
		out.Action = input.Repeat
	}
	return out
}

// modifiers translates the set of modifiers.
func modifiers(m tea.KeyMod) (out input.Modifiers) {
	for _, p := range modifierTable {
		if m&p.from != 0 {
			out |= p.to
		}
	}
	return out
}

var modifierTable = []struct {
	from tea.KeyMod
	to   input.Modifiers
}{
	{tea.ModShift, input.Shift}, {tea.ModAlt, input.Alt}, {tea.ModCtrl, input.Ctrl}, {tea.ModMeta, input.Meta},
	{tea.ModHyper, input.Hyper}, {tea.ModSuper, input.Super}, {tea.ModCapsLock, input.CapsLock}, {tea.ModNumLock, input.NumLock},
}
