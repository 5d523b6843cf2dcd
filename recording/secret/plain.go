package secret

import "bytes"

// maxPlain bounds the lines that are looked at as a whole, in bytes.
const maxPlain = 4 << 10

// atLineStart tells whether nothing of what came before matters to what comes: a
// line begins, and nothing is held back.
func (f *Filter) atLineStart() bool {
	return len(f.out) == 0 && f.col == 0 && !f.cr && !f.wrapped && !f.named && f.split.Ground() &&
		f.text.last() == '\n' && !f.text.masking() && !f.str.masking()
}

// plainLines returns how long the whole lines at the start of p are that can go out
// as they are: text and colours, shorter than a row, and no detector has anything to
// say about them. Nearly all of a terminal's output is of that kind, and taking it to
// pieces costs ten times as much.
func (f *Filter) plainLines(p []byte) int {
	if n := f.bareLines(p); n > 0 {
		if v := f.scan(p[:n]); v.state != none {
			n = bytes.LastIndexByte(p[:v.start], '\n') + 1
		}
		// What the last line names may be in the next one.
		if last := bytes.LastIndexByte(p[:max(0, n-1)], '\n') + 1; names(p[last:n]) {
			n = last
		}
		return n
	}
	n := bytes.IndexByte(p, '\n') + 1
	if n == 0 || n > maxPlain {
		return 0
	}
	text := f.withoutColours(p[:n])
	if text == nil || f.cols > 0 && len(text) > f.cols || f.scan(text).state != none || names(text) {
		return 0
	}
	return n
}

// scan returns the first verdict on text that begins and ends with a line.
func (f *Filter) scan(text []byte) verdict {
	f.plain.b = text
	return f.plain.next(0)
}

// bareLines returns how long the lines at the start of p are, up to maxPlain, that
// are text only and shorter than a row.
func (f *Filter) bareLines(p []byte) int {
	p = p[:min(len(p), maxPlain)]
	line := 0 // where it starts
	for i, b := range p {
		if !special[b] {
			continue
		}
		switch {
		case b == '\n' && (f.cols == 0 || i-line < f.cols):
			line = i + 1
		case b == '\r' && i+1 < len(p) && p[i+1] == '\n':
		default:
			return line
		}
	}
	return line
}

// withoutColours returns a line's text, or nil when there is something else in it:
// controls, other sequences.
func (f *Filter) withoutColours(line []byte) []byte {
	end := len(line) - 1
	if end > 0 && line[end-1] == '\r' {
		end--
	}
	text := f.line[:0]
	for i := 0; i < end; {
		n := i
		for n < end && !special[line[n]] {
			n++
		}
		text = append(text, line[i:n]...)
		if i = n; i == end {
			break
		}
		if n = colour(line[i:end]); n == 0 {
			return nil
		}
		i += n
	}
	f.line = append(text, '\n')
	return f.line
}

// special are the bytes that are no text.
var special = func() (s [256]bool) {
	for b := range 0x20 {
		s[b] = true
	}
	s[0x7f] = true
	return s
}()

// colour returns the length of the sequence that p begins with, when it is one that
// changes nothing but the pen, or erases to the end of the row; 0 otherwise.
func colour(p []byte) int {
	if len(p) < 3 || p[0] != 0x1b || p[1] != '[' {
		return 0
	}
	for i := 2; i < len(p); i++ {
		switch b := p[i]; {
		case b >= '0' && b <= '9', b == ';', b == ':':
		case b == 'm', b == 'K':
			return i + 1
		default:
			return 0
		}
	}
	return 0
}
