package cast

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// salvager is a cast of version 2 or 3 with the lines put right that a Lenient reader
// would drop although something is left of them. Everything else, version 1 too,
// passes as it is.
//
//	[1, "o", "abc[2, "o", "def"]      a line that was torn, then the next event: two lines
//	[1, "o", "abc⏎def"]               a raw newline in a string: one line
//	[1, "o", "abc                     torn: the text is kept
type salvager struct {
	src  *bufio.Reader
	tell func(line, col int, reason, remedy string)
	scan scanner
	raw  bool // version 1, which has no lines: it passes as it is

	line  int        // of src, that was read last
	ahead []numbered // lines that were read too early
	given []byte     // what is left of what is being given
	out   int        // lines given
	moved []movement
	err   error // of src, behind the last line
}

// numbered is a line of the source without its newline.
type numbered struct {
	text []byte
	line int
}

// movement says that from a line given on, lines stand delta lower in the source.
type movement struct{ from, delta int }

// Bounds of a string that raw newlines broke.
const (
	maxJoined      = 1 << 20
	maxJoinedLines = 1000
)

func newSalvager(src io.Reader, tell func(line, col int, reason, remedy string)) *salvager {
	return &salvager{src: bufio.NewReaderSize(src, 64<<10), tell: tell}
}

// original returns the line of the source that a line given came from.
func (s *salvager) original(line int) int {
	for i := len(s.moved) - 1; i >= 0; i-- {
		if m := s.moved[i]; line >= m.from {
			return line + m.delta
		}
	}
	return line
}

// Read gives at most one line, so that what is told of it comes before what a Reader
// has to tell of the next.
func (s *salvager) Read(p []byte) (int, error) {
	for len(s.given) == 0 {
		if s.raw {
			return s.src.Read(p)
		}
		next, ok := s.next()
		if !ok {
			return 0, s.err
		}
		s.give(next.line, s.mend(next))
	}
	n := copy(p, s.given)
	s.given = s.given[n:]
	return n, nil
}

// give gives a line, or several, that stood at a line of the source.
func (s *salvager) give(at int, text []byte) {
	s.out++
	if delta := at - s.out; s.original(s.out) != at {
		s.moved = append(s.moved, movement{s.out, delta})
	}
	s.given = append(text, '\n')
}

// next returns the next line, false at the end.
func (s *salvager) next() (numbered, bool) {
	if len(s.ahead) > 0 {
		n := s.ahead[0]
		s.ahead = s.ahead[1:]
		return n, true
	}
	if s.err != nil {
		return numbered{}, false
	}
	var text []byte
	for {
		part, err := s.src.ReadSlice('\n')
		if len(text) <= MaxEvent+1 { // the Reader will say that it is too long
			text = append(text, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if s.err = err; len(text) == 0 {
			return numbered{}, false
		}
		break
	}
	s.line++
	return numbered{bytes.TrimSuffix(text, []byte("\n")), s.line}, true
}

// eventStart is what an event begins with. It stands in no JSON string, where its
// quotes would be escaped.
var eventStart = regexp.MustCompile(`\[\s*[0-9]+(?:\.[0-9]*)?\s*,\s*"[^"\\]"\s*,\s*"`)

// mend returns what to give for a line.
func (s *salvager) mend(l numbered) []byte {
	if text := bytes.TrimLeft(l.text, " \t\r"); len(text) == 0 || text[0] != '[' || s.scan.event(l.text) {
		return l.text
	}
	if len(l.text) > MaxEvent {
		return l.text
	}
	column, unended := 1, false
	if f := s.scan.faults; len(f) > 0 {
		f := f[len(f)-1]
		column, unended = f.at+1, strings.HasSuffix(f.reason, "does not end on its line")
	}
	for _, at := range eventStart.FindAllIndex(l.text, 8) {
		if at[0] == 0 {
			continue
		}
		rest := l.text[at[0]:]
		s.ahead = append([]numbered{{rest, l.line}}, s.ahead...)
		torn := l.text[:at[0]:at[0]]
		if closed, ok := s.close(torn); ok {
			s.tell(l.line, at[0]+1, "the line is torn, and the next event follows", "taken apart; the text is kept")
			return closed
		}
		s.tell(l.line, at[0]+1, "the line is torn, and the next event follows", "taken apart; what is left of the first is left out")
		return nil
	}
	if unended {
		if joined, ok := s.join(l); ok {
			s.tell(l.line, column, "raw line breaks in a string", "escaped")
			return joined
		}
	}
	if closed, ok := s.close(l.text); ok {
		s.tell(l.line, column, "the line is torn", "ended; its text is kept")
		return closed
	}
	return l.text
}

// join puts a line together with the ones behind it, as one string, when that makes
// an event.
func (s *salvager) join(l numbered) ([]byte, bool) {
	joined := append([]byte(nil), l.text...)
	var taken []numbered
	for len(joined) < maxJoined && len(taken) < maxJoinedLines {
		next, ok := s.next()
		if !ok {
			break
		}
		taken = append(taken, next)
		if at := eventStart.FindIndex(next.text); at != nil && at[0] == 0 {
			break
		}
		joined = append(append(joined, `\n`...), next.text...)
		if bytes.IndexByte(next.text, '"') >= 0 && s.scan.event(joined) {
			return joined, true
		}
	}
	s.ahead = append(taken, s.ahead...)
	return nil, false
}

// close ends an event that was torn in its text, or behind it. What is left of one
// that says something only when it is whole, a size or a status, is not enough.
func (s *salvager) close(line []byte) ([]byte, bool) {
	line = bytes.TrimRight(line, "\r")
	if whole := append(line[:len(line):len(line)], ']'); s.scan.event(whole) {
		return whole, true
	}
	// An escape may be torn too: it is left out.
	for cut := 0; cut < len(`\u0000`) && cut < len(line); cut++ {
		part := append(line[:len(line)-cut:len(line)-cut], `"]`...)
		if !s.scan.event(part) {
			continue
		}
		torn := false
		for _, f := range s.scan.faults {
			torn = torn || strings.HasPrefix(f.reason, "an escape")
		}
		code := string(s.scan.code)
		if !torn && (code == Output || code == Input || code == Marker) {
			return part, true
		}
	}
	return nil, false
}

// header looks whether there is a header, and puts one in its place when there are
// events but none that can be used.
func (s *salvager) header() error {
	head, err := s.src.Peek(s.src.Size())
	if err != nil && err != io.EOF {
		return err
	}
	r, err := NewReader(bytes.NewReader(head), Lenient)
	if err == nil && r.hdr.Version == 1 || err != nil && len(head) == s.src.Size() && head[0] == '{' {
		s.raw = true // or a header that is longer than that, and had better be whole
		return nil
	}
	if err == nil {
		s.given = append([]byte(nil), head[:r.offset]...)
		s.line, s.out = r.line-1, r.line-1
		_, err = s.src.Discard(int(r.offset))
		return err
	}
	// A line that begins as an event does, and all before it.
	lines, at := 0, 0
	for text := range bytes.Lines(head) {
		if i := eventStart.FindIndex(text); i != nil && i[0] == 0 {
			s.tell(1, 1, "there is no header that can be used: "+err.Error(), "replaced")
			s.given = []byte(likelyHeader(string(head[:at])) + "\n")
			s.line, s.out = lines, 1
			s.moved = []movement{{2, lines - 1}}
			_, err = s.src.Discard(at)
			return err
		}
		lines, at = lines+1, at+len(text)
	}
	if !errors.Is(err, ErrNotCast) {
		err = fmt.Errorf("%w: %w", ErrNotCast, err)
	}
	return err
}

// likelyHeader is a header with what can be recognised in a damaged one.
func likelyHeader(damaged string) string {
	number := func(key string, otherwise int) int {
		m := regexp.MustCompile(`"` + key + `"\s*:\s*([0-9]{1,10})\b`).FindStringSubmatch(damaged)
		if m != nil {
			_, _ = fmt.Sscan(m[1], &otherwise) // digits
		}
		return otherwise
	}
	extra := ""
	if t := number("timestamp", 0); t > 0 {
		extra = fmt.Sprintf(`,"timestamp":%d`, t)
	}
	if number("version", 2) == 3 {
		return fmt.Sprintf(`{"version":3,"term":{"cols":%d,"rows":%d}%s}`, number("cols", DefaultCols), number("rows", DefaultRows), extra)
	}
	return fmt.Sprintf(`{"version":2,"width":%d,"height":%d%s}`, number("width", DefaultCols), number("height", DefaultRows), extra)
}
