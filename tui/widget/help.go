package widget

import (
	tea "charm.land/bubbletea/v2"

	"rexec/tui/keys"
	"rexec/tui/screen"
	"rexec/tui/theme"
)

// Help is the overlay that lists the bindings of some contexts by group, made
// from the table.
type Help struct {
	contexts []keys.Context
	top      int
}

// NewHelp returns help on the given contexts, in that order. Bindings of the
// prefix context are shown after the prefix key.
func NewHelp(contexts ...keys.Context) Help { return Help{contexts: contexts} }

// helpLine is a heading (key "") or a binding.
type helpLine struct{ key, text string }

// lines lists what help says: groups in the order in which they first appear.
func (h Help) lines(t *keys.Table) []helpLine {
	var out []helpLine
	for _, c := range h.contexts {
		bindings := t.For(c)
		var groups []string
		byGroup := map[string][]keys.Binding{}
		for _, b := range bindings {
			if byGroup[b.Group] == nil {
				groups = append(groups, b.Group)
			}
			byGroup[b.Group] = append(byGroup[b.Group], b)
		}
		for _, g := range groups {
			if len(out) > 0 {
				out = append(out, helpLine{})
			}
			title := g
			if c == keys.Prefix && g != string(c) {
				title = g + " — after " + t.Prefix()
			}
			out = append(out, helpLine{text: title})
			for _, b := range byGroup[g] {
				out = append(out, helpLine{b.KeyLabel(), b.Help})
			}
		}
	}
	return out
}

// helpFrame is how many rows of the place that help is drawn in are not lines of it.
const helpFrame = 5

// Update handles a key; rows is the height of the place that it is drawn in.
// closed tells that the help is to go.
func (h Help) Update(t *keys.Table, k tea.KeyPressMsg, rows int) (_ Help, closed bool) {
	b, ok := t.Match(keys.Help, k)
	if !ok {
		return h, false
	}
	page := max(rows-helpFrame, 1)
	switch b.ID {
	case keys.Cancel:
		return h, true
	case keys.Up:
		h.top--
	case keys.Down:
		h.top++
	case keys.PageUp:
		h.top -= page
	case keys.PageDown:
		h.top += page
	}
	h.top = max(min(h.top, len(h.lines(t))-page), 0)
	return h, false
}

// Draw draws the help over r; in wide windows in two columns.
func (h Help) Draw(s *screen.Screen, t *theme.Theme, table *keys.Table, r screen.Rect) {
	s.HideCursor()
	lines := h.lines(table)
	keyWidth, textWidth := 0, 0
	for _, l := range lines {
		keyWidth = max(keyWidth, s.Width(l.key))
		textWidth = max(textWidth, s.Width(l.text))
	}
	column := keyWidth + 2 + textWidth
	columns := 1
	if len(lines) > r.Dy()-6 && r.Dx() >= 2*column+12 {
		columns = 2
	}
	rows := (len(lines) + columns - 1) / columns
	if columns == 2 {
		rows = breakAt(lines, rows)
	}
	width := min(columns*column+(columns-1)*4+6, r.Dx()-2)
	height := min(rows+helpFrame, r.Dy())
	box := screen.R(r.Min.X+(r.Dx()-width)/2, r.Min.Y+(r.Dy()-height)/2, width, height)
	s.Box(box, t.PanelBorder, t.Panel)
	x, inner := box.Min.X+3, width-6
	s.Text(x, box.Min.Y+1, inner, "Keys", t.PanelTitle)
	visible := height - helpFrame
	more := rows > visible
	note := "esc closes"
	if more {
		note = "↑ ↓ scroll · esc closes"
	}
	s.TextRight(box.Max.X-3, box.Min.Y+1, inner, note, t.PanelMuted)
	top := 0
	if more {
		top = min(h.top, rows-visible)
	}
	for c := range columns {
		for i := range visible {
			n := c*rows + top + i
			if top+i >= rows || n >= len(lines) {
				break
			}
			drawHelpLine(s, t, x+c*(column+4), box.Min.Y+3+i, min(column, inner), keyWidth, lines[n])
		}
	}
}

// breakAt finds the row at which two columns part: at a blank line, as near to
// the middle as there is one.
func breakAt(lines []helpLine, middle int) int {
	for d := 0; d < len(lines); d++ {
		for _, n := range []int{middle + d, middle - d} {
			if n > 0 && n < len(lines) && lines[n] == (helpLine{}) {
				// The blank line ends the first column.
				return max(n+1, len(lines)-n-1)
			}
		}
	}
	return middle
}

func drawHelpLine(s *screen.Screen, t *theme.Theme, x, y, cols, keyWidth int, l helpLine) {
	if l.key == "" {
		s.Text(x, y, cols, l.text, t.PanelMuted)
		return
	}
	s.Text(x, y, min(keyWidth, cols), l.key, t.PanelKey)
	s.Text(x+keyWidth+2, y, cols-keyWidth-2, l.text, t.Panel)
}
