package query

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fold makes the text that is compared: lower case, without the accents of Latin
// letters, be they part of the letter or a mark of its own. Fold of two texts
// together is the two folded, together.
func Fold(s string) string {
	if IsASCII(s) {
		return strings.ToLower(s)
	}
	// Most characters are ASCII even where some are not.
	b := make([]byte, 0, len(s)+len(s)/8)
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			b = append(b, c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if f := foldRune(r); f >= 0 {
			b = utf8.AppendRune(b, f)
		}
		i += n
	}
	return string(b)
}

// foldRune returns a rune as it is compared, or -1 for one that does not count.
func foldRune(r rune) rune {
	switch {
	case r < utf8.RuneSelf:
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	case r >= 0x300 && r <= 0x36f: // combining marks
		return -1
	}
	r = unicode.ToLower(r)
	if r >= 0xe0 && r <= 0x17f {
		if base := bases[r-0xe0]; base != 0 {
			return base
		}
	}
	return r
}

// bases are the letters under the accents of U+00E0 to U+017F, where there is one.
var bases = func() (t [0x180 - 0xe0]rune) {
	for base, letters := range map[rune]string{
		'a': "àáâãäåāăą", 'c': "çćĉċč", 'd': "ď", 'e': "èéêëēĕėęě", 'g': "ĝğġģ", 'h': "ĥ",
		'i': "ìíîïĩīĭį", 'j': "ĵ", 'k': "ķ", 'l': "ĺļľ", 'n': "ñńņň", 'o': "òóôõöōŏő",
		'r': "ŕŗř", 's': "śŝşš", 't': "ţť", 'u': "ùúûüũūŭůűų", 'w': "ŵ", 'y': "ýÿŷ", 'z': "źżž",
	} {
		for _, r := range letters {
			t[r-0xe0] = base
		}
	}
	return t
}()

// unfold returns where in s a span of Fold(s) stands.
func unfold(s string, span Span) Span {
	if IsASCII(s) {
		return span
	}
	at, out := 0, Span{-1, len(s)}
	for i, r := range s {
		f := foldRune(r)
		if out.Start < 0 && f >= 0 && at >= span.Start {
			out.Start = i
		}
		// A mark belongs to the letter before it.
		if f >= 0 && at >= span.End {
			out.End = i
			break
		}
		if f >= 0 {
			at += utf8.RuneLen(f)
		}
	}
	out.Start = max(out.Start, 0)
	return out
}

// IsASCII says that a text has no other characters: then Fold keeps its length.
func IsASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// isWord says that a rune is part of a word.
func isWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z'
	}
	return unicode.In(r, unicode.L, unicode.N, unicode.M, unicode.Co)
}

// isCJK says that a rune is of a script whose words are not told apart by blanks, or
// not reliably: each two neighbouring runes are indexed as a word.
func isCJK(r rune) bool {
	return r >= 0x1100 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) || r == 'ー'
}

// joins says that a rune binds to a neighbour of its kind: where a word must end, no
// such two may meet.
func joins(r rune) bool { return isWord(r) && !isCJK(r) }
