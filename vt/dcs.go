package vt

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// dcsKnown tells whether the device control string that begins is one this
// terminal answers: DECRQSS ($q) or XTGETTCAP (+q). Others are swallowed.
func dcsKnown(ps *parser) bool {
	return ps.final == 'q' && ps.prefix == 0 && (ps.inter == '$' || ps.inter == '+') && !ps.tooBig
}

func (t *Terminal) dispatchDCS(s []byte) {
	switch t.parser.inter {
	case '$':
		t.reportSetting(string(s))
	case '+':
		for _, name := range strings.Split(string(s), ";") {
			t.reportCapability(name)
		}
	}
}

// reportSetting is DECRQSS: the sequence that would make a setting what it is.
func (t *Terminal) reportSetting(what string) {
	var v string
	switch what {
	case "m":
		v = string(t.in.appendSGR([]byte("0"), t.pen)) + "m"
	case "r":
		v = fmt.Sprintf("%d;%dr", t.top+1, t.bottom+1)
	case "s":
		v = fmt.Sprintf("%d;%ds", t.left+1, t.right+1)
	case " q":
		n := int(t.shape)*2 + 2
		if t.blink {
			n--
		}
		v = fmt.Sprintf("%d q", n)
	case "\"q":
		v = "0\"q"
		if t.pen.attr&attrProtected != 0 {
			v = "1\"q"
		}
	case "\"p":
		v = "64;1\"p"
	default:
		t.reply("\x1bP0$r\x1b\\")
		return
	}
	t.reply("\x1bP1$r" + v + "\x1b\\")
}

// capabilities are the terminfo entries that programs ask for by XTGETTCAP.
var capabilities = map[string]string{
	"TN": "xterm-256color", "name": "xterm-256color",
	"Co": "256", "colors": "256",
	"RGB":    "8/8/8",
	"Tc":     "",
	"Su":     "",
	"Smulx":  "\x1b[4:%p1%dm",
	"Setulc": "\x1b[58:2::%p1%{65536}%/%d:%p1%{256}%/%{255}%&%d:%p1%{255}%&%d%;m",
	"Ss":     "\x1b[%p1%d q", "Se": "\x1b[2 q",
}

// reportCapability is XTGETTCAP for one name, given in hexadecimal.
func (t *Terminal) reportCapability(name string) {
	raw, err := hex.DecodeString(name)
	if err != nil || len(raw) > 32 {
		t.reply("\x1bP0+r\x1b\\")
		return
	}
	key := strings.ToUpper(hex.EncodeToString(raw))
	v, ok := capabilities[string(raw)]
	switch {
	case !ok:
		t.reply("\x1bP0+r\x1b\\") // the name is the program's text: not repeated
	case v == "":
		t.reply("\x1bP1+r" + key + "\x1b\\")
	default:
		t.reply("\x1bP1+r" + key + "=" + strings.ToUpper(hex.EncodeToString([]byte(v))) + "\x1b\\")
	}
}
