package cast

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// scanner takes an event's line apart: [time, "code", "data"], in version 1
// [delay, "data"]. It accepts exactly what encoding/json accepts; beyond that it
// goes on where a meaning is left, and says in faults what was wrong. It exists
// because encoding/json costs most of the time of opening a cast.
type scanner struct {
	b []byte // the line
	i int    // where in it

	time    int64 // nanoseconds
	hasTime bool  // time was read, even if the line is of no use otherwise
	code    []byte
	data    []byte
	faults  []fault

	text []byte // decoded strings: code and data may stand in it

	// picky names what encoding/json takes, and other decoders do not.
	picky bool
}

// fault is a deviation in a line. at counts bytes from 0.
type fault struct {
	at     int
	reason string
}

func (s *scanner) fault(at int, reason string) {
	s.faults = append(s.faults, fault{at, reason})
}

// event scans a line of version 2 or 3. It returns false when the line is no
// event at all; faults then is not empty.
func (s *scanner) event(line []byte) bool {
	s.reset(line)
	if !s.open() || !s.number() || !s.next("a code") {
		return false
	}
	s.space()
	at, ok := s.i, false
	if s.code, ok = s.str("the code"); !ok || !s.next("data") {
		return false
	}
	if len(s.code) == 0 {
		s.fault(at, "the event has an empty code")
		return false
	}
	if s.data, ok = s.str("the data"); !ok {
		return false
	}
	return s.end()
}

// frame scans an entry of version 1's stdout.
func (s *scanner) frame(text []byte) bool {
	s.reset(text)
	if !s.open() || !s.number() || !s.next("data") {
		return false
	}
	ok := false
	if s.data, ok = s.str("the data"); !ok {
		return false
	}
	return s.end()
}

func (s *scanner) reset(line []byte) {
	s.b, s.i = line, 0
	s.time, s.hasTime, s.code, s.data = 0, false, nil, nil
	s.faults, s.text = s.faults[:0], s.text[:0]
}

// space skips JSON's white space and returns the byte behind it, 0 at the end.
func (s *scanner) space() byte {
	for s.i < len(s.b) {
		switch c := s.b[s.i]; c {
		case ' ', '\t', '\r', '\n':
			s.i++
		default:
			return c
		}
	}
	return 0
}

func (s *scanner) open() bool {
	if s.space() != '[' {
		s.fault(s.i, "not an event: no [ at the start")
		return false
	}
	s.i++
	return true
}

func (s *scanner) next(what string) bool {
	switch s.space() {
	case ',':
		s.i++
		return true
	case ']':
		s.fault(s.i, "the event ends before "+what)
	case 0:
		s.fault(s.i, "the line ends before "+what)
	default:
		s.fault(s.i, "a comma is missing before "+what)
	}
	return false
}

func (s *scanner) end() bool {
	switch s.space() {
	case ']':
		s.i++
		if s.space() != 0 || s.i < len(s.b) {
			s.fault(s.i, "text behind the event")
		}
		return true
	case ',':
		s.fault(s.i, "the event has too many elements")
		return true
	case 0:
		s.fault(s.i, "the line ends before the event's ]")
	default:
		s.fault(s.i, "no ] behind the data")
	}
	return false
}

// number reads the time. A number in quotes is a fault, but a number.
func (s *scanner) number() bool {
	if s.space() == '"' {
		at := s.i
		text, ok := s.str("the time")
		if !ok {
			return false
		}
		s.fault(at, "the time is a string")
		inner := scanner{b: text}
		if !inner.number() || inner.i != len(text) || len(inner.faults) > 0 {
			return false
		}
		s.time, s.hasTime = inner.time, true
		return true
	}
	start := s.i
	s.digits(start)
	text := s.b[start:s.i]
	switch {
	case len(text) == 0:
		s.fault(start, "the time is not a number")
		return false
	case text[0] == '-':
		if ns, ok := nanoseconds(text[1:]); !ok || ns != 0 {
			s.fault(start, "the time is negative")
			return s.i > start+1
		}
		s.hasTime = true
		return true
	}
	ns, ok := nanoseconds(text)
	if !ok {
		s.fault(start, fmt.Sprintf("the time %s is out of range", cut(string(text))))
		return true
	}
	s.time, s.hasTime = ns, true
	return true
}

// digits moves over a number as JSON writes it (RFC 8259, section 6), and notes
// where it is written otherwise.
func (s *scanner) digits(start int) {
	run := func() int {
		from := s.i
		for s.i < len(s.b) && s.b[s.i]-'0' <= 9 {
			s.i++
		}
		return s.i - from
	}
	at := func(c byte) bool { return s.i < len(s.b) && s.b[s.i] == c }

	if at('-') {
		s.i++
	}
	lead := s.i
	n := run()
	if n == 0 && !at('.') {
		s.i = start // no number
		return
	}
	odd := n == 0 || n > 1 && s.b[lead] == '0'
	if at('.') {
		s.i++
		if run() == 0 {
			odd = true
		}
	}
	if at('e') || at('E') {
		s.i++
		if at('+') || at('-') {
			s.i++
		}
		if run() == 0 {
			odd = true
		}
	}
	if odd {
		s.fault(start, "the time is not written as JSON writes numbers")
	}
}

// nanoseconds turns seconds into nanoseconds. What is written without an exponent
// is exact, and rounded at the tenth digit behind the point.
func nanoseconds(text []byte) (int64, bool) {
	var n int64
	digits, behind, point, up := 0, 0, false, false
	for _, c := range text {
		switch {
		case c == '.':
			point = true
		case c == 'e' || c == 'E':
			f, err := strconv.ParseFloat(string(text), 64)
			f = math.Round(f * 1e9)
			return int64(f), err == nil && f <= float64(MaxTime)
		case point && behind == 9:
			if !up {
				up = true
				if c >= '5' {
					n++
				}
			}
		default:
			n = n*10 + int64(c-'0')
			if n != 0 {
				digits++
			}
			if point {
				behind++
			}
			if digits > 18 {
				return 0, false
			}
		}
	}
	for ; behind < 9; behind++ {
		if n > math.MaxInt64/10 {
			return 0, false
		}
		n *= 10
	}
	return n, n <= int64(MaxTime)
}

// plain marks the bytes that stand for themselves in a JSON string. Invalid UTF-8
// is looked for afterwards.
var plain = func() (t [256]bool) {
	for c := 0x20; c < 256; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// str reads a string. The result stands in the line or in s.text.
func (s *scanner) str(what string) ([]byte, bool) {
	if s.space() != '"' {
		if s.i == len(s.b) {
			s.fault(s.i, "the line ends before "+what)
		} else {
			s.fault(s.i, what+" is not a string")
		}
		return nil, false
	}
	b, start, i := s.b, s.i+1, s.i+1
	for i < len(b) && plain[b[i]] {
		i++
	}
	var out []byte
	if i < len(b) && b[i] == '"' {
		out = b[start:i:i]
	} else {
		from := len(s.text)
		var ok bool
		if i, ok = s.unescape(start, i, what); !ok {
			return nil, false
		}
		out = s.text[from:len(s.text):len(s.text)]
	}
	s.i = i + 1
	if !utf8.Valid(out) {
		s.fault(firstInvalid(b[start:i])+start, what+" is not valid UTF-8")
		out = AppendValid(nil, out)
	}
	return out, true
}

// unescape decodes the string that begins at start and is plain up to i into
// s.text. It returns where the closing quote stands.
func (s *scanner) unescape(start, i int, what string) (end int, ok bool) {
	// What is decoded is never longer than what is written, so that the room that is
	// made here will do.
	b := s.b
	t := append(slices.Grow(s.text, len(b)-start), b[start:i]...)
	n, t := len(t), t[:cap(t)]
	control := false
	for i < len(b) {
		c := b[i]
		switch {
		case plain[c]:
			t[n] = c
			n++
			i++
		case c == '"':
			s.text = t[:n]
			return i, true
		case c == '\\':
			if i+1 < len(b) {
				if u := unescaped[b[i+1]]; u != 0 {
					t[n] = u
					n++
					i += 2
					continue
				}
			}
			var wrote int
			i, wrote = s.escape(t[n:], i)
			n += wrote
		default:
			if !control {
				control = true
				s.fault(i, fmt.Sprintf("raw control byte 0x%02x in %s", c, what))
			}
			t[n] = c
			n++
			i++
		}
	}
	s.text = t[:n]
	s.fault(len(b), what+" does not end on its line")
	return 0, false
}

// unescaped has what a backslash and a byte stand for.
var unescaped = [256]byte{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// escape decodes the escape sequence at i, \u with its digits, into out. It returns
// where the next character stands and how many bytes it wrote.
func (s *scanner) escape(out []byte, i int) (next, wrote int) {
	if i+1 >= len(s.b) {
		return i + 1, 0 // the caller finds the end of the line
	}
	r, ok := rune(0), false
	if s.b[i+1] == 'u' {
		r, ok = hex4(s.b[i+2:])
	}
	if !ok {
		s.fault(i, "an escape that JSON does not have")
		out[0] = '\\'
		return i + 1, 1
	}
	i += len(`\u0000`)
	if r < utf8.RuneSelf {
		out[0] = byte(r)
		return i, 1
	}
	if utf16.IsSurrogate(r) {
		// A pair stands for one character; half a pair for none, as encoding/json has it.
		low, ok := rune(0), false
		if i+1 < len(s.b) && s.b[i] == '\\' && s.b[i+1] == 'u' {
			low, ok = hex4(s.b[i+2:])
		}
		r = utf16.DecodeRune(r, low)
		if ok && r != utf8.RuneError {
			i += len(`\u0000`)
		} else if s.picky {
			s.fault(i-len(`\u0000`), "half of a surrogate pair")
		}
	}
	return i, utf8.EncodeRune(out, r)
}

func hex4(b []byte) (rune, bool) {
	if len(b) < 4 {
		return 0, false
	}
	var r rune
	for _, c := range b[:4] {
		switch {
		case c-'0' <= 9:
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

func firstInvalid(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(b)
}
