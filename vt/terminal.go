package vt

const (
	// MaxCols and MaxRows bound the grid.
	MaxCols = 1000
	MaxRows = 1000

	// MaxString bounds what is kept of an OSC, DCS or APC string, in bytes.
	MaxString = 1 << 20
)

// Terminal is an emulated terminal. It belongs to one goroutine; hand others a
// Snapshot.
type Terminal struct {
	state
	in    interner
	lines []*line // the screen that is shown
	other []*line // the hidden one; nil until the alternate screen is used
	hist  history
	epoch uint64

	events   func(Event)
	replies  func([]byte)
	scrolled func(Line)
	theme    Theme
}

// Option configures a Terminal.
type Option func(*Terminal)

// WithScrollback keeps up to n lines that leave the primary screen at its top.
// Without it nothing is kept.
func WithScrollback(n int) Option { return func(t *Terminal) { t.hist.limit(n) } }

// WithReplies calls f, inside Write, with what the terminal answers to queries.
// The bytes are for the child's input and valid only during the call. A player
// leaves this out.
func WithReplies(f func([]byte)) Option { return func(t *Terminal) { t.replies = f } }

// WithEvents calls f, inside Write, for every event.
func WithEvents(f func(Event)) Option { return func(t *Terminal) { t.events = f } }

// WithScrolled calls f, inside Write, with every line that scrolls off the top of
// the primary screen, whether or not scrollback is kept. The line is valid only
// during the call.
func WithScrolled(f func(Line)) Option { return func(t *Terminal) { t.scrolled = f } }

// Theme is what the terminal says of its colours when it is asked.
type Theme struct {
	FG, BG, Cursor Color // 24-bit
	Light          bool
}

// WithTheme sets what colour queries are answered with: light grey on black
// without it.
func WithTheme(th Theme) Option { return func(t *Terminal) { t.theme = th } }

var defaultTheme = Theme{FG: RGBColor(0xe5, 0xe5, 0xe5), BG: RGBColor(0, 0, 0), Cursor: RGBColor(0xe5, 0xe5, 0xe5)}

// New returns a terminal of cols × rows, each clamped to at least 1 and at most
// MaxCols or MaxRows.
func New(cols, rows int, options ...Option) *Terminal {
	t := &Terminal{in: newInterner(), epoch: 1, theme: defaultTheme}
	t.cols, t.rows = clamp(cols, 1, MaxCols), clamp(rows, 1, MaxRows)
	t.lines = t.blankLines(nil, t.rows)
	t.resetState()
	for _, o := range options {
		o(t)
	}
	return t
}

// Write feeds the program's output. It takes all of p and never fails. Callbacks
// run before it returns.
func (t *Terminal) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		if t.parser.state == stateGround {
			p = t.ground(p)
		} else {
			p = t.sequence(p)
		}
	}
	return n, nil
}

// Size returns columns and rows.
func (t *Terminal) Size() (cols, rows int) { return t.cols, t.rows }

// Modes returns the child's modes.
func (t *Terminal) Modes() Modes { return t.modes }

// Title returns the window title.
func (t *Terminal) Title() string { return t.title }

// Cursor returns the cursor.
func (t *Terminal) Cursor() Cursor { return t.cursor() }

// Idle tells whether the parser is between sequences: no half-read escape
// sequence or character is pending.
func (t *Terminal) Idle() bool { return t.parser.state == stateGround && t.carry.n == 0 }

// Snapshot returns the terminal as it is, without its scrollback. It costs one
// pointer a row; rows are copied when they are next written.
func (t *Terminal) Snapshot() *Snapshot {
	rows := len(t.lines)
	lines := make([]*line, rows+len(t.other))
	copy(lines, t.lines)
	s := &Snapshot{state: t.state, tables: t.in.tables, lines: lines[:rows:rows]}
	if t.other != nil {
		s.other = lines[rows:]
		copy(s.other, t.other)
	}
	if len(s.state.parser.str) > 0 {
		s.state.parser.str = append([]byte(nil), s.state.parser.str...)
	} else {
		s.state.parser.str = nil
	}
	t.epoch++
	return s
}

// SnapshotWithHistory is Snapshot with the scrollback, at one more pointer for
// each of its lines.
func (t *Terminal) SnapshotWithHistory() *Snapshot {
	s := t.Snapshot()
	s.hist = t.hist.appendTo(make([]*line, 0, t.hist.n))
	return s
}

// Restore returns a terminal that goes on exactly where s was taken. Its
// scrollback is the snapshot's.
func Restore(s *Snapshot, options ...Option) *Terminal {
	t := &Terminal{state: s.state, in: interner{}, epoch: 1, theme: defaultTheme}
	t.in.tables = tables{
		clusters: s.tables.clusters[:len(s.tables.clusters):len(s.tables.clusters)],
		exts:     s.tables.exts[:len(s.tables.exts):len(s.tables.exts)],
	}
	// Rows of the snapshot carry epochs of another terminal: one above all of
	// them marks every row as shared.
	t.lines = append([]*line(nil), s.lines...)
	t.epoch = newestEpoch(t.epoch, t.lines)
	if s.other != nil {
		t.other = append([]*line(nil), s.other...)
		t.epoch = newestEpoch(t.epoch, t.other)
	}
	t.parser.str = append([]byte(nil), s.state.parser.str...)
	for _, o := range options {
		o(t)
	}
	t.epoch = newestEpoch(t.epoch, s.hist)
	for _, l := range s.hist {
		t.hist.push(l)
	}
	return t
}

func newestEpoch(epoch uint64, lines []*line) uint64 {
	for _, l := range lines {
		epoch = max(epoch, l.epoch+1)
	}
	return epoch
}

func (t *Terminal) emit(e Event) {
	if t.events != nil {
		t.events(e)
	}
}

func (t *Terminal) reply(s string) {
	if t.replies != nil {
		t.replies([]byte(s))
	}
}

func clamp(v, lo, hi int) int { return max(lo, min(v, hi)) }
