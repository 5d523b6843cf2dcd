package vt

// validate fails c when a decoded snapshot breaks what the rest of the package
// takes for granted.
func (s *Snapshot) validate(c *codec) {
	st := &s.state
	require := func(ok bool, what string) {
		if !ok {
			c.fail(what)
		}
	}
	within := func(v, end int) bool { return v >= 0 && v < end }
	require(st.cols >= 1 && st.cols <= MaxCols && st.rows >= 1 && st.rows <= MaxRows, "size")
	require(within(st.x, st.cols) && within(st.y, st.rows), "cursor")
	require(within(st.top, st.rows) && within(st.bottom, st.rows) && st.top <= st.bottom, "margins")
	require(within(st.left, st.cols) && within(st.right, st.cols) && st.left <= st.right, "side margins")
	require(len(s.lines) == st.rows && (len(s.other) == 0 || len(s.other) == st.rows), "rows")
	require(len(st.tabs) == len(defaultTabs(1)), "tabs")
	require(len(s.tables.exts) > 0 && s.tables.exts[0] == (ext{}), "tables")
	require(st.carry.valid(), "half a character")
	require(st.parser.state <= stateSwallowEsc && st.parser.within <= stateSwallowEsc, "parser")
	require(st.charset.valid() && st.kitty[0].n <= maxStack && st.kitty[1].n <= maxStack, "stacks")
	for i := range st.saved {
		require(st.saved[i].charset.valid() && s.validPen(st.saved[i].pen), "saved cursor")
		require(within(st.saved[i].x, st.cols+1) && within(st.saved[i].y, st.rows), "saved cursor")
	}
	for _, p := range st.penStack {
		require(s.validPen(p.pen), "pen stack")
	}
	require(s.validPen(st.pen), "pen")
	require(s.validCell(Cell{content: st.last}), "last character")
	for _, cluster := range s.tables.clusters {
		require(len(cluster) > 0 && len(cluster) <= maxClusterBytes, "clusters")
	}
	for _, lines := range [][]*line{s.lines, s.other, s.hist} {
		for _, l := range lines {
			require(s.validLine(l), "cells")
		}
	}
}

// valid tells whether the carry is empty or the start of a character.
func (c *utf8Carry) valid() bool {
	if c.n == 0 || c.n > 3 {
		return c.n == 0
	}
	_, n := decodeRune(c.b[:c.n])
	return n == 0
}

func (c *charsets) valid() bool { return c.gl < 4 && c.single < 4 }

// validCell tells whether a cell's indexes lie within the tables.
func (s *Snapshot) validCell(c Cell) bool {
	if int(c.attr>>extShift) >= len(s.tables.exts) {
		return false
	}
	if c.content&clusterBit != 0 {
		return int(c.content&^clusterBit) < len(s.tables.clusters)
	}
	return c.content <= 0x10ffff
}

// validPen tells whether a cell is one to print with.
func (s *Snapshot) validPen(c Cell) bool {
	return s.validCell(c) && c.content == 0 && c.attr&widthMask == 0
}

// validLine tells whether a line's cells are valid and its wide characters whole.
func (s *Snapshot) validLine(l *line) bool {
	lead := false
	for _, c := range l.cells {
		width := c.attr & widthMask
		if !s.validCell(c) || width == widthMask || lead != (width == widthTail) {
			return false
		}
		lead = width == widthLead
	}
	return !lead
}
