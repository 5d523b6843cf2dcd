// Package linediff finds which lines of two texts are the same, and writes what is not
// as a unified diff. It knows lines only, no files and no colours.
//
// Lines that both texts have once are anchors (patience diff): between them, and in
// what has none, the shortest way from one text to the other is looked for (Myers, "An
// O(ND) Difference Algorithm", 1986), up to a bound; beyond it, all of a stretch is
// taken for changed. So the result is always right, and on texts of any kind there in
// time that a person does not notice.
package linediff

import (
	"slices"
	"sort"
)

// Op is what happens to a line.
type Op byte

const (
	Same    Op = ' '
	Deleted Op = '-'
	Added   Op = '+'
)

// Line is a line of one of the texts, or of both.
type Line struct {
	Op   Op
	Text string
}

// maxEdits bounds how many lines Myers's algorithm looks for in one stretch; the memory
// that it takes grows with the square: 8 MB.
const maxEdits = 1000

// Lines returns the lines of a and b in order, with what happens to each on the way from
// a to b. The same lines in front and behind are found always.
func Lines(a, b []string) []Line {
	d := differ{a: a, b: b, out: make([]Line, 0, max(len(a), len(b)))}
	d.run(0, len(a), 0, len(b))
	return d.out
}

type differ struct {
	a, b []string
	out  []Line
}

func (d *differ) emit(op Op, lines []string) {
	for _, l := range lines {
		d.out = append(d.out, Line{op, l})
	}
}

// run compares a[a0:a1] with b[b0:b1].
func (d *differ) run(a0, a1, b0, b1 int) {
	head := 0
	for a0+head < a1 && b0+head < b1 && d.a[a0+head] == d.b[b0+head] {
		head++
	}
	d.emit(Same, d.a[a0:a0+head])
	a0, b0 = a0+head, b0+head
	tail := 0
	for a1-tail > a0 && b1-tail > b0 && d.a[a1-tail-1] == d.b[b1-tail-1] {
		tail++
	}
	a1, b1 = a1-tail, b1-tail
	switch anchors := d.anchors(a0, a1, b0, b1); {
	case a0 == a1 || b0 == b1:
		d.change(a0, a1, b0, b1)
	case len(anchors) > 0:
		for _, p := range anchors {
			d.run(a0, p.a, b0, p.b)
			d.emit(Same, d.a[p.a:p.a+1])
			a0, b0 = p.a+1, p.b+1
		}
		d.run(a0, a1, b0, b1)
	default:
		d.myers(a0, a1, b0, b1)
	}
	d.emit(Same, d.a[a1:a1+tail])
}

func (d *differ) change(a0, a1, b0, b1 int) {
	d.emit(Deleted, d.a[a0:a1])
	d.emit(Added, d.b[b0:b1])
}

// pair is a line that both texts have.
type pair struct{ a, b int }

// anchors are lines that both stretches have once, the most that stand in the same
// order.
func (d *differ) anchors(a0, a1, b0, b1 int) []pair {
	type place struct{ a, b, countA, countB int }
	places := map[string]*place{}
	for i := a0; i < a1; i++ {
		p := places[d.a[i]]
		if p == nil {
			p = &place{}
			places[d.a[i]] = p
		}
		p.a, p.countA = i, p.countA+1
	}
	for i := b0; i < b1; i++ {
		if p := places[d.b[i]]; p != nil {
			p.b, p.countB = i, p.countB+1
		}
	}
	var common []pair // in the order of a
	for i := a0; i < a1; i++ {
		if p := places[d.a[i]]; p.countA == 1 && p.countB == 1 {
			common = append(common, pair{i, p.b})
		}
	}
	return longest(common)
}

// longest is the longest run of pairs, sorted by a, in which b grows too.
func longest(pairs []pair) []pair {
	var ends []int // of the best run of each length: the number of its last pair
	before := make([]int, len(pairs))
	for i, p := range pairs {
		n := sort.Search(len(ends), func(j int) bool { return pairs[ends[j]].b >= p.b })
		before[i] = -1
		if n > 0 {
			before[i] = ends[n-1]
		}
		if n == len(ends) {
			ends = append(ends, i)
		} else {
			ends[n] = i
		}
	}
	if len(ends) == 0 {
		return nil
	}
	var out []pair
	for i := ends[len(ends)-1]; i >= 0; i = before[i] {
		out = append(out, pairs[i])
	}
	slices.Reverse(out)
	return out
}

// myers finds a shortest way through a stretch. v[k] is how far in a one gets on the
// diagonal k, which is where in a less where in b one is, with so many edits.
func (d *differ) myers(a0, a1, b0, b1 int) {
	n, m := a1-a0, b1-b0
	bound := min(n+m, maxEdits)
	v := make([]int32, 2*bound+3)
	at := bound + 1 // of diagonal 0
	var trace [][]int32
	for edits := 0; edits <= bound; edits++ {
		trace = append(trace, slices.Clone(v[at-edits:at+edits+1]))
		for k := -edits; k <= edits; k += 2 {
			var x int32
			if k == -edits || k != edits && v[at+k-1] < v[at+k+1] {
				x = v[at+k+1]
			} else {
				x = v[at+k-1] + 1
			}
			y := int(x) - k
			for int(x) < n && y >= 0 && y < m && d.a[a0+int(x)] == d.b[b0+y] {
				x, y = x+1, y+1
			}
			v[at+k] = x
			if int(x) >= n && y >= m {
				d.walk(a0, b0, n, m, trace)
				return
			}
		}
	}
	d.change(a0, a1, b0, b1)
}

// walk goes back the way that myers found to the place x, y, and emits its lines.
// trace[e] is v as it was before the edit e.
func (d *differ) walk(a0, b0, x, y int, trace [][]int32) {
	var back []Line
	same := func(until int) {
		for x > until {
			x, y = x-1, y-1
			back = append(back, Line{Same, d.a[a0+x]})
		}
	}
	for edits := len(trace) - 1; edits > 0; edits-- {
		v := func(k int) int { return int(trace[edits][k+edits]) }
		k := x - y
		if k == -edits || k != edits && v(k-1) < v(k+1) {
			same(v(k + 1))
			y--
			back = append(back, Line{Added, d.b[b0+y]})
		} else {
			same(v(k-1) + 1)
			x--
			back = append(back, Line{Deleted, d.a[a0+x]})
		}
	}
	same(0)
	slices.Reverse(back)
	d.out = append(d.out, back...)
}
