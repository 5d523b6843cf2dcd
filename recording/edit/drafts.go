package edit

import "rexec/recording/internal/shown"

// drafts remembers how lines of the screen looked a little earlier. Many programs
// draw a line anew at every key, so that the characters of a text that is being
// typed are printed again and again, and only the last ones are part of the match.
// What was the beginning of the match, in the same place, is masked with it.
type drafts struct {
	ring []draft
	next int
}

const (
	maxDrafts  = 4096
	maxDraft   = 400 // cells
	leastDraft = 2   // characters that are taken for the beginning of a match
	sureDraft  = 4   // … when something else stands behind them
)

// draft is a line as it was.
type draft struct {
	line   int
	alt    bool
	cells  []string
	glyphs []int64
	used   int // 1 + where the match began that it was the beginning of
}

func lineOf(t shown.Text) int { return t.Top + t.Row }

// keep remembers a line.
func (d *drafts) keep(t shown.Text) {
	if t.Row < 0 || len(t.Cells) > maxDraft || len(t.Cells) == 0 {
		return
	}
	x := draft{line: lineOf(t), alt: t.Alt, cells: make([]string, len(t.Cells)), glyphs: append([]int64(nil), t.Glyphs...)}
	text := string(t.Bytes)
	for i, from := range t.Cells {
		to := len(text)
		if i+1 < len(t.Cells) {
			to = t.Cells[i+1]
		}
		x.cells[i] = text[from:to]
	}
	if len(d.ring) < maxDrafts {
		d.ring = append(d.ring, x)
		return
	}
	d.ring[d.next] = x
	d.next = (d.next + 1) % maxDrafts
}

// beginnings calls f for the characters of earlier states of a line that were the
// beginning of the match in its cells from..to-1.
func (d *drafts) beginnings(t shown.Text, from, to int, f func(glyph int64)) {
	if t.Row < 0 {
		return
	}
	line := lineOf(t)
	for i := range d.ring {
		x := &d.ring[i]
		if x.line != line || x.alt != t.Alt || x.used == from+1 {
			continue
		}
		n := from
		for n < to && n < len(x.cells) && x.cells[n] == cellText(t, n) {
			n++
		}
		blank := true
		for j := n; j < to && j < len(x.cells); j++ {
			blank = blank && x.cells[j] == " "
		}
		if n == to { // it was a match itself
			continue
		}
		if n-from < leastDraft || n-from < sureDraft && !blank {
			continue
		}
		x.used = from + 1
		for _, g := range x.glyphs[from:n] {
			if g >= 0 {
				f(g)
			}
		}
	}
}

func cellText(t shown.Text, i int) string {
	to := len(t.Bytes)
	if i+1 < len(t.Cells) {
		to = t.Cells[i+1]
	}
	return string(t.Bytes[t.Cells[i]:to])
}
