package vt

import "fmt"

// Color is a cell's foreground, background or underline colour: the terminal's
// default, one of 256 palette entries, or 24-bit RGB. The zero value is the
// default colour.
type Color uint32

const (
	colorKindMask  Color = 0xff000000
	colorKindIndex Color = 1 << 24
	colorKindRGB   Color = 2 << 24
)

// DefaultColor is the terminal's own foreground or background.
const DefaultColor Color = 0

// IndexColor returns entry i of the 256-colour palette: 0–7 the ANSI colours,
// 8–15 their bright forms, 16–231 the 6×6×6 cube, 232–255 the grey ramp.
func IndexColor(i uint8) Color { return colorKindIndex | Color(i) }

// RGBColor returns a 24-bit colour.
func RGBColor(r, g, b uint8) Color {
	return colorKindRGB | Color(r)<<16 | Color(g)<<8 | Color(b)
}

// IsDefault tells whether c is the terminal's own colour.
func (c Color) IsDefault() bool { return c == DefaultColor }

// Index returns c's palette entry, and false when c is not a palette colour.
func (c Color) Index() (uint8, bool) { return uint8(c), c&colorKindMask == colorKindIndex }

// RGB returns c's components, and false when c is not a 24-bit colour. For the
// components of a palette colour see Palette.RGB.
func (c Color) RGB() (r, g, b uint8, ok bool) {
	return uint8(c >> 16), uint8(c >> 8), uint8(c), c&colorKindMask == colorKindRGB
}

// String gives "default", the palette index in decimal, or "#rrggbb".
func (c Color) String() string {
	if i, ok := c.Index(); ok {
		return fmt.Sprint(i)
	}
	if r, g, b, ok := c.RGB(); ok {
		return fmt.Sprintf("#%02x%02x%02x", r, g, b)
	}
	return "default"
}

// standardColors are xterm's first sixteen palette entries.
var standardColors = [16]Color{
	RGBColor(0x00, 0x00, 0x00), RGBColor(0xcd, 0x00, 0x00), RGBColor(0x00, 0xcd, 0x00), RGBColor(0xcd, 0xcd, 0x00),
	RGBColor(0x00, 0x00, 0xee), RGBColor(0xcd, 0x00, 0xcd), RGBColor(0x00, 0xcd, 0xcd), RGBColor(0xe5, 0xe5, 0xe5),
	RGBColor(0x7f, 0x7f, 0x7f), RGBColor(0xff, 0x00, 0x00), RGBColor(0x00, 0xff, 0x00), RGBColor(0xff, 0xff, 0x00),
	RGBColor(0x5c, 0x5c, 0xff), RGBColor(0xff, 0x00, 0xff), RGBColor(0x00, 0xff, 0xff), RGBColor(0xff, 0xff, 0xff),
}

// PaletteRGB returns the 24-bit form of entry i of xterm's default 256-colour
// palette.
func PaletteRGB(i uint8) Color {
	switch {
	case i < 16:
		return standardColors[i]
	case i < 232:
		level := func(n uint8) uint8 {
			if n == 0 {
				return 0
			}
			return 55 + 40*n
		}
		n := i - 16
		return RGBColor(level(n/36), level(n/6%6), level(n%6))
	default:
		v := 8 + 10*(i-232)
		return RGBColor(v, v, v)
	}
}
