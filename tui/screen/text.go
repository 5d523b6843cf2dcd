package screen

import (
	uv "github.com/charmbracelet/ultraviolet"
)

// Span is a piece of text in one style.
type Span struct {
	Text  string
	Style Style
}

// Text draws text at x, y in at most cols columns and returns how many it took.
// Text that does not fit ends in "…". Control characters are made visible. Each
// cell keeps the background that is there when st has none.
func (s *Screen) Text(x, y, cols int, text string, st Style) int {
	return s.Spans(x, y, cols, Span{text, st})
}

// Spans draws pieces of text one after the other, as Text does.
func (s *Screen) Spans(x, y, cols int, spans ...Span) int {
	b := s.Bounds()
	cols = min(cols, b.Max.X-x)
	if y < 0 || y >= b.Max.Y || x < 0 || cols <= 0 {
		return 0
	}
	if w := s.spansWidth(spans, cols+1); w > cols {
		return s.clipped(x, y, cols, spans)
	}
	used := 0
	for _, sp := range spans {
		used += s.write(x+used, y, cols-used, sp)
	}
	return used
}

// clipped draws as much of spans as fits beside an ellipsis.
func (s *Screen) clipped(x, y, cols int, spans []Span) int {
	used := 0
	last := Style{}
	for _, sp := range spans {
		want := cols - 1 - used
		n := s.write(x+used, y, want, sp)
		used += n
		last = sp.Style
		if s.Width(sp.Text) > n {
			break
		}
	}
	return used + s.write(x+used, y, 1, Span{"…", last})
}

// write draws clusters while they fit.
func (s *Screen) write(x, y, cols int, sp Span) int {
	used := 0
	for rest := sp.Text; rest != ""; {
		var v glyph
		v, rest = s.glyphs.next(rest)
		if used+v.width > cols {
			break
		}
		st := sp.Style
		if st.Bg == nil {
			st.Bg = s.Style(x+used, y).Bg
		}
		s.buf.Lines[y].Set(x+used, &uv.Cell{Content: v.text, Width: v.width, Style: st})
		used += v.width
	}
	return used
}

// Width returns the columns that text takes when Text draws it.
func (s *Screen) Width(text string) int {
	w := 0
	for text != "" {
		var v glyph
		v, text = s.glyphs.next(text)
		w += v.width
	}
	return w
}

// spansWidth is the width of all spans, counted no further than limit.
func (s *Screen) spansWidth(spans []Span, limit int) int {
	w := 0
	for _, sp := range spans {
		for rest := sp.Text; rest != "" && w < limit; {
			var v glyph
			v, rest = s.glyphs.next(rest)
			w += v.width
		}
	}
	return w
}

// TextRight draws text so that it ends before column right, and returns the
// column where it begins.
func (s *Screen) TextRight(right, y, cols int, text string, st Style) int {
	w := min(s.Width(text), cols)
	s.Text(right-w, y, w, text, st)
	return right - w
}

// TextCenter draws text in the middle of a rectangle's row.
func (s *Screen) TextCenter(r Rect, y int, text string, st Style) {
	w := min(s.Width(text), r.Dx())
	s.Text(r.Min.X+(r.Dx()-w)/2, y, w, text, st)
}

// Wrap cuts text into lines of at most cols columns, at spaces where it can. A
// line feed begins a new line.
func (s *Screen) Wrap(text string, cols int) []string {
	if cols < 1 {
		return nil
	}
	var lines []string
	line, width := "", 0
	space, fill := -1, 0 // the last space of line: its place, and the width up to it
	flush := func() { lines = append(lines, line); line, width, space, fill = "", 0, -1, 0 }
	for text != "" {
		if text[0] == '\n' {
			flush()
			text = text[1:]
			continue
		}
		var v glyph
		before := text
		v, text = s.glyphs.next(text)
		if width+v.width > cols {
			if v.text == " " {
				flush()
				continue
			}
			if space >= 0 {
				rest, restWidth := line[space+1:], width-fill-1
				line = line[:space]
				flush()
				line, width = rest, restWidth
			} else {
				flush()
			}
		}
		if v.text == " " {
			space, fill = len(line), width
		}
		line += before[:len(before)-len(text)]
		width += v.width
	}
	if line != "" || len(lines) == 0 {
		flush()
	}
	return lines
}

// Box draws a rounded border around r in a style and fills what is inside.
func (s *Screen) Box(r Rect, border, inside Style) {
	if r.Dx() < 2 || r.Dy() < 2 {
		return
	}
	s.Fill(r, inside)
	put := func(x, y int, t string) { s.write(x, y, 1, Span{t, border}) }
	r2 := r.Intersect(s.Bounds())
	if r2 != r {
		return
	}
	for x := r.Min.X + 1; x < r.Max.X-1; x++ {
		put(x, r.Min.Y, "─")
		put(x, r.Max.Y-1, "─")
	}
	for y := r.Min.Y + 1; y < r.Max.Y-1; y++ {
		put(r.Min.X, y, "│")
		put(r.Max.X-1, y, "│")
	}
	put(r.Min.X, r.Min.Y, "╭")
	put(r.Max.X-1, r.Min.Y, "╮")
	put(r.Min.X, r.Max.Y-1, "╰")
	put(r.Max.X-1, r.Max.Y-1, "╯")
}

// VLine draws a vertical line.
func (s *Screen) VLine(x, y0, y1 int, st Style) {
	for y := max(y0, 0); y < min(y1, s.Bounds().Max.Y); y++ {
		s.Text(x, y, 1, "│", st)
	}
}
