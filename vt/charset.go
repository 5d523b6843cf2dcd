package vt

// charset is a 94-character set that maps ASCII to other characters.
type charset uint8

const (
	charsetASCII   charset = iota
	charsetDrawing         // DEC special graphics
	charsetUK              // # is £
)

// charsets are the four designated sets and which of them is in use (ISO 2022).
type charsets struct {
	g      [4]charset
	gl     uint8 // 0..3: invoked by SI, SO, LS2, LS3
	single uint8 // 2 or 3: SS2, SS3 for the next character
}

func (c *charsets) mapped() bool { return c.single != 0 || c.g[c.gl] != charsetASCII }

// translate maps one ASCII character and ends a single shift.
func (c *charsets) translate(r rune) rune {
	set := c.g[c.gl]
	if c.single != 0 {
		set, c.single = c.g[c.single], 0
	}
	switch {
	case set == charsetDrawing && r >= 0x5f && r <= 0x7e:
		return drawing[r-0x5f]
	case set == charsetUK && r == '#':
		return '£'
	}
	return r
}

// drawing is DEC special graphics from 0x5f on (VT220 Programmer Reference,
// table 2-4).
var drawing = [32]rune{
	' ', '◆', '▒', '␉', '␌', '␍', '␊', '°', '±', '␤', '␋', '┘', '┐', '┌', '└', '┼',
	'⎺', '⎻', '─', '⎼', '⎽', '├', '┤', '┴', '┬', '│', '≤', '≥', 'π', '≠', '£', '·',
}

// charsetOf returns the set that a designation's final byte names; sets we do
// not draw show as ASCII.
func charsetOf(final byte) charset {
	switch final {
	case '0', '2':
		return charsetDrawing
	case 'A':
		return charsetUK
	}
	return charsetASCII
}
