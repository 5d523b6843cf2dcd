package vt

// sgr is SGR: the parameters change the pen one after the other (ECMA-48
// 8.3.117, xterm ctlseqs; colons as in ITU-T T.416).
func (t *Terminal) sgr(p *params) {
	if p.n == 0 {
		t.resetPen()
		return
	}
	for i := 0; i < p.n; {
		if v := p.v[i]; p.sub == 0 && v != 4 && v != 38 && v != 48 && v != 58 {
			t.sgrSimple(max(int(v), 0))
			i++
			continue
		}
		// A group is a parameter and what colons join to it.
		end := i + 1
		for end < p.n && p.sub&(1<<end) != 0 {
			end++
		}
		i = t.sgrGroup(p, i, end)
	}
}

// sgrGroup handles the parameter at i, whose colon group ends before end, and
// returns where the next one starts.
func (t *Terminal) sgrGroup(p *params, i, end int) int {
	v := max(int(p.v[i]), 0)
	colons := end - i
	switch v {
	case 38, 48, 58:
		c, next, ok := sgrColor(p, i, end)
		if ok {
			t.setColor(v, c)
		}
		return next
	case 4:
		u := UnderlineSingle
		if colons > 1 {
			u = Underline(min(p.get(i+1, 1), 255))
			if u > UnderlineDashed {
				return end
			}
		}
		t.setUnderline(u)
		return end
	}
	if colons > 1 {
		return end // no other parameter has sub-parameters
	}
	t.sgrSimple(v)
	return end
}

func (t *Terminal) sgrSimple(v int) {
	pen := &t.pen
	switch {
	case v == 0:
		t.resetPen()
	case v >= 30 && v <= 37:
		pen.fg = IndexColor(uint8(v - 30))
	case v >= 40 && v <= 47:
		pen.bg = IndexColor(uint8(v - 40))
	case v >= 90 && v <= 97:
		pen.fg = IndexColor(uint8(v - 90 + 8))
	case v >= 100 && v <= 107:
		pen.bg = IndexColor(uint8(v - 100 + 8))
	case v == 39:
		pen.fg = DefaultColor
	case v == 49:
		pen.bg = DefaultColor
	case v == 59:
		t.setColor(58, DefaultColor)
	case v == 21:
		t.setUnderline(UnderlineDouble)
	case v == 24:
		t.setUnderline(UnderlineNone)
	case v < len(sgrAttrs):
		a := sgrAttrs[v]
		pen.attr = pen.attr&^uint32(a.clear) | uint32(a.set)
	}
}

// sgrAttrs are the parameters that only set or clear attributes.
var sgrAttrs = [56]struct{ set, clear Attr }{
	1: {set: Bold}, 2: {set: Dim}, 3: {set: Italic}, 5: {set: Blink}, 6: {set: Blink},
	7: {set: Reverse}, 8: {set: Conceal}, 9: {set: Strike}, 53: {set: Overline},
	22: {clear: Bold | Dim}, 23: {clear: Italic}, 25: {clear: Blink},
	27: {clear: Reverse}, 28: {clear: Conceal}, 29: {clear: Strike}, 55: {clear: Overline},
}

func (t *Terminal) setUnderline(u Underline) {
	t.pen.attr = t.pen.attr&^underlineMask | uint32(u)<<underlineShift
}

// setColor sets foreground (38), background (48) or underline (58).
func (t *Terminal) setColor(which int, c Color) {
	switch which {
	case 38:
		t.pen.fg = c
	case 48:
		t.pen.bg = c
	default:
		e := t.penExt
		e.underline = c
		t.setPen(t.pen, e)
	}
}

// resetPen is SGR 0: protection and link are no part of what it resets.
func (t *Terminal) resetPen() {
	if t.pen.attr>>extShift != 0 {
		t.setPen(Cell{attr: t.pen.attr & attrProtected}, ext{link: t.link})
		return
	}
	t.pen = Cell{attr: t.pen.attr & attrProtected}
}

// setPen replaces the pen and what stands behind its table index.
func (t *Terminal) setPen(pen Cell, e ext) {
	i, ok := uint32(0), true
	if e != (ext{}) {
		if i, ok = t.in.extIndex(e); !ok {
			t.tablesFull()
			if i, ok = t.in.extIndex(e); !ok {
				e = ext{}
			}
		}
	}
	pen.content = 0
	pen.attr = pen.attr&^(extMask|widthMask) | i<<extShift
	t.pen, t.penExt = pen, e
}

// sgrColor reads the colour after 38, 48 or 58 in all its spellings: 38;5;n,
// 38;2;r;g;b, 38:5:n, 38:2:r:g:b and 38:2:space:r:g:b. It returns where the next
// parameter starts.
func sgrColor(p *params, i, end int) (c Color, next int, ok bool) {
	if end-i > 1 {
		args := end - i - 2
		switch p.get(i+1, 0) {
		case 5:
			if args >= 1 {
				return indexed(p.get(i+2, 0), end)
			}
		case 2:
			at := i + 2
			if args >= 4 {
				at++ // a colour space comes first
			}
			if args >= 3 {
				return direct(p, at, end)
			}
		}
		return 0, end, false
	}
	switch p.get(i+1, 0) {
	case 5:
		return indexed(p.get(i+2, 0), i+3)
	case 2:
		return direct(p, i+2, i+5)
	}
	return 0, i + 2, false
}

func indexed(v, next int) (Color, int, bool) {
	if v > 255 {
		return 0, next, false
	}
	return IndexColor(uint8(v)), next, true
}

func direct(p *params, at, next int) (Color, int, bool) {
	r, g, b := p.get(at, 0), p.get(at+1, 0), p.get(at+2, 0)
	if r > 255 || g > 255 || b > 255 {
		return 0, next, false
	}
	return RGBColor(uint8(r), uint8(g), uint8(b)), next, true
}

// pushPen is XTPUSHSGR. Its parameters, which choose what is kept, are rarely
// sent; all is kept.
func (t *Terminal) pushPen() {
	s := append([]savedPen(nil), t.penStack...)
	if len(s) == maxStack {
		s = s[1:]
	}
	t.penStack = append(s, savedPen{pen: t.pen, ext: t.penExt})
}

// popPen is XTPOPSGR.
func (t *Terminal) popPen() {
	n := len(t.penStack)
	if n == 0 {
		return
	}
	s := t.penStack[n-1]
	t.penStack = append([]savedPen(nil), t.penStack[:n-1]...)
	e := s.ext
	e.link = t.link // a link is not part of the pen
	t.setPen(s.pen, e)
}

// setLink starts or, with an empty URI, ends a hyperlink.
func (t *Terminal) setLink(l Link) {
	t.link = l
	e := t.penExt
	e.link = l
	t.setPen(t.pen, e)
}
