package shown

import (
	"strconv"

	"rexec/vt"
)

// appendNumber appends the colours that say a number: its low 24 bits are the
// foreground, the next 24 the background.
func appendNumber(dst []byte, n int64) []byte {
	dst = append(dst, "\x1b[38;2"...)
	for _, shift := range [...]int{16, 8, 0} {
		dst = strconv.AppendUint(append(dst, ';'), uint64(n>>shift&0xff), 10)
	}
	dst = append(dst, ";48;2"...)
	for _, shift := range [...]int{40, 32, 24} {
		dst = strconv.AppendUint(append(dst, ';'), uint64(n>>shift&0xff), 10)
	}
	return append(dst, 'm')
}

// numberOf returns the number that a cell's colours say, -1 when it was not printed.
func numberOf(c vt.Cell) int64 {
	fr, fg, fb, ok := c.FG().RGB()
	br, bg, bb, ok2 := c.BG().RGB()
	if !ok || !ok2 || c.IsBlank() {
		return -1
	}
	return int64(fr)<<16 | int64(fg)<<8 | int64(fb) | int64(br)<<40 | int64(bg)<<32 | int64(bb)<<24
}
