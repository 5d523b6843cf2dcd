// Package screen is the one buffer of cells that the whole app is drawn into.
//
// Pages draw terminals (Terminal) and chrome (Text, Spans, Fill, Box) into
// rectangles of it; the root renders it once for each frame. It knows no page, no
// key and no colour of its own.
//
// The invariant: what is in the buffer can be drawn by any terminal without
// moving anything else. Every cell's text is one printable cluster whose width,
// as the renderer counts it, is the width of the cell; text from outside goes
// through Text, which makes control characters visible.
package screen

import (
	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

type (
	// Rect is a rectangle of cells: Min inside, Max outside.
	Rect = uv.Rectangle
	// Style is how a cell looks.
	Style = uv.Style
)

// R returns the rectangle at x, y of the given size, which is cut at 0.
func R(x, y, cols, rows int) Rect { return uv.Rect(x, y, max(cols, 0), max(rows, 0)) }

// Screen is the buffer. It belongs to one goroutine.
type Screen struct {
	buf    uv.ScreenBuffer
	cursor *tea.Cursor
	glyphs glyphs
	out    []byte
}

// New returns a blank screen.
func New(cols, rows int) *Screen {
	return &Screen{buf: uv.NewScreenBuffer(max(cols, 0), max(rows, 0)), glyphs: newGlyphs(ansi.WcWidth)}
}

// SetGraphemes says how the terminal outside counts widths: by grapheme cluster
// (mode 2027) or by code point, as wcwidth does.
func (s *Screen) SetGraphemes(clusters bool) {
	m := ansi.WcWidth
	if clusters {
		m = ansi.GraphemeWidth
	}
	if m != s.glyphs.method {
		s.glyphs = newGlyphs(m)
		s.buf.Method = m
	}
}

// Resize changes the size; the content is undefined until it is drawn again.
func (s *Screen) Resize(cols, rows int) { s.buf.Resize(max(cols, 0), max(rows, 0)) }

// Bounds returns the whole screen.
func (s *Screen) Bounds() Rect { return s.buf.Bounds() }

// Clear blanks the screen and hides the cursor.
func (s *Screen) Clear() {
	for _, l := range s.buf.Lines {
		for x := range l {
			l[x] = uv.EmptyCell
		}
	}
	s.cursor = nil
}

// SetCursor shows the cursor at x, y with the given shape.
func (s *Screen) SetCursor(x, y int, shape tea.CursorShape, blink bool) {
	if !(uv.Pos(x, y).In(s.Bounds())) {
		return
	}
	s.cursor = tea.NewCursor(x, y)
	s.cursor.Shape, s.cursor.Blink = shape, blink
}

// HideCursor takes the cursor away: an overlay covers what it belongs to.
func (s *Screen) HideCursor() { s.cursor = nil }

// Cursor returns the cursor, nil when it is hidden.
func (s *Screen) Cursor() *tea.Cursor { return s.cursor }

// Fill blanks a rectangle in a style.
func (s *Screen) Fill(r Rect, st Style) {
	r = r.Intersect(s.Bounds())
	if r.Empty() {
		return
	}
	blank := uv.Cell{Content: " ", Width: 1, Style: st}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		l := s.cut(y, r.Min.X, r.Max.X)
		for x := r.Min.X; x < r.Max.X; x++ {
			l[x] = blank
		}
	}
}

// Restyle gives the cells of a rectangle a style and keeps their text.
func (s *Screen) Restyle(r Rect, st Style) {
	s.Map(r, func(Style) Style { return st })
}

// Map changes the style of each cell of a rectangle.
func (s *Screen) Map(r Rect, f func(Style) Style) {
	r = r.Intersect(s.Bounds())
	for y := r.Min.Y; y < r.Max.Y; y++ {
		l := s.buf.Lines[y]
		for x := r.Min.X; x < r.Max.X; x++ {
			if l[x].Width > 0 {
				l[x].Style = f(l[x].Style)
			}
		}
	}
}

// Style returns the style of a cell, the zero Style outside.
func (s *Screen) Style(x, y int) Style {
	if c := s.buf.CellAt(x, y); c != nil {
		return c.Style
	}
	return Style{}
}

// cut prepares row y for writing to columns x0 to x1: wide characters that
// straddle an edge lose their half outside, too.
func (s *Screen) cut(y, x0, x1 int) uv.Line {
	l := s.buf.Lines[y]
	if x0 > 0 && x0 < len(l) && l[x0].Width == 0 {
		for x := x0 - 1; x >= 0; x-- {
			lead := l[x].Width > 0
			l[x].Empty()
			if lead {
				break
			}
		}
	}
	for x := x1; x > 0 && x < len(l) && l[x].Width == 0; x++ {
		l[x] = uv.EmptyCell
	}
	return l
}
