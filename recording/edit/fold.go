package edit

import (
	"bytes"
	"unicode/utf8"
)

// folded finds an ASCII text without regard to case, as the regular expression
// (?i)text does but many times as fast: Horspool's search over lower case.
type folded struct {
	text []byte // lower case
	// skip is how far the text may move on when a byte stands below its last one.
	skip [256]uint8
}

// newFolded returns nil when the text is not ASCII, or too long for the table.
func newFolded(text string) *folded {
	if text == "" || len(text) > 255 {
		return nil
	}
	f := &folded{text: []byte(text)}
	for i := range f.skip {
		f.skip[i] = uint8(len(text))
	}
	for i := range f.text {
		c := lower[f.text[i]]
		if c >= utf8.RuneSelf {
			return nil
		}
		f.text[i] = c
		if last := len(text) - 1; i < last {
			f.skip[c] = uint8(last - i)
			f.skip[upper(c)] = uint8(last - i)
		}
	}
	return f
}

// knows tells whether the text is one in which ASCII is all that matches: two letters
// have a case outside of it, the long s and the Kelvin sign.
func (f *folded) knows(text []byte) bool {
	return !(bytes.IndexByte(f.text, 's') >= 0 && bytes.Contains(text, []byte("\u017f"))) &&
		!(bytes.IndexByte(f.text, 'k') >= 0 && bytes.Contains(text, []byte("\u212a")))
}

// index returns where the text first stands in another one, -1 if nowhere.
func (f *folded) index(in []byte) int {
	n := len(f.text)
	last := f.text[n-1]
	for at := n - 1; at < len(in); {
		c := in[at]
		if lower[c] == last && f.at(in[at-n+1:]) {
			return at - n + 1
		}
		at += int(f.skip[c])
	}
	return -1
}

func (f *folded) at(in []byte) bool {
	for i, c := range f.text {
		if lower[in[i]] != c {
			return false
		}
	}
	return true
}

// lower maps ASCII letters to lower case, and everything else to itself.
var lower = func() (t [256]byte) {
	for i := range t {
		t[i] = byte(i)
		if i >= 'A' && i <= 'Z' {
			t[i] += 'a' - 'A'
		}
	}
	return t
}()

func upper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - ('a' - 'A')
	}
	return c
}
