package vt

// Equal tells whether two snapshots show the same and go on alike: every cell of
// the shown and the hidden screen by text and style, cursor, modes, margins, tabs,
// pens, title and a half-read sequence. Scrollback counts when both carry it.
func (s *Snapshot) Equal(o *Snapshot) bool {
	return s.state.equal(&o.state) &&
		sameLines(s.lines, &s.tables, o.lines, &o.tables) &&
		sameLines(s.other, &s.tables, o.other, &o.tables) &&
		(len(s.hist) == 0 || len(o.hist) == 0 || sameLines(s.hist, &s.tables, o.hist, &o.tables))
}

// SameScreen tells whether two snapshots look alike: size, cells and cursor.
// What is not seen, such as where a row wraps, does not count.
func (s *Snapshot) SameScreen(o *Snapshot) bool {
	for y := range min(len(s.lines), len(o.lines)) {
		if !sameCells(s.lines[y], &s.tables, o.lines[y], &o.tables, false) {
			return false
		}
	}
	return s.state.cols == o.state.cols && s.state.rows == o.state.rows &&
		s.Cursor() == o.Cursor() && s.state.modes.ReverseScreen == o.state.modes.ReverseScreen &&
		s.state.palette.equal(o.state.palette)
}

// Diff returns the visible rows in which s and o differ, in order: all of s's
// rows when their sizes do.
func (s *Snapshot) Diff(o *Snapshot) []int {
	var rows []int
	resized := s.state.cols != o.state.cols || s.state.rows != o.state.rows
	for y, l := range s.lines {
		if resized || !sameLine(l, &s.tables, o.lines[y], &o.tables) {
			rows = append(rows, y)
		}
	}
	return rows
}

func sameLines(a []*line, at *tables, b []*line, bt *tables) bool {
	if len(a) != len(b) {
		return allEmpty(a) && allEmpty(b) && (a == nil || b == nil)
	}
	for y, l := range a {
		if !sameLine(l, at, b[y], bt) {
			return false
		}
	}
	return true
}

// allEmpty makes a hidden screen that was never used equal to a blank one.
func allEmpty(lines []*line) bool {
	for _, l := range lines {
		if !l.isEmpty() {
			return false
		}
	}
	return true
}

func sameLine(a *line, at *tables, b *line, bt *tables) bool {
	return a == b || a.wrapped == b.wrapped && a.mark == b.mark && sameCells(a, at, b, bt, true)
}

// sameCells compares cells by what they show; strict tells a blank from a space.
func sameCells(a *line, at *tables, b *line, bt *tables, strict bool) bool {
	if a == b {
		return true
	}
	if len(a.cells) != len(b.cells) {
		return false
	}
	const inTables = extMask
	for x, c := range a.cells {
		d := b.cells[x]
		if c == d && c.content&clusterBit == 0 && c.attr&inTables == 0 {
			continue
		}
		if c.fg != d.fg || c.bg != d.bg || (c.attr^d.attr)&^inTables != 0 {
			return false
		}
		if at.exts[c.attr>>extShift] != bt.exts[d.attr>>extShift] {
			return false
		}
		if c.content != d.content || c.content&clusterBit != 0 {
			if at.text(c) != bt.text(d) || strict && (c.content == 0) != (d.content == 0) {
				return false
			}
		}
	}
	return true
}

// equal compares all that a screen's future depends on. Table indexes in pens are
// compared by what they stand for.
func (s *state) equal(o *state) bool {
	a, b := *s, *o
	if !a.palette.equal(b.palette) || !equalSlices(a.tabs, b.tabs) || !equalSlices(a.titles, b.titles) ||
		len(a.penStack) != len(b.penStack) || len(a.modeBank) != len(b.modeBank) {
		return false
	}
	for i := range a.penStack {
		if a.penStack[i].plain() != b.penStack[i].plain() {
			return false
		}
	}
	for k, v := range a.modeBank {
		if w, ok := b.modeBank[k]; !ok || v != w {
			return false
		}
	}
	for i := range a.saved {
		a.saved[i].pen.attr &^= extMask
		b.saved[i].pen.attr &^= extMask
		if a.saved[i] != b.saved[i] {
			return false
		}
	}
	return a.simple() == b.simple() && a.parser.equal(&b.parser)
}

func (p savedPen) plain() savedPen {
	p.pen.attr &^= extMask
	return p
}

// simple is the comparable part of a state.
func (s *state) simple() any {
	pen := s.pen
	pen.attr &^= extMask
	kitty := s.kitty
	for i := range kitty { // what was popped does not count
		clear(kitty[i].flags[kitty[i].n:])
	}
	return [...]any{
		s.cols, s.rows, s.x, s.y, s.pendingWrap, pen, s.penExt, s.top, s.bottom, s.left, s.right,
		s.modes, s.insert, s.origin, s.autoWrap, s.reverseWrap, s.marginMode, s.columns132, s.allowColumns,
		s.keepOnColumns, s.hidden, s.blink, s.shape, s.rectExtent, s.latin1, s.charset, kitty, s.title, s.icon, s.link,
		s.carry.n, string(s.carry.b[:s.carry.n]),
	}
}

func (p *parser) equal(o *parser) bool {
	if p.state != o.state {
		return false
	}
	if p.state == stateGround {
		return true
	}
	return p.prefix == o.prefix && p.inter == o.inter && p.tooBig == o.tooBig && p.params.n == o.params.n &&
		p.params.sub == o.params.sub && equalSlices(p.params.v[:p.params.n], o.params.v[:o.params.n]) &&
		string(p.str) == string(o.str)
}

func (p *palette) equal(o *palette) bool {
	if p == nil || o == nil {
		return p == o
	}
	if p.fg != o.fg || p.bg != o.bg || p.cursor != o.cursor || len(p.entry) != len(o.entry) {
		return false
	}
	for k, v := range p.entry {
		if o.entry[k] != v {
			return false
		}
	}
	return true
}

func equalSlices[T comparable](a, b []T) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
