package vt

// history is the scrollback: a ring of lines, oldest first.
type history struct {
	ring  []*line
	first int // index of the oldest
	n     int
	max   int
}

func (h *history) limit(n int) { h.max = max(n, 0) }

// push adds l as the newest line and returns the line that fell out, or l itself
// when nothing is kept.
func (h *history) push(l *line) *line {
	if h.max == 0 {
		return l
	}
	if h.n < h.max {
		if h.n == len(h.ring) {
			h.grow()
		}
		h.ring[(h.first+h.n)%len(h.ring)] = l
		h.n++
		return nil
	}
	out := h.ring[h.first]
	h.ring[h.first] = l
	h.first++
	if h.first == len(h.ring) {
		h.first = 0
	}
	return out
}

func (h *history) grow() {
	size := min(max(64, 2*len(h.ring)), h.max)
	ring := make([]*line, size)
	copy(ring, h.appendTo(nil))
	h.ring, h.first = ring, 0
}

func (h *history) at(i int) *line { return h.ring[(h.first+i)%len(h.ring)] }

func (h *history) appendTo(to []*line) []*line {
	for i := range h.n {
		to = append(to, h.at(i))
	}
	return to
}

func (h *history) clear() { *h = history{max: h.max} }
