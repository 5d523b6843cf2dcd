package vt

import "unicode/utf8"

// row returns line y for writing: a copy if a snapshot may share it.
func (t *Terminal) row(y int) *line {
	l := t.lines[y]
	if l.epoch != t.epoch {
		l = l.clone(t.epoch)
		t.lines[y] = l
	}
	return l
}

// edge returns the column after the last one that text at the cursor may fill.
func (t *Terminal) edge() int {
	if t.x <= t.right {
		return t.right + 1
	}
	return t.cols
}

// printASCII prints a run of printable ASCII. It is the path that plain output
// takes: whole stretches of cells at a time.
func (t *Terminal) printASCII(s []byte) {
	if t.insert || t.charset.mapped() {
		for _, b := range s {
			t.print(rune(b))
		}
		return
	}
	if t.modes.Clusters {
		// Only the first may join what is before it, and only the last be joined.
		t.print(rune(s[0]))
		if s = s[1:]; len(s) == 0 {
			return
		}
		defer t.cluster.add(gcbOther, true)
	}
	t.last = uint32(s[len(s)-1])
	for len(s) > 0 {
		t.wrapIfPending()
		edge := t.edge()
		l := t.row(t.y)
		n := min(len(s), edge-t.x)
		l.splitWide(t.x, t.x+n)
		cells := l.cells[t.x : t.x+n]
		c := t.pen
		for i, b := range s[:len(cells)] {
			c.content = uint32(b)
			cells[i] = c
		}
		s = s[n:]
		t.x += n
		if t.x < edge {
			return
		}
		t.x = edge - 1
		t.pendingWrap = true
		if !t.autoWrap && len(s) > 0 {
			s = s[len(s)-1:] // the rest lands on one cell, the last byte stays
		}
	}
}

// splitWide blanks the other halves of wide characters that writing to columns
// from..to-1 cuts in two.
func (l *line) splitWide(from, to int) {
	if l.wide {
		l.splitWideAt(from, to)
	}
}

func (l *line) splitWideAt(from, to int) {
	if from < len(l.cells) && l.cells[from].attr&widthMask == widthTail && from > 0 {
		l.cells[from-1] = eraseText(l.cells[from-1])
	}
	if to < len(l.cells) && l.cells[to].attr&widthMask == widthTail {
		l.cells[to] = eraseText(l.cells[to])
	}
}

// eraseText keeps a cell's style and takes its character.
func eraseText(c Cell) Cell {
	c.content = 0
	c.attr &^= widthMask
	return styled(c)
}

// styled makes a blank that has more style than a background a space: only what
// was written can look underlined, and a blank has no style to redraw.
func styled(c Cell) Cell {
	if c.content == 0 && (c.attr != 0 || c.fg != DefaultColor) {
		c.content = ' '
	}
	return c
}

// text prints the characters outside ASCII at the start of p and returns the
// rest. An unfinished one at the end of p is carried over.
func (t *Terminal) text(p []byte) []byte {
	for len(p) > 0 && p[0] >= 0x80 {
		if n := t.printRun(p); n > 0 {
			p = p[n:]
			continue
		}
		// What needs more than writing cells: marks, line ends, modes.
		r, n := decodeRune(p)
		if n == 0 {
			t.carry.n = uint8(copy(t.carry.b[:], p))
			return nil
		}
		t.print(r)
		p = p[n:]
	}
	return p
}

// printRun prints characters of width 1 and 2 and the marks that join them, to
// the edge of the line at most, and returns the bytes it took. ASCII it takes
// where one character stands alone: longer runs are printASCII's.
func (t *Terminal) printRun(p []byte) int {
	if t.insert || t.modes.Clusters || t.pendingWrap || t.charset.mapped() {
		return 0
	}
	l, x, edge := t.row(t.y), t.x, t.edge()
	cells := l.cells
	c, tail := t.pen, t.pen
	narrow, wide := t.pen.attr, t.pen.attr|widthLead
	tail.attr |= widthTail
	cut := cells[x].attr&widthMask == widthTail
	taken := 0
	l.wide = true // or nearly always
	for taken < len(p) {
		q := p[taken:]
		r, n, w := rune(0), 0, 0
		switch b := q[0]; {
		case b >= 0x80:
			if r, n = wholeRune(q); n == 0 {
				r, n = decodeRune(q)
			}
			if w = 2; uint32(r)-0x4e00 >= 0x5200 { // Han, U+4E00 to U+9FFF, is wide
				w = propsOf(r).width()
			}
		case b >= 0x20 && b != 0x7f && (len(q) < 2 || q[1] >= 0x80):
			r, n, w = rune(b), 1, 1
		}
		if n == 0 || x+w > edge {
			break
		}
		if w == 0 {
			if taken == 0 || !t.mark(l, x, r) {
				break
			}
			taken += n
			continue
		}
		c.content, c.attr = uint32(r), narrow
		if w == 2 {
			cells[x+1] = tail
			c.attr = wide
		}
		cells[x] = c
		x += w
		taken += n
	}
	if taken == 0 {
		return 0
	}
	if cut && t.x > 0 {
		cells[t.x-1] = eraseText(cells[t.x-1])
	}
	if x < len(cells) && cells[x].attr&widthMask == widthTail {
		cells[x] = eraseText(cells[x])
	}
	last := x - 1
	if cells[last].attr&widthMask == widthTail {
		last--
	}
	t.last = cells[last].content
	t.x = x
	if x >= edge {
		t.x = edge - 1
		t.pendingWrap = true
	}
	return taken
}

// mark adds a character of no width to the one that ends before column x, in the
// middle of a run. False leaves it to combine.
func (t *Terminal) mark(l *line, x int, r rune) bool {
	if isControlPicture(r) {
		return true
	}
	if x--; l.cells[x].attr&widthMask == widthTail {
		x--
	}
	content, ok := t.in.join(l.cells[x].content, r)
	if ok {
		l.cells[x].content = content
	}
	return ok
}

// print prints one character.
func (t *Terminal) print(r rune) {
	content := uint32(r)
	if r < 0x80 {
		if t.charset.mapped() {
			content = uint32(t.charset.translate(r))
		}
		if !t.modes.Clusters {
			t.put(content, 1)
			return
		}
	}
	p := propsOf(rune(content))
	if t.modes.Clusters && t.joinCluster(rune(content), p) {
		return
	}
	switch w := p.width(); w {
	case 0:
		t.combine(rune(content))
	default:
		t.put(content, w)
	}
}

// put writes a character of width 1 or 2 at the cursor and moves on.
func (t *Terminal) put(content uint32, width int) {
	t.wrapIfPending()
	edge := t.edge()
	if t.x+width > edge {
		if !t.autoWrap || edge-t.lineStart() < width {
			return // a wide character has no room here
		}
		t.wrapLine()
		edge = t.edge()
	}
	if t.insert {
		t.insertCells(width)
	}
	l := t.row(t.y)
	l.splitWide(t.x, t.x+width)
	c := t.pen
	c.content = content
	if width == 2 {
		c.attr |= widthLead
		tail := t.pen
		tail.attr |= widthTail
		l.cells[t.x+1] = tail
		l.wide = true
	}
	l.cells[t.x] = c
	t.last = content
	t.x += width
	if t.x >= edge {
		t.x = edge - 1
		t.pendingWrap = true
	}
}

// wrapIfPending moves to the next line when the last column was written; without
// auto-wrap the last column is written again.
func (t *Terminal) wrapIfPending() {
	if t.pendingWrap {
		if t.autoWrap {
			t.wrapLine()
		}
		t.pendingWrap = false
	}
}

// lineStart is the column that a wrapped line begins in.
func (t *Terminal) lineStart() int {
	if t.x >= t.left && t.x <= t.right {
		return t.left
	}
	return 0
}

// wrapLine moves to the start of the next line because the text is longer than
// this one.
func (t *Terminal) wrapLine() {
	start := t.lineStart()
	if start == 0 && t.right == t.cols-1 {
		t.row(t.y).wrapped = true
	}
	t.pendingWrap = false
	t.index()
	t.x = start
}

// combine adds a character of no width to the one before the cursor.
func (t *Terminal) combine(r rune) {
	x, ok := t.previous()
	if !ok || isControlPicture(r) {
		return
	}
	l := t.row(t.y)
	base := l.cells[x].content
	if base == 0 {
		base = ' '
	}
	if c, ok := t.join(base, r); ok {
		l.cells[x].content = c
		t.last = c
	}
}

// previous returns the column of the character that the cursor stands behind.
func (t *Terminal) previous() (x int, ok bool) {
	x = t.x
	if !t.pendingWrap { // else the cursor rests on the character itself
		if x--; x < 0 {
			return 0, false
		}
	}
	if t.lines[t.y].cells[x].attr&widthMask == widthTail && x > 0 {
		x--
	}
	return x, true
}

// isControlPicture tells characters of no width that never join a base: C1
// controls, and marks that only steer layout.
func isControlPicture(r rune) bool {
	return r < 0xa0 || r == 0x200b || r >= 0x200e && r <= 0x200f || r >= 0x2028 && r <= 0x202e ||
		r >= 0x2060 && r <= 0x206f || r == 0xfeff
}

// repeat is REP: the last character, n more times.
func (t *Terminal) repeat(n int) {
	c := t.last
	if c == 0 {
		return
	}
	w := 1
	if r, _ := utf8.DecodeRuneInString(t.in.text(Cell{content: c})); propsOf(r).width() == 2 {
		w = 2
	}
	for range min(n, t.cols*t.rows) {
		t.put(c, w)
	}
}
