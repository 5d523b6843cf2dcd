package vt

// modeKey names a mode: its number, and whether it is a private one.
type modeKey struct {
	number  int
	private bool
}

// modeDef reads and sets a mode. Modes without set are known, but fixed.
type modeDef struct {
	name string
	get  func(t *Terminal) bool
	set  func(t *Terminal, on bool)
}

// flag is a mode that is a field of the state.
func flag(name string, field func(t *Terminal) *bool) modeDef {
	return modeDef{name,
		func(t *Terminal) bool { return *field(t) },
		func(t *Terminal, on bool) { *field(t) = on },
	}
}

// childFlag is a mode that is a field of Modes: its owner hears of it.
func childFlag(name string, field func(m *Modes) *bool) modeDef {
	return modeDef{name,
		func(t *Terminal) bool { return *field(&t.modes) },
		func(t *Terminal, on bool) { t.changeModes(func(m *Modes) { *field(m) = on }) },
	}
}

func mouseMode(name string, m MouseTracking) modeDef {
	return modeDef{name,
		func(t *Terminal) bool { return t.modes.Mouse == m },
		func(t *Terminal, on bool) {
			if on {
				t.changeModes(func(s *Modes) { s.Mouse = m })
			} else {
				t.changeModes(func(s *Modes) { s.Mouse = MouseOff })
			}
		},
	}
}

func mouseEncoding(name string, e MouseEncoding) modeDef {
	return modeDef{name,
		func(t *Terminal) bool { return t.modes.MouseEncoding == e },
		func(t *Terminal, on bool) {
			t.changeModes(func(s *Modes) {
				if on {
					s.MouseEncoding = e
				} else if s.MouseEncoding == e {
					s.MouseEncoding = MouseEncodingX10
				}
			})
		},
	}
}

// altScreen is one of the three ways to the alternate screen: 47 just shows it,
// 1047 clears it on the way back, 1049 saves the cursor and clears it on the way
// there.
func altScreen(name string, saves, clearsOnLeave bool) modeDef {
	return modeDef{name,
		func(t *Terminal) bool { return t.modes.AltScreen },
		func(t *Terminal, on bool) {
			if on {
				if saves && !t.modes.AltScreen {
					t.saveCursor()
				}
				t.showScreen(true)
				if saves {
					t.eraseLines(0, t.rows, false)
				}
				return
			}
			if clearsOnLeave && t.modes.AltScreen {
				t.eraseLines(0, t.rows, false)
			}
			t.showScreen(false)
			if saves {
				t.restoreCursor()
			}
		},
	}
}

// modeTable is every mode this terminal knows. Sources: VT510 reference, xterm
// ctlseqs ("DEC Private Mode Set"), and the papers of 2026, 2027 and 2031.
var modeTable = map[modeKey]modeDef{
	{4, false}:  flag("IRM", func(t *Terminal) *bool { return &t.insert }),
	{20, false}: childFlag("LNM", func(m *Modes) *bool { return &m.NewLine }),

	{1, true}: childFlag("DECCKM", func(m *Modes) *bool { return &m.AppCursor }),
	{3, true}: {"DECCOLM", func(t *Terminal) bool { return t.columns132 }, (*Terminal).setColumns},
	{5, true}: childFlag("DECSCNM", func(m *Modes) *bool { return &m.ReverseScreen }),
	{6, true}: {"DECOM", func(t *Terminal) bool { return t.origin }, func(t *Terminal, on bool) {
		t.origin = on
		t.moveToOrigin(0, 0)
	}},
	{7, true}: {"DECAWM", func(t *Terminal) bool { return t.autoWrap }, func(t *Terminal, on bool) {
		if t.autoWrap != on {
			t.autoWrap, t.pendingWrap = on, false
		}
	}},
	{12, true}: flag("cursor blink", func(t *Terminal) *bool { return &t.blink }),
	{25, true}: {"DECTCEM", func(t *Terminal) bool { return !t.hidden }, func(t *Terminal, on bool) { t.hidden = !on }},
	{40, true}: flag("allow DECCOLM", func(t *Terminal) *bool { return &t.allowColumns }),
	{45, true}: flag("reverse wrap", func(t *Terminal) *bool { return &t.reverseWrap }),
	{66, true}: childFlag("DECNKM", func(m *Modes) *bool { return &m.AppKeypad }),
	{67, true}: childFlag("DECBKM", func(m *Modes) *bool { return &m.BackarrowBS }),
	{69, true}: {"DECLRMM", func(t *Terminal) bool { return t.marginMode }, func(t *Terminal, on bool) {
		t.marginMode = on
		t.left, t.right = 0, t.cols-1
	}},
	{95, true}: flag("DECNCSM", func(t *Terminal) *bool { return &t.keepOnColumns }),

	{9, true}:    mouseMode("mouse X10", MouseX10),
	{1000, true}: mouseMode("mouse buttons", MouseNormal),
	{1002, true}: mouseMode("mouse drags", MouseButton),
	{1003, true}: mouseMode("mouse motion", MouseAny),
	{1004, true}: childFlag("focus events", func(m *Modes) *bool { return &m.FocusEvents }),
	{1005, true}: mouseEncoding("mouse UTF-8", MouseEncodingUTF8),
	{1006, true}: mouseEncoding("mouse SGR", MouseEncodingSGR),
	{1007, true}: childFlag("alternate scroll", func(m *Modes) *bool { return &m.AltScroll }),
	{1015, true}: mouseEncoding("mouse URXVT", MouseEncodingURXVT),
	{1016, true}: mouseEncoding("mouse SGR pixels", MouseEncodingSGRPixels),

	{47, true}:   altScreen("alternate screen", false, false),
	{1047, true}: altScreen("alternate screen, cleared", false, true),
	{1048, true}: {"save cursor", func(t *Terminal) bool { return true }, func(t *Terminal, on bool) {
		if on {
			t.saveCursor()
		} else {
			t.restoreCursor()
		}
	}},
	{1049, true}: altScreen("alternate screen and cursor", true, false),

	{2004, true}: childFlag("bracketed paste", func(m *Modes) *bool { return &m.BracketedPaste }),
	{2026, true}: childFlag("synchronized output", func(m *Modes) *bool { return &m.Synchronized }),
	{2027, true}: childFlag("grapheme clusters", func(m *Modes) *bool { return &m.Clusters }),
	{2031, true}: childFlag("colour scheme reports", func(m *Modes) *bool { return &m.ColorScheme }),
}

func (t *Terminal) setModes(p *params, private, on bool) {
	for i := range p.n {
		if m, ok := modeTable[modeKey{p.get(i, 0), private}]; ok {
			m.set(t, on)
		}
	}
	t.cluster.live = false
}

// changeModes changes what the owner hears of.
func (t *Terminal) changeModes(f func(m *Modes)) {
	before := t.modes
	f(&t.modes)
	if t.modes != before {
		t.emit(ModesEvent{})
	}
}

// saveModes is XTSAVE.
func (t *Terminal) saveModes(p *params) {
	bank := make(map[uint16]bool, len(t.modeBank)+p.n)
	for k, v := range t.modeBank {
		bank[k] = v
	}
	for i := range p.n {
		n := p.get(i, 0)
		if m, ok := modeTable[modeKey{n, true}]; ok {
			bank[uint16(n)] = m.get(t)
		}
	}
	t.modeBank = bank
}

// restoreModes is XTRESTORE.
func (t *Terminal) restoreModes(p *params) {
	for i := range p.n {
		n := p.get(i, 0)
		if on, ok := t.modeBank[uint16(n)]; ok {
			modeTable[modeKey{n, true}].set(t, on)
		}
	}
}

// showScreen shows the alternate or the primary screen.
func (t *Terminal) showScreen(alt bool) {
	if alt == t.modes.AltScreen {
		return
	}
	if t.other == nil {
		t.other = t.blankLines(nil, t.rows)
	}
	t.lines, t.other = t.other, t.lines
	t.cluster.live = false
	t.changeModes(func(m *Modes) {
		k := &t.kitty[t.screen()]
		k.saved = m.Kitty
		m.AltScreen = alt
		m.Kitty = t.kitty[t.screen()].saved
	})
}

// setColumns is DECCOLM. The window belongs to somebody else: the columns stay,
// the rest of what DECCOLM does is done.
func (t *Terminal) setColumns(on bool) {
	if !t.allowColumns {
		return
	}
	t.columns132 = on
	t.top, t.bottom, t.left, t.right = 0, t.rows-1, 0, t.cols-1
	t.marginMode = false
	t.moveTo(0, 0)
	if !t.keepOnColumns {
		t.eraseLines(0, t.rows, false)
	}
}

func (t *Terminal) setKeyReports(k KittyFlags, modify uint8) {
	t.changeModes(func(m *Modes) { m.Kitty, m.ModifyOtherKeys = k, modify })
}

// setModifyKeys is XTMODKEYS: resource 4 is modifyOtherKeys.
func (t *Terminal) setModifyKeys(p *params) {
	if p.get(0, 0) == 4 || p.n == 0 {
		t.setKeyReports(t.modes.Kitty, uint8(min(p.get(1, 0), 2)))
	}
}

// setKitty is CSI = flags ; how u: 1 replaces, 2 adds, 3 removes.
func (t *Terminal) setKitty(p *params) {
	f, k := KittyFlags(p.get(0, 0)&31), t.modes.Kitty
	switch p.get(1, 1) {
	case 1:
		k = f
	case 2:
		k |= f
	case 3:
		k &^= f
	}
	t.setKeyReports(k, t.modes.ModifyOtherKeys)
}

func (t *Terminal) pushKitty(f KittyFlags) {
	k := &t.kitty[t.screen()]
	if k.n == maxStack {
		copy(k.flags[:], k.flags[1:])
		k.n--
	}
	k.flags[k.n] = t.modes.Kitty
	k.n++
	t.setKeyReports(f, t.modes.ModifyOtherKeys)
}

func (t *Terminal) popKitty(n int) {
	k := &t.kitty[t.screen()]
	f := t.modes.Kitty
	for ; n > 0 && k.n > 0; n-- {
		k.n--
		f = k.flags[k.n]
	}
	if n > 0 {
		f = 0
	}
	t.setKeyReports(f, t.modes.ModifyOtherKeys)
}
