package vt

// dispatchESC carries out an escape sequence: ESC inter final (ECMA-48, ISO
// 2022, VT510 reference).
func (t *Terminal) dispatchESC(final byte) {
	ps := &t.parser
	if ps.tooBig {
		return
	}
	t.last = 0
	switch ps.inter {
	case 0:
		t.escape(final)
	case '(', ')', '*', '+': // SCS: designate G0–G3
		t.charset.g[ps.inter-'('] = charsetOf(final)
	case '-', '.', '/': // 96-character sets: shown as ASCII
		t.charset.g[ps.inter-'-'+1] = charsetASCII
	case '%': // DOCS: ISO 2022's way to and from UTF-8
		t.latin1 = final == '@'
	case '#':
		if final == '8' { // DECALN
			t.alignmentTest()
		}
	}
}

func (t *Terminal) escape(final byte) {
	switch final {
	case '6': // DECBI
		t.backIndex()
	case '7': // DECSC
		t.saveCursor()
	case '8': // DECRC
		t.restoreCursor()
	case '9': // DECFI
		t.forwardIndex()
	case '=': // DECKPAM
		t.setKeypad(true)
	case '>': // DECKPNM
		t.setKeypad(false)
	case 'D': // IND
		t.pendingWrap = false
		t.index()
	case 'E': // NEL
		t.pendingWrap = false
		t.index()
		t.carriageReturn()
	case 'H': // HTS
		t.tabs = t.tabs.with(t.x, true)
	case 'M': // RI
		t.reverseIndex()
	case 'N': // SS2
		t.charset.single = 2
	case 'O': // SS3
		t.charset.single = 3
	case 'Z': // DECID
		t.reportPrimary(&params{})
	case 'c': // RIS
		t.reset()
	case 'n': // LS2
		t.charset.gl = 2
	case 'o': // LS3
		t.charset.gl = 3
	}
}

func (t *Terminal) setKeypad(application bool) {
	t.changeModes(func(m *Modes) { m.AppKeypad = application })
}

// backIndex is DECBI: left, or at the left margin the region scrolls right.
func (t *Terminal) backIndex() {
	if t.x != t.left {
		t.moveTo(t.x-1, t.y)
		return
	}
	t.shiftInside(t.left, 1)
}

// forwardIndex is DECFI: right, or at the right margin the region scrolls left.
func (t *Terminal) forwardIndex() {
	if t.x != t.right {
		t.moveTo(t.x+1, t.y)
		return
	}
	t.shiftInside(t.left, -1)
}

// reset is RIS: as new, but for the scrollback.
func (t *Terminal) reset() {
	before := t.modes
	t.lines, t.other = t.blankLines(t.lines[:0:0], t.rows), nil
	t.resetState()
	t.title, t.icon = "", ""
	if t.modes != before {
		t.emit(ModesEvent{})
	}
}

// softReset is DECSTR: modes, margins and pen, but not the screen (VT510
// reference, "Soft Terminal Reset").
func (t *Terminal) softReset() {
	t.hidden, t.insert, t.origin = false, false, false
	t.autoWrap, t.reverseWrap = true, false
	t.top, t.bottom, t.left, t.right = 0, t.rows-1, 0, t.cols-1
	t.marginMode = false
	t.charset = charsets{}
	t.pendingWrap = false
	t.setPen(Cell{}, ext{link: t.link})
	t.saved[t.screen()] = savedCursor{}
	t.changeModes(func(m *Modes) { m.AppCursor, m.AppKeypad = false, false })
}
