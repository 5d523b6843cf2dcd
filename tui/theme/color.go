package theme

import "image/color"

func rgb(v uint32) color.RGBA {
	return color.RGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff}
}

func toRGBA(c color.Color) color.RGBA {
	r, g, b, _ := c.RGBA()
	return color.RGBA{R: uint8(r >> 8), G: uint8(g >> 8), B: uint8(b >> 8), A: 0xff}
}

// blend mixes share of b into a.
func blend(a, b color.RGBA, share float64) color.RGBA {
	mix := func(x, y uint8) uint8 { return uint8(float64(x)*(1-share) + float64(y)*share + 0.5) }
	return color.RGBA{R: mix(a.R, b.R), G: mix(a.G, b.G), B: mix(a.B, b.B), A: 0xff}
}

// isDark tells whether white text reads better than black on a background, by
// its relative luminance (ITU-R BT.601 weights).
func isDark(c color.Color) bool {
	if c == nil {
		return true
	}
	v := toRGBA(c)
	return 0.299*float64(v.R)+0.587*float64(v.G)+0.114*float64(v.B) < 128
}
