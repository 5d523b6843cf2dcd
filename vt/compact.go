package vt

// compact rebuilds the tables from what the grids, the scrollback and the pens
// still use, so that a program that prints new clusters, links or underline
// colours for hours stays bounded. Snapshots keep the tables they were taken
// with. When nothing can be freed the tables stay full, and what needs a new
// entry shows without it.
func (t *Terminal) compact() {
	old := t.in.tables
	t.in = newInterner()
	move := func(lines []*line) {
		for i, l := range lines {
			if !l.refersToTables() {
				continue
			}
			if l.epoch != t.epoch {
				l = l.clone(t.epoch)
				lines[i] = l
			}
			for x, c := range l.cells {
				l.cells[x] = t.in.adopt(c, &old)
			}
		}
	}
	move(t.lines)
	move(t.other)
	move(t.hist.ring) // unused places hold nil
	adoptPen := func(c Cell, e ext) Cell {
		i, _ := t.in.extIndex(e)
		c.attr = c.attr&^extMask | i<<extShift
		return c
	}
	t.pen = adoptPen(t.pen, t.penExt)
	for i := range t.saved {
		t.saved[i].pen = adoptPen(t.saved[i].pen, t.saved[i].penExt)
	}
	stack := append([]savedPen(nil), t.penStack...)
	for i := range stack {
		stack[i].pen = adoptPen(stack[i].pen, stack[i].ext)
	}
	t.penStack = stack
	t.last = t.in.adopt(Cell{content: t.last}, &old).content
	if len(t.in.clusters) > maxClusters/2 || len(t.in.exts) > maxExts/2 || t.in.linkBytes > maxLinkBytes/2 {
		t.in.refused = 1 // little was freed: wait before the next try
	}
}

// refersToTables tells whether a line must move when the tables do.
func (l *line) refersToTables() bool {
	if l == nil {
		return false
	}
	for _, c := range l.cells {
		if c.content&clusterBit != 0 || c.attr&extMask != 0 {
			return true
		}
	}
	return false
}
