package vt

import "unicode/utf8"

// utf8Carry is the start of a character whose end has not come yet.
type utf8Carry struct {
	b [4]byte
	n uint8
}

// secondByte gives, for the lead bytes whose second byte is restricted, its
// range (Unicode 15.0, table 3-7).
func secondByte(lead byte) (lo, hi byte) {
	switch lead {
	case 0xe0:
		return 0xa0, 0xbf
	case 0xed:
		return 0x80, 0x9f
	case 0xf0:
		return 0x90, 0xbf
	case 0xf4:
		return 0x80, 0x8f
	}
	return 0x80, 0xbf
}

// decodeRune reads the character at the start of p, which must not be empty. An
// ill-formed sequence gives U+FFFD for each maximal subpart, as the Unicode
// standard recommends (section 3.9, "Substitution of Maximal Subparts"). n is 0
// when p ends inside a character that may still become whole.
func decodeRune(p []byte) (r rune, n int) {
	b := p[0]
	var size int
	switch {
	case b < 0x80:
		return rune(b), 1
	case b < 0xc2 || b > 0xf4:
		return utf8.RuneError, 1
	case b < 0xe0:
		size, r = 2, rune(b&0x1f)
	case b < 0xf0:
		size, r = 3, rune(b&0x0f)
	default:
		size, r = 4, rune(b&0x07)
	}
	if len(p) >= size && b&0x0f != 0 && b != 0xed && b != 0xf4 {
		// No restriction on the second byte: the common case, unrolled.
		c := p[1]
		if size == 2 && c&0xc0 == 0x80 {
			return r<<6 | rune(c&0x3f), 2
		}
		if size == 3 && c&0xc0 == 0x80 && p[2]&0xc0 == 0x80 {
			return r<<12 | rune(c&0x3f)<<6 | rune(p[2]&0x3f), 3
		}
	}
	if b == 0xf0 && len(p) >= 4 && p[1] >= 0x90 && p[1] < 0xc0 && p[2]&0xc0 == 0x80 && p[3]&0xc0 == 0x80 {
		return rune(p[1]&0x3f)<<12 | rune(p[2]&0x3f)<<6 | rune(p[3]&0x3f), 4 // emoji
	}
	lo, hi := secondByte(b)
	for i := 1; i < size; i++ {
		if i == len(p) {
			return 0, 0
		}
		if p[i] < lo || p[i] > hi {
			return utf8.RuneError, i
		}
		r = r<<6 | rune(p[i]&0x3f)
		lo, hi = 0x80, 0xbf
	}
	return r, size
}

// finishCarry completes the carried character with the bytes of p and prints it,
// or U+FFFD when p does not go on with it. It returns what is left of p.
func (t *Terminal) finishCarry(p []byte) []byte {
	var b [4]byte
	had := int(t.carry.n)
	n := copy(b[:], t.carry.b[:had])
	n += copy(b[n:], p)
	r, size := decodeRune(b[:n])
	if size == 0 {
		t.carry.b, t.carry.n = b, uint8(n)
		return nil
	}
	t.carry.n = 0
	t.print(r)
	return p[size-had:]
}
