package input

import (
	"unicode/utf8"

	"rexec/vt"
)

// appendKitty encodes a key for a child that has set flags of the kitty keyboard
// protocol. What the flags do not ask for is sent as to any other child.
func appendKitty(dst []byte, k Key, m vt.Modes) []byte {
	var (
		all    = m.Kitty&vt.KittyAllKeys != 0
		events = m.Kitty&vt.KittyEventTypes != 0
		escape = all || m.Kitty&vt.KittyDisambiguate != 0
	)
	if !events {
		if k.Action == Release {
			return dst
		}
		k.Action = Press
	}
	if !all {
		if isModifier(k.Code) {
			return dst
		}
		if text := k.text(); text != "" {
			return append(dst, text...)
		}
	}
	if !escape {
		if k.Action == Press {
			return appendLegacyOrKitty(dst, k, m)
		}
		k.Code = offKeypad(k.Code)
	}
	if number, final, ok := csiForm(k.Code); ok {
		return appendKittyForm(dst, kittyForm{code: kittyNumber(number, final), mod: k.Mod, action: k.Action}, kittyFinal(final))
	}
	if k.Code == KeyKPBegin {
		return appendKittyForm(dst, kittyForm{code: 1, mod: k.Mod, action: k.Action}, 'E')
	}
	if _, ok := kittyCode(k.Code); ok {
		return appendKittyFunctional(dst, k, m, all)
	}
	return appendKittyText(dst, k, m, all)
}

// appendKittyFunctional encodes a key that has a number of its own.
func appendKittyFunctional(dst []byte, k Key, m vt.Modes, all bool) []byte {
	code, _ := kittyCode(k.Code)
	form := kittyForm{code: code, mod: k.Mod, action: k.Action}
	switch k.Code {
	case KeyEnter, KeyTab, KeyBackspace:
		if all {
			break
		}
		// These stay as they are without modifiers, so that a shell can be used
		// after a program left the flags on; nor are they released.
		if k.Action == Release {
			return dst
		}
		if form.mod &^= locks; form.mod == 0 {
			return appendControlKey(dst, k, m)
		}
	}
	return appendKittyForm(dst, form, 'u')
}

// appendKittyText encodes a key that types something, but did not, or whose text
// is wanted in a sequence.
func appendKittyText(dst []byte, k Key, m vt.Modes, all bool) []byte {
	plain := k
	plain.Mod = 0
	r, ok := plain.typed()
	if !ok {
		// Text without a key: an input method.
		if all && k.Code == 0 {
			return append(dst, k.text()...)
		}
		return dst
	}
	form := kittyForm{code: int(r), mod: k.Mod, action: k.Action}
	if !all {
		form.mod &^= locks
		if form.mod&^Shift == 0 && k.Action != Release {
			typed, _ := k.typed()
			return utf8.AppendRune(dst, typed)
		}
	}
	if m.Kitty&vt.KittyAlternateKeys != 0 {
		if k.Mod&Shift != 0 && k.Shifted != k.Code {
			form.shifted = k.Shifted
		}
		if k.Base != k.Code {
			form.base = k.Base
		}
	}
	if m.Kitty&vt.KittyText != 0 {
		form.text = k.text()
	}
	return appendKittyForm(dst, form, 'u')
}

// appendLegacyOrKitty encodes a key press for a child that has set flags, but not
// those that would change this press. Keys that have no legacy form at all are
// sent in the kitty form.
func appendLegacyOrKitty(dst []byte, k Key, m vt.Modes) []byte {
	n := len(dst)
	dst = appendLegacy(dst, k, m)
	if len(dst) > n {
		return dst
	}
	if code, ok := kittyCode(offKeypad(k.Code)); ok {
		return appendKittyForm(dst, kittyForm{code: code, mod: k.Mod}, 'u')
	}
	return dst
}

// F3 has no letter in this protocol: CSI R is the cursor position report.
func kittyNumber(number int, final byte) int {
	if final == 'R' {
		return 13
	}
	return number
}

func kittyFinal(final byte) byte {
	if final == 'R' {
		return '~'
	}
	return final
}

// kittyForm is one sequence of the protocol:
// CSI code:shifted:base ; modifiers:action ; text u
type kittyForm struct {
	code          int
	shifted, base rune // 0: not given
	mod           Modifiers
	action        Action
	text          string
}

func appendKittyForm(dst []byte, f kittyForm, final byte) []byte {
	second := f.mod != 0 || f.action != Press
	dst = append(dst, "\x1b["...)
	if f.code != 1 || second || final == '~' {
		dst = appendInt(dst, f.code)
	}
	if f.shifted > 0 || f.base > 0 {
		dst = append(dst, ':')
		if f.shifted > 0 {
			dst = appendInt(dst, int(f.shifted))
		}
		if f.base > 0 {
			dst = appendInt(append(dst, ':'), int(f.base))
		}
	}
	if second || f.text != "" {
		dst = append(dst, ';')
	}
	if second {
		dst = appendInt(dst, 1+int(f.mod))
		if f.action != Press {
			dst = appendInt(append(dst, ':'), 1+int(f.action))
		}
	}
	sep := byte(';')
	for _, r := range f.text {
		dst = appendInt(append(dst, sep), int(r))
		sep = ':'
	}
	return append(dst, final)
}
