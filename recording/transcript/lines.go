package transcript

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"

	"rexec/vt"
)

const (
	// brief is how long a text must stand to count beside what took its place.
	brief = time.Second
	// maxAlike bounds the lines of full-screen programs that differ in digits only.
	maxAlike = 1000
)

// lineLog collects lines. It compares each screen with the one before: what is there
// still, or moved, goes on standing; what is gone is noted, unless what took its
// place is the same line a moment later.
type lineLog struct {
	lines   []Line
	index   map[string]int32 // of lines, by their text
	alike   map[string]int   // lines of full-screen programs, by their skeleton
	size    int
	dropped int

	primary, alternate screen
	inAlternate        bool
	scrolled           []row          // scrolled off the primary screen since it was looked at
	at                 map[int]int    // scratch of match
	by                 map[string]int // scratch of matchMoved
	buf                []byte
}

// screen is what stood on a screen when it was last looked at.
type screen struct {
	rows  []row
	paras []standing // from the top
	until time.Duration
	// carry is what scrolled off of the paragraph that the first row goes on with.
	carry []byte
	spare struct {
		rows  []row
		paras []standing
	}
}

// row is a row of a screen, or one that scrolled off.
type row struct {
	line    vt.Line // as long as it stands: tells cheaply whether it changed
	text    string
	wrapped bool
	first   time.Duration // of one that scrolled off: when it was first there
}

// standing is a paragraph, rows that are wrapped into one line, on a screen.
type standing struct {
	text  string
	row   int // where it begins
	first time.Duration
	gone  bool // scratch: it scrolled off
	taken bool // scratch: it was found again
}

func newLineLog() lineLog {
	return lineLog{
		index: map[string]int32{}, alike: map[string]int{},
		at: map[int]int{}, by: map[string]int{},
	}
}

// observe is told of a screen that stands from shown until a time.
func (l *lineLog) observe(shown, until time.Duration, s *vt.Snapshot) {
	alternate := s.Modes().AltScreen
	if l.inAlternate && !alternate {
		l.leave(&l.alternate, true)
	}
	l.inAlternate = alternate
	scrolled := l.scrolled
	l.scrolled = l.scrolled[:0]
	if !alternate {
		l.update(&l.primary, shown, until, scrolled, s, false)
		return
	}
	if len(scrolled) > 0 {
		l.update(&l.primary, shown, until, scrolled, nil, false)
	}
	l.update(&l.alternate, shown, until, nil, s, true)
}

// scrollOff is told of a line that scrolls off the primary screen now, and of when
// it was first there. Lines that may have stood there when the screen was last looked
// at wait for the next look, to be found again. What comes behind them in a flood is
// noted at once.
func (l *lineLog) scrollOff(line vt.Line, first, now time.Duration) {
	s := &l.primary
	if n := len(l.scrolled); n < len(s.rows) {
		r := row{wrapped: line.Wrapped(), first: first}
		if was := &s.rows[n]; line.Same(was.line) {
			r.text = was.text
		} else if l.buf = appendRow(l.buf[:0], line); string(l.buf) == was.text {
			r.text = was.text
		} else {
			r.text = string(l.buf)
		}
		l.scrolled = append(l.scrolled, r)
		return
	}
	if len(s.rows) > 0 { // all that stood there is gone
		l.update(s, now, now, l.scrolled, nil, false)
		l.scrolled = l.scrolled[:0]
	}
	if len(l.lines) >= MaxLines { // the end of a long flood: not even read
		if !line.Wrapped() && !isBlank(line) {
			l.dropped++
		}
		s.carry = s.carry[:0]
		return
	}
	if len(s.carry) < MaxLineText {
		s.carry = appendRow(s.carry, line)
	}
	if line.Wrapped() {
		return
	}
	if text := bytes.TrimRight(s.carry, " "); len(text) > 0 {
		l.noteBytes(text, first, now)
	}
	s.carry = s.carry[:0]
}

// resized is told that rows were wrapped anew, some of them perhaps into the
// scrollback.
func (l *lineLog) resized(s *vt.Snapshot) {
	n := s.Scrollback()
	i := n
	for i > 0 && s.ScrollbackLine(i-1).Wrapped() {
		i--
	}
	l.primary.carry = l.primary.carry[:0]
	for ; i < n; i++ {
		l.primary.carry = appendRow(l.primary.carry, s.ScrollbackLine(i))
	}
	l.primary.rows = nil
}

// end notes what still stands, and returns the lines by their first time.
func (l *lineLog) end() ([]Line, int) {
	l.leave(&l.alternate, true)
	l.leave(&l.primary, false)
	return sorted(l.lines), l.dropped
}

// soFar returns a copy of the lines that are gone, or scrolled off.
func (l *lineLog) soFar() ([]Line, int) { return sorted(slices.Clone(l.lines)), l.dropped }

func sorted(lines []Line) []Line {
	slices.SortStableFunc(lines, func(a, b Line) int { return cmp.Compare(a.First, b.First) })
	return lines
}

// leave notes all that stands on a screen, and forgets it.
func (l *lineLog) leave(s *screen, alternate bool) {
	for _, p := range s.paras {
		l.note(p.text, p.first, s.until, alternate)
	}
	*s = screen{}
}

// update moves a screen on. snap is nil when the screen is hidden; then its rows are
// those it had, less what scrolled off.
func (l *lineLog) update(s *screen, shown, until time.Duration, scrolled []row, snap *vt.Snapshot, alternate bool) {
	if len(scrolled) == 0 && s.unchanged(snap) {
		s.until = until
		return
	}
	rows := s.next(scrolled, snap)
	if len(s.carry) > 0 && len(s.rows) > 0 && rows[0].text != s.rows[0].text {
		s.carry = s.carry[:0] // what it belonged to was wiped
	}
	paras, carry := paragraphs(s.spare.paras[:0], rows, s.carry, len(scrolled))
	l.match(s.paras, paras, shown, s.until, alternate)
	k, stay := len(scrolled), 0
	for _, p := range paras {
		if p.gone {
			l.note(p.text, p.first, shown, alternate)
			continue
		}
		p.row = max(0, p.row-k)
		paras[stay] = p
		stay++
	}
	rows = append(rows[:0], rows[k:]...)
	s.spare.rows, s.spare.paras = s.rows, s.paras
	s.rows, s.paras, s.until = rows, paras[:stay], until
	s.carry = append(s.carry[:0], carry...)
}

// unchanged tells whether a snapshot shares all its rows with the screen.
func (s *screen) unchanged(snap *vt.Snapshot) bool {
	_, n := snap.Size()
	if len(s.rows) != n {
		return false
	}
	for y := range n {
		if !snap.Line(y).Same(s.rows[y].line) {
			return false
		}
	}
	return true
}

// next returns the rows that scrolled off and those of the screen. The text of rows
// that were there before is not read again.
func (s *screen) next(scrolled []row, snap *vt.Snapshot) []row {
	rows := append(s.spare.rows[:0], scrolled...)
	if snap == nil {
		return append(rows, s.rows[min(len(scrolled), len(s.rows)):]...)
	}
	_, n := snap.Size()
	for y := range n {
		line, i := snap.Line(y), len(rows)
		r := row{line: line, wrapped: line.Wrapped()}
		if i < len(s.rows) && line.Same(s.rows[i].line) {
			r.text = s.rows[i].text
		} else {
			r.text = rowText(line)
		}
		rows = append(rows, r)
	}
	return rows
}

// paragraphs appends the paragraphs of rows to paras. carry is the text in front of
// the first row. The first n rows scrolled off: paragraphs within them are gone, and
// what they hold of one that goes on is the carry of the next time.
func paragraphs(paras []standing, rows []row, carry []byte, n int) ([]standing, string) {
	next := ""
	var b strings.Builder
	b.Write(carry)
	joined := len(carry) > 0
	if n == 0 {
		next = string(carry)
	}
	start := 0
	for i, r := range rows {
		goesOn := r.wrapped && i+1 < len(rows)
		joined = joined || goesOn
		if joined && b.Len() < MaxLineText {
			b.WriteString(r.text)
		}
		if i == n-1 && r.wrapped {
			next = r.text
			if joined {
				next = b.String()
			}
			if !goesOn {
				continue // its other rows are not known yet
			}
		}
		if goesOn {
			continue
		}
		text := r.text
		if joined {
			text = strings.TrimRight(b.String(), " ")
		}
		if text != "" {
			paras = append(paras, standing{text: text, row: start, gone: i < n, first: r.first})
		}
		b.Reset()
		start, joined = i+1, false
	}
	return paras, next
}

// match gives the paragraphs of a screen the times of those they were before. before
// is what stood until a time; what of it is found nowhere, and is not just an earlier
// state of what is now in its place, is noted.
func (l *lineLog) match(before, now []standing, shown, until time.Duration, alternate bool) {
	clear(l.at)
	at := l.at // before, by row
	for i := range before {
		at[before[i].row] = i
	}
	rest := 0
	for i := range now {
		p := &now[i]
		if !p.gone {
			p.first = shown
		}
		j, ok := at[p.row]
		if ok && !before[j].taken && before[j].text == p.text {
			before[j].taken, p.taken, p.first = true, true, before[j].first
		} else {
			rest++
		}
	}
	if rest > 0 && len(before) > 0 {
		l.matchMoved(before, now)
	}
	for i := range now {
		p := &now[i]
		if j, ok := at[p.row]; ok && !p.taken && !before[j].taken {
			before[j].taken = sameLine(before[j].text, p.text, until-before[j].first, alternate)
		}
		p.taken = false
	}
	for _, p := range before {
		if !p.taken {
			l.note(p.text, p.first, until, alternate)
		}
	}
}

// matchMoved finds paragraphs that stand elsewhere now.
func (l *lineLog) matchMoved(before, now []standing) {
	by := l.by
	clear(by)
	for j := range before {
		if !before[j].taken {
			by[before[j].text] = j
		}
	}
	for i := range now {
		p := &now[i]
		if p.taken {
			continue
		}
		if j, ok := by[p.text]; ok && !before[j].taken {
			before[j].taken, p.taken, p.first = true, true, before[j].first
		}
	}
}

// sameLine tells whether a text is just an earlier state of the one that took its
// place after some time: a line being typed, a progress bar.
func sameLine(old, now string, stood time.Duration, alternate bool) bool {
	if strings.HasPrefix(now, old) {
		return true
	}
	if (stood < brief || !alternate) && skeleton(old) == skeleton(now) {
		return true
	}
	common := 0
	for common < min(len(old), len(now)) && old[common] == now[common] {
		common++
	}
	return stood < brief && 2*common >= min(len(old), len(now))
}

// skeleton is a text without what counters and progress bars change.
func skeleton(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsDigit(r), r == ' ', r == '.', r == ':', r == '%', r == '/', r == '#', r == '=', r == '-', r == '>', r == '|', r == '\\':
			return -1
		case r >= 0x2500 && r <= 0x25ff, r >= 0x2800 && r <= 0x28ff: // lines, blocks, shapes, Braille
			return -1
		}
		return r
	}, text)
}

// note keeps a line, or moves its times if it is there.
func (l *lineLog) note(text string, first, last time.Duration, alternate bool) {
	if i, ok := l.index[text]; ok {
		line := &l.lines[i]
		line.First, line.Last = min(line.First, first), max(line.Last, last)
		line.Alt = line.Alt && alternate
		return
	}
	if l.full(len(text)) {
		l.dropped++
		return
	}
	if alternate {
		if key := skeleton(text); key != text {
			if l.alike[key]++; l.alike[key] > maxAlike {
				l.dropped++
				return
			}
		}
	}
	l.index[text] = int32(len(l.lines))
	l.lines = append(l.lines, Line{Text: text, First: first, Last: max(first, last), Alt: alternate})
	l.size += len(text)
}

// noteBytes is note of a line of the primary screen, which becomes a string only if
// it is new.
func (l *lineLog) noteBytes(text []byte, first, last time.Duration) {
	if i, ok := l.index[string(text)]; ok {
		line := &l.lines[i]
		line.First, line.Last, line.Alt = min(line.First, first), max(line.Last, last), false
	} else if l.full(len(text)) {
		l.dropped++
	} else {
		l.note(string(text), first, last, false)
	}
}

func (l *lineLog) full(size int) bool { return len(l.lines) >= MaxLines || l.size+size > MaxText }
