// Package shown reads everything that a recording ever shows: each line of text that
// stands on the emulated screen at any moment, between two events or within one, and
// each that scrolls by. Detectors and editors look for secrets in it, so it errs on
// the side of showing a text twice.
//
//	bytes ─→ escape.Splitter ─┬─→ vt.Terminal ─→ rows that changed ─→ see(Text)
//	                          └─→ strings in sequences (titles) ────→ String(…)
//
// The screen is read at the end of an event, and within it before anything that can
// take text away: a jump of the cursor, an erasure, another screen. Lines that scroll
// off are read when they do. What no screen shows whole, such as text printed over
// itself at the right edge, is read from the stream.
//
// With provenance, each character of a text carries the number of the character in
// the recording's output that put it there, wherever it has been moved since. For
// that the terminal is fed a colour before each character: 48 bits of number in its
// foreground and background. Colours take no part in where things stand, so its
// cells are otherwise those of the original.
package shown

import (
	"unicode/utf8"

	"rexec/recording/internal/escape"
	"rexec/vt"
)

// Text is a line of text: rows that are wrapped are one.
type Text struct {
	Bytes []byte
	// Cells has, for each cell of the line, where it begins in Bytes; Glyphs its
	// number, or -1. All three are nil without provenance.
	Cells  []int
	Glyphs []int64
	// Widths has the columns of each cell; 0 in what was read from the stream.
	Widths []uint8
	// Row is where the line begins on the screen; -1: it scrolled off, or was read
	// from the stream.
	Row int
	// Top counts the lines that have scrolled off the primary screen: Top+Row is a
	// line's own number.
	Top int
	Alt bool
}

// Bounds of what is kept.
const (
	maxLine = 64 << 10 // bytes of a line
	maxPage = 500      // lines above the screen that a page has, while it is asked for
)

// Watcher reads what is shown. Give it all output and all resizes, in order.
type Watcher struct {
	// See is told of every line that changed. Its slices are valid during the call.
	See func(Text)
	// String is told of every string inside a sequence, such as a title: the whole
	// sequence, its kind, and whether it is all there. May be nil.
	String func(raw []byte, kind byte, all bool)

	term   *vt.Terminal
	split  escape.Splitter
	number bool
	glyph  int64 // number of the next character
	last   *vt.Snapshot
	dirty  bool
	region bool // margins are set: lines may leave without scrolling off
	cr     bool
	top    int  // lines scrolled off in all
	since  int  // of them since last
	carry  line // what scrolled off of a line that goes on on the screen
	cur    line
	stream line // the text since the cursor jumped
	page   []line
	paging int // lines for which pages are kept yet
	buf    []byte
}

// line is a text being read.
type line struct {
	text   []byte
	cells  []int
	glyphs []int64
	widths []uint8
}

func (l *line) reset() {
	l.text, l.cells, l.glyphs, l.widths = l.text[:0], l.cells[:0], l.glyphs[:0], l.widths[:0]
}

// cell begins a cell where the text ends.
func (l *line) cell(glyph int64, width int) {
	l.cells = append(l.cells, len(l.text))
	l.glyphs = append(l.glyphs, glyph)
	l.widths = append(l.widths, uint8(width))
}

// New returns a watcher for a screen; provenance numbers the characters.
func New(cols, rows int, provenance bool) *Watcher {
	w := &Watcher{number: provenance}
	w.term = vt.New(cols, rows, vt.WithScrolled(w.scrolled))
	w.last = w.term.Snapshot()
	return w
}

// Glyphs returns how many characters were numbered so far.
func (w *Watcher) Glyphs() int64 { return w.glyph }

// Pages asks for pages: the whole screen with the lines above it, each time it is
// read, as one text of many lines. They end after so many readings and lines.
func (w *Watcher) Pages(lines int) { w.paging = max(w.paging, lines) }

// Output takes an event's data, and reads all that it shows.
func (w *Watcher) Output(data []byte) {
	for len(data) > 0 {
		n, part := w.split.Next(data)
		piece := data[:n]
		data = data[n:]
		switch part {
		case escape.Text:
			w.text(piece)
		case escape.Control:
			w.control(piece[0])
		case escape.Whole, escape.Broken:
			w.sequence(part == escape.Whole)
		}
	}
	w.settle()
}

// Resize changes the screen's size.
func (w *Watcher) Resize(cols, rows int) {
	w.settle()
	w.term.Resize(cols, rows)
	w.dirty, w.region = true, false
	w.endStream()
	w.carry.reset()
	w.settle()
}

// Snapshot returns the screen as it is. With provenance its colours mean nothing.
func (w *Watcher) Snapshot() *vt.Snapshot { return w.term.Snapshot() }

// End reads what is left.
func (w *Watcher) End() {
	w.settle()
	w.endStream()
}

func (w *Watcher) text(p []byte) {
	if w.cr {
		w.returned()
	}
	w.dirty = true
	if len(w.stream.text)+len(p) > maxLine {
		w.endStream()
	}
	vanish := w.region || w.term.Modes().AltScreen
	if !w.number && !vanish {
		w.stream.text = append(w.stream.text, p...)
		_, _ = w.term.Write(p)
		return
	}
	// Where lines can vanish as they are printed, it goes row by row.
	cols, _ := w.term.Size()
	room := cols - w.term.Cursor().X
	for len(p) > 0 {
		n, numbered := Glyph(p)
		w.char(p[:n], numbered)
		p = p[n:]
		if room--; vanish && room <= 0 && len(p) > 0 {
			w.settle()
			w.dirty, room = true, cols
		}
	}
	if vanish {
		w.settle()
	}
}

// char prints one character.
func (w *Watcher) char(c []byte, numbered bool) {
	if numbered && w.number {
		w.buf = appendNumber(w.buf[:0], w.glyph)
		w.buf = append(w.buf, c...)
		_, _ = w.term.Write(w.buf)
		w.stream.cell(w.glyph, 0)
		w.glyph++
	} else {
		_, _ = w.term.Write(c)
	}
	w.stream.text = append(w.stream.text, c...)
}

// Glyph returns the length of the character at the start of a text, and whether it
// has a number of its own: marks that join the one before have none.
func Glyph(p []byte) (n int, numbered bool) {
	if p[0] < utf8.RuneSelf {
		return 1, true
	}
	r, n := utf8.DecodeRune(p)
	return n, vt.RuneWidth(r) > 0
}

func (w *Watcher) control(b byte) {
	switch b {
	case '\r':
		if w.cr {
			return
		}
		w.cr = true
		_, _ = w.term.Write([]byte{b})
		return
	case '\n', '\v', '\f':
		if w.region || w.term.Modes().AltScreen {
			w.settle()
		}
		w.cr = false
		w.endStream()
	case '\b':
		w.settle()
		w.back()
	case '\t':
		if w.cr {
			w.returned()
		}
		if w.number {
			w.stream.cell(-1, 0)
		}
		w.stream.text = append(w.stream.text, '\t')
	}
	_, _ = w.term.Write([]byte{b})
}

// returned is told that text follows a carriage return: it will overwrite.
func (w *Watcher) returned() {
	w.cr = false
	w.settle()
	w.endStream()
}

// back takes the last character off the stream's line.
func (w *Watcher) back() {
	s := &w.stream
	if n := len(s.cells); n > 0 {
		s.text, s.cells, s.glyphs, s.widths = s.text[:s.cells[n-1]], s.cells[:n-1], s.glyphs[:n-1], s.widths[:n-1]
	} else if len(s.text) > 0 {
		_, n := utf8.DecodeLastRune(s.text)
		s.text = s.text[:len(s.text)-n]
	}
}

// endStream reads the stream's line.
func (w *Watcher) endStream() {
	if len(w.stream.text) > 0 {
		w.see(&w.stream, -1)
		w.stream.reset()
	}
}

// sequence carries out the sequence that is complete.
func (w *Watcher) sequence(whole bool) {
	raw, all := w.split.Raw()
	kind := w.split.Kind()
	if escape.IsString(kind) {
		if w.String != nil {
			w.String(raw, kind, all)
		}
		if all {
			_, _ = w.term.Write(raw)
			if !whole && raw[len(raw)-1] != 0x18 && raw[len(raw)-1] != 0x1a {
				_, _ = w.term.Write([]byte{0x18}) // it was cancelled by what follows
			}
		}
		return
	}
	does := effect(raw, kind)
	if does != nothing {
		if w.cr {
			w.returned()
		}
		w.settle()
	}
	_, _ = w.term.Write(raw)
	if !whole && raw[len(raw)-1] != 0x18 && raw[len(raw)-1] != 0x1a {
		_, _ = w.term.Write([]byte{0x18})
	}
	switch does {
	case margins:
		w.region = raw[len(raw)-1] != 'p' && len(raw) > 3
	case changes:
		w.dirty = true
		if kind == 0 && raw[len(raw)-1] == 'c' {
			w.region = false
		}
	}
	if does != nothing {
		w.endStream()
	}
}

// effects of sequences
type effectKind uint8

const (
	nothing effectKind = iota // on where text stands, or the next goes
	moves                     // the cursor
	changes                   // the text on the screen
	margins                   // where lines scroll
)

func effect(raw []byte, kind byte) effectKind {
	final := raw[len(raw)-1]
	if kind != '[' {
		if len(raw) == 3 && (raw[1] == '(' || raw[1] == ')') || final == '=' || final == '>' || final == '7' {
			return nothing
		}
		if final == '8' && len(raw) == 2 {
			return moves
		}
		return changes
	}
	switch final {
	case 'm', 'n', 'c', 'q':
		return nothing
	case 'h', 'l':
		if raw[2] == '?' && harmless[string(raw[3:len(raw)-1])] {
			return nothing
		}
	case 'r', 'p':
		return margins
	case 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'Z', '`', 'a', 'd', 'e', 'f', 'g', 's', 'u', 't':
		return moves
	}
	return changes
}

// harmless are the private modes that programs set often and that move nothing.
var harmless = map[string]bool{
	"1": true, "7": true, "12": true, "25": true, "1000": true, "1002": true, "1003": true, "1004": true, "1005": true,
	"1006": true, "1007": true, "1034": true, "2004": true, "2026": true, "2027": true, "2031": true, "12;25": true,
}

// scrolled is told, in the middle of a write, of a line that leaves the screen.
func (w *Watcher) scrolled(l vt.Line) {
	w.top++
	w.since++
	_, rows := w.last.Size()
	fresh := w.since > rows || !w.last.Line(w.since-1).Same(l)
	if !fresh && w.paging == 0 && !l.Wrapped() && len(w.carry.text) == 0 {
		return // read before
	}
	w.read(&w.carry, l, !l.Wrapped())
	if l.Wrapped() && len(w.carry.text) < maxLine {
		return
	}
	w.see(&w.carry, -1)
	if w.paging > 0 {
		w.paging--
		w.keep(&w.carry)
	}
	w.carry.reset()
}

// keep adds a line to the page.
func (w *Watcher) keep(l *line) {
	if len(w.page) >= maxPage {
		w.page = append(w.page[:0], w.page[maxPage/2:]...)
	}
	w.page = append(w.page, l.appendTo(line{}))
}

// settle reads the lines of the screen that changed since it was last read.
func (w *Watcher) settle() {
	if !w.dirty {
		return
	}
	w.dirty = false
	s := w.term.Snapshot()
	last, shift := w.last, w.since
	w.last, w.since = s, 0
	cols, rows := s.Size()
	oldCols, oldRows := last.Size()
	same := func(y int) bool {
		return cols == oldCols && y+shift < oldRows && s.Line(y).Same(last.Line(y+shift)) || y < oldRows && s.Line(y).Same(last.Line(y))
	}
	for y := 0; y < rows; {
		n, fresh := 1, !same(y)
		for y+n < rows && s.Line(y+n-1).Wrapped() {
			fresh = fresh || !same(y+n)
			n++
		}
		if fresh {
			w.cur.reset()
			if y == 0 && !s.Modes().AltScreen {
				w.cur = w.carry.appendTo(w.cur)
			}
			for i := range n {
				w.read(&w.cur, s.Line(y+i), i == n-1)
			}
			if len(w.cur.text) > 0 {
				w.see(&w.cur, y)
			}
		}
		y += n
	}
	w.seeEdges(s, same)
	if w.paging > 0 {
		w.paging--
		w.seePage(s)
	}
}

// seeEdges reads rows that are full and go on at the start of the next one as one
// line: editors and pagers break long lines themselves, and no row says so.
func (w *Watcher) seeEdges(s *vt.Snapshot, same func(y int) bool) {
	_, rows := s.Size()
	for y := 0; y < rows-1; y++ {
		n, fresh, broken := 1, !same(y), false
		for y+n < rows && n < maxEdges && goesOn(s.Line(y+n-1), s.Line(y+n)) {
			fresh = fresh || !same(y+n)
			broken = broken || !s.Line(y+n-1).Wrapped()
			n++
		}
		if fresh && broken {
			w.cur.reset()
			for i := range n {
				w.read(&w.cur, s.Line(y+i), i == n-1)
			}
			w.see(&w.cur, y)
		}
		y += n - 1
	}
}

// maxEdges is how many rows are read as one line that no row says is one.
const maxEdges = 60

// goesOn tells whether a row's text may go on in the next.
func goesOn(l, next vt.Line) bool {
	if l.Wrapped() {
		return true
	}
	return l.Len() > 1 && ofText(l, l.Len()-1) && ofText(next, 0)
}

// ofText tells cells that text may go on from, or to: not blank, and no frame.
// Without the frames of full-screen programs, all rows of a window would be one line,
// read anew whenever a character of any changes.
func ofText(l vt.Line, x int) bool {
	r, ok := l.Cells()[x].Rune()
	return !ok || r != ' ' && (r < frameFirst || r > frameLast || r == '▒')
}

// The characters that frames, bars and pictures are made of: Unicode's box drawing and
// block elements.
const frameFirst, frameLast = '\u2500', '\u259f'

// seePage reads the whole screen with the lines above it, as one text.
func (w *Watcher) seePage(s *vt.Snapshot) {
	var all line
	newline := func() {
		all.cell(-1, 0)
		all.text = append(all.text, '\n')
	}
	if !s.Modes().AltScreen {
		for i := range w.page {
			all = w.page[i].appendTo(all)
			newline()
		}
		all = w.carry.appendTo(all)
	}
	_, rows := s.Size()
	for y := range rows {
		last := !s.Line(y).Wrapped()
		w.read(&all, s.Line(y), last)
		if last {
			newline()
		}
	}
	w.see(&all, -1)
}

func (l *line) appendTo(to line) line {
	base := len(to.text)
	to.text = append(to.text, l.text...)
	for _, c := range l.cells {
		to.cells = append(to.cells, base+c)
	}
	to.glyphs = append(to.glyphs, l.glyphs...)
	to.widths = append(to.widths, l.widths...)
	return to
}

func (w *Watcher) see(l *line, row int) {
	t := Text{Bytes: l.text, Row: row, Top: w.top, Alt: w.term.Modes().AltScreen}
	if w.number {
		t.Cells, t.Glyphs, t.Widths = l.cells, l.glyphs, l.widths
	}
	w.See(t)
}

// read appends a row; last says that the line ends with it.
func (w *Watcher) read(to *line, l vt.Line, last bool) {
	cells := l.Cells()
	end := len(cells)
	if last {
		for end > 0 {
			if r, ok := cells[end-1].Rune(); !ok || r != ' ' {
				break
			}
			end--
		}
	} else if l.Wrapped() && end > 1 && cells[end-1].IsBlank() {
		end-- // a wide character did not fit
	}
	if len(to.text) >= maxLine {
		return
	}
	for x, c := range cells[:end] {
		if c.Width() == 0 {
			continue
		}
		if w.number {
			to.cell(numberOf(c), c.Width())
		}
		if r, ok := c.Rune(); ok && r < utf8.RuneSelf {
			to.text = append(to.text, byte(r))
		} else if ok {
			to.text = utf8.AppendRune(to.text, r)
		} else {
			to.text = append(to.text, l.Text(x)...)
		}
	}
}
