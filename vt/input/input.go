// Package input turns what a person does — keys, mouse, pastes, focus — into the
// bytes that a child process expects, given the modes that the child has set.
//
// It is pure: an event and a vt.Modes come in, bytes are appended, nothing is
// remembered and nothing is allocated. It neither reads a keyboard nor knows any
// toolkit's events; whoever does translates them into Key and Mouse first.
//
// The invariant: a key that the child has no way to receive appends nothing.
// Private code points, half sequences and guesses never reach a child.
//
// Sources: xterm's ctlseqs and its terminfo entry (the child's TERM is
// xterm-256color), and the kitty keyboard protocol.
package input

import (
	"unicode"
	"unicode/utf8"

	"rexec/vt"
)

// Modifiers is a set of modifier keys, in the order of the kitty protocol, so
// that 1+Modifiers is what a program reads.
type Modifiers uint8

// The modifiers. CapsLock and NumLock are states, not keys held down.
const (
	Shift Modifiers = 1 << iota
	Alt
	Ctrl
	Super
	Hyper
	Meta
	CapsLock
	NumLock
)

const locks = CapsLock | NumLock

// Action is what happened to a key or a button.
type Action uint8

// The actions. Keys know the first three; the mouse knows Press, Release and
// Motion. The wheel is a button that is only ever pressed.
const (
	Press Action = iota
	Repeat
	Release
	Motion
)

// Key is one event of the keyboard.
type Key struct {
	// Code is the key without modifiers: the code point it types in the current
	// layout ('a' also for A), or one of the Key constants. 0 when the text came
	// from no single key (an input method).
	Code rune
	Mod  Modifiers
	// Text is what the event types, "" for none.
	Text string
	// Shifted is the code point that the key types with shift, and Base the one
	// it has in the PC-101 layout; 0 when that is not known.
	Shifted, Base rune
	Action        Action
}

// AppendKey appends what k sends to a child with the modes m: text, control
// bytes or an escape sequence, or nothing.
func AppendKey(dst []byte, k Key, m vt.Modes) []byte {
	if unicode.IsUpper(k.Code) {
		k.Shifted = k.Code
		k.Code = unicode.ToLower(k.Code)
		if k.Mod&CapsLock == 0 {
			k.Mod |= Shift
		}
	}
	if m.Kitty != 0 {
		return appendKitty(dst, k, m)
	}
	if k.Action == Release {
		return dst
	}
	return appendLegacy(dst, k, m)
}

// AppendFocus appends a focus report when the child wants one (1004).
func AppendFocus(dst []byte, focused bool, m vt.Modes) []byte {
	switch {
	case !m.FocusEvents:
		return dst
	case focused:
		return append(dst, "\x1b[I"...)
	}
	return append(dst, "\x1b[O"...)
}

// typed returns the character that the key types, shift considered, and false
// for keys that type none.
func (k Key) typed() (rune, bool) {
	r := k.Code
	if r < ' ' || r == KeyBackspace || !utf8.ValidRune(r) || isPrivate(r) {
		return 0, false
	}
	if k.Mod&Shift == 0 {
		return r, true
	}
	switch {
	case k.Shifted > ' ' && utf8.ValidRune(k.Shifted):
		return k.Shifted, true
	case r < utf8.RuneSelf:
		return rune(shiftedUS(byte(r))), true
	}
	return unicode.ToUpper(r), true
}

// text returns what the event types as it stands, "" when a modifier other than
// shift is down or when the text could be taken for a command.
func (k Key) text() string {
	if k.Mod&^(Shift|locks) != 0 || k.Action == Release {
		return ""
	}
	for _, r := range k.Text {
		if r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0) || r == utf8.RuneError {
			return ""
		}
	}
	return k.Text
}

// isPrivate tells whether r is one of the code points that the kitty protocol
// gives to keys without a character.
func isPrivate(r rune) bool { return r >= 0xe000 && r <= 0xf8ff }

// shiftedUS returns what c's key types with shift on a US keyboard: the guess
// when a terminal did not say.
func shiftedUS(c byte) byte {
	const from, to = "`1234567890-=[]\\;',./", "~!@#$%^&*()_+{}|:\"<>?"
	if c >= 'a' && c <= 'z' {
		return c - 'a' + 'A'
	}
	for i := range len(from) {
		if from[i] == c {
			return to[i]
		}
	}
	return c
}

// appendInt appends n ≥ 0 in decimal.
func appendInt(dst []byte, n int) []byte {
	if n >= 10 {
		dst = appendInt(dst, n/10)
	}
	return append(dst, '0'+byte(n%10))
}
