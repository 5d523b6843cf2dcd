package vt

// Resize changes the grid to cols × rows, clamped as in New. The primary
// screen's paragraphs are wrapped anew and its cursor stays on its character;
// lines that no longer fit go to the scrollback, and come back from it when the
// screen grows. The alternate screen is cut or filled up: its program redraws.
func (t *Terminal) Resize(cols, rows int) {
	cols, rows = clamp(cols, 1, MaxCols), clamp(rows, 1, MaxRows)
	if cols == t.cols && rows == t.rows {
		return
	}
	oldCols, oldRows := t.cols, t.rows
	t.cols, t.rows = cols, rows
	live := point{t.x, t.y}
	if t.pendingWrap {
		live.x++ // behind its character, which may get room on its line
	}
	if t.modes.AltScreen {
		live = t.crop(&t.lines, live, oldCols)
		t.saved[1].at(t.crop(nil, t.saved[1].point(), oldCols))
		if t.other != nil {
			p := t.refill(&t.other, []point{t.saved[0].point()}, oldCols, oldRows)
			t.saved[0].at(p[0])
		}
	} else {
		p := t.refill(&t.lines, []point{live, t.saved[0].point()}, oldCols, oldRows)
		live = p[0]
		t.saved[0].at(p[1])
		if t.other != nil {
			t.saved[1].at(t.crop(&t.other, t.saved[1].point(), oldCols))
		}
	}
	t.top, t.bottom, t.left, t.right = 0, rows-1, 0, cols-1
	t.moveTo(live.x, live.y)
	// Behind a character in the last column, the next one wraps.
	t.pendingWrap = live.x == cols && !t.lines[t.y].cells[cols-1].IsBlank()
}

// point is a position of the grid. Its column may be the one after the last.
type point struct{ x, y int }

func (s *savedCursor) point() point { return point{s.x, s.y} }
func (s *savedCursor) at(p point)   { s.x, s.y = p.x, p.y } // DECRC keeps it on the screen

// crop fits lines to the new size without wrapping, and returns where p comes to
// stand. Rows are lost below it first, then above it.
func (t *Terminal) crop(lines *[]*line, p point, oldCols int) point {
	if lines != nil {
		all := *lines
		if over := len(all) - t.rows; over > 0 {
			above := max(0, p.y-(t.rows-1))
			all = all[above : above+t.rows]
			p.y -= above
		}
		fitted := make([]*line, 0, t.rows)
		for _, l := range all {
			fitted = append(fitted, t.fit(l))
		}
		*lines = t.blankLines(fitted, t.rows-len(fitted))
	}
	return point{clamp(p.x, 0, t.cols), clamp(p.y, 0, t.rows-1)}
}

// fit returns l at the new width, cut or filled with blanks.
func (t *Terminal) fit(l *line) *line {
	if len(l.cells) == t.cols {
		return l
	}
	n := &line{cells: make([]Cell, t.cols), epoch: t.epoch, wide: l.wide, mark: l.mark}
	copy(n.cells, l.cells)
	if last := &n.cells[t.cols-1]; last.attr&widthMask == widthLead {
		*last = eraseText(*last)
	}
	return n
}

// refill fits the primary screen and the scrollback to the new size, and returns
// where the points, which stand on the screen, come to stand. The first one is
// the cursor: it stays on the screen whatever happens.
func (t *Terminal) refill(screen *[]*line, points []point, oldCols, oldRows int) []point {
	all := t.hist.appendTo(make([]*line, 0, t.hist.n+oldRows))
	first := len(all)
	all = append(all, *screen...)

	// Blank lines below the text and the cursor are room, not text.
	last := first + points[0].y
	for y := len(all) - 1; y > last; y-- {
		if !all[y].isEmpty() {
			last = y
		}
	}
	room := len(all) - 1 - last
	all = all[:last+1]

	marks := []point{{0, first}}
	for _, p := range points {
		marks = append(marks, point{p.x, min(first+p.y, last)})
	}
	if t.cols != oldCols {
		all = t.rewrap(all, marks)
		first = marks[0].y
	}
	top := first
	switch used := len(all) - first; {
	case used > t.rows:
		top = min(len(all)-t.rows, marks[1].y)
		all = all[:min(len(all), top+t.rows)]
	case room == 0 && t.rows > oldRows:
		// The text reached the bottom: what scrolled off comes back.
		top = max(0, first-(t.rows-used))
	}
	t.hist.clear()
	for _, l := range all[:top] {
		t.hist.push(l)
	}
	lines := append(make([]*line, 0, t.rows), all[top:]...)
	*screen = t.blankLines(lines, t.rows-len(lines))
	moved := make([]point, len(points))
	for i, m := range marks[1:] {
		moved[i] = point{clamp(m.x, 0, t.cols), clamp(m.y-top, 0, t.rows-1)}
	}
	return moved
}

// isEmpty tells whether a line shows nothing at all.
func (l *line) isEmpty() bool {
	for _, c := range l.cells {
		if c != (Cell{}) {
			return false
		}
	}
	return !l.wrapped
}

// textLen returns the columns up to the last one that was written.
func (l *line) textLen() int {
	n := len(l.cells)
	for n > 0 && l.cells[n-1].IsBlank() {
		n--
	}
	return n
}

// rewrap breaks paragraphs at the new width. marks, sorted or not, are points of
// the old lines and are changed to where they come to stand.
func (t *Terminal) rewrap(old []*line, marks []point) []*line {
	lines := make([]*line, 0, len(old))
	placed := make([]point, len(marks))
	copy(placed, marks)
	for from := 0; from < len(old); {
		to := from + 1
		for to < len(old) && old[to-1].wrapped {
			to++
		}
		w := wrapper{t: t, start: len(lines), lines: lines}
		for y := from; y < to; y++ {
			for i, m := range marks {
				if m.y == y {
					placed[i] = point{x: w.offset + m.x, y: -1} // resolved below
				}
			}
			w.add(old[y], y+1 < to, nextLead(old, y, to))
		}
		for i, m := range marks {
			if m.y >= from && m.y < to {
				placed[i] = w.place(placed[i].x)
			}
		}
		lines = w.finish(old[to-1].wrapped)
		from = to
	}
	copy(marks, placed)
	return lines
}

// nextLead tells whether the line after y, of the same paragraph, begins with a
// wide character: a blank at the end of y may then only mean that it did not fit.
func nextLead(lines []*line, y, end int) bool {
	return y+1 < end && lines[y+1].cells[0].attr&widthMask == widthLead
}

// wrapper lays one paragraph out at the terminal's width.
type wrapper struct {
	t      *Terminal
	lines  []*line
	start  int   // index of the paragraph's first line
	starts []int // for each line of it, the offset of its first column
	offset int   // columns of the old lines taken so far
	x      int
}

func (w *wrapper) newLine(mark PromptMark) *line {
	if n := len(w.lines); n > w.start {
		w.lines[n-1].wrapped = true
	}
	l := &line{cells: make([]Cell, w.t.cols), epoch: w.t.epoch, mark: mark}
	w.lines = append(w.lines, l)
	w.starts = append(w.starts, w.offset)
	w.x = 0
	return l
}

// add appends an old line: all its columns when more follow, else its text.
func (w *wrapper) add(old *line, more, wideNext bool) {
	n := len(old.cells)
	if !more {
		n = old.textLen()
	} else if wideNext && old.cells[n-1].IsBlank() {
		n--
	}
	if len(w.lines) == w.start {
		w.newLine(old.mark)
	} else if old.mark != NoMark && w.lines[len(w.lines)-1].mark == NoMark {
		w.lines[len(w.lines)-1].mark = old.mark
	}
	l := w.lines[len(w.lines)-1]
	for x := 0; x < n; {
		c := old.cells[x]
		width := 1
		if c.attr&widthMask == widthLead && x+1 < n {
			width = 2
		}
		if width > w.t.cols {
			c, width = eraseText(c), 1
			x++
			w.offset++
		}
		if w.x+width > w.t.cols {
			l = w.newLine(NoMark)
		}
		l.cells[w.x] = c
		if width == 2 {
			l.cells[w.x+1] = old.cells[x+1]
			l.wide = true
		}
		w.x += width
		x += width
		w.offset += width
	}
	if !more && n == 0 && old.cells[0].bg != DefaultColor {
		fill(l.cells[w.x:], Cell{bg: old.cells[0].bg})
	}
}

// place returns where the column at an offset of the paragraph came to stand; one
// behind the text stays as far behind it as the line allows.
func (w *wrapper) place(offset int) point {
	i := len(w.starts) - 1
	for i > 0 && w.starts[i] > offset {
		i--
	}
	return point{x: min(offset-w.starts[i], w.t.cols), y: w.start + i}
}

func (w *wrapper) finish(wrapped bool) []*line {
	w.lines[len(w.lines)-1].wrapped = wrapped
	return w.lines
}
