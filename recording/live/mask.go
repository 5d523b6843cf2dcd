package live

import (
	"bytes"
	"fmt"
	"maps"
	"time"
	"unicode/utf8"

	"rexec/recording/cast"
	"rexec/recording/secret"
	"rexec/vt"
)

// holdFor is how long what may become a secret waits to be one. With what castfile
// takes for a write, kill -9 still loses no more than 100 ms.
const holdFor = 30 * time.Millisecond

// stream is what the child prints, or what is typed, on its way into the file. The
// zero value masks nothing.
type stream struct {
	filter  *secret.Filter
	buf     []byte
	taken   int64     // bytes
	arrived []arrival // of what is held back
	again   int       // how many of the filter's secrets were counted before
}

// arrival says when the bytes before end came.
type arrival struct {
	end int64
	at  time.Time
}

// take takes what came at the time at and returns what can be written.
func (s *stream) take(at time.Time, p []byte) []byte {
	if s.filter == nil {
		return p
	}
	s.taken += int64(len(p))
	s.arrived = append(s.arrived, arrival{s.taken, at})
	s.buf = s.filter.Append(s.buf[:0], p)
	s.forget()
	return s.buf
}

// flush returns what was held back.
func (s *stream) flush() []byte {
	if s.filter == nil || !s.filter.Pending() {
		return nil
	}
	s.buf = s.filter.Flush(s.buf[:0])
	s.forget()
	return s.buf
}

// forget drops the arrivals of what is out.
func (s *stream) forget() {
	out := s.taken - int64(s.filter.Held())
	n := 0
	for n < len(s.arrived) && s.arrived[n].end <= out {
		n++
	}
	s.arrived = s.arrived[:copy(s.arrived, s.arrived[n:])]
}

// due returns when something must be flushed, the zero time for never.
func (s *stream) due() time.Time {
	if len(s.arrived) == 0 {
		return time.Time{}
	}
	return s.arrived[0].at.Add(holdFor)
}

// masked returns how many secrets were masked.
func (s *stream) masked() int {
	if s.filter == nil {
		return 0
	}
	return s.filter.Masked() - s.again
}

// remind tells the filter what stands on the screen before the cursor, so that a
// secret that was half typed is known when the rest comes.
func (s *stream) remind(text []byte) {
	if s.filter == nil || len(text) == 0 {
		return
	}
	before := s.filter.Masked()
	s.buf = s.filter.Append(s.buf[:0], text)
	s.buf = s.filter.Flush(s.buf[:0])
	s.again += s.filter.Masked() - before
}

// MaskHeader returns a header in which the secrets of its texts are masked, and how
// many there were.
func MaskHeader(h cast.Header) (cast.Header, int) {
	n := 0
	mask := func(s *string) {
		masked, hits := secret.MaskText(*s)
		*s, n = masked, n+hits
	}
	mask(&h.Title)
	mask(&h.Command)
	h.Env = maps.Clone(h.Env)
	for name, value := range h.Env {
		mask(&value)
		// PASSWORD=x is one by its name, x alone is none.
		if whole, hits := secret.MaskText(name + "=" + value); hits > 0 {
			value, n = whole[len(name)+1:], n+hits
		}
		h.Env[name] = value
	}
	if h.Rexec != nil {
		x := *h.Rexec
		mask(&x.Dir)
		mask(&x.Shell)
		mask(&x.Host)
		h.Rexec = &x
	}
	return h, n
}

// place is a cell.
type place struct{ x, y int }

// beforeCursor returns the text of the line that the cursor stands in, up to it,
// and where each of its bytes stands.
func beforeCursor(screen *vt.Snapshot) (text []byte, at []place) {
	c := screen.Cursor()
	first := c.Y
	for first > 0 && screen.Line(first-1).Wrapped() {
		first--
	}
	for y := first; y <= c.Y; y++ {
		l := screen.Line(y)
		end := l.Len()
		if y == c.Y {
			end = min(end, c.X)
		}
		for x := range end {
			cell := l.Text(x)
			text = append(text, cell...)
			for range len(cell) {
				at = append(at, place{x, y})
			}
		}
	}
	return text, at
}

// maskHalf returns the screen with the secret masked that the line before the cursor
// ends in the middle of. A redraw goes on elsewhere, so that the filter takes it for
// complete, and too short.
func maskHalf(screen *vt.Snapshot) *vt.Snapshot {
	text, at := beforeCursor(screen)
	var f secret.Filter
	clear := len(f.Append(nil, text)) // before what is half a secret
	rest := f.Flush(nil)
	if len(rest) == 0 || bytes.Equal(rest, text[clear:]) {
		return screen
	}
	term := vt.Restore(screen)
	var draw []byte
	for i := clear; i < len(text) && len(rest) > 0; {
		r, n := utf8.DecodeRune(text[i:])
		masked := secret.AppendMask(nil, text[i:i+n])
		if bytes.HasPrefix(rest, masked) && r != secret.Mask && len(masked) > 0 {
			draw = fmt.Appendf(draw, "\x1b[%d;%dH%s", at[i].y+1, at[i].x+1, masked)
			rest = rest[len(masked):]
		} else {
			rest = rest[min(n, len(rest)):]
		}
		i += n
	}
	c := screen.Cursor()
	term.Write(fmt.Appendf(draw, "\x1b[%d;%dH", c.Y+1, c.X+1))
	return term.Snapshot()
}
