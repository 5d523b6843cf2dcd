package vt

import (
	"encoding/binary"
	"unicode/utf8"
)

// The parser follows the state machine of DEC's terminals as Paul Williams drew
// it (vt100.net, "A parser for DEC's ANSI-compatible video terminals"), with
// colons in parameters, UTF-8 in strings, and BEL as the end of an OSC.

type parserState uint8

const (
	stateGround parserState = iota
	stateEscape
	stateEscapeIntermediate
	stateCSI
	stateCSIIntermediate
	stateCSIIgnore
	stateOSC
	stateDCSEntry // between DCS and its final byte
	stateDCS
	stateSwallow    // APC, PM, SOS, and a DCS that is not understood
	stateStringEsc  // ESC inside a string: ST, or the start of another sequence
	stateSwallowEsc // the same, for stateSwallow
)

const (
	maxParams = 32
	maxParam  = 65535
)

// parser is the state of a half-read sequence.
type parser struct {
	state  parserState
	within parserState // the string state that stateStringEsc came from
	prefix byte        // one of < = > ?, or 0
	inter  byte        // the first intermediate byte, or 0
	final  byte        // of a DCS
	tooBig bool        // more than one intermediate: no sequence we know
	params params
	str    []byte // OSC or DCS text
}

// params are the numbers of a sequence. A parameter that was left out reads as
// its function's default.
type params struct {
	v    [maxParams]int32 // -1: left out
	sub  uint32           // bit i: v[i] was joined to v[i-1] by a colon
	n    int              // how many
	over bool             // there were more: they are dropped
}

func (p *params) reset() { p.n, p.sub, p.over = 0, 0, false }

// start makes room for a parameter.
func (p *params) start(sub bool) {
	if p.n == maxParams {
		p.over = true
		return
	}
	if sub {
		p.sub |= 1 << p.n
	}
	p.v[p.n] = -1
	p.n++
}

func (p *params) digit(b byte) {
	if p.over {
		return
	}
	if p.n == 0 {
		p.start(false)
	}
	v := &p.v[p.n-1]
	*v = min(max(*v, 0)*10+int32(b-'0'), maxParam)
}

func (p *params) separator(sub bool) {
	if p.n == 0 {
		p.start(false)
	}
	p.start(sub)
}

// get returns parameter i, or def when it was left out.
func (p *params) get(i, def int) int {
	if i >= p.n || p.v[i] < 0 {
		return def
	}
	return int(p.v[i])
}

// count returns parameter i where 0 and "left out" both mean 1.
func (p *params) count(i int) int { return max(p.get(i, 1), 1) }

// asciiRun returns how many bytes at the start of p are printable ASCII. It
// looks at eight at a time.
func asciiRun(p []byte) int {
	n := 0
	for len(p)-n >= 8 {
		w := binary.LittleEndian.Uint64(p[n:])
		// A byte is printable when it is at least 0x20, not 0x7f, and below 0x80:
		// subtracting 0x20 must not borrow, adding 1 must not carry into bit 7.
		const ones, high = 0x0101010101010101, 0x8080808080808080
		if (w|(w+ones)|(w-0x20*ones))&high != 0 {
			break
		}
		n += 8
	}
	for n < len(p) && p[n] >= 0x20 && p[n] < 0x7f {
		n++
	}
	return n
}

// ground handles text and controls up to the start of a sequence and returns
// the rest of p.
func (t *Terminal) ground(p []byte) []byte {
	if t.carry.n > 0 {
		if p = t.finishCarry(p); len(p) == 0 {
			return nil
		}
	}
	for len(p) > 0 {
		switch b := p[0]; {
		case b >= 0x20 && b < 0x7f:
			n := asciiRun(p)
			t.printASCII(p[:n])
			p = p[n:]
		case b == 0x1b:
			if len(p) > 2 && p[1] == '[' {
				if n := t.wholeCSI(p[2:]); n > 0 {
					p = p[2+n:]
					continue
				}
			}
			t.beginEscape()
			return p[1:]
		case b >= 0x80 && t.latin1:
			t.eightBit(b)
			if p = p[1:]; t.parser.state != stateGround {
				return p
			}
		case b >= 0x80:
			p = t.text(p)
		default:
			t.control(b)
			p = p[1:]
		}
	}
	return nil
}

// wholeCSI carries out the control sequence at the start of p, which follows a
// CSI, and returns its length: the short way for the sequences of digits and
// semicolons, numbers below 10000, that make up nearly all output. It returns 0,
// and does nothing, when the sequence is of another kind or not complete.
func (t *Terminal) wholeCSI(p []byte) int {
	ps := &t.parser
	n, digits, v := 0, 0, int32(0)
	prefix := byte(0)
	start := 0
	if p[0] == '?' {
		prefix, start = '?', 1
	}
	for i := start; i < len(p); i++ {
		b := p[i]
		switch d := b - '0'; {
		case d <= 9:
			v = v*10 + int32(d)
			digits++
		case b == ';':
			if n >= maxParams-1 || digits > 4 {
				return 0
			}
			if digits == 0 {
				v = -1
			}
			ps.params.v[n] = v
			n, digits, v = n+1, 0, 0
		case b >= 0x40 && b <= 0x7e:
			if digits > 4 {
				return 0
			}
			if digits > 0 || n > 0 {
				if digits == 0 {
					v = -1
				}
				ps.params.v[n] = v
				n++
			}
			ps.params.n, ps.params.sub, ps.params.over = n, 0, false
			ps.prefix, ps.inter, ps.tooBig = prefix, 0, false
			t.dispatchCSI(b)
			return i + 1
		default:
			return 0
		}
	}
	return 0
}

// eightBit handles a byte from 0x80 on outside UTF-8: a C1 control, which means
// ESC and its seven-bit form, or a character of ISO 8859-1.
func (t *Terminal) eightBit(b byte) {
	if b < 0xa0 {
		t.beginEscape()
		t.stepEscape(b - 0x40)
		return
	}
	t.print(rune(b))
}

func (t *Terminal) beginEscape() {
	ps := &t.parser
	ps.state = stateEscape
	ps.prefix, ps.inter, ps.tooBig = 0, 0, false
	ps.params.reset()
	ps.str = ps.str[:0]
}

// sequence goes on with a half-read sequence and returns the rest of p when the
// parser is back at ground, or nothing.
func (t *Terminal) sequence(p []byte) []byte {
	ps := &t.parser
	for len(p) > 0 && ps.state != stateGround {
		switch ps.state {
		case stateCSI:
			p = t.csiParams(p)
		case stateOSC, stateDCS, stateSwallow:
			p = t.stringBody(p)
		default:
			t.step(p[0])
			p = p[1:]
		}
	}
	return p
}

// csiParams reads the parameters of a CSI sequence that came in pieces, or is not
// of the kind wholeCSI takes.
func (t *Terminal) csiParams(p []byte) []byte {
	ps := &t.parser
	for i, b := range p {
		switch {
		case b >= '0' && b <= '9':
			ps.params.digit(b)
		case b == ';':
			ps.params.separator(false)
		case b >= 0x40 && b <= 0x7e:
			ps.state = stateGround
			t.dispatchCSI(b)
			return p[i+1:]
		default:
			t.step(b)
			return p[i+1:]
		}
	}
	return nil
}

// step handles one byte outside ground and string bodies.
func (t *Terminal) step(b byte) {
	ps := &t.parser
	// Strings first: in them only ESC, CAN and SUB have a meaning of their own.
	switch ps.state {
	case stateStringEsc, stateSwallowEsc:
		t.stringEscape(b)
		return
	}
	switch b {
	case 0x18, 0x1a: // CAN, SUB: the sequence is off
		ps.state = stateGround
		return
	case 0x1b:
		t.beginEscape()
		return
	}
	if b < 0x20 {
		if ps.state != stateDCSEntry {
			t.control(b) // controls work inside sequences
		}
		return
	}
	if b == 0x7f {
		return
	}
	if b >= 0x80 && t.latin1 {
		ps.state = stateGround
		t.eightBit(b)
		return
	}
	switch ps.state {
	case stateEscape, stateEscapeIntermediate:
		t.stepEscape(b)
	case stateCSI:
		t.stepCSI(b)
	case stateCSIIntermediate, stateCSIIgnore:
		t.stepCSITail(b)
	case stateDCSEntry:
		t.stepDCS(b)
	}
}

func (t *Terminal) stepEscape(b byte) {
	ps := &t.parser
	switch {
	case b < 0x30:
		t.intermediate(b)
		ps.state = stateEscapeIntermediate
	case b >= 0x80: // the sequence is off, and a character begins
		ps.state = stateGround
		t.text([]byte{b})
	case ps.state == stateEscapeIntermediate:
		ps.state = stateGround
		t.dispatchESC(b)
	case b == '[':
		ps.state = stateCSI
	case b == ']':
		ps.state, ps.str = stateOSC, ps.str[:0]
	case b == 'P':
		ps.state, ps.str = stateDCSEntry, ps.str[:0]
	case b == 'X', b == '^', b == '_': // SOS, PM, APC
		ps.state = stateSwallow
	default:
		ps.state = stateGround
		t.dispatchESC(b)
	}
}

func (t *Terminal) intermediate(b byte) {
	ps := &t.parser
	if ps.inter != 0 {
		ps.tooBig = true
	}
	ps.inter = b
}

// stepCSI handles what csiParams leaves: colons, prefixes and intermediates.
func (t *Terminal) stepCSI(b byte) {
	ps := &t.parser
	switch {
	case b == ':':
		ps.params.separator(true)
	case b >= '<' && b <= '?':
		if ps.prefix != 0 || ps.params.n > 0 {
			ps.state = stateCSIIgnore
		}
		ps.prefix = b
	case b < 0x30:
		t.intermediate(b)
		ps.state = stateCSIIntermediate
	default:
		ps.state = stateCSIIgnore
	}
}

// stepCSITail waits for the final byte.
func (t *Terminal) stepCSITail(b byte) {
	ps := &t.parser
	switch {
	case b >= 0x40 && b <= 0x7e:
		ignore := ps.state == stateCSIIgnore || ps.tooBig
		ps.state = stateGround
		if !ignore {
			t.dispatchCSI(b)
		}
	case b < 0x30:
		t.intermediate(b)
	default:
		ps.state = stateCSIIgnore
	}
}

func (t *Terminal) stepDCS(b byte) {
	ps := &t.parser
	switch {
	case b >= '0' && b <= '9':
		ps.params.digit(b)
	case b == ';', b == ':':
		ps.params.separator(b == ':')
	case b >= '<' && b <= '?':
		ps.prefix = b
	case b < 0x30:
		t.intermediate(b)
	case b >= 0x40 && b < 0x7f:
		ps.final = b
		ps.state = stateDCS
		if !dcsKnown(ps) {
			ps.state = stateSwallow
		}
	default:
		ps.state = stateSwallow
	}
}

// stringBody takes string text up to a byte that may end it. In UTF-8 bytes from
// 0x80 on are never C1 controls: 0x9c stands inside ✔ too.
func (t *Terminal) stringBody(p []byte) []byte {
	ps := &t.parser
	for i, b := range p {
		if b >= 0x20 && !(t.latin1 && b == 0x9c) {
			continue
		}
		switch {
		case b == 0x9c: // ST
			t.keep(p[:i])
			if ps.state == stateSwallow {
				ps.state = stateGround
			} else {
				t.endString("\x1b\\")
			}
			return p[i+1:]
		case b == 0x1b:
			t.keep(p[:i])
			if ps.state == stateSwallow {
				ps.state = stateSwallowEsc
			} else {
				ps.within, ps.state = ps.state, stateStringEsc
			}
			return p[i+1:]
		case b == 0x18, b == 0x1a:
			ps.state, ps.str = stateGround, ps.str[:0]
			return p[i+1:]
		case b == 0x07 && ps.state == stateOSC:
			t.keep(p[:i])
			t.endString("\a")
			return p[i+1:]
		}
	}
	t.keep(p)
	return nil
}

// keep adds to the string, controls left out, up to MaxString.
func (t *Terminal) keep(p []byte) {
	ps := &t.parser
	if ps.state == stateSwallow {
		return
	}
	for _, b := range p {
		if len(ps.str) >= MaxString {
			return
		}
		switch {
		case b >= 0x80 && t.latin1:
			ps.str = utf8.AppendRune(ps.str, rune(b))
		case b >= 0x20 && b != 0x7f:
			ps.str = append(ps.str, b)
		}
	}
}

// stringEscape decides on the byte after an ESC inside a string.
func (t *Terminal) stringEscape(b byte) {
	ps := &t.parser
	swallowed := ps.state == stateSwallowEsc
	ps.state = ps.within
	if b == '\\' {
		if swallowed {
			ps.state = stateGround
			return
		}
		t.endString("\x1b\\")
		return
	}
	// Any other byte: the string is off and a new sequence has begun.
	t.beginEscape()
	t.step(b)
}

// endString carries out the OSC or DCS that is complete. terminator is how the
// program ended it; answers end alike.
func (t *Terminal) endString(terminator string) {
	ps := &t.parser
	state := ps.state
	ps.state = stateGround
	if state == stateOSC {
		t.dispatchOSC(ps.str, terminator)
	} else {
		t.dispatchDCS(ps.str)
	}
	if cap(ps.str) > 64<<10 {
		ps.str = nil
	} else {
		ps.str = ps.str[:0]
	}
}
