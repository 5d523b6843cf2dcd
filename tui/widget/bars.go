package widget

import (
	"rexec/tui/keys"
	"rexec/tui/screen"
	"rexec/tui/theme"
)

// HintBar draws the keys that can be used now into one row. When they do not all
// fit, those at the end stay, help among them, and the ones before give way.
func HintBar(s *screen.Screen, t *theme.Theme, r screen.Rect, hints []keys.Binding) {
	s.Fill(r, t.Bar)
	HintSpans(s, r.Min.X+1, r.Min.Y, r.Dx()-2, hints, t.BarKey, t.BarKeyName)
}

// HintSpans draws hints as "key name  key name" and returns the columns used.
func HintSpans(s *screen.Screen, x, y, cols int, hints []keys.Binding, key, name screen.Style) int {
	gap := 3
	width := func(hs []keys.Binding) (w int) {
		for _, h := range hs {
			w += s.Width(h.KeyLabel()) + 1 + s.Width(h.Short) + gap
		}
		return w - gap
	}
	if width(hints) > cols {
		gap = 2
	}
	// Help and the way out stand last; drop from before them.
	for len(hints) > 2 && width(hints) > cols {
		n := len(hints) - 3
		hints = append(append([]keys.Binding{}, hints[:n]...), hints[n+1:]...)
	}
	used := 0
	for i, h := range hints {
		if i > 0 {
			used += gap
		}
		used += s.Spans(x+used, y, cols-used, screen.Span{Text: h.KeyLabel(), Style: key}, screen.Span{Text: " " + h.Short, Style: name})
	}
	return used
}

// Header draws a bar with spans at its left and right. When both do not fit the
// left ones are clipped.
func Header(s *screen.Screen, t *theme.Theme, r screen.Rect, left, right []screen.Span) {
	s.Fill(r, t.Bar)
	w := 0
	for _, sp := range right {
		w += s.Width(sp.Text)
	}
	if w > r.Dx()*2/3 {
		w = 0
	}
	if w > 0 {
		s.Spans(r.Max.X-1-w, r.Min.Y, w, right...)
		w += 2
	}
	s.Spans(r.Min.X+1, r.Min.Y, r.Dx()-2-w, left...)
}

// Progress draws how much of something is done, as a bar and a percentage.
func Progress(s *screen.Screen, t *theme.Theme, r screen.Rect, done, total int64) {
	if r.Dx() < 8 || total <= 0 {
		return
	}
	done = max(min(done, total), 0)
	bar := r.Dx() - 5
	n := int(int64(bar) * done / total)
	for i := range bar {
		glyph, st := "━", t.Played
		if i >= n {
			glyph, st = "─", t.Unplayed
		}
		s.Text(r.Min.X+i, r.Min.Y, 1, glyph, st)
	}
	s.TextRight(r.Max.X, r.Min.Y, 4, itoa(int(100*done/total))+"%", t.BarMuted)
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}
