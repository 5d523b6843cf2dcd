package vt

//go:generate sh -c "go run ./internal/genprops > props_table.go"

// props is what the terminal needs to know of a code point, in a byte: bits 0–1
// its columns as wcwidth counts them, bits 2–5 its class for clustering, bit 6
// whether U+FE0F turns it into a wide emoji. See internal/genprops.
type props uint8

func (p props) width() int       { return int(p & 3) }
func (p props) class() gcbClass  { return gcbClass(p >> 2 & 15) }
func (p props) emojiStyle() bool { return p&(1<<6) != 0 }

func propsOf(r rune) props {
	if uint32(r) > 0x10ffff {
		return 1
	}
	return props(propsPages[int(propsIndex[r>>8])<<8|int(r&0xff)])
}

// RuneWidth returns the columns of a code point as wcwidth counts them: 0 for
// marks and controls, 2 for East Asian wide characters and emoji, else 1.
func RuneWidth(r rune) int { return propsOf(r).width() }
