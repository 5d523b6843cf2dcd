package widget

import (
	"rexec/tui/keys"
	"rexec/tui/screen"
	"rexec/tui/theme"
)

// WhichKey draws the popup that names what can follow the prefix, at the bottom
// of r: in short words where there is little room, and what cannot be used now
// faintly.
func WhichKey(s *screen.Screen, t *theme.Theme, r screen.Rect, prefix string, bindings []keys.Binding, why keys.Why) {
	s.HideCursor()
	text := func(b keys.Binding) string { return b.Help }
	keyWidth, column, columns, rows, gap := 0, 0, 0, 0, 4
	measure := func() {
		textWidth := 0
		for _, b := range bindings {
			keyWidth = max(keyWidth, s.Width(b.KeyLabel()))
			textWidth = max(textWidth, s.Width(text(b)))
		}
		column = min(keyWidth+2+textWidth, r.Dx()-6)
		columns = max(min((r.Dx()-4)/(column+gap), 3), 1)
		rows = (len(bindings) + columns - 1) / columns
	}
	if measure(); rows+3 > r.Dy() || column < keyWidth+2 {
		text, gap = func(b keys.Binding) string { return b.Short }, 2
		measure()
	}
	height := min(rows+3, r.Dy())
	width := min(columns*(column+gap)+6-gap, r.Dx())
	box := screen.R(r.Min.X+(r.Dx()-width)/2, r.Max.Y-height, width, height)
	s.Box(box, t.PanelBorder, t.Panel)
	s.Spans(box.Min.X+3, box.Min.Y+1, width-6,
		screen.Span{Text: prefix, Style: t.PanelKey}, screen.Span{Text: " then", Style: t.PanelMuted})
	for i, b := range bindings {
		x, y := box.Min.X+3+(i/rows)*(column+gap), box.Min.Y+2+i%rows
		if y >= box.Max.Y-1 {
			continue
		}
		key, word := t.PanelKey, t.Panel
		if why != nil && why(b.ID) != "" {
			key, word = t.PanelMuted, t.PanelMuted
		}
		s.Text(x, y, keyWidth, b.KeyLabel(), key)
		s.Text(x+keyWidth+2, y, column-keyWidth-2, text(b), word)
	}
}
