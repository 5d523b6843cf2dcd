package input

import (
	"unicode"
	"unicode/utf8"

	"rexec/vt"
)

// appendLegacy encodes a pressed key as xterm does, modifyOtherKeys included.
func appendLegacy(dst []byte, k Key, m vt.Modes) []byte {
	if isKeypad(k.Code) {
		if m.AppKeypad && isKeypadChar(k.Code) && k.Mod&NumLock == 0 {
			return appendSS3(dst, xtermModifiers(k.Mod), keypadFinals[k.Code-KeyKP0])
		}
		k.Code = offKeypad(k.Code)
	}
	k.Mod &^= locks
	if k.Code >= KeyF13 && k.Code <= KeyF35 {
		k = foldFunctionKey(k)
	}
	if number, final, ok := csiForm(k.Code); ok {
		mod := xtermModifiers(k.Mod)
		if mod == 0 && final != '~' && (m.AppCursor || isPF(final)) {
			return appendSS3(dst, 0, final)
		}
		return appendCSI(dst, number, mod, final)
	}
	if k.Code == KeyMenu {
		return appendCSI(dst, 29, xtermModifiers(k.Mod), '~')
	}
	if m.ModifyOtherKeys > 0 {
		if code, ok := otherKey(k, m); ok {
			dst = append(dst, "\x1b[27;"...)
			dst = appendInt(dst, 1+xtermModifiers(k.Mod))
			dst = append(dst, ';')
			return append(appendInt(dst, int(code)), '~')
		}
	}
	switch k.Code {
	case KeyEnter, KeyTab, KeyEscape, KeyBackspace:
		return appendControlKey(dst, k, m)
	}
	return appendTextKey(dst, k)
}

// foldFunctionKey gives F13 and above their form in xterm's terminfo entry: F1 to
// F12 with shift, then with control.
func foldFunctionKey(k Key) Key {
	n := k.Code - KeyF1
	k.Code = KeyF1 + n%12
	if n/12 == 1 {
		k.Mod |= Shift
	} else {
		k.Mod |= Ctrl
	}
	return k
}

func isPF(final byte) bool { return final >= 'P' && final <= 'S' }

// xtermModifiers returns xterm's modifier parameter less one. Super has no bit
// there; it takes meta's, as terminals with that key do.
func xtermModifiers(m Modifiers) int {
	n := int(m & (Shift | Alt | Ctrl))
	if m&(Meta|Super) != 0 {
		n |= 8
	}
	return n
}

// appendCSI appends CSI number ; 1+mod final, without what is default. A number 1
// before a letter says nothing unless a modifier follows.
func appendCSI(dst []byte, number, mod int, final byte) []byte {
	dst = append(dst, "\x1b["...)
	if number != 1 || mod != 0 || final == '~' {
		dst = appendInt(dst, number)
	}
	if mod != 0 {
		dst = appendInt(append(dst, ';'), 1+mod)
	}
	return append(dst, final)
}

// appendSS3 appends SS3 final, with the modifier between them as xterm puts it
// for the keypad.
func appendSS3(dst []byte, mod int, final byte) []byte {
	dst = append(dst, "\x1bO"...)
	if mod != 0 {
		dst = appendInt(dst, 1+mod)
	}
	return append(dst, final)
}

// appendControlKey encodes enter, tab, escape and backspace.
func appendControlKey(dst []byte, k Key, m vt.Modes) []byte {
	if k.Mod&(Alt|Meta) != 0 {
		dst = append(dst, 0x1b)
	}
	switch k.Code {
	case KeyEnter:
		dst = append(dst, '\r')
		if m.NewLine {
			dst = append(dst, '\n')
		}
	case KeyTab:
		if k.Mod&Shift != 0 {
			return append(dst, "\x1b[Z"...)
		}
		dst = append(dst, '\t')
	case KeyEscape:
		dst = append(dst, 0x1b)
	case KeyBackspace:
		dst = append(dst, backspace(k.Mod, m))
	}
	return dst
}

// backspace returns what the key sends: DEL, or BS with control; DECBKM swaps them.
func backspace(mod Modifiers, m vt.Modes) byte {
	if (mod&Ctrl != 0) != m.BackarrowBS {
		return 0x08
	}
	return 0x7f
}

// appendTextKey encodes a key that types something.
func appendTextKey(dst []byte, k Key) []byte {
	if text := k.text(); text != "" {
		return append(dst, text...)
	}
	r, ok := k.typed()
	if !ok || k.Mod&(Super|Hyper) != 0 {
		return dst
	}
	if k.Mod&(Alt|Meta) != 0 {
		dst = append(dst, 0x1b)
	}
	if k.Mod&Ctrl != 0 {
		if c, ok := control(k); ok {
			return append(dst, c)
		}
	}
	return utf8.AppendRune(dst, r)
}

// control returns the control character that a key sends with ctrl held down, and
// false when ctrl means nothing to it. In a layout without Latin letters the
// key's place on a PC-101 keyboard counts: ctrl+с is ctrl+c.
func control(k Key) (byte, bool) {
	if k.Code >= utf8.RuneSelf && k.Base > ' ' && k.Base < utf8.RuneSelf {
		k.Code, k.Shifted = unicode.ToLower(k.Base), 0
	}
	r, ok := k.typed()
	if !ok || r >= utf8.RuneSelf {
		return 0, false
	}
	switch c := byte(r); {
	case c == ' ', c >= '@' && c < 0x7f:
		return c & 0x1f, true
	case c == '2':
		return 0, true
	case c >= '3' && c <= '7':
		return c - '3' + 0x1b, true
	case c == '8', c == '?':
		return 0x7f, true
	case c == '/':
		return 0x1f, true
	}
	return 0, false
}

// otherKey tells whether modifyOtherKeys turns a key into CSI 27 ; mod ; code ~,
// and which code. Level 1 leaves alone what has a customary meaning; level 2
// only what shift types.
func otherKey(k Key, m vt.Modes) (rune, bool) {
	const chord = Shift | Alt | Ctrl | Meta | Super
	mod := k.Mod & chord
	if mod == 0 {
		return 0, false
	}
	level2 := m.ModifyOtherKeys >= 2
	switch k.Code {
	case KeyEnter:
		return k.Code, level2 || mod&^(Alt|Meta) != 0
	case KeyTab:
		// Shift+tab is a key of its own (CSI Z).
		return k.Code, mod&Shift == 0 && mod != Alt && mod != Meta || level2 && mod != Shift
	case KeyEscape:
		return k.Code, mod&Ctrl != 0 || level2 && mod != Shift
	case KeyBackspace:
		return rune(backspace(0, m)), level2 && mod != Ctrl
	case KeySpace:
		return k.Code, level2 || mod&Ctrl != 0 && mod&Shift != 0
	}
	r, ok := k.typed()
	switch {
	case !ok, mod == Shift:
		return 0, false
	case level2:
		return r, true
	case mod&Ctrl == 0:
		return 0, false
	}
	_, customary := control(k)
	return r, !customary
}
