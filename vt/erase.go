package vt

// eraseCells blanks columns from..to-1 of line y. A selective erase (DECSED,
// DECSEL) spares protected characters.
func (t *Terminal) eraseCells(y, from, to int, selective bool) {
	l := t.row(y)
	if selective {
		for x := from; x < to; x++ {
			if l.cells[x].attr&attrProtected == 0 {
				l.splitWide(x, x+1)
				l.cells[x] = eraseText(l.cells[x])
			}
		}
		return
	}
	l.splitWide(from, to)
	fill(l.cells[from:to], t.blank())
	if to == t.cols {
		l.wrapped = false
	}
}

// eraseLines blanks whole lines.
func (t *Terminal) eraseLines(from, to int, selective bool) {
	for y := from; y < to; y++ {
		if selective {
			t.eraseCells(y, 0, t.cols, true)
			continue
		}
		t.lines[y] = t.recycle(t.lines[y])
	}
}

// eraseDisplay is ED and DECSED.
func (t *Terminal) eraseDisplay(what int, selective bool) {
	t.cluster.live = false
	switch what {
	case 0:
		t.eraseCells(t.y, t.x, t.cols, selective)
		t.eraseLines(t.y+1, t.rows, selective)
	case 1:
		t.eraseLines(0, t.y, selective)
		t.eraseCells(t.y, 0, t.x+1, selective)
	case 2:
		t.eraseLines(0, t.rows, selective)
	case 3: // xterm: the scrollback
		if !selective {
			t.hist.clear()
		}
		return
	}
	t.pendingWrap = false
}

// eraseLine is EL and DECSEL.
func (t *Terminal) eraseLine(what int, selective bool) {
	switch what {
	case 0:
		t.eraseCells(t.y, t.x, t.cols, selective)
	case 1:
		t.eraseCells(t.y, 0, t.x+1, selective)
	case 2:
		t.eraseCells(t.y, 0, t.cols, selective)
	default:
		return
	}
	t.pendingWrap, t.cluster.live = false, false
}

// eraseChars is ECH.
func (t *Terminal) eraseChars(n int) {
	t.eraseCells(t.y, t.x, min(t.x+n, t.cols), false)
	t.pendingWrap, t.cluster.live = false, false
}

// alignmentTest is DECALN: a screen of E.
func (t *Terminal) alignmentTest() {
	t.top, t.bottom, t.left, t.right = 0, t.rows-1, 0, t.cols-1
	t.origin = false
	t.moveTo(0, 0)
	for y := range t.rows {
		l := t.row(y)
		fill(l.cells, Cell{content: 'E'})
		l.wide = false
		l.wrapped = false
	}
}
