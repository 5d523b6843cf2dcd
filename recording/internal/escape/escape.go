// Package escape splits a terminal's output into text, controls and escape
// sequences, for those who rewrite bytes: a filter that masks what is printed, an
// editor that replaces characters. It carries nothing out; that is package vt's
// business, whose parser it follows byte for byte.
//
// The invariant: the pieces joined are the input, and every chunking gives the same
// text and the same sequences.
package escape

// Part is what a piece of output is.
type Part uint8

// The parts.
const (
	Text    Part = iota // printable characters
	Control             // one C0 control or DEL, outside of sequences
	Open                // bytes of a sequence that is not complete
	Body                // bytes of a string's text: OSC, DCS, APC, PM, SOS
	Whole               // the bytes that complete a sequence: see Kind and Raw
	Broken              // a sequence was cancelled before its end; may have no bytes of its own
)

// MaxRaw bounds what is kept of a sequence.
const MaxRaw = 1<<20 + 64

type state uint8

const (
	ground state = iota
	esc
	escInter
	csi
	dcsEntry
	str
	strEsc
)

// Splitter splits output. The zero value is ready to use.
type Splitter struct {
	state state
	kind  byte
	seq   []byte // the sequence so far
	done  []byte // the one that was completed last
	long  bool   // bytes of seq are missing
	cut   bool   // bytes of done are missing
	ended byte   // kind of done
}

// Ground tells whether the splitter is between sequences.
func (s *Splitter) Ground() bool { return s.state == ground }

// Pending returns the bytes of the sequence that is not complete: none at ground.
// They are valid until the next call of Next.
func (s *Splitter) Pending() []byte {
	switch s.state {
	case ground:
		return nil
	case strEsc:
		return append(s.seq[:len(s.seq):len(s.seq)], 0x1b)
	}
	return s.seq
}

// Kind returns what the sequence is that was completed or broken last: '[' for CSI,
// ']' OSC, 'P' DCS, '_' APC, '^' PM, 'X' SOS, and 0 for ESC and what follows it.
func (s *Splitter) Kind() byte { return s.ended }

// Within returns the kind of the sequence that is not complete, 0 when not known.
func (s *Splitter) Within() byte { return s.kind }

// Raw returns the bytes of the sequence that was completed or broken last, and
// whether they are all of it: what is beyond MaxRaw is not kept. They are valid
// until the next call of Next.
func (s *Splitter) Raw() ([]byte, bool) { return s.done, !s.cut }

// IsString tells whether a kind is one of those that carry text.
func IsString(kind byte) bool {
	return kind == ']' || kind == 'P' || kind == '_' || kind == '^' || kind == 'X'
}

// Next returns how many bytes at the start of p are one piece, and what they are.
// p must not be empty. Only Broken can have no bytes.
func (s *Splitter) Next(p []byte) (n int, part Part) {
	switch s.state {
	case ground:
		return s.atGround(p)
	case str:
		return s.body(p)
	case strEsc:
		if p[0] == '\\' {
			s.keep([]byte("\x1b\\"))
			s.end()
			return 1, Whole
		}
		s.end() // the ESC that was taken begins the next sequence
		s.begin()
		return 0, Broken
	}
	for i, b := range p {
		switch {
		case b == 0x1b:
			// Another sequence begins: this one is off.
			s.keep(p[:i])
			s.end()
			s.state = ground
			return i, Broken
		case b == 0x18, b == 0x1a:
			s.keep(p[:i+1])
			s.end()
			return i + 1, Broken
		case b >= 0x80 && (s.state == esc || s.state == escInter):
			s.keep(p[:i])
			s.end()
			return i, Broken
		}
		if b < 0x20 || b == 0x7f || !s.step(b) {
			continue
		}
		s.keep(p[:i+1])
		if s.state == str {
			return i + 1, Open
		}
		s.end()
		return i + 1, Whole
	}
	s.keep(p)
	return len(p), Open
}

func (s *Splitter) atGround(p []byte) (int, Part) {
	n := 0
	for n < len(p) && p[n] >= 0x20 && p[n] != 0x7f {
		n++
	}
	switch {
	case n > 0:
		return n, Text
	case p[0] != 0x1b:
		return 1, Control
	}
	s.begin()
	if len(p) == 1 {
		return 1, Open
	}
	n, part := s.Next(p[1:])
	return n + 1, part
}

// begin is an ESC.
func (s *Splitter) begin() {
	s.state, s.kind, s.long = esc, 0, false
	s.seq = append(s.seq[:0], 0x1b)
}

// step takes a byte of a sequence that is no string yet, and tells whether it
// completes the sequence or opens a string.
func (s *Splitter) step(b byte) bool {
	switch s.state {
	case esc:
		switch {
		case b < 0x30:
			s.state = escInter
			return false
		case b == '[':
			s.state, s.kind = csi, b
			return false
		case b == 'P':
			s.state, s.kind = dcsEntry, b
			return false
		case IsString(b):
			s.state, s.kind = str, b
		}
		return true
	case escInter:
		return b >= 0x30
	case csi:
		return b >= 0x40 && b <= 0x7e
	case dcsEntry:
		if b >= 0x20 && b < 0x40 {
			return false
		}
		s.state = str
		return true
	}
	return false
}

// body takes a string's text.
func (s *Splitter) body(p []byte) (int, Part) {
	i := 0
	for i < len(p) && p[i] != 0x1b && p[i] != 0x18 && p[i] != 0x1a && (p[i] != 0x07 || s.kind != ']') {
		i++
	}
	if i > 0 {
		s.keep(p[:i])
		return i, Body
	}
	if p[0] == 0x1b {
		s.state = strEsc // kept when it is known what it is
		return 1, Open
	}
	s.keep(p[:1])
	if p[0] == 0x07 {
		s.end()
		return 1, Whole
	}
	s.end()
	return 1, Broken
}

func (s *Splitter) keep(p []byte) {
	if room := max(0, MaxRaw-len(s.seq)); len(p) > room {
		p, s.long = p[:room], true
	}
	s.seq = append(s.seq, p...)
}

func (s *Splitter) end() {
	s.seq, s.done = s.done[:0], s.seq
	s.ended, s.cut = s.kind, s.long
	s.state, s.long = ground, false
	if cap(s.seq) > 64<<10 {
		s.seq = nil
	}
}
