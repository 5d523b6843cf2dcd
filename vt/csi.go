package vt

// csiSequence is a row of the table of control sequences: CSI prefix params
// inter final.
type csiSequence struct {
	prefix, inter, final byte
	name                 string
	run                  func(t *Terminal, p *params)
}

// csiSequences is every CSI sequence this terminal understands. Sources: ECMA-48
// 5th edition, DEC STD 070, the VT510 reference, xterm ctlseqs, and for "u" the
// kitty keyboard protocol.
var csiSequences = []csiSequence{
	// Cursor.
	{0, 0, 'A', "CUU", func(t *Terminal, p *params) { t.up(p.count(0)) }},
	{0, 0, 'B', "CUD", func(t *Terminal, p *params) { t.down(p.count(0)) }},
	{0, 0, 'e', "VPR", func(t *Terminal, p *params) { t.line(t.relativeY() + p.count(0)) }},
	{0, 0, 'C', "CUF", func(t *Terminal, p *params) { t.forward(p.count(0)) }},
	{0, 0, 'a', "HPR", func(t *Terminal, p *params) { t.column(t.relativeX() + p.count(0)) }},
	{0, 0, 'D', "CUB", func(t *Terminal, p *params) { t.backward(p.count(0)) }},
	{0, 0, 'E', "CNL", func(t *Terminal, p *params) { t.down(p.count(0)); t.carriageReturn() }},
	{0, 0, 'F', "CPL", func(t *Terminal, p *params) { t.up(p.count(0)); t.carriageReturn() }},
	{0, 0, 'G', "CHA", func(t *Terminal, p *params) { t.column(p.count(0)) }},
	{0, 0, '`', "HPA", func(t *Terminal, p *params) { t.column(p.count(0)) }},
	{0, 0, 'd', "VPA", func(t *Terminal, p *params) { t.line(p.count(0)) }},
	{0, 0, 'H', "CUP", func(t *Terminal, p *params) { t.moveToOrigin(p.count(1)-1, p.count(0)-1) }},
	{0, 0, 'f', "HVP", func(t *Terminal, p *params) { t.moveToOrigin(p.count(1)-1, p.count(0)-1) }},
	{0, 0, 's', "SCOSC, DECSLRM", (*Terminal).setSideMargins},
	{0, 0, 'u', "SCORC", func(t *Terminal, p *params) { t.restoreCursor() }},
	{0, ' ', 'q', "DECSCUSR", func(t *Terminal, p *params) { t.setCursorStyle(p.get(0, 0)) }},

	// Tabs.
	{0, 0, 'I', "CHT", func(t *Terminal, p *params) { t.tab(p.count(0)) }},
	{0, 0, 'Z', "CBT", func(t *Terminal, p *params) { t.backTab(p.count(0)) }},
	{0, 0, 'g', "TBC", (*Terminal).clearTabs},
	{'?', 0, 'W', "DECST8C", func(t *Terminal, p *params) {
		if p.get(0, 0) == 5 {
			t.tabs = defaultTabs(t.cols)
		}
	}},

	// Erasing, inserting, deleting.
	{0, 0, 'J', "ED", func(t *Terminal, p *params) { t.eraseDisplay(p.get(0, 0), false) }},
	{'?', 0, 'J', "DECSED", func(t *Terminal, p *params) { t.eraseDisplay(p.get(0, 0), true) }},
	{0, 0, 'K', "EL", func(t *Terminal, p *params) { t.eraseLine(p.get(0, 0), false) }},
	{'?', 0, 'K', "DECSEL", func(t *Terminal, p *params) { t.eraseLine(p.get(0, 0), true) }},
	{0, 0, 'X', "ECH", func(t *Terminal, p *params) { t.eraseChars(p.count(0)) }},
	{0, 0, '@', "ICH", func(t *Terminal, p *params) { t.edit(func() { t.insertCells(p.count(0)) }) }},
	{0, 0, 'P', "DCH", func(t *Terminal, p *params) { t.edit(func() { t.deleteCells(p.count(0)) }) }},
	{0, 0, 'L', "IL", func(t *Terminal, p *params) { t.edit(func() { t.insertLines(p.count(0)) }) }},
	{0, 0, 'M', "DL", func(t *Terminal, p *params) { t.edit(func() { t.deleteLines(p.count(0)) }) }},
	{0, 0, 'S', "SU", func(t *Terminal, p *params) { t.scrollUp(p.count(0)) }},
	{0, 0, 'T', "SD", func(t *Terminal, p *params) {
		if p.n <= 1 { // five parameters are xterm's highlight tracking
			t.scrollDown(p.count(0))
		}
	}},
	{0, 0, '^', "SD", func(t *Terminal, p *params) { t.scrollDown(p.count(0)) }},
	{0, ' ', '@', "SL", func(t *Terminal, p *params) { t.shiftInside(t.left, -p.count(0)) }},
	{0, ' ', 'A', "SR", func(t *Terminal, p *params) { t.shiftInside(t.left, p.count(0)) }},
	{0, '\'', '}', "DECIC", func(t *Terminal, p *params) { t.shiftInside(t.x, p.count(0)) }},
	{0, '\'', '~', "DECDC", func(t *Terminal, p *params) { t.shiftInside(t.x, -p.count(0)) }},
	{0, 0, 'b', "REP", func(t *Terminal, p *params) { t.repeat(p.count(0)) }},

	// Rectangles.
	{0, '$', 'v', "DECCRA", (*Terminal).copyRect},
	{0, '$', 'x', "DECFRA", (*Terminal).fillRect},
	{0, '$', 'z', "DECERA", func(t *Terminal, p *params) { t.eraseRect(p, false) }},
	{0, '$', '{', "DECSERA", func(t *Terminal, p *params) { t.eraseRect(p, true) }},
	{0, '$', 'r', "DECCARA", func(t *Terminal, p *params) { t.changeRect(p, false) }},
	{0, '$', 't', "DECRARA", func(t *Terminal, p *params) { t.changeRect(p, true) }},
	{0, '*', 'x', "DECSACE", func(t *Terminal, p *params) { t.rectExtent = p.get(0, 0) == 2 }},

	// Pen.
	{0, 0, 'm', "SGR", (*Terminal).sgr},
	{0, '"', 'q', "DECSCA", func(t *Terminal, p *params) {
		t.pen.attr &^= attrProtected
		if p.get(0, 0) == 1 {
			t.pen.attr |= attrProtected
		}
	}},
	{0, '#', '{', "XTPUSHSGR", func(t *Terminal, p *params) { t.pushPen() }},
	{0, '#', 'p', "XTPUSHSGR", func(t *Terminal, p *params) { t.pushPen() }},
	{0, '#', '}', "XTPOPSGR", func(t *Terminal, p *params) { t.popPen() }},
	{0, '#', 'q', "XTPOPSGR", func(t *Terminal, p *params) { t.popPen() }},

	// Modes and margins.
	{0, 0, 'r', "DECSTBM", (*Terminal).setMargins},
	{0, 0, 'h', "SM", func(t *Terminal, p *params) { t.setModes(p, false, true) }},
	{0, 0, 'l', "RM", func(t *Terminal, p *params) { t.setModes(p, false, false) }},
	{'?', 0, 'h', "DECSET", func(t *Terminal, p *params) { t.setModes(p, true, true) }},
	{'?', 0, 'l', "DECRST", func(t *Terminal, p *params) { t.setModes(p, true, false) }},
	{'?', 0, 's', "XTSAVE", (*Terminal).saveModes},
	{'?', 0, 'r', "XTRESTORE", (*Terminal).restoreModes},
	{0, '$', 'p', "DECRQM", func(t *Terminal, p *params) { t.reportMode(p.get(0, 0), false) }},
	{'?', '$', 'p', "DECRQM", func(t *Terminal, p *params) { t.reportMode(p.get(0, 0), true) }},
	{0, '!', 'p', "DECSTR", func(t *Terminal, p *params) { t.softReset() }},
	{'>', 0, 'm', "XTMODKEYS", (*Terminal).setModifyKeys},
	{'>', 0, 'n', "XTMODKEYS", func(t *Terminal, p *params) {
		if p.get(0, 4) == 4 {
			t.setKeyReports(t.modes.Kitty, 0)
		}
	}},
	{'?', 0, 'm', "XTQMODKEYS", (*Terminal).reportModifyKeys},
	{'?', 0, 'u', "kitty query", func(t *Terminal, p *params) { t.reportKitty() }},
	{'=', 0, 'u', "kitty set", (*Terminal).setKitty},
	{'>', 0, 'u', "kitty push", func(t *Terminal, p *params) { t.pushKitty(KittyFlags(p.get(0, 0) & 31)) }},
	{'<', 0, 'u', "kitty pop", func(t *Terminal, p *params) { t.popKitty(p.count(0)) }},
	{0, 0, 't', "XTWINOPS", (*Terminal).windowOp},

	// Reports.
	{0, 0, 'c', "DA1", func(t *Terminal, p *params) { t.reportPrimary(p) }},
	{'>', 0, 'c', "DA2", func(t *Terminal, p *params) { t.reportSecondary(p) }},
	{'=', 0, 'c', "DA3", func(t *Terminal, p *params) { t.reportTertiary(p) }},
	{0, 0, 'n', "DSR", (*Terminal).reportStatus},
	{'?', 0, 'n', "DECDSR", (*Terminal).reportPrivateStatus},
	{'>', 0, 'q', "XTVERSION", func(t *Terminal, p *params) { t.reportVersion(p) }},
}

// csiPlain finds sequences without prefix and intermediate, nearly all that are
// sent, by their final byte; csiOther finds the rest.
var csiPlain, csiOther = indexCSI()

func csiKey(prefix, inter, final byte) uint32 {
	return uint32(prefix)<<16 | uint32(inter)<<8 | uint32(final)
}

func indexCSI() (plain [128]*csiSequence, other map[uint32]*csiSequence) {
	other = make(map[uint32]*csiSequence)
	for i := range csiSequences {
		s := &csiSequences[i]
		if s.prefix == 0 && s.inter == 0 {
			plain[s.final] = s
		} else {
			other[csiKey(s.prefix, s.inter, s.final)] = s
		}
	}
	return plain, other
}

func (t *Terminal) dispatchCSI(final byte) {
	ps := &t.parser
	var s *csiSequence
	if ps.prefix == 0 && ps.inter == 0 {
		if final == 'm' {
			t.sgr(&ps.params)
			t.last = 0
			return
		}
		s = csiPlain[final]
	} else {
		s = csiOther[csiKey(ps.prefix, ps.inter, final)]
	}
	// Only SGR takes colons: elsewhere they make another sequence, unknown here.
	if s != nil && ps.params.sub == 0 {
		s.run(t, &ps.params)
	}
	t.last = 0
}

// relativeX and relativeY are the cursor's column and line as CHA and VPA count
// them.
func (t *Terminal) relativeX() int {
	if t.origin {
		return t.x - t.left + 1
	}
	return t.x + 1
}

func (t *Terminal) relativeY() int {
	if t.origin {
		return t.y - t.top + 1
	}
	return t.y + 1
}

// column is CHA, HPA, HPR.
func (t *Terminal) column(n int) {
	x := n - 1
	if t.origin {
		x = clamp(x+t.left, t.left, t.right)
	}
	t.moveTo(x, t.y)
}

// line is VPA, VPR.
func (t *Terminal) line(n int) {
	y := n - 1
	if t.origin {
		y = clamp(y+t.top, t.top, t.bottom)
	}
	t.moveTo(t.x, y)
}

// edit runs something that changes cells under the cursor: it ends a pending
// wrap and the cluster before it.
func (t *Terminal) edit(f func()) {
	t.pendingWrap, t.cluster.live = false, false
	f()
}

// shiftInside is shiftColumns when the cursor is inside the margins, and nothing
// elsewhere.
func (t *Terminal) shiftInside(x, n int) {
	t.edit(func() {
		if t.insideMargins() {
			t.shiftColumns(x, n)
		}
	})
}

func (t *Terminal) clearTabs(p *params) {
	switch p.get(0, 0) {
	case 0:
		t.tabs = t.tabs.with(t.x, false)
	case 3:
		t.tabs = make(tabStops, len(t.tabs))
	}
}

// setMargins is DECSTBM.
func (t *Terminal) setMargins(p *params) {
	top, bottom := p.count(0)-1, min(p.get(1, t.rows), t.rows)-1
	if p.get(1, 0) == 0 {
		bottom = t.rows - 1
	}
	if top >= bottom {
		return
	}
	t.top, t.bottom = top, bottom
	t.moveToOrigin(0, 0)
}

// setSideMargins is DECSLRM in margin mode, and SCOSC otherwise.
func (t *Terminal) setSideMargins(p *params) {
	if !t.marginMode {
		t.saveCursor()
		return
	}
	left, right := p.count(0)-1, min(p.get(1, t.cols), t.cols)-1
	if p.get(1, 0) == 0 {
		right = t.cols - 1
	}
	if left >= right {
		return
	}
	t.left, t.right = left, right
	t.moveToOrigin(0, 0)
}

func (t *Terminal) setCursorStyle(n int) {
	if n > 6 {
		return
	}
	n = max(n, 1) - 1
	t.shape, t.blink = CursorShape(n/2), n%2 == 0
}
