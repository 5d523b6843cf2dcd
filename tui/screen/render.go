package screen

import (
	"image/color"
	"strconv"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// Render writes the screen as the styled text that tea.View takes: a line for
// each row, SGR and OSC 8 sequences between.
func (s *Screen) Render() string {
	out := s.out[:0]
	for y, l := range s.buf.Lines {
		if y > 0 {
			out = append(out, '\n')
		}
		out = appendLine(out, l)
	}
	s.out = out
	return string(out)
}

func appendLine(out []byte, l uv.Line) []byte {
	end := len(l)
	for end > 0 && l[end-1] == uv.EmptyCell {
		end--
	}
	var pen uv.Style
	var link uv.Link
	for i := range l[:end] {
		c := &l[i]
		if c.Width == 0 {
			continue
		}
		if c.Style != pen {
			out = appendStyle(out, c.Style)
			pen = c.Style
		}
		if c.Link != link {
			out = append(out, "\x1b]8;"...)
			out = append(out, c.Link.Params...)
			out = append(out, ';')
			out = append(out, c.Link.URL...)
			out = append(out, "\x1b\\"...)
			link = c.Link
		}
		out = append(out, c.Content...)
	}
	if link != (uv.Link{}) {
		out = append(out, "\x1b]8;;\x1b\\"...)
	}
	if pen != (uv.Style{}) {
		out = append(out, "\x1b[m"...)
	}
	return out
}

// sgrs are the parameters of the attributes, in the order of their bits.
var sgrs = [8]string{";1", ";2", ";3", ";5", ";6", ";7", ";8", ";9"}

// appendStyle sets a style, whatever it was before.
func appendStyle(out []byte, st uv.Style) []byte {
	if st == (uv.Style{}) {
		return append(out, "\x1b[m"...)
	}
	out = append(out, "\x1b[0"...)
	for i, p := range sgrs {
		if st.Attrs&(1<<i) != 0 {
			out = append(out, p...)
		}
	}
	if st.Underline != 0 {
		out = append(out, ";4:"...)
		out = strconv.AppendUint(out, uint64(st.Underline), 10)
	}
	out = appendColor(out, st.Fg, 30, 38)
	out = appendColor(out, st.Bg, 40, 48)
	if st.UnderlineColor != nil {
		out = appendColor(out, st.UnderlineColor, 0, 58)
	}
	return append(out, 'm')
}

// appendColor adds a colour's parameters; basic is the first of the eight ANSI
// colours, 0 where there are none, and extended introduces the others.
func appendColor(out []byte, c color.Color, basic, extended uint64) []byte {
	number := func(n uint64) { out = append(out, ';'); out = strconv.AppendUint(out, n, 10) }
	switch c := c.(type) {
	case nil:
	case ansi.BasicColor:
		switch {
		case basic == 0:
			number(extended)
			number(5)
			number(uint64(c))
		case c < 8:
			number(basic + uint64(c))
		default:
			number(basic + 60 + uint64(c) - 8)
		}
	case ansi.IndexedColor:
		number(extended)
		number(5)
		number(uint64(c))
	default:
		r, g, b, _ := c.RGBA()
		number(extended)
		number(2)
		number(uint64(r >> 8))
		number(uint64(g >> 8))
		number(uint64(b >> 8))
	}
	return out
}

// String returns the text on the screen, a line for each row without trailing
// blanks.
func (s *Screen) String() string {
	var out []byte
	for y, l := range s.buf.Lines {
		if y > 0 {
			out = append(out, '\n')
		}
		start := len(out)
		keep := start
		for i := range l {
			out = append(out, l[i].Content...)
			if l[i].Width > 0 && l[i].Content != " " {
				keep = len(out)
			}
		}
		out = out[:keep]
	}
	return string(out)
}
