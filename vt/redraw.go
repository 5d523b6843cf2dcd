package vt

import "strconv"

// AppendRedraw appends escape sequences that make a terminal of the same size,
// whatever it showed before, show this snapshot: cells, cursor, title, palette,
// modes, margins, tab stops, character sets and pen; and, under an alternate
// screen, the primary one that comes back when its program ends. What no sequence
// can say, a half-read sequence, is left out. Text wrapped by the right margin is
// wrapped by it again.
func (s *Snapshot) AppendRedraw(dst []byte) []byte {
	d := redraw{s: s, dst: dst}
	d.begin()
	if s.state.modes.AltScreen {
		d.primary()
	}
	d.rows(s.lines)
	d.end()
	return d.dst
}

type redraw struct {
	s   *Snapshot
	dst []byte
	pen Cell
	ext ext
}

func (d *redraw) str(s string) { d.dst = append(d.dst, s...) }

// csi writes CSI numbers joined by semicolons, then the rest.
func (d *redraw) csi(prefix, rest string, numbers ...int) {
	d.str("\x1b[" + prefix)
	for i, n := range numbers {
		if i > 0 {
			d.str(";")
		}
		d.dst = strconv.AppendInt(d.dst, int64(n), 10)
	}
	d.str(rest)
}

func (d *redraw) mode(n int, on bool) {
	if on {
		d.csi("?", "h", n)
	} else {
		d.csi("?", "l", n)
	}
}

// begin brings the other terminal to a known state and the right screen.
func (d *redraw) begin() {
	st := &d.s.state
	d.str("\x1b%G\x1b[!p\x1b[?2026l\x1b[?2027l\x1b[?69l\x1b[r\x1b[?6l\x1b[?7h\x1b[4l\x1b[20l\x1b(B\x0f\x1b[0m\x1b]8;;\x1b\\")
	d.mode(1049, false)
	d.str("\x1b[0m\x1b[H\x1b[2J")
	if st.title != "" {
		d.str("\x1b]2;" + st.title + "\x1b\\")
	}
	if p := st.palette; p != nil {
		for i := range 256 {
			if c, ok := p.entry[uint8(i)]; ok {
				d.str("\x1b]4;" + strconv.Itoa(i) + ";" + rgbSpec(c) + "\x1b\\")
			}
		}
		for i, c := range []Color{p.fg, p.bg, p.cursor} {
			if c != DefaultColor {
				d.str("\x1b]" + strconv.Itoa(10+i) + ";" + rgbSpec(c) + "\x1b\\")
			}
		}
	}
}

// primary draws the hidden primary screen with its cursor, and goes on to the
// alternate one.
func (d *redraw) primary() {
	d.rows(d.s.other)
	saved := &d.s.state.saved[0]
	d.csi("", "H", saved.y+1, saved.x+1)
	d.style(saved.pen)
	d.mode(1049, true)
	d.style(Cell{})
	d.str("\x1b[H")
}

// rows writes the cells. After a wrapped row nothing moves the cursor: the next
// character wraps.
func (d *redraw) rows(lines []*line) {
	wrapping := false
	for y, l := range lines {
		end := len(l.cells)
		for !l.wrapped && end > 0 && l.cells[end-1] == (Cell{}) {
			end--
		}
		switch {
		case wrapping && l.cells[0].IsBlank():
			d.style(Cell{})
			d.str(" \b\x1b[X") // only a character wraps
		case end > 0 && !wrapping:
			d.csi("", "H", y+1)
		}
		d.row(l, end)
		wrapping = l.wrapped
	}
}

func (d *redraw) row(l *line, end int) {
	for x := 0; x < end; {
		c := l.cells[x]
		if c.attr&widthMask == widthTail {
			x++
			continue
		}
		d.style(c)
		if c.IsBlank() {
			n := x + 1
			for n < end && l.cells[n] == c {
				n++
			}
			x = d.blanks(x, n, end, l.wrapped)
			continue
		}
		d.character(c)
		x++
	}
}

// character writes a cell's text so that it becomes one cell of the same width,
// and joins nothing before it.
func (d *redraw) character(c Cell) {
	text := d.s.tables.text(c)
	if !needsClusters(text, c.Width()) {
		d.str(text)
		return
	}
	d.mode(2027, true)
	d.str(text)
	d.mode(2027, false)
}

// needsClusters tells whether a character is one of width columns only to a
// terminal that counts clusters.
func needsClusters(text string, width int) bool {
	for i, r := range text {
		switch w := propsOf(r).width(); {
		case i == 0 && w != width, i > 0 && w != 0:
			return true
		}
	}
	return false
}

// blanks erases columns from..to-1 rather than writing spaces, so that they stay
// blank. A wrapped row must be written to its end.
func (d *redraw) blanks(from, to, end int, wrapped bool) int {
	if wrapped && to == end {
		for range to - from {
			d.str(" ")
		}
		return to
	}
	d.csi("", "X", to-from)
	if to < end {
		d.csi("", "C", to-from)
	}
	return to
}

// style changes the pen to c's.
func (d *redraw) style(c Cell) {
	c.content = 0
	c.attr &^= widthMask
	if c == d.pen {
		return
	}
	t := &d.s.tables
	if (c.attr^d.pen.attr)&attrProtected != 0 {
		protect := 0
		if c.attr&attrProtected != 0 {
			protect = 1
		}
		d.csi("", "\"q", protect)
	}
	e := t.exts[c.attr>>extShift]
	if e.link != d.ext.link {
		d.str("\x1b]8;")
		if e.link.ID != "" {
			d.str("id=" + e.link.ID)
		}
		d.str(";" + e.link.URI + "\x1b\\")
	}
	d.str("\x1b[")
	d.dst = t.appendSGR(append(d.dst, '0'), c)
	d.str("m")
	d.pen, d.ext = c, e
}

// end sets what is left: modes, margins, tabs, charsets, pen, and the cursor.
func (d *redraw) end() {
	st := &d.s.state
	d.tabs()
	if saved := &st.saved[st.screen()]; *saved != (savedCursor{}) {
		d.csi("", "H", saved.y+1, saved.x+1)
		d.style(saved.pen)
		d.str("\x1b7")
	}
	d.str("\x1b[" + strconv.Itoa(st.top+1) + ";" + strconv.Itoa(st.bottom+1) + "r")
	if st.marginMode {
		d.mode(69, true)
		d.csi("", "s", st.left+1, st.right+1)
	}
	x, y := st.x, st.y
	if st.origin {
		d.mode(6, true)
		x, y = x-st.left, y-st.top
	}
	d.csi("", "H", y+1, x+1)
	if !st.autoWrap {
		d.mode(7, false)
	}
	if st.pendingWrap {
		d.pendingWrap()
	}
	d.style(st.pen)
	for i, set := range st.charset.g {
		if set != charsetASCII {
			d.str("\x1b" + string("()*+"[i]) + map[charset]string{charsetDrawing: "0", charsetUK: "A"}[set])
		}
	}
	d.str([]string{"", "\x0e", "\x1bn", "\x1bo"}[st.charset.gl])
	d.modes()
	if st.insert {
		d.str("\x1b[4h")
	}
	if st.latin1 {
		d.str("\x1b%@")
	}
	d.mode(25, !st.hidden)
}

// pendingWrap writes the character under the cursor again: only printing in the
// last column leaves the cursor behind it.
func (d *redraw) pendingWrap() {
	st := &d.s.state
	l := d.s.lines[st.y]
	x := st.x
	if l.cells[x].attr&widthMask == widthTail && x > 0 {
		x--
		d.str("\b")
	}
	d.style(l.cells[x])
	d.character(l.cells[x])
}

func (d *redraw) tabs() {
	st := &d.s.state
	if equalSlices(st.tabs, defaultTabs(st.cols)) {
		return
	}
	d.str("\x1b[3g")
	for x := range st.cols {
		if st.tabs.at(x) {
			d.csi("", "G", x+1)
			d.str("\x1bH")
		}
	}
}

// modes sets the child's modes that are not their default.
func (d *redraw) modes() {
	st := &d.s.state
	m := &st.modes
	for _, f := range []struct {
		n  int
		on bool
	}{
		{1, m.AppCursor}, {5, m.ReverseScreen}, {45, st.reverseWrap}, {66, m.AppKeypad}, {67, m.BackarrowBS},
		{1004, m.FocusEvents}, {1007, m.AltScroll}, {2004, m.BracketedPaste}, {2027, m.Clusters}, {2031, m.ColorScheme},
		{9, m.Mouse == MouseX10}, {1000, m.Mouse == MouseNormal}, {1002, m.Mouse == MouseButton}, {1003, m.Mouse == MouseAny},
		{1005, m.MouseEncoding == MouseEncodingUTF8}, {1006, m.MouseEncoding == MouseEncodingSGR},
		{1015, m.MouseEncoding == MouseEncodingURXVT}, {1016, m.MouseEncoding == MouseEncodingSGRPixels},
	} {
		if f.on {
			d.mode(f.n, true)
		}
	}
	if m.NewLine {
		d.str("\x1b[20h")
	}
	if m.ModifyOtherKeys > 0 {
		d.csi(">", "m", 4, int(m.ModifyOtherKeys))
	}
	if m.Kitty != 0 {
		d.csi("=", "u", int(m.Kitty))
	}
	style := int(st.shape)*2 + 2
	if st.blink {
		style--
	}
	d.csi("", " q", style)
}

// appendSGR appends the parameters, each after a semicolon, that turn the default
// pen into this one.
func (t *tables) appendSGR(dst []byte, pen Cell) []byte {
	for _, a := range [...]struct {
		attr Attr
		sgr  string
	}{
		{Bold, ";1"}, {Dim, ";2"}, {Italic, ";3"}, {Blink, ";5"}, {Reverse, ";7"},
		{Conceal, ";8"}, {Strike, ";9"}, {Overline, ";53"},
	} {
		if pen.Attrs()&a.attr != 0 {
			dst = append(dst, a.sgr...)
		}
	}
	switch u := pen.Underline(); u {
	case UnderlineNone:
	case UnderlineSingle:
		dst = append(dst, ";4"...)
	default:
		dst = append(dst, ";4:"...)
		dst = append(dst, '0'+byte(u))
	}
	dst = appendColor(dst, 30, pen.fg)
	dst = appendColor(dst, 40, pen.bg)
	return appendColor(dst, 50, t.exts[pen.attr>>extShift].underline)
}

// appendColor appends a colour: base is 30, 40 or 50 (underline).
func appendColor(dst []byte, base int, c Color) []byte {
	if c == DefaultColor {
		return dst
	}
	dst = append(dst, ';')
	if i, ok := c.Index(); ok {
		if i < 8 && base < 50 {
			return strconv.AppendInt(dst, int64(base)+int64(i), 10)
		}
		if i < 16 && base < 50 {
			return strconv.AppendInt(dst, int64(base)+60+int64(i)-8, 10)
		}
		sep := byte(';')
		if base == 50 {
			sep = ':'
		}
		dst = strconv.AppendInt(dst, int64(base)+8, 10)
		dst = append(dst, sep, '5', sep)
		return strconv.AppendInt(dst, int64(i), 10)
	}
	r, g, b, _ := c.RGB()
	dst = strconv.AppendInt(dst, int64(base)+8, 10)
	if base == 50 {
		dst = append(dst, ":2:"...)
		for _, v := range []uint8{r, g, b} {
			dst = append(dst, ':')
			dst = strconv.AppendInt(dst, int64(v), 10)
		}
		return dst
	}
	dst = append(dst, ";2"...)
	for _, v := range []uint8{r, g, b} {
		dst = append(dst, ';')
		dst = strconv.AppendInt(dst, int64(v), 10)
	}
	return dst
}
