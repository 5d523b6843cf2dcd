package edit

import (
	"strconv"

	"rexec/vt"
)

// appendRedraw appends what brings any terminal of the same size to where term is:
// vt's redraw of the screen, and beside it what no single redraw can say, namely the
// hidden screen, the cursor that is saved, and the beginning of a sequence.
func appendRedraw(dst []byte, term *vt.Terminal, pending []byte) []byte {
	s := quiet(term.Snapshot())
	dst = append(dst, "\x1bc"...)
	if s.Modes().AltScreen {
		// The screen beneath, with the cursor that leaving restores.
		beneath := vt.Restore(s)
		_, _ = beneath.Write([]byte("\x1b[?1049l"))
		dst = beneath.Snapshot().AppendRedraw(dst)
		dst = append(dst, "\x1b[?1049h"...)
	}
	saved := vt.Restore(s)
	_, _ = saved.Write([]byte("\x1b8"))
	at := saved.Snapshot()
	if c := at.Cursor(); c.X != 0 || c.Y != 0 {
		// vt's redraw begins with a soft reset, which forgets the saved cursor.
		dst = s.AppendRedraw(dst)
		dst = appendPen(position(dst, at), at)
		dst = append(dst, "\x1b7"...)
		dst = append(dst, s.AppendRedraw(nil)[len("\x1b[!p"):]...)
		return append(dst, pending...)
	}
	dst = s.AppendRedraw(dst)
	return append(dst, pending...)
}

// quiet returns the snapshot without a sequence that is half read, so that writing to
// a terminal restored from it begins afresh.
func quiet(s *vt.Snapshot) *vt.Snapshot {
	t := vt.Restore(s)
	if t.Idle() {
		return s
	}
	_, _ = t.Write([]byte{0x18})
	return t.Snapshot()
}

// position appends the move to a snapshot's cursor.
func position(dst []byte, s *vt.Snapshot) []byte {
	c := s.Cursor()
	dst = append(dst, "\x1b[?6l\x1b["...)
	dst = strconv.AppendInt(dst, int64(c.Y+1), 10)
	dst = append(dst, ';')
	dst = strconv.AppendInt(dst, int64(c.X+1), 10)
	return append(dst, 'H')
}

// appendPen appends what sets the pen of a snapshot. No one tells a snapshot's pen but
// its redraw, which ends with it.
func appendPen(dst []byte, s *vt.Snapshot) []byte {
	t := vt.Restore(s)
	_, _ = t.Write([]byte("\x1b[?6l\x1b[?69l\x1b[r\x1b[?7h\x1b[4l\x1b[H\x1b(B\x0f.\x1b[H"))
	return append(dst, penOf(t.Snapshot().Line(0).Style(0))...)
}

// penOf returns the SGR sequence for a style.
func penOf(st vt.Style) string {
	s := "\x1b[0"
	for i, a := range []vt.Attr{vt.Bold, vt.Dim, vt.Italic, 0, vt.Blink, vt.Reverse, vt.Conceal, vt.Strike} {
		if a != 0 && st.Attrs&a != 0 {
			s += ";" + strconv.Itoa(i+1)
		}
	}
	if st.Attrs&vt.Overline != 0 {
		s += ";53"
	}
	if st.Underline != vt.UnderlineNone {
		s += ";4:" + strconv.Itoa(int(st.Underline))
	}
	return s + color(38, st.FG) + color(48, st.BG) + "m"
}

func color(base int, c vt.Color) string {
	if i, ok := c.Index(); ok {
		return ";" + strconv.Itoa(base) + ";5;" + strconv.Itoa(int(i))
	}
	if r, g, b, ok := c.RGB(); ok {
		return ";" + strconv.Itoa(base) + ";2;" + strconv.Itoa(int(r)) + ";" + strconv.Itoa(int(g)) + ";" + strconv.Itoa(int(b))
	}
	return ""
}
