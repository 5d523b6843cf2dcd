package widget

import (
	"rexec/tui/keys"
	"rexec/tui/screen"
	"rexec/tui/theme"
)

// WhichKey draws the popup that names what can follow the prefix, at the bottom
// of r. why leaves out nothing but draws what cannot be used now faintly.
func WhichKey(s *screen.Screen, t *theme.Theme, r screen.Rect, prefix string, bindings []keys.Binding, why keys.Why) {
	s.HideCursor()
	keyWidth, textWidth := 0, 0
	for _, b := range bindings {
		keyWidth = max(keyWidth, s.Width(b.KeyLabel()))
		textWidth = max(textWidth, s.Width(b.Help))
	}
	column := min(keyWidth+2+textWidth, r.Dx()-6)
	columns := max(min((r.Dx()-4)/(column+4), 3), 1)
	rows := (len(bindings) + columns - 1) / columns
	height := min(rows+3, r.Dy())
	width := min(columns*(column+4)+2, r.Dx())
	box := screen.R(r.Min.X+(r.Dx()-width)/2, r.Max.Y-height, width, height)
	s.Box(box, t.PanelBorder, t.Panel)
	s.Spans(box.Min.X+3, box.Min.Y+1, width-6,
		screen.Span{Text: prefix, Style: t.PanelKey}, screen.Span{Text: " then", Style: t.PanelMuted})
	for i, b := range bindings {
		x, y := box.Min.X+3+(i/rows)*(column+4), box.Min.Y+2+i%rows
		if y >= box.Max.Y-1 {
			continue
		}
		key, text := t.PanelKey, t.Panel
		if why != nil && why(b.ID) != "" {
			key, text = t.PanelMuted, t.PanelMuted
		}
		s.Text(x, y, keyWidth, b.KeyLabel(), key)
		s.Text(x+keyWidth+2, y, column-keyWidth-2, b.Help, text)
	}
}
