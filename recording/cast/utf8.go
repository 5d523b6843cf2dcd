package cast

import "unicode/utf8"

// replacement is U+FFFD, which stands for bytes that are not UTF-8.
const replacement = string(utf8.RuneError)

// AppendValid appends b as valid UTF-8: each longest run of bytes that begins a
// character but does not end it becomes one U+FFFD, as does every byte that can
// begin none (Unicode 16, section 3.9, "U+FFFD Substitution of Maximal Subparts").
func AppendValid(dst, b []byte) []byte {
	for len(b) > 0 {
		n := validLen(b)
		dst = append(dst, b[:n]...)
		b = b[n:]
		if len(b) > 0 {
			dst = append(dst, replacement...)
			b = b[brokenLen(b):]
		}
	}
	return dst
}

// validLen returns how many bytes of b, from its start, are valid UTF-8.
func validLen(b []byte) int {
	if utf8.Valid(b) {
		return len(b)
	}
	i := 0
	for i < len(b) {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		i += n
	}
	return i
}

// brokenLen returns the length of the broken character at the start of b.
func brokenLen(b []byte) int {
	n := 1
	for n < len(b) && !utf8.FullRune(b[:n]) {
		n++
	}
	if n > 1 && utf8.FullRune(b[:n]) {
		n-- // the last byte is what broke it
	}
	return n
}

// incomplete returns the length of the character that b ends in the middle of:
// 0 to 3.
func incomplete(b []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if c := b[len(b)-n]; utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(b[len(b)-n:]) {
				return n
			}
			return 0
		}
	}
	return 0
}
