package transcript

import (
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
	at                 map[int]int // scratch of match
}

// screen is what stood on a screen when it was last looked at.
type screen struct {
	rows  []vt.Line
	texts []string   // of the rows
	paras []standing // from the top
	until time.Duration
	carry string // what scrolled off of the first paragraph
	spare struct {
		rows  []vt.Line
		texts []string
		paras []standing
	}
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
	return lineLog{index: map[string]int32{}, alike: map[string]int{}}
}

// observe is told of a screen that stands from shown until a time, and of the lines
// that scrolled off the primary screen since the last one.
func (l *lineLog) observe(shown, until time.Duration, s *vt.Snapshot, scrolled []vt.Line) {
	alternate := s.Modes().AltScreen
	if l.inAlternate && !alternate {
		l.leave(&l.alternate, true)
	}
	l.inAlternate = alternate
	if !alternate {
		l.update(&l.primary, shown, until, scrolled, s, false)
		return
	}
	if len(scrolled) > 0 {
		l.update(&l.primary, shown, until, scrolled, nil, false)
	}
	l.update(&l.alternate, shown, until, nil, s, true)
}

// end notes what still stands, and returns the lines by their first time.
func (l *lineLog) end() ([]Line, int) {
	l.leave(&l.alternate, true)
	l.leave(&l.primary, false)
	slices.SortStableFunc(l.lines, func(a, b Line) int { return int(a.First - b.First) })
	return l.lines, l.dropped
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
func (l *lineLog) update(s *screen, shown, until time.Duration, scrolled []vt.Line, snap *vt.Snapshot, alternate bool) {
	if len(scrolled) == 0 && s.unchanged(snap) {
		s.until = until
		return
	}
	rows, texts := s.next(scrolled, snap)
	carry := s.carry
	if carry != "" && texts[0] != s.texts[0] {
		carry = "" // what it belonged to was wiped
	}
	paras, carry := paragraphs(s.spare.paras[:0], rows, texts, carry, len(scrolled))
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
	texts = append(texts[:0], texts[k:]...)
	s.spare.rows, s.spare.texts, s.spare.paras = s.rows, s.texts, s.paras
	s.rows, s.texts, s.paras, s.until, s.carry = rows, texts, paras[:stay], until, carry
}

// unchanged tells whether a snapshot shares all its rows with the screen.
func (s *screen) unchanged(snap *vt.Snapshot) bool {
	_, n := snap.Size()
	if len(s.rows) != n {
		return false
	}
	for y := range n {
		if !snap.Line(y).Same(s.rows[y]) {
			return false
		}
	}
	return true
}

// next returns the rows that scrolled off and those of the screen, with their texts.
// Rows that were there before are not read again.
func (s *screen) next(scrolled []vt.Line, snap *vt.Snapshot) ([]vt.Line, []string) {
	rows := append(s.spare.rows[:0], scrolled...)
	if snap == nil {
		rows = append(rows, s.rows[min(len(scrolled), len(s.rows)):]...)
	} else {
		_, n := snap.Size()
		for y := range n {
			rows = append(rows, snap.Line(y))
		}
	}
	texts := s.spare.texts[:0]
	for i, r := range rows {
		if i < len(s.rows) && r.Same(s.rows[i]) {
			texts = append(texts, s.texts[i])
		} else {
			texts = append(texts, rowText(r))
		}
	}
	return rows, texts
}

// paragraphs appends the paragraphs of rows to paras. carry is the text in front of the first row. The
// first n rows scrolled off: paragraphs within them are gone, and what they hold of
// one that goes on is the carry of the next time.
func paragraphs(paras []standing, rows []vt.Line, texts []string, carry string, n int) ([]standing, string) {
	next := ""
	var b strings.Builder
	b.WriteString(carry)
	if n == 0 {
		next = carry
	}
	start := 0
	for i, r := range rows {
		goesOn := r.Wrapped() && i+1 < len(rows)
		joined := goesOn || start < i || carry != ""
		if joined && b.Len() < MaxLineText {
			b.WriteString(texts[i])
		}
		if i == n-1 && goesOn {
			next = b.String()
		}
		if goesOn {
			continue
		}
		text := texts[i]
		if joined {
			text = strings.TrimRight(b.String(), " ")
		}
		if text != "" {
			paras = append(paras, standing{text: text, row: start, gone: i < n})
		}
		b.Reset()
		start, carry = i+1, ""
	}
	return paras, next
}

// match gives the paragraphs of a screen the times of those they were before. before
// is what stood until a time; what of it is found nowhere, and is not just an earlier
// state of what is now in its place, is noted.
func (l *lineLog) match(before, now []standing, shown, until time.Duration, alternate bool) {
	if l.at == nil {
		l.at = map[int]int{}
	}
	clear(l.at)
	at := l.at // before, by row
	for i := range before {
		at[before[i].row] = i
	}
	rest := 0
	for i := range now {
		p := &now[i]
		p.first = shown
		j, ok := at[p.row]
		if ok && !before[j].taken && before[j].text == p.text {
			before[j].taken, p.taken, p.first = true, true, before[j].first
		} else {
			rest++
		}
	}
	if rest > 0 {
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
	var by map[string]int
	for i := range now {
		p := &now[i]
		if p.taken {
			continue
		}
		if by == nil {
			by = make(map[string]int, len(before))
			for j := range before {
				if !before[j].taken {
					by[before[j].text] = j
				}
			}
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
	if len(l.lines) >= MaxLines || l.size+len(text) > MaxText {
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
