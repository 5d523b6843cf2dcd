package transcript

import (
	"strings"
	"unicode/utf8"

	"rexec/vt"
)

// rowText returns a row's text without what was never written behind it. A row that
// is wrapped keeps the blanks that were written at its end: the text goes on.
func rowText(l vt.Line) string {
	var scratch [256]byte
	return string(appendRow(scratch[:0], l))
}

// appendRow appends rowText.
func appendRow(dst []byte, l vt.Line) []byte {
	cells := l.Cells()
	end := len(cells)
	for end > 0 && cells[end-1].IsBlank() {
		end--
	}
	for end > 0 && !l.Wrapped() {
		if r, ok := cells[end-1].Rune(); !ok || r != ' ' {
			break
		}
		end--
	}
	for x, c := range cells[:end] {
		if r, ok := c.Rune(); !ok {
			dst = append(dst, l.Text(x)...)
		} else if r < utf8.RuneSelf {
			dst = append(dst, byte(r))
		} else {
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}

// isBlank tells whether a row shows no text.
func isBlank(l vt.Line) bool {
	for _, c := range l.Cells() {
		if r, ok := c.Rune(); !ok || r != ' ' {
			return false
		}
	}
	return true
}

// cellsText returns the text of the columns from..to.
func cellsText(l vt.Line, from, to int) string {
	cells := l.Cells()
	from, to = max(0, from), min(to, len(cells))
	if from >= to {
		return ""
	}
	var b strings.Builder
	b.Grow(to - from)
	for x := from; x < to; x++ {
		if r, ok := cells[x].Rune(); ok {
			b.WriteRune(r)
		} else {
			b.WriteString(l.Text(x))
		}
	}
	return b.String()
}

// paragraphStart returns the first row of the wrapped rows that row y belongs to.
func paragraphStart(s *vt.Snapshot, y int) int {
	for y > 0 && s.Line(y-1).Wrapped() {
		y--
	}
	return y
}

// paragraph returns the text of wrapped rows from column x of row y on, and the row
// behind them.
func paragraph(s *vt.Snapshot, x, y int) (string, int) {
	_, rows := s.Size()
	var b strings.Builder
	for {
		l := s.Line(y)
		text := rowText(l)
		if x > 0 {
			text = cellsText(l, x, l.Len())
			if !l.Wrapped() {
				text = strings.TrimRight(text, " ")
			}
			x = 0
		}
		b.WriteString(text)
		if y++; !l.Wrapped() || y == rows {
			return b.String(), y
		}
	}
}

// typedPart cuts what a shell shows at the right edge of the line that is being
// typed: a gap, and text up to the edge.
func typedPart(text string, column, cols int) string {
	const gap = "    "
	if i := strings.LastIndex(text, gap); i >= 0 && column+len([]rune(text)) >= cols-2 {
		return strings.TrimRight(text[:i], " ")
	}
	return text
}
