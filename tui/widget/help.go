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

// helpLine is a heading (key "" and not more), a binding, or more of the text of the
// binding above.
type helpLine struct {
	key, text string
	more      bool
}

// helpFrame is how many rows of the place that help is drawn in are not lines of it.
const helpFrame = 5

// The columns of a text that is not wrapped, and of the narrowest that is worth to
// stand in one of two columns.
const (
	wideHelp   = 58
	narrowHelp = 34
)

// helpLayout is help cut for a place.
type helpLayout struct {
	columns             [][]helpLine
	keyWidth, textWidth int
}

// column is the width of a column.
func (l helpLayout) column() int { return l.keyWidth + 2 + l.textWidth }

// rows is the height of the longest column.
func (l helpLayout) rows() (rows int) {
	for _, c := range l.columns {
		rows = max(rows, len(c))
	}
	return rows
}

// layout cuts what help says for a place: into two columns when one is too long for it
// and two have room.
func (h Help) layout(s *screen.Screen, t *keys.Table, r screen.Rect) helpLayout {
	var l helpLayout
	natural := 0
	for _, line := range h.lines(t) {
		l.keyWidth = max(l.keyWidth, s.Width(line.key))
		natural = max(natural, s.Width(line.text))
	}
	inner := r.Dx() - 8
	l.textWidth = max(min(natural, wideHelp, inner-l.keyWidth-2), 1)
	one := h.wrapped(s, t, l.textWidth)
	half := (inner-4)/2 - l.keyWidth - 2
	if len(one) <= r.Dy()-helpFrame || half < narrowHelp {
		l.columns = [][]helpLine{one}
		return l
	}
	l.textWidth = min(natural, wideHelp, half)
	lines := h.wrapped(s, t, l.textWidth)
	at := nearestBlank(lines, len(lines)/2)
	l.columns = [][]helpLine{lines[:at], lines[min(at+1, len(lines)):]}
	return l
}

// nearestBlank returns which blank line is nearest to a line.
func nearestBlank(lines []helpLine, middle int) int {
	for d := range lines {
		for _, n := range []int{middle + d, middle - d} {
			if n > 0 && n < len(lines) && lines[n] == (helpLine{}) {
				return n
			}
		}
	}
	return middle
}

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
				if len(b.Keys) == 0 {
					b.Label = "·" // the palette has it
				}
				out = append(out, helpLine{key: b.KeyLabel(), text: b.Help})
			}
		}
	}
	return out
}

// wrapped returns the lines with long texts cut to a width.
func (h Help) wrapped(s *screen.Screen, t *keys.Table, cols int) []helpLine {
	var out []helpLine
	for _, line := range h.lines(t) {
		if line.key == "" {
			out = append(out, line)
			continue
		}
		for i, text := range s.Wrap(line.text, cols) {
			if i == 0 {
				out = append(out, helpLine{key: line.key, text: text})
			} else {
				out = append(out, helpLine{text: text, more: true})
			}
		}
	}
	return out
}

// Update handles a key; r is the place that it is drawn in. closed tells that the help
// is to go.
func (h Help) Update(t *keys.Table, k tea.KeyPressMsg, r screen.Rect) (_ Help, closed bool) {
	b, ok := t.Match(keys.Help, k)
	if !ok {
		return h, false
	}
	page := max(r.Dy()-helpFrame, 1)
	switch b.ID {
	case keys.Cancel:
		return h, true
	case keys.Up:
		return h.Scroll(t, -1, r), false
	case keys.Down:
		return h.Scroll(t, 1, r), false
	case keys.PageUp:
		return h.Scroll(t, -page, r), false
	case keys.PageDown:
		return h.Scroll(t, page, r), false
	}
	return h, false
}

// Scroll moves the help in its place by n rows.
func (h Help) Scroll(t *keys.Table, n int, r screen.Rect) Help {
	end := h.layout(screen.New(0, 0), t, r).rows() - max(r.Dy()-helpFrame, 1)
	h.top = max(min(h.top+n, end), 0)
	return h
}

// Draw draws the help over r; in wide windows in two columns.
func (h Help) Draw(s *screen.Screen, t *theme.Theme, table *keys.Table, r screen.Rect) {
	s.HideCursor()
	l := h.layout(s, table, r)
	const between = 4
	width := min(len(l.columns)*(l.column()+between)-between+6, r.Dx()-2)
	height := min(l.rows()+helpFrame, r.Dy())
	box := screen.R(r.Min.X+(r.Dx()-width)/2, r.Min.Y+(r.Dy()-height)/2, width, height)
	s.Box(box, t.PanelBorder, t.Panel)
	x, inner, visible := box.Min.X+3, width-6, height-helpFrame
	s.Text(x, box.Min.Y+1, inner, "Keys", t.PanelTitle)
	note, top := "esc closes", 0
	if l.rows() > visible {
		note, top = "↑ ↓ scroll · esc closes", min(h.top, l.rows()-visible)
	}
	s.TextRight(box.Max.X-3, box.Min.Y+1, inner, note, t.PanelMuted)
	for c, lines := range l.columns {
		for i := range visible {
			if top+i < len(lines) {
				drawHelpLine(s, t, x+c*(l.column()+between), box.Min.Y+3+i, min(l.column(), inner), l.keyWidth, lines[top+i])
			}
		}
	}
}

func drawHelpLine(s *screen.Screen, t *theme.Theme, x, y, cols, keyWidth int, l helpLine) {
	if l.key == "" && !l.more {
		s.Text(x, y, cols, l.text, t.PanelMuted)
		return
	}
	s.Text(x, y, min(keyWidth, cols), l.key, t.PanelKey)
	s.Text(x+keyWidth+2, y, cols-keyWidth-2, l.text, t.Panel)
}
