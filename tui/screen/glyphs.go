package screen

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"rexec/internal/visible"
)

// glyphs knows the text and width of characters under one way of counting.
type glyphs struct {
	method   ansi.Method
	runes    map[rune]glyph
	clusters map[string]int
}

type glyph struct {
	text  string
	width int // as the renderer counts it
}

// maxGlyphs bounds the caches; a screen that shows more starts over.
const maxGlyphs = 1 << 14

const (
	replacement = "\uFFFD"
	joiner      = "\u200d"
)

var ascii = func() (t [128]string) {
	for i := range t {
		t[i] = string(rune(i))
	}
	return t
}()

func newGlyphs(m ansi.Method) glyphs {
	return glyphs{method: m, runes: map[rune]glyph{}, clusters: map[string]int{}}
}

// rune returns the glyph of a single code point; one that cannot stand in a cell
// by itself is replaced.
func (g *glyphs) rune(r rune) glyph {
	if r >= ' ' && r < 0x7f {
		return glyph{ascii[r], 1}
	}
	if v, ok := g.runes[r]; ok {
		return v
	}
	if len(g.runes) >= maxGlyphs {
		clear(g.runes)
	}
	v := glyph{text: string(r)}
	if !isInvisible(r) {
		v.width = g.method.StringWidth(v.text)
	}
	if v.width < 1 || v.width > 2 {
		v = glyph{replacement, 1}
	}
	g.runes[r] = v
	return v
}

// width returns the columns of one cluster as the renderer counts them.
func (g *glyphs) width(cluster string) int {
	if w, ok := g.clusters[cluster]; ok {
		return w
	}
	if len(g.clusters) >= maxGlyphs {
		clear(g.clusters)
	}
	w := g.method.StringWidth(cluster)
	g.clusters[strings.Clone(cluster)] = w
	return w
}

// cluster returns the glyph for a cell of several code points that must not take
// more columns than given. Where the renderer counts more, the base alone is
// drawn; where it counts less, the caller pads.
func (g *glyphs) cluster(text string, columns int) glyph {
	// A joiner at the end would join with whatever stands in the next cell.
	text = strings.TrimRight(text, joiner)
	if strings.IndexFunc(text, isControl) < 0 {
		if w := g.width(text); w >= 1 && w <= columns {
			return glyph{text, w}
		}
	}
	r, _ := utf8.DecodeRuneInString(text)
	if v := g.rune(r); v.width <= columns {
		return v
	}
	return glyph{replacement, 1}
}

// next cuts the first cluster off s, made fit to be drawn.
func (g *glyphs) next(s string) (v glyph, rest string) {
	r, n := utf8.DecodeRuneInString(s)
	// The common case: one character, and the next is no mark that joins it.
	if r < 0x300 && (len(s) == n || s[n] < 0xc0) {
		return g.visible(r), s[n:]
	}
	if isInvisible(r) || r == utf8.RuneError {
		return g.visible(r), s[n:]
	}
	c, w := ansi.FirstGraphemeCluster(s, g.method)
	text := strings.TrimRight(c, joiner)
	if g.extends(text) {
		return glyph{replacement, 1}, s[len(c):]
	}
	if w >= 1 && w <= 2 && strings.IndexFunc(text, isControl) < 0 {
		return glyph{text, w}, s[len(c):]
	}
	return g.visible(r), s[len(c):] // its base alone
}

// joins returns the cluster that the end of one cell and the next one make when
// the terminal counts by cluster and so would draw them as one, and how many
// columns it takes; ok is false when they stay two.
func (g *glyphs) joins(a, b string) (v glyph, ok bool) {
	if g.method != ansi.GraphemeWidth || a == "" || b == "" {
		return v, false
	}
	if r, _ := utf8.DecodeRuneInString(b); standsAlone(r) {
		return v, false
	}
	both := a + b
	if c, w := ansi.FirstGraphemeCluster(both, g.method); len(c) > len(a) {
		return glyph{both, w}, true
	}
	return v, false
}

// extends tells whether text would join whatever stands before it.
func (g *glyphs) extends(text string) bool {
	_, ok := g.joins(" ", text)
	return ok
}

// standsAlone tells of the most common characters that they join nothing before
// them; of others it is not known.
func standsAlone(r rune) bool {
	return r < 0x300 || r >= 0x2010 && r < 0x2028 || r >= 0x2100 && r < 0x2c00 ||
		r >= 0x3000 && r < 0x302a || r >= 0x3030 && r < 0x3099 || r >= 0x309b && r < 0xa000
}

// visible returns the glyph of r, or what makes it visible when it has none.
func (g *glyphs) visible(r rune) glyph {
	return g.rune(picture(r))
}

// picture maps control characters to their pictures (Unicode "Control
// Pictures") and other characters without a look to U+FFFD.
func picture(r rune) rune {
	switch {
	case r < 0x20:
		return 0x2400 + r
	case r == 0x7f:
		return 0x2421
	case r == 0xa0:
		return ' '
	case isInvisible(r):
		return utf8.RuneError
	}
	return r
}

// isControl tells whether a rune acts on a terminal or on the order of text.
func isControl(r rune) bool {
	return r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || isBidi(r)
}

func isBidi(r rune) bool {
	return r == 0x061c || r == 0x200e || r == 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// isInvisible tells whether a rune has no look of its own. Private ones have one:
// fonts for terminals keep the symbols of prompts there.
func isInvisible(r rune) bool {
	return isControl(r) || r >= 0x300 && unicode.In(r, unicode.Cf, unicode.Cs, unicode.Mn, unicode.Me)
}

// Clean returns text from outside in a form that is safe inside other text: see
// visible.String. What is drawn through Text needs it not.
func Clean(s string) string { return visible.String(s) }
