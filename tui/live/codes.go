package live

import (
	tea "charm.land/bubbletea/v2"

	"rexec/vt/input"
)

// codes maps Bubble Tea's codes of keys without a character to the encoder's.
// What is not listed (F36 and beyond) has no sequence that a child could know.
var codes = func() map[rune]rune {
	m := map[rune]rune{
		tea.KeyUp:               input.KeyUp,
		tea.KeyDown:             input.KeyDown,
		tea.KeyRight:            input.KeyRight,
		tea.KeyLeft:             input.KeyLeft,
		tea.KeyBegin:            input.KeyBegin,
		tea.KeyFind:             input.KeyFind,
		tea.KeyInsert:           input.KeyInsert,
		tea.KeyDelete:           input.KeyDelete,
		tea.KeySelect:           input.KeySelect,
		tea.KeyPgUp:             input.KeyPageUp,
		tea.KeyPgDown:           input.KeyPageDown,
		tea.KeyHome:             input.KeyHome,
		tea.KeyEnd:              input.KeyEnd,
		tea.KeyKpEnter:          input.KeyKPEnter,
		tea.KeyKpEqual:          input.KeyKPEqual,
		tea.KeyKpMultiply:       input.KeyKPMultiply,
		tea.KeyKpPlus:           input.KeyKPAdd,
		tea.KeyKpComma:          input.KeyKPSeparator,
		tea.KeyKpMinus:          input.KeyKPSubtract,
		tea.KeyKpDecimal:        input.KeyKPDecimal,
		tea.KeyKpDivide:         input.KeyKPDivide,
		tea.KeyKpSep:            input.KeyKPSeparator,
		tea.KeyKpUp:             input.KeyKPUp,
		tea.KeyKpDown:           input.KeyKPDown,
		tea.KeyKpLeft:           input.KeyKPLeft,
		tea.KeyKpRight:          input.KeyKPRight,
		tea.KeyKpPgUp:           input.KeyKPPageUp,
		tea.KeyKpPgDown:         input.KeyKPPageDown,
		tea.KeyKpHome:           input.KeyKPHome,
		tea.KeyKpEnd:            input.KeyKPEnd,
		tea.KeyKpInsert:         input.KeyKPInsert,
		tea.KeyKpDelete:         input.KeyKPDelete,
		tea.KeyKpBegin:          input.KeyKPBegin,
		tea.KeyCapsLock:         input.KeyCapsLock,
		tea.KeyScrollLock:       input.KeyScrollLock,
		tea.KeyNumLock:          input.KeyNumLock,
		tea.KeyPrintScreen:      input.KeyPrintScreen,
		tea.KeyPause:            input.KeyPause,
		tea.KeyMenu:             input.KeyMenu,
		tea.KeyMediaPlay:        input.KeyMediaPlay,
		tea.KeyMediaPause:       input.KeyMediaPause,
		tea.KeyMediaPlayPause:   input.KeyMediaPlayPause,
		tea.KeyMediaReverse:     input.KeyMediaReverse,
		tea.KeyMediaStop:        input.KeyMediaStop,
		tea.KeyMediaFastForward: input.KeyMediaFastForward,
		tea.KeyMediaRewind:      input.KeyMediaRewind,
		tea.KeyMediaNext:        input.KeyMediaNext,
		tea.KeyMediaPrev:        input.KeyMediaPrevious,
		tea.KeyMediaRecord:      input.KeyMediaRecord,
		tea.KeyLowerVol:         input.KeyVolumeDown,
		tea.KeyRaiseVol:         input.KeyVolumeUp,
		tea.KeyMute:             input.KeyVolumeMute,
		tea.KeyLeftShift:        input.KeyLeftShift,
		tea.KeyLeftAlt:          input.KeyLeftAlt,
		tea.KeyLeftCtrl:         input.KeyLeftCtrl,
		tea.KeyLeftSuper:        input.KeyLeftSuper,
		tea.KeyLeftHyper:        input.KeyLeftHyper,
		tea.KeyLeftMeta:         input.KeyLeftMeta,
		tea.KeyRightShift:       input.KeyRightShift,
		tea.KeyRightAlt:         input.KeyRightAlt,
		tea.KeyRightCtrl:        input.KeyRightCtrl,
		tea.KeyRightSuper:       input.KeyRightSuper,
		tea.KeyRightHyper:       input.KeyRightHyper,
		tea.KeyRightMeta:        input.KeyRightMeta,
		tea.KeyIsoLevel3Shift:   input.KeyISOLevel3Shift,
		tea.KeyIsoLevel5Shift:   input.KeyISOLevel5Shift,
	}
	for i := range rune(35) {
		m[tea.KeyF1+i] = input.KeyF1 + i
	}
	for i := range rune(10) {
		m[tea.KeyKp0+i] = input.KeyKP0 + i
	}
	return m
}()
