package widget

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/sahilm/fuzzy"

	"rexec/tui/keys"
	"rexec/tui/screen"
	"rexec/tui/theme"
)

// Choice is something that a palette offers: a binding, and why it cannot be used
// now, "" when it can.
type Choice struct {
	Binding keys.Binding
	Why     string
}

// Palette is the overlay that finds what can be done by its name: a line to type
// into, and the choices that match, made from the table of bindings.
type Palette struct {
	choices []Choice
	input   Input
	found   []find
	list    List[find]
}

// find is a choice that matches, and which of its bytes do.
type find struct {
	choice  int
	matched []int
}

// NewPalette offers choices. Those that cannot be used now come last.
func NewPalette(choices []Choice) Palette {
	choices = slices.Clone(choices)
	slices.SortStableFunc(choices, func(a, b Choice) int { return disabled(a) - disabled(b) })
	p := Palette{choices: choices, input: NewInput("", "type what to do"), list: NewList(func(f find) string { return choices[f.choice].Binding.Help })}
	return p.search()
}

func disabled(c Choice) int {
	if c.Why != "" {
		return 1
	}
	return 0
}

// Len and String make the choices what package fuzzy searches.
func (p Palette) Len() int            { return len(p.choices) }
func (p Palette) String(i int) string { return p.choices[i].Binding.Help }

// search finds the choices for what is typed: those that have each word of it, or if
// there are none, those that have its letters in this order.
func (p Palette) search() Palette {
	p.found = nil
	words := strings.Fields(strings.ToLower(p.input.Value()))
	for i := range p.choices {
		if matched, ok := have(strings.ToLower(p.String(i)), words); ok {
			p.found = append(p.found, find{i, matched})
		}
	}
	if len(p.found) == 0 {
		for _, m := range fuzzy.FindFrom(p.input.Value(), p) {
			p.found = append(p.found, find{m.Index, m.MatchedIndexes})
		}
		slices.SortStableFunc(p.found, func(a, b find) int { return disabled(p.choices[a.choice]) - disabled(p.choices[b.choice]) })
	}
	p.list = p.list.Replace(p.found, true).Go(0)
	return p
}

// have tells whether a text has all words, and which of its bytes they are.
func have(text string, words []string) (matched []int, ok bool) {
	for _, w := range words {
		at := strings.Index(text, w)
		if at < 0 {
			return nil, false
		}
		for i := range len(w) {
			matched = append(matched, at+i)
		}
	}
	return matched, true
}

// paletteRows is how many choices are shown at most; paletteFrame is how many rows
// the palette has besides.
const (
	paletteRows  = 14
	paletteFrame = 4
)

// Update handles a key or a paste; rows is the height of the place that the palette
// is drawn in. closed tells that the palette is to go; chosen is then what was chosen,
// nil for nothing.
func (p Palette) Update(t *keys.Table, msg tea.Msg, rows int) (_ Palette, chosen *Choice, closed bool) {
	p.list = p.list.SetHeight(min(paletteRows, rows-paletteFrame))
	k, isKey := msg.(tea.KeyPressMsg)
	b, ok := t.Match(keys.Palette, k)
	if !isKey || !ok {
		p.input = p.input.Update(msg)
		return p.search(), nil, false
	}
	switch b.ID {
	case keys.Accept:
		if f, any := p.list.Selected(); any {
			return p, &p.choices[f.choice], true
		}
	case keys.Cancel:
		return p, nil, true
	case keys.Up:
		p.list = p.list.Move(-1)
	case keys.Down:
		p.list = p.list.Move(1)
	case keys.PageUp:
		p.list = p.list.Half(-1)
	case keys.PageDown:
		p.list = p.list.Half(1)
	}
	return p, nil, false
}

// Draw draws the palette over r.
func (p Palette) Draw(s *screen.Screen, t *theme.Theme, table *keys.Table, r screen.Rect) {
	keyWidth, textWidth := 0, s.Width(p.input.Placeholder)
	for _, c := range p.choices {
		keyWidth = max(keyWidth, s.Width(choiceKey(table, c)))
		textWidth = max(textWidth, s.Width(c.Binding.Help))
	}
	width := min(textWidth+keyWidth+2+6, r.Dx()-2)
	rows := min(paletteRows, len(p.choices), r.Dy()-paletteFrame)
	box := screen.R(r.Min.X+(r.Dx()-width)/2, r.Min.Y+max(r.Dy()-rows-paletteFrame, 0)/4, width, rows+paletteFrame)
	s.Box(box, t.PanelBorder, t.Panel)
	x, inner := box.Min.X+3, width-6
	p.input.Draw(s, t, x, box.Min.Y+1, inner, true)
	y := box.Min.Y + 3
	if len(p.found) == 0 {
		s.Text(x, y, inner, "Nothing here is called so.", t.PanelMuted)
		return
	}
	l := p.list.SetHeight(rows)
	first, count := l.Shown()
	for i := range count {
		f := l.Rows()[first+i]
		c := p.choices[f.choice]
		text, key := t.Panel, t.PanelKey
		if c.Why != "" {
			text, key = t.PanelMuted, t.PanelMuted
		}
		if first+i == l.Cursor() {
			s.Fill(screen.R(box.Min.X+1, y+i, width-2, 1), t.Selected)
			text, key = t.Selected, t.SelectedMuted
			s.Text(box.Min.X+1, y+i, 2, "▌", t.SelectedAccent)
		}
		label := choiceKey(table, c)
		room := inner - s.Width(label) - 2
		s.Text(x, y+i, room, c.Binding.Help, text)
		if first+i != l.Cursor() && c.Why == "" {
			drawMatched(s, t, x, y+i, room, c.Binding.Help, f.matched)
		}
		s.TextRight(x+inner, y+i, inner, label, key)
	}
}

// drawMatched draws the bytes of a text that match, which is ASCII where they do.
func drawMatched(s *screen.Screen, t *theme.Theme, x, y, cols int, text string, matched []int) {
	for _, at := range matched {
		if column := s.Width(text[:at]); column < cols && text[at] < 0x80 {
			s.Text(x+column, y, 1, text[at:at+1], t.PanelAccent)
		}
	}
}

// choiceKey is the key that does the same.
func choiceKey(table *keys.Table, c Choice) string {
	label := c.Binding.KeyLabel()
	if c.Binding.Context == keys.Prefix {
		return table.Prefix() + " " + label
	}
	return label
}
