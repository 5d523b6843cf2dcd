package retention

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

const day = 24 * time.Hour

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func ago(d time.Duration) time.Time { return now.Add(-d) }

func moves(list []Move) string {
	var out []string
	for _, m := range list {
		out = append(out, m.ID+": "+string(m.Reason))
	}
	return strings.Join(out, ", ")
}

func TestMake(t *testing.T) {
	old := Item{ID: "old", Created: ago(100 * day), Stored: 40}
	mid := Item{ID: "mid", Created: ago(50 * day), Stored: 40}
	young := Item{ID: "young", Created: ago(day), Stored: 40}
	kept := Item{ID: "kept", Created: ago(200 * day), Stored: 40, Keep: true}
	busy := Item{ID: "busy", Created: ago(200 * day), Stored: 40, Busy: true}
	gone := Item{ID: "gone", Created: ago(300 * day), Trashed: ago(40 * day), Stored: 40}
	going := Item{ID: "going", Created: ago(day), Trashed: ago(2 * day), Stored: 40}
	fresh := Item{ID: "fresh", Created: ago(300 * day), Trashed: ago(time.Hour), Stored: 40}
	for _, test := range []struct {
		name          string
		items         []Item
		policy        Policy
		trash, remove string
		over          int64
	}{
		{name: "nothing is asked", items: []Item{old, gone}},
		{name: "age", items: []Item{young, mid, old, kept, busy}, policy: Policy{Retention: 30 * day},
			trash: "old: older than the retention, mid: older than the retention"},
		{name: "the trash", items: []Item{going, gone, fresh}, policy: Policy{Trash: 30 * day},
			remove: "gone: its time in the trash is over"},
		{name: "it fits", items: []Item{old, young, fresh}, policy: Policy{MaxSize: 120}},
		{name: "the trash goes before what is not there", items: []Item{old, young, going, fresh}, policy: Policy{MaxSize: 120},
			remove: "going: over the size limit"},
		{name: "too large: to the trash first", items: []Item{old, mid, young}, policy: Policy{MaxSize: 80},
			trash: "old: over the size limit", over: 40},
		{name: "not what is kept", items: []Item{kept, busy, young}, policy: Policy{MaxSize: 10},
			trash: "young: over the size limit", over: 110},
		{name: "age makes room", items: []Item{old, young}, policy: Policy{MaxSize: 40, Retention: 30 * day},
			trash: "old: older than the retention", over: 40},
		{name: "a short time in the trash", items: []Item{fresh, young}, policy: Policy{Trash: time.Minute},
			remove: "fresh: its time in the trash is over"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := Make(test.items, test.policy, now)
			if got := moves(p.Trash); got != test.trash {
				t.Errorf("to the trash: %q, want %q", got, test.trash)
			}
			if got := moves(p.Remove); got != test.remove {
				t.Errorf("for good: %q, want %q", got, test.remove)
			}
			if p.Over != test.over {
				t.Errorf("over by %d, want %d", p.Over, test.over)
			}
		})
	}
}

// Whatever the library and the settings, nothing goes that must not, and day by day
// the limit is kept if anything may go at all.
func TestMakeKeepsItsPromises(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var items []Item
		for n := range random.IntN(20) {
			i := Item{ID: fmt.Sprint(n), Created: ago(time.Duration(random.IntN(100)) * day), Stored: int64(random.IntN(100)),
				Keep: random.IntN(5) == 0, Busy: random.IntN(9) == 0}
			if random.IntN(3) == 0 && !i.Busy {
				i.Trashed = ago(time.Duration(random.IntN(100*24)) * time.Hour)
			}
			items = append(items, i)
		}
		policy := Policy{MaxSize: int64(random.IntN(500)), Retention: time.Duration(random.IntN(100)) * day, Trash: time.Duration(random.IntN(60)) * day}
		at := now
		for range 3 {
			plan := Make(items, policy, at)
			state := map[string]Item{}
			for _, i := range items {
				state[i.ID] = i
			}
			for _, m := range plan.Trash {
				if m.Keep || m.Busy || !m.Trashed.IsZero() {
					t.Fatalf("%+v goes to the trash", m)
				}
				i := state[m.ID]
				i.Trashed = at
				state[m.ID] = i
			}
			for _, m := range plan.Remove {
				if m.Trashed.IsZero() || at.Sub(m.Trashed) <= min(Grace, max(policy.Trash, time.Hour)) && policy.Trash == 0 {
					t.Fatalf("%+v goes for good", m)
				}
				delete(state, m.ID)
			}
			var left, stuck int64
			items = items[:0]
			for _, i := range state {
				left += i.Stored
				if i.Keep || i.Busy {
					stuck += i.Stored
				}
				items = append(items, i)
			}
			if over := max(left-policy.MaxSize, 0); policy.MaxSize > 0 && over != plan.Over {
				t.Fatalf("over by %d, says %d", over, plan.Over)
			}
			at = at.Add(2 * day)
			if policy.MaxSize > 0 && at.Sub(now) > 4*day && left > max(policy.MaxSize, 0)+stuck {
				t.Fatalf("after days, %d bytes are left of %d, and %d are not to go", left, policy.MaxSize, stuck)
			}
		}
	}
}
