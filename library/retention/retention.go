// Package retention decides what a library lets go of: which recordings go to the
// trash, and which leave the trash for good. It decides only; package library knows
// disks and does it.
//
// The rules, in this order:
//
//  1. What is older than Policy.Retention goes to the trash.
//  2. What has been in the trash for Policy.Trash leaves it for good.
//  3. When all recordings together, those in the trash too, take more than
//     Policy.MaxSize: what has been in the trash for Grace leaves it, the longest
//     there first, until the rest fits. When what is not in the trash does not fit
//     by itself, the oldest recordings go to the trash until the others do.
//
// The invariant: nothing is ever removed that was not in the trash for at least Grace
// (or Policy.Trash, when that is less), so there is a day in which to take it back,
// and for that day the limit may be exceeded. A recording that is marked to be kept,
// or is being written, goes nowhere by itself; what a person has put in the trash
// counts as not kept once Policy.Trash is over.
package retention

import (
	"cmp"
	"slices"
	"time"
)

// Grace is how long even a limit of size leaves a recording in the trash.
const Grace = 24 * time.Hour

// Policy is what the settings say. Zero values let everything stay.
type Policy struct {
	MaxSize   int64         // bytes on the disk; 0: no limit
	Retention time.Duration // age at which recordings go to the trash; 0: never
	Trash     time.Duration // how long they stay there; 0: until they are removed by hand
}

// Item is a recording, as far as it counts here.
type Item struct {
	ID      string
	Created time.Time
	Trashed time.Time // zero: it is not in the trash
	Stored  int64     // bytes on the disk
	Keep    bool
	Busy    bool // it is being written
}

// Reason is why something goes.
type Reason string

const (
	TooOld       Reason = "older than the retention"
	TooLarge     Reason = "over the size limit"
	TrashExpired Reason = "its time in the trash is over"
)

// Move is one recording that goes.
type Move struct {
	Item
	Reason Reason
}

// Plan is what goes where. The oldest come first.
type Plan struct {
	Trash  []Move // to the trash
	Remove []Move // out of the trash, for good
	// Over is by how many bytes the limit will be exceeded still: by what is kept,
	// being written, or in the trash for less than Grace. 0: it is not.
	Over int64
}

// Empty says that nothing goes.
func (p Plan) Empty() bool { return len(p.Trash)+len(p.Remove) == 0 }

// Make decides what goes at a time.
func Make(items []Item, p Policy, now time.Time) Plan {
	var plan Plan
	var live, trash []Item
	var liveSize, trashSize int64
	for _, i := range items {
		if i.Trashed.IsZero() {
			live, liveSize = append(live, i), liveSize+i.Stored
		} else {
			trash, trashSize = append(trash, i), trashSize+i.Stored
		}
	}
	slices.SortFunc(live, func(a, b Item) int { return order(a.Created, b.Created, a.ID, b.ID) })
	slices.SortFunc(trash, func(a, b Item) int { return order(a.Trashed, b.Trashed, a.ID, b.ID) })

	for _, i := range live {
		switch {
		case i.Keep || i.Busy:
			continue
		case p.Retention > 0 && now.Sub(i.Created) > p.Retention:
			plan.Trash = append(plan.Trash, Move{i, TooOld})
		case p.MaxSize > 0 && liveSize > p.MaxSize:
			plan.Trash = append(plan.Trash, Move{i, TooLarge})
		default:
			continue
		}
		liveSize -= i.Stored
		trashSize += i.Stored
	}
	grace := Grace
	if p.Trash > 0 {
		grace = min(grace, p.Trash)
	}
	for _, i := range trash {
		age := now.Sub(i.Trashed)
		switch {
		case p.Trash > 0 && age > p.Trash:
			plan.Remove = append(plan.Remove, Move{i, TrashExpired})
		case p.MaxSize > 0 && liveSize+trashSize > p.MaxSize && age > grace && !i.Keep:
			plan.Remove = append(plan.Remove, Move{i, TooLarge})
		default:
			continue
		}
		trashSize -= i.Stored
	}
	if p.MaxSize > 0 {
		plan.Over = max(liveSize+trashSize-p.MaxSize, 0)
	}
	return plan
}

func order(a, b time.Time, aID, bID string) int {
	return cmp.Or(a.Compare(b), cmp.Compare(aID, bID))
}
