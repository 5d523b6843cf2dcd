package vt

// blank is what erasing leaves: the pen's background, nothing else (BCE).
func (t *Terminal) blank() Cell { return Cell{bg: t.pen.bg} }

func fill(cells []Cell, c Cell) {
	if c == (Cell{}) {
		clear(cells)
		return
	}
	for i := range cells {
		cells[i] = c
	}
}

// blankLines appends n blank lines of the terminal's width.
func (t *Terminal) blankLines(to []*line, n int) []*line {
	cells := make([]Cell, n*t.cols)
	lines := make([]line, n)
	for i := range lines {
		lines[i] = line{cells: cells[i*t.cols : (i+1)*t.cols : (i+1)*t.cols], epoch: t.epoch}
		to = append(to, &lines[i])
	}
	return to
}

// recycle returns a blank line, in the storage of l when nobody else can see it.
func (t *Terminal) recycle(l *line) *line {
	if l == nil || l.epoch != t.epoch || len(l.cells) != t.cols {
		l = &line{cells: make([]Cell, t.cols), epoch: t.epoch}
		if b := t.blank(); b != (Cell{}) {
			fill(l.cells, b)
		}
		return l
	}
	fill(l.cells, t.blank())
	l.wrapped, l.wide, l.mark = false, false, NoMark
	return l
}

// fullWidth tells whether the margins span the screen from side to side.
func (t *Terminal) fullWidth() bool { return t.left == 0 && t.right == t.cols-1 }

// scrollUp moves the lines of the scrolling region up by n.
func (t *Terminal) scrollUp(n int) { t.linesUp(t.top, n) }

// scrollDown moves the lines of the scrolling region down by n.
func (t *Terminal) scrollDown(n int) { t.linesDown(t.top, n) }

// linesUp moves lines top..bottom margin up by n, inside the side margins. Lines
// that leave the top of the primary screen go to the scrollback.
func (t *Terminal) linesUp(top, n int) {
	n = min(n, t.bottom-top+1)
	if !t.fullWidth() {
		t.shiftRect(top, n)
		return
	}
	keep := top == 0 && t.top == 0 && !t.modes.AltScreen
	region := t.lines[top : t.bottom+1]
	for range n {
		out := region[0]
		if keep {
			if t.scrolled != nil {
				t.scrolled(Line{out, &t.in.tables})
			}
			out = t.hist.push(out)
		}
		copy(region, region[1:])
		region[len(region)-1] = t.recycle(out)
	}
	if top > 0 {
		t.breakWrap(top - 1)
	}
}

// linesDown moves lines top..bottom margin down by n.
func (t *Terminal) linesDown(top, n int) {
	n = min(n, t.bottom-top+1)
	if !t.fullWidth() {
		t.shiftRect(top, -n)
		return
	}
	region := t.lines[top : t.bottom+1]
	for range n {
		out := region[len(region)-1]
		copy(region[1:], region)
		region[0] = t.recycle(out)
	}
	if top > 0 {
		t.breakWrap(top - 1)
	}
	t.breakWrap(t.bottom)
}

// breakWrap ends the paragraph at line y: what follows it is another one's.
func (t *Terminal) breakWrap(y int) {
	if t.lines[y].wrapped {
		t.row(y).wrapped = false
	}
}

// shiftRect moves the cells between the side margins of lines top..bottom margin
// up by n, or down by -n.
func (t *Terminal) shiftRect(top, n int) {
	height := t.bottom - top + 1
	for i := range height {
		y := top + i
		if n < 0 {
			y = t.bottom - i
		}
		l := t.row(y)
		l.splitWide(t.left, t.right+1)
		to := l.cells[t.left : t.right+1]
		if from := y + n; from >= top && from <= t.bottom {
			src := t.lines[from]
			copy(to, src.cells[t.left:t.right+1])
			l.wide = l.wide || src.wide
			t.splitEdges(l)
		} else {
			fill(to, t.blank())
		}
		l.wrapped = false
	}
}

// splitEdges blanks halves of wide characters at the side margins of l that
// came there without their other half.
func (t *Terminal) splitEdges(l *line) {
	if c := &l.cells[t.left]; c.attr&widthMask == widthTail {
		*c = eraseText(*c)
	}
	if c := &l.cells[t.right]; c.attr&widthMask == widthLead {
		*c = eraseText(*c)
	}
}

// insideMargins tells whether the cursor is where IL, DL, ICH, DCH work.
func (t *Terminal) insideMargins() bool {
	return t.x >= t.left && t.x <= t.right && t.y >= t.top && t.y <= t.bottom
}

// insertLines is IL.
func (t *Terminal) insertLines(n int) {
	if t.insideMargins() {
		t.linesDown(t.y, n)
		t.moveTo(t.left, t.y)
	}
}

// deleteLines is DL.
func (t *Terminal) deleteLines(n int) {
	if t.insideMargins() {
		t.linesUp(t.y, n)
		t.moveTo(t.left, t.y)
	}
}

// insertCells is ICH: the rest of the line moves right by n.
func (t *Terminal) insertCells(n int) {
	if t.x < t.left || t.x > t.right {
		return
	}
	t.shiftCells(t.row(t.y), t.x, n)
}

// deleteCells is DCH: the rest of the line moves left by n.
func (t *Terminal) deleteCells(n int) {
	if t.x < t.left || t.x > t.right {
		return
	}
	t.shiftCells(t.row(t.y), t.x, -n)
}

// shiftCells moves the cells from column x to the right margin right by n, or
// left by -n, and blanks what they leave.
func (t *Terminal) shiftCells(l *line, x, n int) {
	cells := l.cells[x : t.right+1]
	l.splitWide(x, t.right+1)
	if n > 0 {
		n = min(n, len(cells))
		copy(cells[n:], cells)
		fill(cells[:n], t.blank())
		if last := &cells[len(cells)-1]; last.attr&widthMask == widthLead {
			*last = eraseText(*last)
		}
	} else {
		n = min(-n, len(cells))
		if n < len(cells) && cells[n].attr&widthMask == widthTail {
			cells[n] = eraseText(cells[n])
		}
		copy(cells, cells[n:])
		fill(cells[len(cells)-n:], t.blank())
	}
	l.wrapped = false
}

// shiftColumns is SL, SR, DECIC and DECDC: all lines of the region, from column
// x, move right by n or left by -n.
func (t *Terminal) shiftColumns(x, n int) {
	for y := t.top; y <= t.bottom; y++ {
		t.shiftCells(t.row(y), x, n)
	}
}
