package input

import (
	"strings"
	"unicode/utf8"

	"rexec/vt"
)

const (
	pasteStart = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
)

// AppendPaste appends text as a paste, in brackets when the child wants them
// (2004). Line ends become CR, as if typed. What could act is left out, so that a
// paste can neither end its own brackets nor press a key: the end bracket and all
// control characters but tab. Invalid UTF-8 becomes U+FFFD. A paste of which
// nothing is left appends nothing.
func AppendPaste(dst []byte, text string, m vt.Modes) []byte {
	start := len(dst)
	if m.BracketedPaste {
		dst = append(dst, pasteStart...)
	}
	body := len(dst)
	for len(text) > 0 {
		if strings.HasPrefix(text, pasteEnd) {
			text = text[len(pasteEnd):]
			continue
		}
		r, n := utf8.DecodeRuneInString(text)
		switch {
		case r == '\r' && strings.HasPrefix(text, "\r\n"):
			n = 2
			dst = append(dst, '\r')
		case r == '\n', r == '\r':
			dst = append(dst, '\r')
		case r == '\t', r >= ' ' && r < 0x7f, r >= 0xa0:
			dst = utf8.AppendRune(dst, r)
		}
		text = text[n:]
	}
	if len(dst) == body {
		return dst[:start]
	}
	if m.BracketedPaste {
		dst = append(dst, pasteEnd...)
	}
	return dst
}
