package input

import (
	"unicode/utf8"

	"rexec/vt"
)

// Button is a mouse button, numbered as X11 does; the wheel is buttons 4 to 7.
type Button uint8

// The buttons.
const (
	ButtonNone Button = iota
	ButtonLeft
	ButtonMiddle
	ButtonRight
	WheelUp
	WheelDown
	WheelLeft
	WheelRight
	Button8
	Button9
	Button10
	Button11
)

// Mouse is one event of the mouse inside the child's screen.
type Mouse struct {
	X, Y   int // cell, from 0
	PX, PY int // pixel, from 0; for SGR-pixel reports
	Button Button
	Mod    Modifiers
	Action Action // Press, Release or Motion
}

// wheelLines is how many arrow keys one notch of the wheel stands for (1007).
const wheelLines = 3

// The largest cell, from 1, that the older encodings can name.
const (
	maxX10Cell  = 255 - 32
	maxUTF8Cell = 2047 - 32
)

// AppendMouse appends the report of e to a child with the modes m, or nothing
// when the child did not ask for it or its encoding cannot say it. Without mouse
// tracking, the wheel sends arrow keys on the alternate screen when the child
// wants that (1007).
func AppendMouse(dst []byte, e Mouse, m vt.Modes) []byte {
	if m.Mouse == vt.MouseOff {
		return appendAltScroll(dst, e, m)
	}
	if !wanted(e, m.Mouse) {
		return dst
	}
	code, ok := buttonCode(e, m)
	if !ok {
		return dst
	}
	x, y := max(e.X, 0)+1, max(e.Y, 0)+1
	switch m.MouseEncoding {
	case vt.MouseEncodingSGRPixels:
		return appendSGRMouse(dst, code, max(e.PX, 0)+1, max(e.PY, 0)+1, e.Action)
	case vt.MouseEncodingSGR:
		return appendSGRMouse(dst, code, x, y, e.Action)
	case vt.MouseEncodingURXVT:
		dst = appendInt(append(dst, "\x1b["...), 32+code)
		dst = appendInt(append(dst, ';'), x)
		dst = appendInt(append(dst, ';'), y)
		return append(dst, 'M')
	case vt.MouseEncodingUTF8:
		if x > maxUTF8Cell || y > maxUTF8Cell {
			return dst
		}
		dst = append(dst, "\x1b[M"...)
		dst = utf8.AppendRune(dst, rune(32+code))
		dst = utf8.AppendRune(dst, rune(32+x))
		return utf8.AppendRune(dst, rune(32+y))
	}
	if x > maxX10Cell || y > maxX10Cell {
		return dst
	}
	return append(dst, 0x1b, '[', 'M', byte(32+code), byte(32+x), byte(32+y))
}

// wanted tells whether a tracking mode reports the event.
func wanted(e Mouse, tracking vt.MouseTracking) bool {
	switch {
	case e.Button > Button11:
		return false
	case e.Action == Press:
		return e.Button != ButtonNone && (tracking != vt.MouseX10 || e.Button <= ButtonRight)
	case e.Action == Release:
		return tracking != vt.MouseX10 && !e.isWheel()
	case e.Action == Motion:
		return tracking == vt.MouseAny || tracking == vt.MouseButton && e.Button != ButtonNone
	}
	return false
}

func (e Mouse) isWheel() bool { return e.Button >= WheelUp && e.Button <= WheelRight }

// buttonCode returns the first parameter of a report: button, modifiers, motion.
// The older encodings cannot say which button was released; SGR has to.
func buttonCode(e Mouse, m vt.Modes) (int, bool) {
	sgr := m.MouseEncoding == vt.MouseEncodingSGR || m.MouseEncoding == vt.MouseEncodingSGRPixels
	var code int
	switch {
	case e.Action == Release && sgr && e.Button == ButtonNone:
		return 0, false
	case e.Action == Release && !sgr, e.Button == ButtonNone:
		code = 3
	case e.Button >= Button8:
		code = 128 + int(e.Button-Button8)
	case e.Button >= WheelUp:
		code = 64 + int(e.Button-WheelUp)
	default:
		code = int(e.Button - ButtonLeft)
	}
	if e.Action == Motion {
		code += 32
	}
	if m.Mouse == vt.MouseX10 {
		return code, true
	}
	if e.Mod&Shift != 0 {
		code += 4
	}
	if e.Mod&(Alt|Meta) != 0 {
		code += 8
	}
	if e.Mod&Ctrl != 0 {
		code += 16
	}
	return code, true
}

func appendSGRMouse(dst []byte, code, x, y int, a Action) []byte {
	dst = appendInt(append(dst, "\x1b[<"...), code)
	dst = appendInt(append(dst, ';'), x)
	dst = appendInt(append(dst, ';'), y)
	if a == Release {
		return append(dst, 'm')
	}
	return append(dst, 'M')
}

func appendAltScroll(dst []byte, e Mouse, m vt.Modes) []byte {
	if !m.AltScroll || !m.AltScreen || e.Action != Press || e.Mod&^locks != 0 {
		return dst
	}
	var final byte
	switch e.Button {
	case WheelUp:
		final = 'A'
	case WheelDown:
		final = 'B'
	default:
		return dst
	}
	for range wheelLines {
		if m.AppCursor {
			dst = appendSS3(dst, 0, final)
		} else {
			dst = appendCSI(dst, 1, 0, final)
		}
	}
	return dst
}
