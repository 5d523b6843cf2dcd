package library

import (
	"context"
	"iter"
	"math"
	"slices"
	"strings"
	"time"

	"rexec/library/query"
)

// maxRanked is how many moments are compared when the best ones are to come first:
// the newest.
const maxRanked = 2000

// searchRanked tells the moments of a query, the most relevant first.
func (l *Library) searchRanked(ctx context.Context, o SearchOptions, yield func(Hit, error) bool) error {
	q, err := query.Parse(o.Query, l.options.Now())
	if err != nil {
		return err
	}
	skip := 0
	if o.After != nil {
		skip = o.After.rank
	}
	type scored struct {
		Hit
		score float64
	}
	var found []scored
	// The same line again is the same find: only its newest place counts.
	seen := map[string]int{}
	now := l.options.Now()
	all := o
	all.Limit, all.After, all.PerRecording = maxRanked, nil, 0
	err = l.find(ctx, q, all, func(h Hit, _ error) bool {
		text := strings.TrimSpace(h.Line)
		if i, again := seen[text]; again {
			found[i].score += 0.05 // what comes often is more probably meant
			return true
		}
		seen[text] = len(found)
		found = append(found, scored{h, rank(h, now)})
		return true
	})
	if err != nil {
		return err
	}
	slices.SortStableFunc(found, func(a, b scored) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return 0
	})
	for i := skip; i < len(found) && (o.Limit <= 0 || i < skip+o.Limit); i++ {
		h := found[i].Hit
		h.cursor = HitCursor{rank: i + 1}
		if !yield(h, nil) {
			return nil
		}
	}
	return nil
}

// together puts the moments of a recording behind its first one.
func together(hits iter.Seq2[Hit, error]) iter.Seq2[Hit, error] {
	return func(yield func(Hit, error) bool) {
		var order []string
		of := map[string][]Hit{}
		for h, err := range hits {
			if err != nil {
				yield(Hit{}, err)
				return
			}
			if of[h.Recording.ID] == nil {
				order = append(order, h.Recording.ID)
			}
			of[h.Recording.ID] = append(of[h.Recording.ID], h)
		}
		for _, id := range order {
			for _, h := range of[id] {
				if !yield(h, nil) {
					return
				}
			}
		}
	}
}

// rank is how probably a moment is the one that was meant: what somebody entered
// before what a program said, a line that says little else before one that says
// much, a match at the beginning, in a recording that is called so, and lately.
func rank(h Hit, now time.Time) float64 {
	score := 0.0
	if h.Kind == HitCommand {
		score += 2
	}
	matched := 0
	for _, s := range h.Spans {
		matched += s.End - s.Start
	}
	if n := len(strings.TrimSpace(h.Line)); n > 0 {
		score += 2 * float64(matched) / float64(n)
	}
	if len(h.Spans) > 0 {
		if strings.TrimSpace(h.Line[:h.Spans[0].Start]) == "" {
			score += 0.5
		}
		name := query.Fold(h.Recording.Name())
		for _, s := range h.Spans {
			if strings.Contains(name, query.Fold(h.Line[s.Start:s.End])) {
				score++
				break
			}
		}
	}
	if c := h.Command; c != nil && c.Exit != nil && *c.Exit == 0 {
		score += 0.2 // what worked is worth finding again
	}
	// Half as much after a month, a fifth after half a year.
	age := now.Sub(h.Recording.Created).Hours() / 24
	return score + 1.5/(1+math.Max(age, 0)/30)
}
