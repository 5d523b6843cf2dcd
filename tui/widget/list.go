package widget

import "slices"

// List is a cursor over rows that are loaded page by page: the rows known so far,
// in order, which of them are shown, and whether there are more behind them. The
// rows themselves are drawn by who owns the list.
type List[T any] struct {
	key      func(T) string
	rows     []T
	complete bool
	cursor   int
	top      int
	height   int
}

// NewList returns an empty list; key names a row, so that the cursor stays on it
// when the rows are loaded anew.
func NewList[T any](key func(T) string) List[T] { return List[T]{key: key} }

// Len returns how many rows are known.
func (l List[T]) Len() int { return len(l.rows) }

// Complete tells whether there are no rows behind the known ones.
func (l List[T]) Complete() bool { return l.complete }

// Cursor returns the row the cursor is on, from 0.
func (l List[T]) Cursor() int { return l.cursor }

// Selected returns the row under the cursor, false when there is none.
func (l List[T]) Selected() (row T, ok bool) {
	if l.cursor < 0 || l.cursor >= len(l.rows) {
		return row, false
	}
	return l.rows[l.cursor], true
}

// Rows returns all known rows; they must not be changed.
func (l List[T]) Rows() []T { return l.rows }

// Last returns the last known row, from whose key the next page is asked for.
func (l List[T]) Last() (row T, ok bool) {
	if len(l.rows) == 0 {
		return row, false
	}
	return l.rows[len(l.rows)-1], true
}

// Replace takes rows loaded anew. The cursor stays on its row; when that is gone, on
// the next one that is not, or else on the one before.
func (l List[T]) Replace(rows []T, complete bool) List[T] {
	old, cursor := l.rows, l.cursor
	l.rows, l.complete = rows, complete
	if cursor >= 0 && cursor < len(old) {
		if i := l.survivor(old, cursor); i >= 0 {
			// Keep the row where it stands on the screen.
			l.top += i - cursor
			l.cursor = i
		}
	}
	return l.settle()
}

// survivor returns where the row at a cursor of the old rows is now, or that of the
// nearest one which is still there; -1: none is.
func (l List[T]) survivor(old []T, cursor int) int {
	name := l.key(old[cursor])
	if i := slices.IndexFunc(l.rows, func(r T) bool { return l.key(r) == name }); i >= 0 {
		return i
	}
	at := make(map[string]int, len(l.rows))
	for i, r := range l.rows {
		at[l.key(r)] = i
	}
	for _, r := range old[cursor+1:] {
		if i, ok := at[l.key(r)]; ok {
			return i
		}
	}
	for _, r := range slices.Backward(old[:cursor]) {
		if i, ok := at[l.key(r)]; ok {
			return i
		}
	}
	return -1
}

// Append takes the next page.
func (l List[T]) Append(rows []T, complete bool) List[T] {
	l.rows = append(l.rows[:len(l.rows):len(l.rows)], rows...)
	l.complete = complete
	return l.settle()
}

// SetHeight says how many rows are shown at once.
func (l List[T]) SetHeight(rows int) List[T] {
	l.height = max(rows, 0)
	return l.settle()
}

// Move moves the cursor by n rows.
func (l List[T]) Move(n int) List[T] {
	l.cursor += n
	return l.settle()
}

// Go moves the cursor to row i.
func (l List[T]) Go(i int) List[T] {
	l.cursor = i
	return l.settle()
}

// Half moves the cursor by half of what is shown, down or up.
func (l List[T]) Half(direction int) List[T] { return l.Move(direction * max(l.height/2, 1)) }

// NeedsMore tells whether the next page should be loaded now: the end of what is
// known is less than two screens away.
func (l List[T]) NeedsMore() bool {
	return !l.complete && l.cursor+2*max(l.height, 1) >= len(l.rows)
}

// Shown returns the first row that is shown and how many are.
func (l List[T]) Shown() (first, count int) {
	return l.top, min(l.height, len(l.rows)-l.top)
}

// settle brings cursor and top into range; top so that the cursor is shown with a
// row of context where there is room.
func (l List[T]) settle() List[T] {
	l.cursor = max(min(l.cursor, len(l.rows)-1), 0)
	if l.height == 0 {
		l.top = 0
		return l
	}
	context := min(1, (l.height-1)/2)
	l.top = min(l.top, l.cursor-context)
	l.top = max(l.top, l.cursor-l.height+1+context)
	l.top = max(min(l.top, len(l.rows)-l.height), 0)
	return l
}
