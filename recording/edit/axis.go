package edit

import (
	"math"
	"slices"
	"time"
)

// forever is behind every recording.
const forever = time.Duration(math.MaxInt64)

// axis maps times of an original to times of the result.
type axis struct {
	cuts  []Span // in order, apart from each other; To is not part of them
	idle  time.Duration
	speed float64

	last  time.Duration // of the last event, cuts taken out
	saved time.Duration // pauses taken out up to it
}

func newAxis(o Options) *axis {
	a := &axis{idle: o.Idle, speed: o.Speed}
	if a.speed == 0 {
		a.speed = 1
	}
	cuts := slices.Clone(o.Cuts)
	if o.Trim != nil {
		if o.Trim.From > 0 {
			cuts = append(cuts, Span{0, o.Trim.From})
		}
		cuts = append(cuts, Span{o.Trim.To + 1, forever}) // what happens at To is kept
	}
	slices.SortFunc(cuts, func(a, b Span) int { return int(min(max(a.From-b.From, -1), 1)) })
	for _, c := range cuts {
		if n := len(a.cuts) - 1; n >= 0 && c.From <= a.cuts[n].To {
			a.cuts[n].To = max(a.cuts[n].To, c.To)
			continue
		}
		a.cuts = append(a.cuts, c)
	}
	return a
}

// removed tells whether what happens at a time is taken out.
func (a *axis) removed(t time.Duration) bool {
	_, in := a.cut(t)
	return in
}

// cut returns how long the cuts up to a time are together, and whether the time is in
// one of them.
func (a *axis) cut(t time.Duration) (sum time.Duration, in bool) {
	for _, c := range a.cuts {
		switch {
		case t < c.From:
			return sum, false
		case t < c.To:
			return sum + t - c.From, true
		}
		sum += c.To - c.From
	}
	return sum, false
}

// at returns where a time is in the result. An event, unlike a mark, begins the next
// pause.
func (a *axis) at(t time.Duration, event bool) time.Duration {
	sum, _ := a.cut(t)
	t = max(t-sum, a.last)
	saved := a.saved
	if pause := t - a.last; a.idle > 0 && pause > a.idle {
		saved += pause - a.idle
	}
	if event {
		a.last, a.saved = t, saved
	}
	t -= saved
	if a.speed == 1 {
		return t
	}
	return time.Duration(math.Round(float64(t) / a.speed))
}
