package vt

import "strings"

// Snapshot is an immutable picture of a terminal: the visible screen, cursor,
// modes and title, and everything else that Restore needs to go on from there,
// in the middle of an escape sequence too. It shares unchanged rows with its
// terminal and with other snapshots; any number of goroutines may read it.
type Snapshot struct {
	state  state
	tables tables
	lines  []*line // the visible screen
	other  []*line // the hidden screen, nil when it was never used
	hist   []*line // scrollback, oldest first, when it was asked for
}

// Size returns columns and rows.
func (s *Snapshot) Size() (cols, rows int) { return s.state.cols, s.state.rows }

// Line returns visible row y, 0 at the top.
func (s *Snapshot) Line(y int) Line { return Line{s.lines[y], &s.tables} }

// Cursor returns the cursor.
func (s *Snapshot) Cursor() Cursor { return s.state.cursor() }

// Modes returns the child's modes.
func (s *Snapshot) Modes() Modes { return s.state.modes }

// Title returns the window title, as the program sent it: data, not to be
// printed as it is.
func (s *Snapshot) Title() string { return s.state.title }

// Scrollback returns how many rows of history the snapshot carries: 0 unless it
// was taken with SnapshotWithHistory.
func (s *Snapshot) Scrollback() int { return len(s.hist) }

// ScrollbackLine returns row i of the history, 0 the oldest. Rows keep the width
// they had when they were last wrapped.
func (s *Snapshot) ScrollbackLine(i int) Line { return Line{s.hist[i], &s.tables} }

// Color resolves palette changes (OSC 4, 10, 11): it returns the colour that the
// program put in c's place, or c. For DefaultColor say which one with fg.
func (s *Snapshot) Color(c Color, fg bool) Color { return s.state.palette.resolve(c, fg) }

// Text returns the visible rows, right-trimmed, joined by newlines.
func (s *Snapshot) Text() string {
	var b strings.Builder
	for y := range s.lines {
		if y > 0 {
			b.WriteByte('\n')
		}
		s.Line(y).appendText(&b, true)
	}
	return b.String()
}
