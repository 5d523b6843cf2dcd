package screen

import (
	"image/color"
	"net/url"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"

	"rexec/vt"
)

// View says which part of a terminal is drawn.
type View struct {
	X, Y    int  // first column and row that are shown
	History int  // rows scrolled back into the scrollback of the snapshot
	Still   bool // a picture: no blinking, no links
}

// Terminal draws a snapshot into a rectangle, beginning at its top left corner.
// What the snapshot does not cover is blank. It returns the part of r that the
// snapshot covers.
func (s *Screen) Terminal(snap *vt.Snapshot, r Rect, v View) Rect {
	r = r.Intersect(s.Bounds())
	if r.Empty() {
		return r
	}
	cols, rows := 0, 0
	if snap != nil {
		cols, rows = snap.Size()
	}
	covered := R(r.Min.X, r.Min.Y, min(r.Dx(), max(cols-v.X, 0)), min(r.Dy(), max(rows-v.Y, 0)))
	p := painter{snap: snap, view: v, glyphs: &s.glyphs}
	if snap != nil {
		p.reverse = snap.Modes().ReverseScreen
		v.History = min(v.History, snap.Scrollback())
	}
	for y := 0; y < r.Dy(); y++ {
		l := s.cut(r.Min.Y+y, r.Min.X, r.Max.X)[r.Min.X:r.Max.X]
		used := 0
		if y < covered.Dy() {
			used = p.row(l, lineAt(snap, v.Y+y-v.History))
		}
		for x := used; x < len(l); x++ {
			l[x] = uv.EmptyCell
		}
	}
	return covered
}

// TerminalCursor shows a snapshot's cursor, as drawn by Terminal into r.
func (s *Screen) TerminalCursor(snap *vt.Snapshot, r Rect, v View) {
	c := snap.Cursor()
	p := uv.Pos(r.Min.X+c.X-v.X, r.Min.Y+c.Y-v.Y+v.History)
	if c.Visible && p.In(r) {
		s.SetCursor(p.X, p.Y, cursorShapes[c.Shape], c.Blink)
	}
}

var cursorShapes = map[vt.CursorShape]tea.CursorShape{
	vt.CursorBlock:     tea.CursorBlock,
	vt.CursorUnderline: tea.CursorUnderline,
	vt.CursorBar:       tea.CursorBar,
}

// lineAt returns a row counted from the top of the visible screen; negative ones
// are in the scrollback.
func lineAt(snap *vt.Snapshot, y int) vt.Line {
	if y < 0 {
		return snap.ScrollbackLine(snap.Scrollback() + y)
	}
	return snap.Line(y)
}

// painter turns rows of a snapshot into cells.
type painter struct {
	snap    *vt.Snapshot
	view    View
	reverse bool // DECSCNM
	glyphs  *glyphs

	// The style of the cell that was converted last, which most cells share.
	last  vt.Cell
	valid bool
	style uv.Style
	link  uv.Link
}

// row draws one line into dst and returns how many columns it wrote.
func (p *painter) row(dst uv.Line, line vt.Line) int {
	cells := line.Cells()
	p.valid = false // extended styles are looked up by line
	x := 0
	for i := p.view.X; i < len(cells) && x < len(dst); {
		c := cells[i]
		w := c.Width()
		if w == 0 { // the view begins in the middle of a wide character
			w = 1
			p.pen(line, i, c)
			dst[x] = uv.Cell{Content: " ", Width: 1, Style: p.style}
			x, i = x+1, i+1
			continue
		}
		p.pen(line, i, c)
		if x+w > len(dst) { // and ends in the middle of one
			dst[x] = uv.Cell{Content: " ", Width: 1, Style: p.style}
			return x + 1
		}
		g := p.glyph(line, i, c, w)
		if lead := leadBefore(dst, x); lead >= 0 {
			if v, ok := p.glyphs.joins(dst[lead].Content, g.text); ok && v.width <= x+w-lead {
				p.merge(dst[lead:x+w], v)
				x, i = x+w, i+w
				continue
			}
		}
		if x == 0 && p.glyphs.extends(g.text) {
			g = glyph{replacement, 1}
		}
		dst[x] = uv.Cell{Content: g.text, Width: g.width, Style: p.style, Link: p.link}
		for k := 1; k < w; k++ {
			if k < g.width {
				dst[x+k] = uv.Cell{}
			} else {
				dst[x+k] = uv.Cell{Content: " ", Width: 1, Style: p.style, Link: p.link}
			}
		}
		x, i = x+w, i+w
	}
	return x
}

// leadBefore returns where the character begins that ends before column x, -1 at
// the start.
func leadBefore(l uv.Line, x int) int {
	for x--; x >= 0 && l[x].Width == 0; x-- {
	}
	return x
}

// merge makes one character of cells that the terminal would draw as one, and
// fills the columns that it leaves with blanks, so that what follows stays in
// place.
func (p *painter) merge(l uv.Line, v glyph) {
	first := l[0]
	first.Content, first.Width = v.text, v.width
	for i := range l {
		switch {
		case i == 0:
			l[i] = first
		case i < v.width:
			l[i] = uv.Cell{}
		default:
			l[i] = uv.Cell{Content: " ", Width: 1, Style: first.Style}
		}
	}
}

// glyph returns what to draw for a cell, at most w columns wide.
func (p *painter) glyph(line vt.Line, i int, c vt.Cell, w int) glyph {
	r, single := c.Rune()
	if !single {
		return p.glyphs.cluster(line.Text(i), w)
	}
	if g := p.glyphs.rune(r); g.width <= w {
		return g
	}
	return glyph{replacement, 1}
}

// pen sets the painter's style to that of a cell.
func (p *painter) pen(line vt.Line, i int, c vt.Cell) {
	if p.valid && c.SameStyle(p.last) {
		return
	}
	p.last, p.valid = c, true
	p.style = uv.Style{
		Fg:        p.color(c.FG(), true),
		Bg:        p.color(c.BG(), false),
		Underline: uv.Underline(c.Underline()),
		Attrs:     attrs(c.Attrs()),
	}
	if p.reverse {
		p.style.Attrs ^= uv.AttrReverse
	}
	if p.view.Still {
		p.style.Attrs &^= uv.AttrBlink
	}
	p.link = uv.Link{}
	if c.HasExtendedStyle() {
		st := line.Style(i)
		if !st.UnderlineColor.IsDefault() {
			p.style.UnderlineColor = p.color(st.UnderlineColor, true)
		}
		if !p.view.Still {
			p.link = link(st.Link)
		}
	}
}

// color converts a colour with the palette changes that the program made.
func (p *painter) color(c vt.Color, fg bool) color.Color {
	c = p.snap.Color(c, fg)
	if i, ok := c.Index(); ok {
		if i < 16 {
			return ansi.BasicColor(i)
		}
		return ansi.IndexedColor(i)
	}
	if r, g, b, ok := c.RGB(); ok {
		return color.RGBA{R: r, G: g, B: b, A: 0xff}
	}
	return nil
}

// attrs converts attributes. Overline has no counterpart in uv.
func attrs(a vt.Attr) (out uint8) {
	for _, m := range attrTable {
		if a&m.from != 0 {
			out |= m.to
		}
	}
	return out
}

var attrTable = []struct {
	from vt.Attr
	to   uint8
}{
	{vt.Bold, uv.AttrBold}, {vt.Dim, uv.AttrFaint}, {vt.Italic, uv.AttrItalic}, {vt.Blink, uv.AttrBlink},
	{vt.Reverse, uv.AttrReverse}, {vt.Conceal, uv.AttrConceal}, {vt.Strike, uv.AttrStrikethrough},
}

// link lets only links through that a browser or a mail program opens, in a form
// that cannot end the escape sequence that carries them.
func link(l vt.Link) uv.Link {
	if l.URI == "" || len(l.URI) > 2083 || strings.IndexFunc(l.URI, isControl) >= 0 {
		return uv.Link{}
	}
	u, err := url.Parse(l.URI)
	if err != nil {
		return uv.Link{}
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https", "mailto":
	default:
		return uv.Link{}
	}
	out := uv.Link{URL: strings.ReplaceAll(l.URI, ";", "%3B")}
	id := strings.Map(func(r rune) rune {
		if isControl(r) || r == ';' || r == ':' || r == '=' {
			return -1
		}
		return r
	}, l.ID)
	if id != "" {
		out.Params = "id=" + id
	}
	return out
}
