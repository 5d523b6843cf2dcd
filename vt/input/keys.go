package input

import "unicode"

// Keys that are control characters.
const (
	KeyTab       rune = 0x09
	KeyEnter     rune = 0x0d
	KeyEscape    rune = 0x1b
	KeySpace     rune = 0x20
	KeyBackspace rune = 0x7f
)

// Keys without a code point.
const (
	KeyUp rune = unicode.MaxRune + 1 + iota
	KeyDown
	KeyRight
	KeyLeft
	KeyBegin
	KeyHome
	KeyEnd
	KeyInsert
	KeyDelete
	KeyPageUp
	KeyPageDown
	KeyFind
	KeySelect
)

// The keys to which the kitty protocol gives private code points, in its order
// and without a gap, so that the code is kittyFirst + (key − KeyCapsLock).
const (
	KeyCapsLock rune = unicode.MaxRune + 0x100 + iota
	KeyScrollLock
	KeyNumLock
	KeyPrintScreen
	KeyPause
	KeyMenu
	KeyF1
	KeyF2
	KeyF3
	KeyF4
	KeyF5
	KeyF6
	KeyF7
	KeyF8
	KeyF9
	KeyF10
	KeyF11
	KeyF12
	KeyF13
	KeyF14
	KeyF15
	KeyF16
	KeyF17
	KeyF18
	KeyF19
	KeyF20
	KeyF21
	KeyF22
	KeyF23
	KeyF24
	KeyF25
	KeyF26
	KeyF27
	KeyF28
	KeyF29
	KeyF30
	KeyF31
	KeyF32
	KeyF33
	KeyF34
	KeyF35
	KeyKP0
	KeyKP1
	KeyKP2
	KeyKP3
	KeyKP4
	KeyKP5
	KeyKP6
	KeyKP7
	KeyKP8
	KeyKP9
	KeyKPDecimal
	KeyKPDivide
	KeyKPMultiply
	KeyKPSubtract
	KeyKPAdd
	KeyKPEnter
	KeyKPEqual
	KeyKPSeparator
	KeyKPLeft
	KeyKPRight
	KeyKPUp
	KeyKPDown
	KeyKPPageUp
	KeyKPPageDown
	KeyKPHome
	KeyKPEnd
	KeyKPInsert
	KeyKPDelete
	KeyKPBegin
	KeyMediaPlay
	KeyMediaPause
	KeyMediaPlayPause
	KeyMediaReverse
	KeyMediaStop
	KeyMediaFastForward
	KeyMediaRewind
	KeyMediaNext
	KeyMediaPrevious
	KeyMediaRecord
	KeyVolumeDown
	KeyVolumeUp
	KeyVolumeMute
	KeyLeftShift
	KeyLeftCtrl
	KeyLeftAlt
	KeyLeftSuper
	KeyLeftHyper
	KeyLeftMeta
	KeyRightShift
	KeyRightCtrl
	KeyRightAlt
	KeyRightSuper
	KeyRightHyper
	KeyRightMeta
	KeyISOLevel3Shift
	KeyISOLevel5Shift
)

const kittyFirst = 57358 // CAPS_LOCK

// kittyCode returns the number that the kitty protocol gives to a key, and false
// for keys it does not know.
func kittyCode(code rune) (int, bool) {
	switch {
	case code >= KeyCapsLock && code <= KeyISOLevel5Shift:
		return kittyFirst + int(code-KeyCapsLock), true
	case code == KeyTab, code == KeyEnter, code == KeyEscape, code == KeyBackspace:
		return int(code), true
	}
	return 0, false
}

// isModifier tells whether a key only ever modifies others.
func isModifier(code rune) bool {
	return code >= KeyLeftShift && code <= KeyISOLevel5Shift ||
		code >= KeyCapsLock && code <= KeyNumLock
}

// csiForm returns the number and final byte of a key that is sent as CSI number ~
// or, with the number 1, as CSI letter (xterm ctlseqs, "PC-Style Function Keys").
func csiForm(code rune) (number int, final byte, ok bool) {
	switch code {
	case KeyUp:
		return 1, 'A', true
	case KeyDown:
		return 1, 'B', true
	case KeyRight:
		return 1, 'C', true
	case KeyLeft:
		return 1, 'D', true
	case KeyBegin:
		return 1, 'E', true
	case KeyEnd:
		return 1, 'F', true
	case KeyHome:
		return 1, 'H', true
	case KeyFind:
		return 1, '~', true
	case KeyInsert:
		return 2, '~', true
	case KeyDelete:
		return 3, '~', true
	case KeySelect:
		return 4, '~', true
	case KeyPageUp:
		return 5, '~', true
	case KeyPageDown:
		return 6, '~', true
	case KeyF1, KeyF2, KeyF3, KeyF4:
		return 1, 'P' + byte(code-KeyF1), true
	case KeyF5:
		return 15, '~', true
	case KeyF6, KeyF7, KeyF8, KeyF9, KeyF10:
		return 17 + int(code-KeyF6), '~', true
	case KeyF11, KeyF12:
		return 23 + int(code-KeyF11), '~', true
	}
	return 0, 0, false
}

// The keypad from KeyKP0 to KeyKPSeparator: what the keys type, and the letters
// they send after SS3 in application mode (DECKPAM).
const (
	keypadChars  = "0123456789./*-+\r=,"
	keypadFinals = "pqrstuvwxynojmkMXl"
)

// isKeypadChar tells whether a key of the keypad types a character (or enter).
func isKeypadChar(code rune) bool { return code >= KeyKP0 && code <= KeyKPSeparator }

func isKeypad(code rune) bool { return code >= KeyKP0 && code <= KeyKPBegin }

// offKeypad returns the key beside the keypad that means the same.
func offKeypad(code rune) rune {
	if isKeypadChar(code) {
		return rune(keypadChars[code-KeyKP0])
	}
	switch code {
	case KeyKPLeft:
		return KeyLeft
	case KeyKPRight:
		return KeyRight
	case KeyKPUp:
		return KeyUp
	case KeyKPDown:
		return KeyDown
	case KeyKPPageUp:
		return KeyPageUp
	case KeyKPPageDown:
		return KeyPageDown
	case KeyKPHome:
		return KeyHome
	case KeyKPEnd:
		return KeyEnd
	case KeyKPInsert:
		return KeyInsert
	case KeyKPDelete:
		return KeyDelete
	case KeyKPBegin:
		return KeyBegin
	}
	return code
}
