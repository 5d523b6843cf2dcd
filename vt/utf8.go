package vt

import (
	"encoding/binary"
	"unicode/utf8"
)

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

// wholeRune reads the character at the start of p when it is well-formed and four
// bytes can be looked at together; n is 0 otherwise, and decodeRune decides.
func wholeRune(p []byte) (r rune, n int) {
	if len(p) < 4 {
		return 0, 0
	}
	b := binary.LittleEndian.Uint32(p)
	switch {
	case b&0xc0c0f0 == 0x8080e0:
		r = rune(b&0x0f<<12 | b>>8&0x3f<<6 | b>>16&0x3f)
		if r >= 0x800 && uint32(r)-0xd800 >= 0x800 {
			return r, 3
		}
	case b&0xc0e0 == 0x80c0:
		if r = rune(b&0x1f<<6 | b>>8&0x3f); r >= 0x80 {
			return r, 2
		}
	case b&0xc0c0c0f8 == 0x808080f0:
		r = rune(b&0x07<<18 | b>>8&0x3f<<12 | b>>16&0x3f<<6 | b>>24&0x3f)
		if r >= 0x10000 && r <= 0x10ffff {
			return r, 4
		}
	}
	return 0, 0
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
