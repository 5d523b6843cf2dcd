package vt

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// encodingVersion is the first byte of an encoded snapshot. It changes whenever
// what follows does: encoded snapshots are a cache, and are made anew.
const encodingVersion = 1

// ErrEncoding says that bytes are not an encoded snapshot of this version.
var ErrEncoding = errors.New("not an encoded snapshot")

// MarshalBinary encodes all of the snapshot, its scrollback too when it carries
// one. A 120×40 screen of text takes a few kilobytes.
func (s *Snapshot) MarshalBinary() ([]byte, error) {
	c := codec{buf: []byte{encodingVersion}}
	copied := *s
	copied.code(&c)
	return c.buf, nil
}

// UnmarshalBinary decodes what MarshalBinary made. Bytes that anybody changed
// give ErrEncoding, or a snapshot that is safe to use.
func (s *Snapshot) UnmarshalBinary(data []byte) error {
	if len(data) == 0 || data[0] != encodingVersion {
		return ErrEncoding
	}
	c := codec{buf: data[1:], reading: true}
	var d Snapshot
	d.code(&c)
	if c.err == nil && len(c.buf) > 0 {
		c.fail("bytes left over")
	}
	if c.err == nil {
		d.validate(&c)
	}
	if c.err != nil {
		return c.err
	}
	*s = d
	return nil
}

// codec writes values to buf, or reads them from it: one list of fields serves
// both ways.
type codec struct {
	buf     []byte
	reading bool
	err     error
}

func (c *codec) fail(what string) {
	if c.err == nil {
		c.err = fmt.Errorf("%w: %s", ErrEncoding, what)
	}
}

func (c *codec) uint(v uint64) uint64 {
	if !c.reading {
		c.buf = binary.AppendUvarint(c.buf, v)
		return v
	}
	v, n := binary.Uvarint(c.buf)
	if n <= 0 {
		c.fail("cut short")
		c.buf = nil
		return 0
	}
	c.buf = c.buf[n:]
	return v
}

// count codes a length of at most max.
func (c *codec) count(n, max int) int {
	v := c.uint(uint64(n))
	if v > uint64(max) {
		c.fail("too long")
		return 0
	}
	return int(v)
}

func number[T ~int | ~int32 | ~uint8 | ~uint16 | ~uint32](c *codec, v *T) {
	const bias = 1 // the numbers coded here are -1 or more
	*v = T(int64(c.uint(uint64(int64(*v)+bias))) - bias)
}

func (c *codec) flag(v *bool) {
	var n uint64
	if *v {
		n = 1
	}
	*v = c.uint(n) == 1
}

func (c *codec) text(s *string) {
	n := c.count(len(*s), MaxString)
	if !c.reading {
		c.buf = append(c.buf, *s...)
		return
	}
	if n > len(c.buf) {
		c.fail("cut short")
		n = 0
	}
	*s, c.buf = string(c.buf[:n]), c.buf[n:]
}

// slice codes a slice of at most max elements by element.
func slice[T any](c *codec, s *[]T, max int, element func(*T)) {
	n := c.count(len(*s), max)
	if c.reading {
		*s = nil
		for i := 0; i < n && c.err == nil; i++ { // grows with the data, not by its word
			var v T
			element(&v)
			*s = append(*s, v)
		}
		return
	}
	for i := range *s {
		element(&(*s)[i])
	}
}

func (s *Snapshot) code(c *codec) {
	s.state.code(c)
	slice(c, &s.tables.clusters, maxClusters, c.text)
	slice(c, &s.tables.exts, maxExts, c.ext)
	s.lines = c.lines(s.lines, s.state.cols, MaxRows)
	s.other = c.lines(s.other, s.state.cols, MaxRows)
	s.hist = c.lines(s.hist, s.state.cols, 1<<24)
}

func (s *state) code(c *codec) {
	for _, v := range []*int{&s.cols, &s.rows, &s.x, &s.y, &s.top, &s.bottom, &s.left, &s.right} {
		number(c, v)
	}
	m := &s.modes
	for _, v := range []*bool{
		&s.pendingWrap, &s.insert, &s.origin, &s.autoWrap, &s.reverseWrap, &s.marginMode, &s.columns132,
		&s.allowColumns, &s.keepOnColumns, &s.hidden, &s.blink, &s.rectExtent, &s.latin1,
		&m.AppCursor, &m.AppKeypad, &m.BackarrowBS, &m.NewLine, &m.BracketedPaste, &m.FocusEvents, &m.AltScroll,
		&m.AltScreen, &m.ReverseScreen, &m.Synchronized, &m.Clusters, &m.ColorScheme,
	} {
		c.flag(v)
	}
	number(c, &m.Mouse)
	number(c, &m.MouseEncoding)
	number(c, &m.ModifyOtherKeys)
	number(c, &m.Kitty)
	number(c, &s.shape)
	c.cell(&s.pen)
	c.ext(&s.penExt)
	c.link(&s.link)
	c.charsets(&s.charset)
	slice(c, (*[]uint64)(&s.tabs), 64, func(v *uint64) { *v = c.uint(*v) })
	for i := range s.saved {
		c.savedCursor(&s.saved[i])
		for j := range s.kitty[i].flags {
			number(c, &s.kitty[i].flags[j])
		}
		number(c, &s.kitty[i].n)
		number(c, &s.kitty[i].saved)
	}
	slice(c, &s.penStack, maxStack, func(p *savedPen) { c.cell(&p.pen); c.ext(&p.ext) })
	c.modeBank(&s.modeBank)
	c.text(&s.title)
	c.text(&s.icon)
	slice(c, &s.titles, maxStack, c.text)
	c.palette(&s.palette)
	number(c, &s.last)
	c.cluster(&s.cluster)
	for i := range s.carry.b {
		number(c, &s.carry.b[i])
	}
	number(c, &s.carry.n)
	c.parser(&s.parser)
}

func (c *codec) cell(v *Cell) {
	number(c, &v.content)
	number(c, &v.fg)
	number(c, &v.bg)
	number(c, &v.attr)
}

func (c *codec) link(l *Link) {
	c.text(&l.URI)
	c.text(&l.ID)
}

func (c *codec) ext(e *ext) {
	number(c, &e.underline)
	c.link(&e.link)
}

func (c *codec) charsets(s *charsets) {
	for i := range s.g {
		number(c, &s.g[i])
	}
	number(c, &s.gl)
	number(c, &s.single)
}

func (c *codec) savedCursor(s *savedCursor) {
	number(c, &s.x)
	number(c, &s.y)
	c.cell(&s.pen)
	c.ext(&s.penExt)
	c.flag(&s.origin)
	c.charsets(&s.charset)
}

func (c *codec) modeBank(bank *map[uint16]bool) {
	type entry struct {
		mode uint16
		on   bool
	}
	var entries []entry
	for k, v := range *bank {
		entries = append(entries, entry{k, v})
	}
	slice(c, &entries, 1<<16, func(e *entry) { number(c, &e.mode); c.flag(&e.on) })
	if c.reading && len(entries) > 0 {
		*bank = make(map[uint16]bool)
		for _, e := range entries {
			(*bank)[e.mode] = e.on
		}
	}
}

func (c *codec) palette(p **palette) {
	type entry struct {
		index uint8
		color Color
	}
	has := *p != nil
	if c.flag(&has); !has {
		return
	}
	v := (*p).clone()
	var entries []entry
	for i, color := range v.entry {
		entries = append(entries, entry{i, color})
	}
	slice(c, &entries, 256, func(e *entry) { number(c, &e.index); number(c, &e.color) })
	for _, color := range []*Color{&v.fg, &v.bg, &v.cursor} {
		number(c, color)
	}
	for _, e := range entries {
		v.entry[e.index] = e.color
	}
	*p = v
}

func (c *codec) cluster(s *clusterState) {
	c.flag(&s.live)
	c.flag(&s.odd)
	c.flag(&s.emoji)
	c.flag(&s.join)
	number(c, &s.class)
	number(c, &s.indic)
}

func (c *codec) parser(p *parser) {
	number(c, &p.state)
	number(c, &p.within)
	number(c, &p.prefix)
	number(c, &p.inter)
	number(c, &p.final)
	c.flag(&p.tooBig)
	p.params.n = c.count(p.params.n, maxParams)
	for i := range p.params.n {
		number(c, &p.params.v[i])
	}
	number(c, &p.params.sub)
	c.flag(&p.params.over)
	s := string(p.str)
	c.text(&s)
	p.str = []byte(s)
}

// lines codes rows as runs of equal cells; the blanks at a row's end are left out.
func (c *codec) lines(lines []*line, cols, max int) []*line {
	n := c.count(len(lines), max)
	if !c.reading {
		for _, l := range lines {
			c.line(l)
		}
		return nil
	}
	for i := 0; i < n && c.err == nil; i++ {
		if cols < 1 || cols > MaxCols {
			c.fail("no width")
			return nil
		}
		l := &line{cells: make([]Cell, cols), wide: true}
		c.line(l)
		lines = append(lines, l)
	}
	return lines
}

func (c *codec) line(l *line) {
	c.flag(&l.wrapped)
	number(c, &l.mark)
	end := len(l.cells)
	for !c.reading && end > 0 && l.cells[end-1] == (Cell{}) {
		end--
	}
	end = c.count(end, len(l.cells))
	for x := 0; x < end && c.err == nil; {
		n := 1
		for !c.reading && x+n < end && l.cells[x+n] == l.cells[x] {
			n++
		}
		n = c.count(n, end-x)
		c.cell(&l.cells[x])
		for i := 1; i < n; i++ {
			l.cells[x+i] = l.cells[x]
		}
		x += max(n, 1)
	}
}
