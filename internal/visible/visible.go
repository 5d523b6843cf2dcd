// Package visible makes text from elsewhere (titles, names, labels out of
// recordings or from the network) safe to show: what would act on a terminal is
// replaced by something that can be seen. It does no escaping for other places,
// such as HTML or a shell.
package visible

import (
	"strings"
	"unicode/utf8"
)

// String returns s on one line that does nothing to a terminal: C0 controls and
// DEL become control pictures (U+2400…), C1 controls, line separators, the
// characters that turn the direction of text, and bytes that are no UTF-8 become
// U+FFFD.
func String(s string) string {
	if clean(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 8)
	for _, r := range s { // a byte that is no UTF-8 arrives as U+FFFD
		switch {
		case r < 0x20:
			b.WriteRune(0x2400 + r)
		case r == 0x7f:
			b.WriteRune(0x2421)
		case acts(r):
			b.WriteRune(utf8.RuneError)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func clean(s string) bool {
	for _, r := range s {
		if acts(r) {
			return false
		}
	}
	return utf8.ValidString(s)
}

// acts tells whether r does something instead of showing.
func acts(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7f && r < 0xa0: // C0, DEL, C1
		return true
	case r == 0x061c, r == 0x200e, r == 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069: // bidirectional
		return true
	case r == 0x2028, r == 0x2029: // line and paragraph separator
		return true
	}
	return false
}
