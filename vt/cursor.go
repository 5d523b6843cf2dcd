package vt

// moveTo puts the cursor on column x, row y, both absolute, within the screen.
func (t *Terminal) moveTo(x, y int) {
	t.x, t.y = clamp(x, 0, t.cols-1), clamp(y, 0, t.rows-1)
	t.pendingWrap = false
	t.cluster.live = false
}

// moveToOrigin is moveTo counted from the margins in origin mode, and kept
// inside them.
func (t *Terminal) moveToOrigin(x, y int) {
	if t.origin {
		t.moveTo(clamp(x+t.left, t.left, t.right), clamp(y+t.top, t.top, t.bottom))
		return
	}
	t.moveTo(x, y)
}

// up, down, right and left stop at the margin when they start inside it.
func (t *Terminal) up(n int) {
	limit := 0
	if t.y >= t.top {
		limit = t.top
	}
	t.moveTo(t.x, max(t.y-n, limit))
}

func (t *Terminal) down(n int) {
	limit := t.rows - 1
	if t.y <= t.bottom {
		limit = t.bottom
	}
	t.moveTo(t.x, min(t.y+n, limit))
}

func (t *Terminal) forward(n int) {
	limit := t.cols - 1
	if t.x <= t.right {
		limit = t.right
	}
	t.moveTo(min(t.x+n, limit), t.y)
}

// backward goes on to the line above at the margin when reverse wrap is on.
func (t *Terminal) backward(n int) {
	limit := 0
	if t.x >= t.left {
		limit = t.left
	}
	if !t.reverseWrap || !t.autoWrap {
		t.moveTo(max(t.x-n, limit), t.y)
		return
	}
	if t.pendingWrap {
		n-- // the cursor is already one column past the last character
	}
	width := t.right + 1 - limit
	x, y := t.x, t.y
	for n = min(n, t.cols*t.rows); n > x-limit; {
		n -= x - limit + 1
		switch {
		case y == t.top:
			y = t.bottom
		case y > 0:
			y--
		}
		x = limit + width - 1
	}
	t.moveTo(x-n, y)
}

func (t *Terminal) carriageReturn() {
	x := 0
	if t.origin || t.x >= t.left {
		x = t.left
	}
	t.moveTo(x, t.y)
}

// index moves down one line and scrolls at the bottom margin.
func (t *Terminal) index() {
	t.cluster.live = false
	if t.y == t.bottom {
		if t.x >= t.left && t.x <= t.right {
			t.scrollUp(1)
		}
		return
	}
	if t.y < t.rows-1 {
		t.y++
	}
}

func (t *Terminal) reverseIndex() {
	t.pendingWrap, t.cluster.live = false, false
	if t.y == t.top {
		if t.x >= t.left && t.x <= t.right {
			t.scrollDown(1)
		}
		return
	}
	if t.y > 0 {
		t.y--
	}
}

func (t *Terminal) lineFeed() {
	// The pending wrap outlives a line feed in no terminal: xterm, VT510.
	t.pendingWrap = false
	t.index()
	if t.modes.NewLine {
		t.carriageReturn()
	}
}

// tab moves n stops to the right, at most to the margin.
func (t *Terminal) tab(n int) {
	limit := t.cols - 1
	if t.x <= t.right {
		limit = t.right
	}
	x := t.x
	for ; n > 0 && x < limit; n-- {
		for x++; x < limit && !t.tabs.at(x); x++ {
		}
	}
	pending := t.pendingWrap && x == t.x
	t.moveTo(x, t.y)
	t.pendingWrap = pending
}

func (t *Terminal) backTab(n int) {
	limit := 0
	if t.origin {
		limit = t.left
	}
	x := t.x
	for ; n > 0 && x > limit; n-- {
		for x--; x > limit && !t.tabs.at(x); x-- {
		}
	}
	t.moveTo(x, t.y)
}

// control carries out a C0 control.
func (t *Terminal) control(b byte) {
	t.last = 0
	switch b {
	case 0x05: // ENQ: the answerback is empty
	case 0x07:
		t.emit(BellEvent{})
	case 0x08:
		t.backward(1)
	case 0x09:
		t.tab(1)
	case 0x0a, 0x0b, 0x0c:
		t.lineFeed()
	case 0x0d:
		t.carriageReturn()
	case 0x0e:
		t.charset.gl = 1
	case 0x0f:
		t.charset.gl = 0
	}
}

// saveCursor is DECSC.
func (t *Terminal) saveCursor() {
	t.saved[t.screen()] = savedCursor{
		x: t.x, y: t.y,
		pen: t.pen, penExt: t.penExt, origin: t.origin, charset: t.charset,
	}
}

// restoreCursor is DECRC: home and defaults when nothing was saved. A pending wrap
// is not kept, as in xterm.js.
func (t *Terminal) restoreCursor() {
	s := t.saved[t.screen()]
	t.moveTo(s.x, s.y)
	t.pen, t.penExt, t.link = s.pen, s.penExt, s.penExt.link
	t.origin, t.charset = s.origin, s.charset
}
