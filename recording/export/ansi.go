package export

import (
	"bufio"
	"fmt"
	"io"
	"net/url"
	"strings"

	"rexec/vt"
)

// WriteScreenANSI writes a screen for a terminal to print: a line for each row,
// with SGR sequences for colours and attributes and OSC 8 for links to the web and
// to mail. It moves no cursor and sets no mode, so that it can stand anywhere, and
// each line ends in the terminal's own style.
func WriteScreenANSI(w io.Writer, s *vt.Snapshot) error {
	out := bufio.NewWriter(w)
	_, rows := s.Size()
	for y := range rows {
		for _, p := range pieces(s.Line(y)) {
			writePiece(out, s, p)
		}
		out.WriteByte('\n')
	}
	return out.Flush()
}

func writePiece(out *bufio.Writer, s *vt.Snapshot, p piece) {
	link := safeLink(p.style.Link.URI)
	if link != "" {
		out.WriteString("\x1b]8;;" + link + "\x1b\\")
	}
	sgr := sgrOf(s, p.style)
	if sgr != "" {
		out.WriteString("\x1b[" + sgr + "m")
	}
	out.WriteString(p.text)
	if sgr != "" {
		out.WriteString("\x1b[0m")
	}
	if link != "" {
		out.WriteString("\x1b]8;;\x1b\\")
	}
}

// attributeCodes are the SGR parameters that set an attribute (ECMA-48 8.3.117;
// 53 is overline).
var attributeCodes = []struct {
	attr vt.Attr
	code string
}{
	{vt.Bold, "1"}, {vt.Dim, "2"}, {vt.Italic, "3"}, {vt.Blink, "5"},
	{vt.Reverse, "7"}, {vt.Conceal, "8"}, {vt.Strike, "9"}, {vt.Overline, "53"},
}

// sgrOf returns the parameters that turn the terminal's own style into st, ""
// when it is that.
func sgrOf(s *vt.Snapshot, st vt.Style) string {
	var params []string
	for _, a := range attributeCodes {
		if st.Attrs&a.attr != 0 {
			params = append(params, a.code)
		}
	}
	if st.Underline != vt.UnderlineNone {
		params = append(params, fmt.Sprintf("4:%d", st.Underline))
	}
	color := func(c vt.Color, first int) {
		if i, ok := c.Index(); ok {
			params = append(params, indexCode(int(i), first))
		} else if r, g, b, ok := c.RGB(); ok {
			params = append(params, fmt.Sprintf("%d;2;%d;%d;%d", first+8, r, g, b))
		}
	}
	color(s.Color(st.FG, true), 30)
	color(s.Color(st.BG, false), 40)
	if u := s.Color(st.UnderlineColor, true); !st.UnderlineColor.IsDefault() {
		if i, ok := u.Index(); ok {
			params = append(params, fmt.Sprintf("58:5:%d", i))
		} else if r, g, b, ok := u.RGB(); ok {
			params = append(params, fmt.Sprintf("58:2::%d:%d:%d", r, g, b))
		}
	}
	return strings.Join(params, ";")
}

// indexCode is the parameter for a palette colour; first is 30 or 40.
func indexCode(i, first int) string {
	switch {
	case i < 8:
		return fmt.Sprint(first + i)
	case i < 16:
		return fmt.Sprint(first + 60 + i - 8)
	}
	return fmt.Sprintf("%d;5;%d", first+8, i)
}

// safeLink returns a link's URI if it is one that may be followed from a
// stranger's recording, "" otherwise.
func safeLink(uri string) string {
	if uri == "" || strings.ContainsFunc(uri, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return ""
	}
	u, err := url.Parse(uri)
	if err != nil {
		return ""
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https", "mailto":
		return uri
	}
	return ""
}
