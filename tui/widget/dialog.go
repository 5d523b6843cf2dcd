package widget

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"rexec/tui/keys"
	"rexec/tui/screen"
	"rexec/tui/theme"
)

// Dialog is a question to the user: yes or no, some lines of text, or a notice.
// Make one with Confirm, Prompt or Notice and give it ID, so that the answer can
// be told from others.
type Dialog struct {
	ID    string
	Title string
	Body  string // wrapped; a line feed begins a new line
	// Data travels with the dialog and comes back in the Answer.
	Data any
	// Unasked says that the user did not press a key for it. It then takes no keys
	// for a moment, so that what was meant for the page below does not answer it.
	Unasked bool

	fields  []Field
	buttons []string // the first confirms, the last cancels
	yesNo   bool
	danger  bool
	focus   int // fields first, then buttons
	opened  time.Time
}

// Field is a line of a Prompt.
type Field struct {
	Label       string
	Placeholder string
	Value       string
	input       Input
}

// Answer is what the user answered.
type Answer struct {
	ID     string
	OK     bool     // confirmed; false when cancelled
	Values []string // of a Prompt's fields
	Data   any
}

// absorb is how long an unasked dialog takes no keys.
const absorb = 400 * time.Millisecond

// Confirm asks for yes or no. yes is the button's label, a verb. A dangerous
// question has No as its default.
func Confirm(id, title, body, yes string, danger bool) Dialog {
	d := Dialog{ID: id, Title: title, Body: body, buttons: []string{yes, "Cancel"}, yesNo: true, danger: danger}
	if danger {
		d.focus = 1
	}
	return d
}

// Prompt asks for lines of text.
func Prompt(id, title, body, ok string, fields ...Field) Dialog {
	for i := range fields {
		fields[i].input = NewInput(fields[i].Value, fields[i].Placeholder)
	}
	return Dialog{ID: id, Title: title, Body: body, fields: fields, buttons: []string{ok, "Cancel"}}
}

// Notice tells something that must be read.
func Notice(id, title, body string) Dialog {
	return Dialog{ID: id, Title: title, Body: body, buttons: []string{"OK"}, Unasked: true}
}

// WithData returns the dialog carrying v.
func (d Dialog) WithData(v any) Dialog { d.Data = v; return d }

// Open returns the dialog as it is shown at a moment.
func (d Dialog) Open(now time.Time) Dialog { d.opened = now; return d }

// Update handles a key or a paste; the answer is not nil when the dialog is done.
func (d Dialog) Update(t *keys.Table, now time.Time, msg tea.Msg) (Dialog, *Answer) {
	if d.Unasked && now.Sub(d.opened) < absorb {
		return d, nil
	}
	if k, ok := msg.(tea.KeyPressMsg); ok {
		if b, ok := t.Match(keys.Dialog, k); ok && (d.yesNo || b.ID != keys.Yes && b.ID != keys.No) {
			return d.press(b.ID)
		}
		if d.focus >= len(d.fields) {
			// No letters here: words typed for what lies below must not find their way
			// to a dangerous button.
			switch k.String() {
			case "right":
				d.focus = min(d.focus+1, d.stops()-1)
			case "left":
				d.focus = max(d.focus-1, len(d.fields))
			case "space":
				return d.press(keys.Accept)
			}
			return d, nil
		}
	}
	if d.focus < len(d.fields) {
		fields := append([]Field(nil), d.fields...)
		fields[d.focus].input = fields[d.focus].input.Update(msg)
		d.fields = fields
	}
	return d, nil
}

// press carries out one of the dialog's bindings.
func (d Dialog) press(id keys.ID) (Dialog, *Answer) {
	switch id {
	case keys.NextField:
		d.focus = (d.focus + 1) % d.stops()
	case keys.PrevField:
		d.focus = (d.focus + d.stops() - 1) % d.stops()
	case keys.Accept:
		button := d.focus - len(d.fields)
		return d, d.answer(len(d.buttons) == 1 || button < len(d.buttons)-1)
	case keys.Yes:
		return d, d.answer(true)
	case keys.Cancel, keys.No:
		return d, d.answer(false)
	}
	return d, nil
}

func (d Dialog) stops() int { return len(d.fields) + len(d.buttons) }

func (d Dialog) answer(ok bool) *Answer {
	a := &Answer{ID: d.ID, OK: ok, Data: d.Data}
	for _, f := range d.fields {
		a.Values = append(a.Values, f.input.Value())
	}
	return a
}

// Draw draws the dialog in the middle of r.
func (d Dialog) Draw(s *screen.Screen, t *theme.Theme, r screen.Rect) {
	s.HideCursor()
	width := min(62, r.Dx()-2)
	inner := width - 6
	if inner < 8 {
		width, inner = r.Dx(), max(r.Dx()-4, 1)
	}
	body := []string{}
	if d.Body != "" {
		body = s.Wrap(d.Body, inner)
	}
	// Small windows lose the end of the text, never the fields and buttons.
	fixed := 6 + 2*len(d.fields)
	if d.Title == "" {
		fixed--
	}
	body = body[:min(len(body), max(r.Dy()-fixed, 0))]
	height := min(fixed+len(body), r.Dy())
	if len(body) == 0 {
		height--
	}
	box := screen.R(r.Min.X+(r.Dx()-width)/2, r.Min.Y+max((r.Dy()-height)/2, 0), width, height)
	s.Box(box, t.PanelBorder, t.Panel)
	x, y := box.Min.X+(width-inner)/2, box.Min.Y+1
	if d.Title != "" {
		s.Text(x, y, inner, d.Title, t.PanelTitle)
		y += 2
	}
	for _, line := range body {
		s.Text(x, y, inner, line, t.Panel)
		y++
	}
	if len(body) > 0 {
		y++
	}
	y = d.drawFields(s, t, x, y, inner)
	d.drawButtons(s, t, x, min(y, box.Max.Y-2), inner)
}

// drawFields draws label and input side by side, one row each, and returns the
// row after them.
func (d Dialog) drawFields(s *screen.Screen, t *theme.Theme, x, y, cols int) int {
	label := 0
	for _, f := range d.fields {
		label = max(label, s.Width(f.Label))
	}
	for i, f := range d.fields {
		st := t.PanelMuted
		if i == d.focus {
			st = t.PanelAccent
		}
		s.Text(x, y, label, f.Label, st)
		f.input.Draw(s, t, x+label+2, y, cols-label-2, i == d.focus)
		y += 2
	}
	return y
}

func (d Dialog) drawButtons(s *screen.Screen, t *theme.Theme, x, y, cols int) {
	used := 0
	for i, label := range d.buttons {
		st := t.Button
		if i == d.focus-len(d.fields) || d.focus < len(d.fields) && i == 0 {
			st = t.ButtonActive
			if d.danger && i == 0 {
				st = t.ButtonDangerous
			}
		}
		used += s.Text(x+used, y, cols-used, "  "+label+"  ", st) + 2
	}
	hint := "enter · esc"
	if d.yesNo {
		hint = "y · n"
	}
	if w := s.Width(hint); len(d.buttons) > 1 && cols-used >= w {
		s.TextRight(x+cols, y, w, hint, t.PanelMuted)
	}
}
