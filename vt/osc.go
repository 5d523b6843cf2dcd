package vt

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	maxTitle = 4096
	maxLink  = 2083     // what browsers and other terminals take
	maxMark  = 64 << 10 // of a prompt mark, which may carry a command, percent-encoded
)

// oscCommands is every operating system command this terminal understands, by
// its number (xterm ctlseqs, "Operating System Commands"; the hyperlink, OSC
// 133 and notification conventions of other terminals).
var oscCommands map[int]func(t *Terminal, arg, terminator string)

func init() { // not a literal: the functions reach the table through Write
	oscCommands = map[int]func(t *Terminal, arg, terminator string){
		0:   func(t *Terminal, arg, _ string) { t.icon = cleanText(arg, maxTitle); t.setTitle(arg) },
		1:   func(t *Terminal, arg, _ string) { t.icon = cleanText(arg, maxTitle) },
		2:   func(t *Terminal, arg, _ string) { t.setTitle(arg) },
		4:   (*Terminal).oscPalette,
		7:   func(t *Terminal, arg, _ string) { t.emit(DirectoryEvent{URL: cleanText(arg, maxTitle)}) },
		8:   func(t *Terminal, arg, _ string) { t.oscLink(arg) },
		9:   func(t *Terminal, arg, _ string) { t.oscNotify(arg) },
		10:  func(t *Terminal, arg, st string) { t.oscColors(10, arg, st) },
		11:  func(t *Terminal, arg, st string) { t.oscColors(11, arg, st) },
		12:  func(t *Terminal, arg, st string) { t.oscColors(12, arg, st) },
		52:  func(t *Terminal, arg, _ string) { t.oscClipboard(arg) },
		104: func(t *Terminal, arg, _ string) { t.oscResetPalette(arg) },
		110: func(t *Terminal, _, _ string) { t.setDynamic(10, DefaultColor) },
		111: func(t *Terminal, _, _ string) { t.setDynamic(11, DefaultColor) },
		112: func(t *Terminal, _, _ string) { t.setDynamic(12, DefaultColor) },
		133: func(t *Terminal, arg, _ string) { t.oscPrompt(arg) },
		777: func(t *Terminal, arg, _ string) {
			if f := strings.SplitN(arg, ";", 3); len(f) == 3 && f[0] == "notify" {
				t.emit(NotificationEvent{Title: cleanText(f[1], maxTitle), Body: cleanText(f[2], maxTitle)})
			}
		},
	}
}

func (t *Terminal) dispatchOSC(s []byte, terminator string) {
	number, arg, _ := bytes.Cut(s, []byte{';'})
	n, err := strconv.Atoi(string(number))
	if err != nil {
		return
	}
	if run, ok := oscCommands[n]; ok {
		run(t, string(arg), terminator)
	}
}

// cleanText cuts s to max bytes at a character boundary, replaces what is not
// UTF-8, and takes controls out.
func cleanText(s string, max int) string {
	if len(s) > max {
		s = s[:max]
		for len(s) > 0 && !utf8.RuneStart(s[len(s)-1]) {
			s = s[:len(s)-1]
		}
		if r, n := utf8.DecodeLastRuneInString(s); r == utf8.RuneError && n == 1 {
			s = s[:len(s)-1]
		}
	}
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r >= 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

func (t *Terminal) setTitle(s string) {
	if s = cleanText(s, maxTitle); s != t.title {
		t.title = s
		t.emit(TitleEvent{Title: s})
	}
}

// oscLink is OSC 8: params ; URI. An empty URI ends the link.
func (t *Terminal) oscLink(arg string) {
	params, uri, ok := strings.Cut(arg, ";")
	if !ok || len(uri) > maxLink {
		return
	}
	l := Link{URI: cleanText(uri, maxLink)}
	if l.URI != "" {
		for _, kv := range strings.Split(params, ":") {
			if id, ok := strings.CutPrefix(kv, "id="); ok {
				l.ID = cleanText(id, 256)
			}
		}
	}
	t.setLink(l)
}

func (t *Terminal) oscNotify(arg string) {
	if strings.HasPrefix(arg, "4;") { // ConEmu's progress, no notification
		return
	}
	t.emit(NotificationEvent{Body: cleanText(arg, maxTitle)})
}

func (t *Terminal) oscClipboard(arg string) {
	selection, data, ok := strings.Cut(arg, ";")
	if !ok {
		return
	}
	t.emit(ClipboardEvent{Selection: cleanText(selection, 16), Query: data == "?", Data: data})
}

// oscPrompt is OSC 133: a letter, then parameters.
func (t *Terminal) oscPrompt(arg string) {
	letter, params, _ := strings.Cut(arg, ";")
	e := PromptEvent{Params: cleanText(params, maxMark)}
	switch letter {
	case "A", "N", "P":
		e.Mark = PromptStart
	case "B", "I":
		e.Mark = CommandStart
	case "C":
		e.Mark = OutputStart
	case "D":
		e.Mark = CommandEnd
		status, _, _ := strings.Cut(params, ";")
		if n, err := strconv.Atoi(status); err == nil {
			e.Status, e.HasStatus = n, true
		}
	default:
		return
	}
	if e.Mark != CommandEnd {
		t.row(t.y).mark = e.Mark
	}
	t.emit(e)
}

// oscPalette is OSC 4: pairs of index and colour, or ? to ask.
func (t *Terminal) oscPalette(arg, terminator string) {
	f := strings.Split(arg, ";")
	for i := 0; i+1 < len(f) && i < 512; i += 2 {
		n, err := strconv.Atoi(f[i])
		if err != nil || n < 0 || n > 255 {
			continue
		}
		index := uint8(n)
		if f[i+1] == "?" {
			c := t.palette.resolve(IndexColor(index), true)
			if _, ok := c.Index(); ok {
				c = PaletteRGB(index)
			}
			t.reply(fmt.Sprintf("\x1b]4;%d;%s%s", n, rgbSpec(c), terminator))
			continue
		}
		if c, ok := parseColor(f[i+1]); ok {
			p := t.palette.clone()
			p.entry[index] = c
			t.palette = p
		}
	}
}

// oscResetPalette is OSC 104: the entries named, or all.
func (t *Terminal) oscResetPalette(arg string) {
	if t.palette == nil {
		return
	}
	p := t.palette.clone()
	if arg == "" {
		clear(p.entry)
	} else {
		for _, s := range strings.Split(arg, ";") {
			if n, err := strconv.Atoi(s); err == nil && n >= 0 && n < 256 {
				delete(p.entry, uint8(n))
			}
		}
	}
	t.setPalette(p)
}

// setPalette keeps nil for "nothing changed", so that equal screens have equal
// states.
func (t *Terminal) setPalette(p *palette) {
	if len(p.entry) == 0 && p.fg == 0 && p.bg == 0 && p.cursor == 0 {
		p = nil
	}
	t.palette = p
}

// oscColors is OSC 10, 11 and 12: text, background, cursor. Further colours in
// one command go to the next number.
func (t *Terminal) oscColors(which int, arg, terminator string) {
	for _, spec := range strings.Split(arg, ";") {
		if which > 12 {
			return
		}
		if spec == "?" {
			t.reply(fmt.Sprintf("\x1b]%d;%s%s", which, rgbSpec(t.dynamic(which)), terminator))
		} else if c, ok := parseColor(spec); ok {
			t.setDynamic(which, c)
		}
		which++
	}
}

func (t *Terminal) dynamic(which int) Color {
	p := t.palette
	if p == nil {
		p = &palette{}
	}
	c, def := p.fg, t.theme.FG
	switch which {
	case 11:
		c, def = p.bg, t.theme.BG
	case 12:
		c, def = p.cursor, t.theme.Cursor
	}
	if c == DefaultColor {
		return def
	}
	return c
}

func (t *Terminal) setDynamic(which int, c Color) {
	p := t.palette.clone()
	switch which {
	case 10:
		p.fg = c
	case 11:
		p.bg = c
	case 12:
		p.cursor = c
	}
	t.setPalette(p)
}

// rgbSpec writes a colour as the X11 specification that terminals answer with.
func rgbSpec(c Color) string {
	r, g, b, _ := c.RGB()
	return fmt.Sprintf("rgb:%02x%02x/%02x%02x/%02x%02x", r, r, g, g, b, b)
}

// parseColor reads "#rgb", "#rrggbb" (and longer), "rgb:r/g/b" with 1 to 4
// hexadecimal digits each (XParseColor). Colour names are not known.
func parseColor(s string) (Color, bool) {
	var parts []string
	if h, ok := strings.CutPrefix(s, "#"); ok {
		n := len(h) / 3
		if n < 1 || n > 4 || len(h)%3 != 0 {
			return 0, false
		}
		parts = []string{h[:n], h[n : 2*n], h[2*n:]}
	} else if h, ok := strings.CutPrefix(s, "rgb:"); ok {
		parts = strings.Split(h, "/")
	}
	if len(parts) != 3 {
		return 0, false
	}
	var v [3]uint8
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 16, 16)
		if err != nil || len(part) > 4 {
			return 0, false
		}
		full := uint64(1)<<(4*len(part)) - 1
		if s[0] == '#' { // the short forms give the high bits
			v[i] = uint8(n << 8 >> (4 * len(part)))
		} else {
			v[i] = uint8((n*255 + full/2) / full)
		}
	}
	return RGBColor(v[0], v[1], v[2]), true
}
