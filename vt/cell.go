package vt

import "strings"

// Attr is a set of character attributes (SGR, ECMA-48 8.3.117). Underlines are
// not among them: see Underline.
type Attr uint16

// The attributes, each with its SGR parameter.
const (
	Bold     Attr = 1 << iota // SGR 1
	Dim                       // SGR 2
	Italic                    // SGR 3
	Blink                     // SGR 5 and 6
	Reverse                   // SGR 7
	Conceal                   // SGR 8
	Strike                    // SGR 9
	Overline                  // SGR 53
)

// Underline is the kind of line under a character (SGR 4:n).
type Underline uint8

// The kinds of underline, numbered as in SGR 4:n.
const (
	UnderlineNone Underline = iota
	UnderlineSingle
	UnderlineDouble
	UnderlineCurly
	UnderlineDotted
	UnderlineDashed
)

// Link is a hyperlink (OSC 8). ID groups cells that belong to one link when the
// program names it; it may be empty.
type Link struct {
	URI, ID string
}

// Style is everything about a cell but its text.
type Style struct {
	FG, BG, UnderlineColor Color
	Attrs                  Attr
	Underline              Underline
	Link                   Link
}

// Cell is one position of the grid in 16 bytes. Its text and the rarer parts of
// its style may stand in tables of the screen it belongs to: read them through
// Line.Text and Line.Style. The zero Cell is a blank that was never written.
type Cell struct {
	// content is 0 (blank), a code point, or clusterBit|index into tables.clusters.
	content uint32
	fg, bg  Color
	// attr packs, from bit 0: 8 bits Attr, 1 bit protected (DECSCA), 3 bits
	// Underline, 2 bits width class, 2 bits unused, 16 bits index into tables.exts.
	attr uint32
}

const clusterBit = 1 << 31

const (
	attrMask        = 0xff
	attrProtected   = 1 << 8
	underlineShift  = 9
	underlineMask   = 7 << underlineShift
	widthShift      = 12
	widthMask       = 3 << widthShift
	widthLead       = 1 << widthShift // first half of a wide character
	widthTail       = 2 << widthShift // second half of a wide character
	extShift        = 16
	extMask         = 0xffff << extShift
	styleMask       = ^uint32(widthMask) // what SGR sets, and DECSCA
	maxExts         = 1 << 16
	maxClusters     = 1 << 16
	maxClusterBytes = 128
	maxLinkBytes    = 4 << 20 // of all links in the tables
)

// Width returns the columns the cell's character takes: 1, 2, or 0 for the
// second half of a wide character.
func (c Cell) Width() int {
	switch c.attr & widthMask {
	case widthLead:
		return 2
	case widthTail:
		return 0
	}
	return 1
}

// IsBlank tells whether nothing was written to the cell since it was erased.
// Its background may still be coloured.
func (c Cell) IsBlank() bool { return c.content == 0 && c.attr&widthMask == 0 }

// Rune returns the cell's code point when it holds exactly one, a space for a
// blank, and false for clusters and second halves.
func (c Cell) Rune() (rune, bool) {
	switch {
	case c.attr&widthMask == widthTail, c.content&clusterBit != 0:
		return 0, false
	case c.content == 0:
		return ' ', true
	}
	return rune(c.content), true
}

// FG returns the foreground colour, before reverse video.
func (c Cell) FG() Color { return c.fg }

// BG returns the background colour, before reverse video.
func (c Cell) BG() Color { return c.bg }

// Attrs returns the cell's attributes.
func (c Cell) Attrs() Attr { return Attr(c.attr & attrMask) }

// Underline returns the cell's kind of underline.
func (c Cell) Underline() Underline { return Underline(c.attr & underlineMask >> underlineShift) }

// HasExtendedStyle tells whether Line.Style knows more of the cell (underline
// colour, link) than the cell's own methods do.
func (c Cell) HasExtendedStyle() bool { return c.attr&extMask != 0 }

// SameStyle tells whether two cells of one screen look alike but for their text
// and width.
func (c Cell) SameStyle(d Cell) bool {
	const look = styleMask &^ attrProtected
	return c.fg == d.fg && c.bg == d.bg && c.attr&look == d.attr&look
}

// line is one row of the grid. A line whose epoch is older than its terminal's
// may be part of a snapshot, and is copied before it is written.
type line struct {
	cells   []Cell
	epoch   uint64
	wrapped bool // the text goes on in the next line
	wide    bool // there may be wide characters
	mark    PromptMark
}

func (l *line) clone(epoch uint64) *line {
	c := &line{cells: make([]Cell, len(l.cells)), epoch: epoch, wrapped: l.wrapped, wide: l.wide, mark: l.mark}
	copy(c.cells, l.cells)
	return c
}

// Line is a read-only row of a snapshot.
type Line struct {
	l *line
	t *tables
}

// Cells returns the row's cells, one for each column. They must not be changed.
func (l Line) Cells() []Cell { return l.l.cells }

// Len returns the number of columns.
func (l Line) Len() int { return len(l.l.cells) }

// Wrapped tells whether the row's text goes on in the next row because it
// reached the right edge.
func (l Line) Wrapped() bool { return l.l.wrapped }

// Mark returns the row's shell integration mark (OSC 133).
func (l Line) Mark() PromptMark { return l.l.mark }

// Text returns the text at column x: a whole cluster, " " for a blank, "" for
// the second half of a wide character.
func (l Line) Text(x int) string { return l.t.text(l.l.cells[x]) }

// Style returns the whole style at column x.
func (l Line) Style(x int) Style {
	c := l.l.cells[x]
	s := Style{FG: c.fg, BG: c.bg, Attrs: c.Attrs(), Underline: c.Underline()}
	if i := c.attr >> extShift; i != 0 {
		e := l.t.exts[i]
		s.UnderlineColor, s.Link = e.underline, e.link
	}
	return s
}

// Same tells cheaply whether two lines are known to be equal: they share their
// storage. False says nothing.
func (l Line) Same(o Line) bool { return l.l == o.l }

// String returns the row's text without trailing blanks.
func (l Line) String() string {
	var b strings.Builder
	l.appendText(&b, true)
	return b.String()
}

// appendText adds the row's text; trim leaves out trailing blanks and spaces.
func (l Line) appendText(b *strings.Builder, trim bool) {
	end := len(l.l.cells)
	for trim && end > 0 {
		if r, ok := l.l.cells[end-1].Rune(); !ok || r != ' ' {
			break
		}
		end--
	}
	for _, c := range l.l.cells[:end] {
		b.WriteString(l.t.text(c))
	}
}
