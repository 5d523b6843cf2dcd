package vt

import "fmt"

// Replies never carry text that the program supplied: a program whose output is
// shown could else type into the shell that shows it.

// reportPrimary is DA1: a VT420 with 132 columns, selective erase, technical
// characters, horizontal scrolling, colour and rectangles.
func (t *Terminal) reportPrimary(p *params) {
	if p.get(0, 0) == 0 {
		t.reply("\x1b[?64;1;6;15;21;22;28c")
	}
}

// reportSecondary is DA2. The version is that of an xterm with the same
// features, because programs choose by it.
func (t *Terminal) reportSecondary(p *params) {
	if p.get(0, 0) == 0 {
		t.reply("\x1b[>41;380;0c")
	}
}

// reportTertiary is DA3: a unit id that says nothing.
func (t *Terminal) reportTertiary(p *params) {
	if p.get(0, 0) == 0 {
		t.reply("\x1bP!|00000000\x1b\\")
	}
}

func (t *Terminal) reportVersion(p *params) {
	if p.get(0, 0) == 0 {
		t.reply("\x1bP>|rexec\x1b\\")
	}
}

// reportStatus is DSR: 5 health, 6 cursor position.
func (t *Terminal) reportStatus(p *params) {
	switch p.get(0, 0) {
	case 5:
		t.reply("\x1b[0n")
	case 6:
		t.reply(fmt.Sprintf("\x1b[%d;%dR", t.relativeY(), t.relativeX()))
	}
}

func (t *Terminal) reportPrivateStatus(p *params) {
	switch p.get(0, 0) {
	case 6: // DECXCPR
		t.reply(fmt.Sprintf("\x1b[?%d;%d;1R", t.relativeY(), t.relativeX()))
	case 15: // no printer
		t.reply("\x1b[?13n")
	case 25: // user keys are locked
		t.reply("\x1b[?21n")
	case 26: // North American keyboard
		t.reply("\x1b[?27;1;0;0n")
	case 996: // colour scheme: 1 dark, 2 light
		n := 1
		if t.theme.Light {
			n = 2
		}
		t.reply(fmt.Sprintf("\x1b[?997;%dn", n))
	}
}

// reportMode is DECRQM: 0 unknown, 1 set, 2 reset.
func (t *Terminal) reportMode(n int, private bool) {
	v, prefix := 0, ""
	if m, ok := modeTable[modeKey{n, private}]; ok {
		v = 2
		if m.get(t) {
			v = 1
		}
	}
	if private {
		prefix = "?"
	}
	t.reply(fmt.Sprintf("\x1b[%s%d;%d$y", prefix, n, v))
}

func (t *Terminal) reportModifyKeys(p *params) {
	if p.get(0, 0) == 4 {
		t.reply(fmt.Sprintf("\x1b[>4;%dm", t.modes.ModifyOtherKeys))
	}
}

func (t *Terminal) reportKitty() {
	t.reply(fmt.Sprintf("\x1b[?%du", t.modes.Kitty))
}

// windowOp is XTWINOPS: the size in characters, and the title stack. The window
// itself belongs to somebody else. Titles are not reported.
func (t *Terminal) windowOp(p *params) {
	switch p.get(0, 0) {
	case 18:
		t.reply(fmt.Sprintf("\x1b[8;%d;%dt", t.rows, t.cols))
	case 19:
		t.reply(fmt.Sprintf("\x1b[9;%d;%dt", t.rows, t.cols))
	case 22:
		s := append([]string(nil), t.titles...)
		if len(s) == maxStack {
			s = s[1:]
		}
		t.titles = append(s, t.title)
	case 23:
		if n := len(t.titles); n > 0 {
			title := t.titles[n-1]
			t.titles = append([]string(nil), t.titles[:n-1]...)
			t.setTitle(title)
		}
	}
}
