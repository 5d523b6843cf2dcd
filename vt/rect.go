package vt

// rect is a rectangle of the page: rows top..bottom, columns left..right, all
// inclusive and from 0.
type rect struct{ top, left, bottom, right int }

// rectParams reads top;left;bottom;right from parameter i on. ok is false for an
// empty rectangle.
func (t *Terminal) rectParams(p *params, i int) (r rect, ok bool) {
	dx, dy, width, height := 0, 0, t.cols, t.rows
	if t.origin {
		dx, dy = t.left, t.top
		width, height = t.right+1, t.bottom+1
	}
	last := func(i, size int) int {
		if v := p.get(i, 0); v > 0 {
			return v
		}
		return size
	}
	r = rect{
		top: p.count(i) - 1 + dy, left: p.count(i+1) - 1 + dx,
		bottom: min(last(i+2, t.rows)+dy, height) - 1, right: min(last(i+3, t.cols)+dx, width) - 1,
	}
	return r, r.top <= r.bottom && r.left <= r.right
}

// eraseRect is DECERA and DECSERA.
func (t *Terminal) eraseRect(p *params, selective bool) {
	r, ok := t.rectParams(p, 0)
	if !ok {
		return
	}
	for y := r.top; y <= r.bottom; y++ {
		t.eraseCells(y, r.left, r.right+1, selective)
	}
}

// fillRect is DECFRA: a character, then the rectangle.
func (t *Terminal) fillRect(p *params) {
	ch := p.get(0, 0)
	r, ok := t.rectParams(p, 1)
	if !ok || ch < 0x20 || ch == 0x7f || ch > 0xff || ch > 0x7f && ch < 0xa0 {
		return
	}
	c := t.pen
	c.content = uint32(ch)
	for y := r.top; y <= r.bottom; y++ {
		l := t.row(y)
		l.splitWide(r.left, r.right+1)
		fill(l.cells[r.left:r.right+1], c)
	}
}

// copyRect is DECCRA: rectangle, page, then top and left of the target. There is
// one page.
func (t *Terminal) copyRect(p *params) {
	r, ok := t.rectParams(p, 0)
	if !ok {
		return
	}
	dy, dx := p.count(5)-1, p.count(6)-1
	if t.origin {
		dy, dx = dy+t.top, dx+t.left
	}
	if dx >= t.cols {
		return
	}
	width := min(r.right-r.left+1, t.cols-dx)
	height := min(r.bottom-r.top+1, t.rows-dy)
	for i := range height {
		if dy > r.top { // overlapping: from the end
			i = height - 1 - i
		}
		t.copyCells(r.top+i, r.left, dy+i, dx, width)
	}
}

func (t *Terminal) copyCells(fromY, fromX, toY, toX, width int) {
	to := t.row(toY)
	to.splitWide(toX, toX+width)
	cells := to.cells[toX : toX+width]
	copy(cells, t.lines[fromY].cells[fromX:fromX+width])
	to.wide = to.wide || t.lines[fromY].wide
	if cells[0].attr&widthMask == widthTail {
		cells[0] = eraseText(cells[0])
	}
	if last := &cells[width-1]; last.attr&widthMask == widthLead {
		*last = eraseText(*last)
	}
}

// changeRect is DECCARA, which sets attributes, and DECRARA, which reverses
// them: bold, underline, blink, reverse.
func (t *Terminal) changeRect(p *params, reverse bool) {
	r, ok := t.rectParams(p, 0)
	if !ok {
		return
	}
	for y := r.top; y <= r.bottom; y++ {
		from, to := r.left, r.right
		if !t.rectExtent { // a stream of text, from the first corner to the last
			if y > r.top {
				from = 0
			}
			if y < r.bottom {
				to = t.cols - 1
			}
		}
		l := t.row(y)
		for x := from; x <= to; x++ {
			for i := 4; i < p.n; i++ {
				l.cells[x].attr = changeAttr(l.cells[x].attr, p.get(i, 0), reverse)
				if l.cells[x].Width() != 0 {
					l.cells[x] = styled(l.cells[x])
				}
			}
		}
	}
}

func changeAttr(attr uint32, sgr int, reverse bool) uint32 {
	const single = uint32(UnderlineSingle) << underlineShift
	var bits, mask uint32
	switch sgr {
	case 0, 1, 4, 5, 7, 22, 24, 25, 27:
	default:
		return attr
	}
	switch sgr {
	case 0:
		bits = uint32(Bold|Blink|Reverse) | single
		mask = uint32(Bold|Blink|Reverse) | underlineMask
	case 1, 22:
		bits, mask = uint32(Bold), uint32(Bold)
	case 4, 24:
		bits, mask = single, underlineMask
	case 5, 25:
		bits, mask = uint32(Blink), uint32(Blink)
	case 7, 27:
		bits, mask = uint32(Reverse), uint32(Reverse)
	}
	switch {
	case reverse && sgr < 20:
		return attr ^ bits
	case reverse:
		return attr
	case sgr == 0 || sgr > 20:
		return attr &^ mask
	}
	return attr&^mask | bits
}
