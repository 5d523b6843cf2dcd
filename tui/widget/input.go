package widget

import (
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"rexec/tui/screen"
	"rexec/tui/theme"
)

// Input is a line of text being edited.
type Input struct {
	model       textinput.Model
	Placeholder string
}

// maxInput bounds what can be typed or pasted into a line, in characters.
const maxInput = 1000

// NewInput returns an input line that holds value, the cursor at its end.
func NewInput(value, placeholder string) Input {
	m := textinput.New()
	m.Prompt = ""
	m.CharLimit = maxInput
	m.SetVirtualCursor(false)
	m.SetValue(oneLine(value))
	m.CursorEnd()
	m.Focus()
	return Input{model: m, Placeholder: placeholder}
}

// oneLine makes pasted or stored text fit for one line.
func oneLine(s string) string {
	return screen.Clean(strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' || r == '\t' }), " "))
}

// Value returns the text.
func (in Input) Value() string { return in.model.Value() }

// SetValue replaces the text.
func (in Input) SetValue(s string) Input {
	in.model.SetValue(oneLine(s))
	in.model.CursorEnd()
	return in
}

// Update edits the line with a key or pasted text. Enter, escape, tab and the
// like are the caller's and must not be passed on.
func (in Input) Update(msg tea.Msg) Input {
	switch msg := msg.(type) {
	case tea.PasteMsg:
		in.model, _ = in.model.Update(tea.PasteMsg{Content: oneLine(msg.Content)})
	case tea.KeyPressMsg:
		in.model, _ = in.model.Update(msg)
	}
	return in
}

// Draw draws the line into one row, scrolled so that the cursor shows, and puts
// the screen's cursor there when it has the keys.
func (in Input) Draw(s *screen.Screen, t *theme.Theme, x, y, cols int, focused bool) {
	if cols <= 0 {
		return
	}
	s.Fill(screen.R(x, y, cols, 1), t.Field)
	value := in.model.Value()
	if value == "" {
		s.Text(x, y, cols, in.Placeholder, t.FieldPlaceholder)
		if focused {
			s.SetCursor(x, y, tea.CursorBar, true)
		}
		return
	}
	before := string([]rune(value)[:in.model.Position()])
	// Keep one column for the cursor behind the last character.
	skip := 0
	runes := []rune(value)
	for skip < len(runes) && s.Width(string([]rune(before)[min(skip, len([]rune(before))):])) > cols-1 {
		skip++
	}
	shown := string(runes[skip:])
	s.Text(x, y, cols, shown, t.Field)
	if focused {
		s.SetCursor(x+s.Width(string([]rune(before)[skip:])), y, tea.CursorBar, true)
	}
}
