package input

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"rexec/vt"
)

var keyNames = map[string]rune{
	"none": 0, "unknown": KeyISOLevel5Shift + 1,
	"tab": KeyTab, "enter": KeyEnter, "esc": KeyEscape, "space": KeySpace, "backspace": KeyBackspace,
	"up": KeyUp, "down": KeyDown, "right": KeyRight, "left": KeyLeft, "begin": KeyBegin, "home": KeyHome, "end": KeyEnd,
	"insert": KeyInsert, "delete": KeyDelete, "pgup": KeyPageUp, "pgdown": KeyPageDown, "find": KeyFind, "select": KeySelect,
	"capslock": KeyCapsLock, "scrolllock": KeyScrollLock, "numlock": KeyNumLock, "printscreen": KeyPrintScreen,
	"pause": KeyPause, "menu": KeyMenu,
	"kp.": KeyKPDecimal, "kp/": KeyKPDivide, "kp*": KeyKPMultiply, "kp-": KeyKPSubtract, "kp+": KeyKPAdd,
	"kpenter": KeyKPEnter, "kp=": KeyKPEqual, "kp,": KeyKPSeparator, "kpleft": KeyKPLeft, "kpright": KeyKPRight,
	"kpup": KeyKPUp, "kpdown": KeyKPDown, "kppgup": KeyKPPageUp, "kppgdown": KeyKPPageDown, "kphome": KeyKPHome,
	"kpend": KeyKPEnd, "kpinsert": KeyKPInsert, "kpdelete": KeyKPDelete, "kpbegin": KeyKPBegin,
	"mediaplay": KeyMediaPlay, "mediarecord": KeyMediaRecord, "volumedown": KeyVolumeDown, "volumeup": KeyVolumeUp,
	"volumemute": KeyVolumeMute, "leftshift": KeyLeftShift, "leftctrl": KeyLeftCtrl, "leftalt": KeyLeftAlt,
	"leftsuper": KeyLeftSuper, "lefthyper": KeyLeftHyper, "leftmeta": KeyLeftMeta, "rightshift": KeyRightShift,
	"rightctrl": KeyRightCtrl, "rightalt": KeyRightAlt, "rightsuper": KeyRightSuper, "righthyper": KeyRightHyper,
	"rightmeta": KeyRightMeta, "isolevel3": KeyISOLevel3Shift, "isolevel5": KeyISOLevel5Shift,
}

var modNames = map[string]Modifiers{
	"shift": Shift, "alt": Alt, "ctrl": Ctrl, "super": Super, "hyper": Hyper, "meta": Meta, "caps": CapsLock, "num": NumLock,
}

// parseKey reads the key column of the golden table.
func parseKey(t testing.TB, s string) Key {
	t.Helper()
	fields := strings.Fields(s)
	var k Key
	name := fields[0]
	for {
		mod, rest, ok := strings.Cut(name, "+")
		if modNames[mod] == 0 || !ok || rest == "" {
			break
		}
		k.Mod |= modNames[mod]
		name = rest
	}
	if n, ok := strings.CutSuffix(name, ":release"); ok {
		name, k.Action = n, Release
	} else if n, ok := strings.CutSuffix(name, ":repeat"); ok {
		name, k.Action = n, Repeat
	}
	k.Code = parseCode(t, name)
	for _, f := range fields[1:] {
		field, value, _ := strings.Cut(f, "=")
		switch field {
		case "text":
			k.Text = unquote(t, value)
			if name == "space" {
				k.Text = " "
			}
		case "shifted":
			k.Shifted, _ = utf8.DecodeRuneInString(value)
		case "base":
			k.Base, _ = utf8.DecodeRuneInString(value)
		default:
			t.Fatalf("%q: unknown field %q", s, field)
		}
	}
	return k
}

func parseCode(t testing.TB, name string) rune {
	t.Helper()
	if code, ok := keyNames[name]; ok {
		return code
	}
	if n, err := strconv.Atoi(strings.TrimPrefix(name, "f")); err == nil && len(name) > 1 && name[0] == 'f' {
		return KeyF1 + rune(n-1)
	}
	if n, err := strconv.Atoi(strings.TrimPrefix(name, "kp")); err == nil && strings.HasPrefix(name, "kp") {
		return KeyKP0 + rune(n)
	}
	if name == `\\` {
		return '\\'
	}
	r, n := utf8.DecodeRuneInString(name)
	if n != len(name) {
		t.Fatalf("unknown key %q", name)
	}
	return r
}

func unquote(t testing.TB, s string) string {
	t.Helper()
	q, err := strconv.Unquote(`"` + strings.ReplaceAll(strings.ReplaceAll(s, `\E`, `\x1b`), `"`, `\"`) + `"`)
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return q
}

func parseModes(t testing.TB, s string) (m vt.Modes) {
	t.Helper()
	for _, f := range strings.Fields(s) {
		name, value, _ := strings.Cut(f, "=")
		n, _ := strconv.Atoi(value)
		switch name {
		case "ckm":
			m.AppCursor = true
		case "kpam":
			m.AppKeypad = true
		case "bkm":
			m.BackarrowBS = true
		case "lnm":
			m.NewLine = true
		case "other":
			m.ModifyOtherKeys = uint8(n)
		case "kitty":
			m.Kitty = vt.KittyFlags(n)
		default:
			t.Fatalf("unknown mode %q", f)
		}
	}
	return m
}

// eachGolden calls do for every row of the golden table.
func eachGolden(t testing.TB, do func(line string, k Key, m vt.Modes, want string)) {
	t.Helper()
	f, err := os.Open("testdata/keys.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var modes vt.Modes
	section := ""
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		switch {
		case line == "", line[0] == '#':
			continue
		case line[0] == '[' && line[len(line)-1] == ']':
			section = line
			modes = parseModes(t, line[1:len(line)-1])
			continue
		}
		i := strings.LastIndex(line, " = ")
		if i < 0 {
			t.Fatalf("keys.txt:%d: no bytes", n)
		}
		want := line[i+3:]
		if want == "nothing" {
			want = ""
		}
		do(fmt.Sprintf("keys.txt:%d %s %s", n, section, line), parseKey(t, line[:i]), modes, unquote(t, want))
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

func TestGoldenKeys(t *testing.T) {
	rows := 0
	eachGolden(t, func(line string, k Key, m vt.Modes, want string) {
		rows++
		if got := string(AppendKey(nil, k, m)); got != want {
			t.Errorf("%s\n got %q\nwant %q", line, got, want)
		}
	})
	if rows < 350 {
		t.Errorf("the golden table has only %d rows", rows)
	}
}

func TestKeysAllocateNothing(t *testing.T) {
	dst := make([]byte, 0, 128)
	keys := []Key{{Code: 'a', Text: "a"}, {Code: KeyUp, Mod: Ctrl}, {Code: 'c', Mod: Ctrl}, {Code: KeyF20}}
	for _, m := range []vt.Modes{{}, {ModifyOtherKeys: 2}, {Kitty: 31}} {
		if n := testing.AllocsPerRun(100, func() {
			for _, k := range keys {
				dst = AppendKey(dst[:0], k, m)
			}
		}); n != 0 {
			t.Errorf("modes %+v: %v allocations", m, n)
		}
	}
}

// Every key, known or not, in every mode: whole sequences or nothing, and never a
// private code point as text.
func TestEveryKeyIsWholeOrNothing(t *testing.T) {
	codes := []rune{-1, 0, 1, 0xd800, 0xe000, 0xf8ff, 57358, 57454, 0x10ffff, KeyUp - 1, KeyISOLevel5Shift + 1, 1 << 30}
	for c := rune(0); c < 0x180; c++ {
		codes = append(codes, c)
	}
	for c := KeyUp; c <= KeyISOLevel5Shift+4; c++ {
		codes = append(codes, c)
	}
	for other := uint8(0); other <= 2; other++ {
		for kitty := vt.KittyFlags(0); kitty < 32; kitty++ {
			for _, code := range codes {
				for mod := range 256 {
					m := vt.Modes{AppCursor: mod&1 != 0, AppKeypad: mod&2 != 0, ModifyOtherKeys: other, Kitty: kitty}
					k := Key{Code: code, Mod: Modifiers(mod), Action: Action(mod % 3)}
					if got := string(AppendKey(nil, k, m)); !isWhole(got) {
						t.Fatalf("%+v in %+v: %q", k, m, got)
					}
				}
			}
		}
	}
}

// isWhole tells whether s is nothing, one character with at most an ESC before
// it, or one complete sequence.
func isWhole(s string) bool {
	if s == "" {
		return true
	}
	if alt, ok := strings.CutPrefix(s, "\x1b"); ok && alt != "" {
		s = alt
		if params, ok := strings.CutPrefix(strings.TrimPrefix(s, "\x1b"), "["); ok && params != "" {
			final := params[len(params)-1]
			return strings.Trim(params[:len(params)-1], "0123456789;:") == "" && final >= '@' && final < 0x7f
		}
		if final, ok := strings.CutPrefix(s, "O"); ok && final != "" {
			return strings.Trim(final[:len(final)-1], "0123456789") == ""
		}
	}
	if s == "\r\n" {
		return true
	}
	r, n := utf8.DecodeRuneInString(s)
	return n == len(s) && r != utf8.RuneError && !isPrivate(r)
}

func TestFocus(t *testing.T) {
	on := vt.Modes{FocusEvents: true}
	for _, c := range []struct {
		focused bool
		modes   vt.Modes
		want    string
	}{{true, on, "\x1b[I"}, {false, on, "\x1b[O"}, {true, vt.Modes{}, ""}, {false, vt.Modes{}, ""}} {
		if got := string(AppendFocus(nil, c.focused, c.modes)); got != c.want {
			t.Errorf("focus %v in %+v: %q, want %q", c.focused, c.modes, got, c.want)
		}
	}
}

func TestPaste(t *testing.T) {
	bracketed := vt.Modes{BracketedPaste: true}
	for _, c := range []struct {
		name, text string
		modes      vt.Modes
		want       string
	}{
		{"plain", "ls -l", vt.Modes{}, "ls -l"},
		{"in brackets", "ls -l", bracketed, "\x1b[200~ls -l\x1b[201~"},
		{"lines are typed", "a\nb\r\nc\rd", vt.Modes{}, "a\rb\rc\rd"},
		{"lines in brackets", "a\nb\r\nc", bracketed, "\x1b[200~a\rb\rc\x1b[201~"},
		{"tabs stay", "a\tb", vt.Modes{}, "a\tb"},
		{"end bracket", "a\x1b[201~rm -rf ~\r", bracketed, "\x1b[200~arm -rf ~\r\x1b[201~"},
		{"nested end bracket", "a\x1b[20\x1b[201~1~b", bracketed, "\x1b[200~a[201~b\x1b[201~"},
		{"8-bit end bracket", "a\u009b201~b", bracketed, "\x1b[200~a201~b\x1b[201~"},
		{"escape sequences", "\x1b[31mred", vt.Modes{}, "[31mred"},
		{"controls", "a\x00\x03\x04\x7f\bb", vt.Modes{}, "ab"},
		{"unicode", "héllo 世界 🎉", vt.Modes{}, "héllo 世界 🎉"},
		{"invalid UTF-8", "a\xffb", vt.Modes{}, "a\ufffdb"},
		{"nothing", "", bracketed, ""},
		{"nothing left", "\x1b[201~\x1b", bracketed, ""},
	} {
		if got := string(AppendPaste([]byte("x"), c.text, c.modes)); got != "x"+c.want {
			t.Errorf("%s: %q, want %q", c.name, got[1:], c.want)
		}
	}
}

func FuzzAppendKey(f *testing.F) {
	eachGolden(f, func(_ string, k Key, m vt.Modes, _ string) {
		f.Add(int32(k.Code), uint8(k.Mod), k.Text, int32(k.Shifted), int32(k.Base), uint8(k.Action), m.AppCursor, m.AppKeypad, m.ModifyOtherKeys, uint8(m.Kitty))
	})
	f.Fuzz(func(t *testing.T, code int32, mod uint8, text string, shifted, base int32, action uint8, ckm, kpam bool, other, kitty uint8) {
		k := Key{Code: code, Mod: Modifiers(mod), Text: text, Shifted: shifted, Base: base, Action: Action(action % 3)}
		m := vt.Modes{AppCursor: ckm, AppKeypad: kpam, ModifyOtherKeys: other, Kitty: vt.KittyFlags(kitty)}
		got := string(AppendKey([]byte("keep"), k, m))
		sent, ok := strings.CutPrefix(got, "keep")
		if !ok {
			t.Fatalf("%+v in %+v: overwrote what was there: %q", k, m, got)
		}
		if sent != text && !isWhole(sent) {
			t.Fatalf("%+v in %+v: %q", k, m, sent)
		}
		if !utf8.ValidString(sent) {
			t.Fatalf("%+v in %+v: invalid UTF-8 %q", k, m, sent)
		}
		if again := string(AppendKey(nil, k, m)); again != sent {
			t.Fatalf("%+v in %+v: %q, then %q", k, m, sent, again)
		}
	})
}

func FuzzAppendPaste(f *testing.F) {
	f.Add("a\x1b[201~b", true)
	f.Add("\x1b[20\x1b[201~1~\xc2", true)
	f.Fuzz(func(t *testing.T, text string, bracketed bool) {
		got := string(AppendPaste(nil, text, vt.Modes{BracketedPaste: bracketed}))
		if bracketed && got != "" {
			body, ok := strings.CutPrefix(got, pasteStart)
			if !ok || !strings.HasSuffix(body, pasteEnd) {
				t.Fatalf("%q: brackets are missing in %q", text, got)
			}
			got = strings.TrimSuffix(body, pasteEnd)
		}
		if strings.ContainsFunc(got, func(r rune) bool {
			return r < ' ' && r != '\t' && r != '\r' || r >= 0x7f && r < 0xa0
		}) || !utf8.ValidString(got) {
			t.Fatalf("%q: control characters or invalid UTF-8 in %q", text, got)
		}
	})
}
