package timeline

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"rexec/vt"
)

// Query is what to look for on the screen.
type Query struct {
	Text string
	// Regexp reads Text as a regular expression (RE2) over a line of text.
	Regexp bool
	// CaseSensitive makes case count always. Otherwise it counts when Text has an
	// upper-case letter.
	CaseSensitive bool
}

// ErrNoQuery says that there is nothing to look for.
var ErrNoQuery = errors.New("nothing to search for")

// Place is where a text stands on a screen. A text that is wrapped goes on at the
// start of the next row: Len counts columns as if rows followed one another.
type Place struct {
	Row, Col, Len int
}

// Matcher finds a query's text on screens. It may be used by any number of
// goroutines.
type Matcher struct {
	plain []byte // lower case when fold is set
	fold  bool
	re    *regexp.Regexp
}

// Compile prepares a query. The error is ErrNoQuery or tells what is wrong with
// the regular expression.
func (q Query) Compile() (*Matcher, error) {
	if q.Text == "" {
		return nil, ErrNoQuery
	}
	fold := !q.CaseSensitive && !strings.ContainsFunc(q.Text, unicode.IsUpper)
	if !q.Regexp {
		m := &Matcher{plain: []byte(q.Text), fold: fold}
		if fold {
			m.plain = bytes.Map(unicode.ToLower, m.plain)
		}
		return m, nil
	}
	expr := q.Text
	if !q.CaseSensitive && !hasUpperLiteral(q.Text) {
		expr = "(?i)" + expr
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return nil, fmt.Errorf("regular expression: %w", err)
	}
	return &Matcher{re: re}, nil
}

// hasUpperLiteral tells whether an expression has an upper-case letter that is not
// a class such as \S.
func hasUpperLiteral(expr string) bool {
	escaped := false
	for _, r := range expr {
		if !escaped && unicode.IsUpper(r) {
			return true
		}
		escaped = r == '\\' && !escaped
	}
	return false
}

// Find returns where the text stands on a screen, from top to bottom. Rows that
// are one line, wrapped, are searched as one.
func (m *Matcher) Find(s *vt.Snapshot) []Place {
	var places []Place
	var text lineText
	_, rows := s.Size()
	for y := 0; y < rows; {
		n := lineRows(s, y)
		for _, f := range m.line(s, y, n, &text) {
			places = append(places, Place{y + f.row, f.col, f.len})
		}
		y += n
	}
	return places
}

// lineRows returns how many rows from y on are one line of text.
func lineRows(s *vt.Snapshot, y int) int {
	_, rows := s.Size()
	n := 1
	for y+n < rows && s.Line(y+n-1).Wrapped() {
		n++
	}
	return n
}

// find is a match within one line of text.
type find struct {
	row, col, len int // from the line's first row
	text          string
	offset        int // in the line's text, in bytes
}

// line returns the matches in the line of n rows at y, and leaves its text in t.
func (m *Matcher) line(s *vt.Snapshot, y, n int, t *lineText) []find {
	t.read(s, y, n, m.fold)
	spans := m.spans(t.text)
	if len(spans) == 0 {
		return nil
	}
	cols, _ := s.Size()
	t.locate(s, y, n)
	finds := make([]find, len(spans))
	for i, span := range spans {
		start, end := t.starts[span[0]], t.ends[span[1]-1]
		finds[i] = find{start / cols, start % cols, end - start, string(t.text[span[0]:span[1]]), span[0]}
	}
	return finds
}

// spans returns the byte ranges of the matches in a text, none of them empty.
func (m *Matcher) spans(text []byte) (spans [][2]int) {
	if m.re != nil {
		for _, at := range m.re.FindAllIndex(text, -1) {
			if at[0] < at[1] {
				spans = append(spans, [2]int{at[0], at[1]})
			}
		}
		return spans
	}
	for from := 0; ; {
		i := bytes.Index(text[from:], m.plain)
		if i < 0 {
			return spans
		}
		spans = append(spans, [2]int{from + i, from + i + len(m.plain)})
		from += i + len(m.plain)
	}
}

// lineText is the text of a line of the screen, and where its bytes stand. It is
// used again and again.
type lineText struct {
	text []byte
	// For each byte of text, the linear column (row × columns + column) at which
	// its cell begins and ends. Filled by locate.
	starts, ends []int
	fold         bool
}

// read fills text with n rows from y on, without the blanks at the end.
func (t *lineText) read(s *vt.Snapshot, y, n int, fold bool) {
	t.text, t.fold = t.text[:0], fold
	for i := range n {
		l := s.Line(y + i)
		for x := range rowEnd(l, i == n-1) {
			t.text = appendCell(t.text, l, x, fold)
		}
	}
}

// locate fills starts and ends for the text that read has left.
func (t *lineText) locate(s *vt.Snapshot, y, n int) {
	t.starts, t.ends = t.starts[:0], t.ends[:0]
	cols, _ := s.Size()
	var scratch []byte
	for i := range n {
		l := s.Line(y + i)
		for x, c := range l.Cells()[:rowEnd(l, i == n-1)] {
			scratch = appendCell(scratch[:0], l, x, t.fold)
			at := i*cols + x
			for range scratch {
				t.starts = append(t.starts, at)
				t.ends = append(t.ends, at+c.Width())
			}
		}
	}
}

// rowEnd returns the columns of a row that hold text: all but trailing blanks in
// the last row of a line, and in the others all but the column that a wide
// character left free because it did not fit.
func rowEnd(l vt.Line, last bool) int {
	cells := l.Cells()
	end := len(cells)
	if !last {
		if end > 1 && cells[end-1].IsBlank() {
			end--
		}
		return end
	}
	for end > 0 {
		if r, ok := cells[end-1].Rune(); !ok || r != ' ' {
			break
		}
		end--
	}
	return end
}

func appendCell(dst []byte, l vt.Line, x int, fold bool) []byte {
	r, ok := l.Cells()[x].Rune()
	switch {
	case ok && r < utf8.RuneSelf:
		if fold && r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return append(dst, byte(r))
	case ok:
		if fold {
			r = unicode.ToLower(r)
		}
		return utf8.AppendRune(dst, r)
	case !fold:
		return append(dst, l.Text(x)...)
	}
	for _, r := range l.Text(x) {
		dst = utf8.AppendRune(dst, unicode.ToLower(r))
	}
	return dst
}
