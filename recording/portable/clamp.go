package portable

import "strconv"

// clamp holds the parameters of control sequences to what vt10x survives: it panics
// on negative and overflowing counts of ICH and DCH and hangs on large ones of CHT
// and CBT. Sequences may be cut anywhere.
type clamp struct {
	state byte   // 0 text, 1 behind ESC, 2 in a CSI sequence
	seq   []byte // the CSI sequence so far
	out   []byte
}

const (
	maxCount    = 89   // of what is repeated
	maxPosition = 1000 // of what names a place: no screen is larger
	maxOther    = 9999 // of modes and the like
	maxSequence = 4096
)

// filter returns what to feed for text. The result is valid until the next call.
func (c *clamp) filter(text string) []byte {
	c.out = c.out[:0]
	for i := range len(text) {
		b := text[i]
		switch {
		case b == 0x1b:
			c.flush()
			c.state = 1
			c.out = append(c.out, b)
		case c.state == 1:
			c.state = 0
			if b == '[' {
				c.state = 2
			}
			c.out = append(c.out, b)
		case c.state == 2 && (b < 0x20 || b >= 0x7f):
			c.out = append(c.out, b) // a control character within a sequence acts at once
		case c.state == 2:
			if len(c.seq) < maxSequence {
				c.seq = append(c.seq, b)
			}
			if b >= 0x40 {
				c.flush()
			}
		default:
			c.out = append(c.out, b)
		}
	}
	return c.out
}

// flush gives the sequence, which is complete or will never be.
func (c *clamp) flush() {
	if c.state == 2 {
		c.out = appendClamped(c.out, c.seq)
	}
	c.seq, c.state = c.seq[:0], 0
}

// appendClamped appends what stands behind CSI.
func appendClamped(dst, seq []byte) []byte {
	if len(seq) == 0 {
		return dst
	}
	most := maxOther
	switch seq[len(seq)-1] {
	case 'I', 'Z', '@', 'P', 'L', 'M', 'S', 'T', 'X', 'b':
		most = maxCount
	case 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'f', 'd', 'r', 'a', 'e', '`':
		most = maxPosition
	}
	for i := 0; i < len(seq); {
		from := i
		for i < len(seq) && seq[i]-'0' <= 9 {
			i++
		}
		if i == from {
			if seq[i] != '-' { // which it reads as a sign
				dst = append(dst, seq[i])
			}
			i++
			continue
		}
		n, err := strconv.Atoi(string(seq[from:i]))
		if err != nil || n > most {
			n = most
		}
		dst = strconv.AppendInt(dst, int64(n), 10)
	}
	return dst
}
