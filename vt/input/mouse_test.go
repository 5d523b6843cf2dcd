package input

import (
	"testing"

	"rexec/vt"
)

func TestMouse(t *testing.T) {
	const (
		x10    = vt.MouseEncodingX10
		utf8   = vt.MouseEncodingUTF8
		sgr    = vt.MouseEncodingSGR
		urxvt  = vt.MouseEncodingURXVT
		pixels = vt.MouseEncodingSGRPixels
	)
	press := func(b Button, mod Modifiers) Mouse { return Mouse{X: 4, Y: 9, PX: 40, PY: 180, Button: b, Mod: mod} }
	with := func(e Mouse, a Action) Mouse { e.Action = a; return e }
	at := func(x, y int) Mouse { return Mouse{X: x, Y: y, Button: ButtonLeft} }
	for _, c := range []struct {
		name     string
		e        Mouse
		tracking vt.MouseTracking
		encoding vt.MouseEncoding
		want     string
	}{
		{"off", press(ButtonLeft, 0), vt.MouseOff, sgr, ""},

		{"9: press", press(ButtonLeft, 0), vt.MouseX10, x10, "\x1b[M %*"},
		{"9: right", press(ButtonRight, 0), vt.MouseX10, x10, "\x1b[M\"%*"},
		{"9: no modifiers", press(ButtonLeft, Shift|Ctrl), vt.MouseX10, x10, "\x1b[M %*"},
		{"9: no release", with(press(ButtonLeft, 0), Release), vt.MouseX10, x10, ""},
		{"9: no wheel", press(WheelUp, 0), vt.MouseX10, x10, ""},
		{"9: no motion", with(press(ButtonLeft, 0), Motion), vt.MouseX10, x10, ""},

		{"1000: press", press(ButtonLeft, 0), vt.MouseNormal, x10, "\x1b[M %*"},
		{"1000: middle", press(ButtonMiddle, 0), vt.MouseNormal, x10, "\x1b[M!%*"},
		{"1000: release", with(press(ButtonLeft, 0), Release), vt.MouseNormal, x10, "\x1b[M#%*"},
		{"1000: shift", press(ButtonLeft, Shift), vt.MouseNormal, x10, "\x1b[M$%*"},
		{"1000: alt", press(ButtonLeft, Alt), vt.MouseNormal, x10, "\x1b[M(%*"},
		{"1000: ctrl", press(ButtonLeft, Ctrl), vt.MouseNormal, x10, "\x1b[M0%*"},
		{"1000: wheel up", press(WheelUp, 0), vt.MouseNormal, x10, "\x1b[M`%*"},
		{"1000: wheel down", press(WheelDown, 0), vt.MouseNormal, x10, "\x1b[Ma%*"},
		{"1000: no wheel release", with(press(WheelUp, 0), Release), vt.MouseNormal, x10, ""},
		{"1000: no drag", with(press(ButtonLeft, 0), Motion), vt.MouseNormal, sgr, ""},
		{"1000: last cell", at(222, 222), vt.MouseNormal, x10, "\x1b[M \xff\xff"},
		{"1000: beyond", at(223, 0), vt.MouseNormal, x10, ""},
		{"1000: outside", at(-3, -1), vt.MouseNormal, x10, "\x1b[M !!"},

		{"1002: drag", with(press(ButtonLeft, 0), Motion), vt.MouseButton, x10, "\x1b[M@%*"},
		{"1002: no hover", with(press(ButtonNone, 0), Motion), vt.MouseButton, x10, ""},
		{"1003: hover", with(press(ButtonNone, 0), Motion), vt.MouseAny, x10, "\x1b[MC%*"},
		{"1003: drag", with(press(ButtonRight, Ctrl), Motion), vt.MouseAny, sgr, "\x1b[<50;5;10M"},
		{"press of no button", press(ButtonNone, 0), vt.MouseAny, sgr, ""},

		{"1005: near", press(ButtonLeft, 0), vt.MouseNormal, utf8, "\x1b[M %*"},
		{"1005: far", at(223, 99), vt.MouseNormal, utf8, "\x1b[M \u0100\u0084"},
		{"1005: last", at(2014, 0), vt.MouseNormal, utf8, "\x1b[M \u07ff!"},
		{"1005: beyond", at(2015, 0), vt.MouseNormal, utf8, ""},

		{"1006: press", press(ButtonLeft, 0), vt.MouseNormal, sgr, "\x1b[<0;5;10M"},
		{"1006: release", with(press(ButtonRight, 0), Release), vt.MouseNormal, sgr, "\x1b[<2;5;10m"},
		{"1006: unknown release", with(press(ButtonNone, 0), Release), vt.MouseNormal, sgr, ""},
		{"1006: modifiers", press(ButtonLeft, Shift|Alt|Ctrl), vt.MouseNormal, sgr, "\x1b[<28;5;10M"},
		{"1006: locks do not count", press(ButtonLeft, CapsLock|NumLock), vt.MouseNormal, sgr, "\x1b[<0;5;10M"},
		{"1006: wheel right", press(WheelRight, 0), vt.MouseNormal, sgr, "\x1b[<67;5;10M"},
		{"1006: button 8", press(Button8, 0), vt.MouseNormal, sgr, "\x1b[<128;5;10M"},
		{"1006: button 11", press(Button11, 0), vt.MouseNormal, sgr, "\x1b[<131;5;10M"},
		{"1006: far", at(2999, 1999), vt.MouseNormal, sgr, "\x1b[<0;3000;2000M"},
		{"unknown button", press(Button11+1, 0), vt.MouseNormal, sgr, ""},
		{"unknown action", with(press(ButtonLeft, 0), Repeat), vt.MouseAny, sgr, ""},

		{"1015: press", press(ButtonLeft, 0), vt.MouseNormal, urxvt, "\x1b[32;5;10M"},
		{"1015: release", with(press(ButtonLeft, 0), Release), vt.MouseNormal, urxvt, "\x1b[35;5;10M"},
		{"1015: wheel", press(WheelDown, 0), vt.MouseNormal, urxvt, "\x1b[97;5;10M"},

		{"1016: press", press(ButtonLeft, 0), vt.MouseNormal, pixels, "\x1b[<0;41;181M"},
		{"1016: release", with(press(ButtonLeft, 0), Release), vt.MouseNormal, pixels, "\x1b[<0;41;181m"},
	} {
		m := vt.Modes{Mouse: c.tracking, MouseEncoding: c.encoding}
		if got := string(AppendMouse(nil, c.e, m)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestWheelOnTheAlternateScreen(t *testing.T) {
	alt := vt.Modes{AltScroll: true, AltScreen: true}
	app := alt
	app.AppCursor = true
	tracked := alt
	tracked.Mouse, tracked.MouseEncoding = vt.MouseNormal, vt.MouseEncodingSGR
	for _, c := range []struct {
		name string
		e    Mouse
		m    vt.Modes
		want string
	}{
		{"up", Mouse{Button: WheelUp}, alt, "\x1b[A\x1b[A\x1b[A"},
		{"down", Mouse{Button: WheelDown}, alt, "\x1b[B\x1b[B\x1b[B"},
		{"down in application mode", Mouse{Button: WheelDown}, app, "\x1bOB\x1bOB\x1bOB"},
		{"with a modifier", Mouse{Button: WheelUp, Mod: Shift}, alt, ""},
		{"sideways", Mouse{Button: WheelLeft}, alt, ""},
		{"a click", Mouse{Button: ButtonLeft}, alt, ""},
		{"primary screen", Mouse{Button: WheelUp}, vt.Modes{AltScroll: true}, ""},
		{"not asked for", Mouse{Button: WheelUp}, vt.Modes{AltScreen: true}, ""},
		{"the child tracks the mouse", Mouse{Button: WheelUp}, tracked, "\x1b[<64;1;1M"},
	} {
		if got := string(AppendMouse(nil, c.e, c.m)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
