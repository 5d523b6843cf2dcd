package vt

// state is all of a terminal but its grids, scrollback and tables. It is copied
// by assignment into snapshots: what a slice or pointer in it refers to is never
// written, only replaced.
type state struct {
	cols, rows int

	x, y        int
	pendingWrap bool // the last column was written; with auto-wrap the next character wraps first
	pen         Cell // colours and attributes of what is printed next; no content
	penExt      ext

	top, bottom int // scrolling region, inclusive (DECSTBM)
	left, right int // horizontal margins, inclusive (DECSLRM)

	modes         Modes
	insert        bool // IRM
	origin        bool // DECOM
	autoWrap      bool // DECAWM
	reverseWrap   bool // mode 45
	marginMode    bool // DECLRMM: DECSLRM is understood, margins hold
	columns132    bool // DECCOLM
	allowColumns  bool // mode 40: DECCOLM is obeyed
	keepOnColumns bool // DECNCSM: DECCOLM does not clear
	hidden        bool // not DECTCEM
	blink         bool
	shape         CursorShape
	rectExtent    bool // DECSACE 2: attribute changes work on rectangles
	latin1        bool // ESC % @: bytes are ISO 8859-1 and C1 controls, not UTF-8

	charset  charsets
	tabs     tabStops
	saved    [2]savedCursor // DECSC, primary and alternate
	penStack []savedPen     // XTPUSHSGR
	kitty    [2]kittyStack  // keyboard flags, primary and alternate
	modeBank map[uint16]bool

	title, icon string
	titles      []string // title stack, newest last
	palette     *palette

	last    uint32 // content of the last character printed, for REP; 0 when something else came after it
	cluster clusterState
	link    Link
	carry   utf8Carry
	parser  parser
}

// savedCursor is what DECSC keeps.
type savedCursor struct {
	x, y    int
	pen     Cell
	penExt  ext
	origin  bool
	charset charsets
}

type savedPen struct {
	pen Cell
	ext ext
}

const maxStack = 16 // titles, pens and keyboard flags pushed

// kittyStack is the stack of the kitty keyboard protocol; the flags in force
// stand in Modes.
type kittyStack struct {
	flags [maxStack]KittyFlags
	n     uint8
	saved KittyFlags // in force on the screen that is hidden
}

func (s *state) cursor() Cursor {
	return Cursor{X: s.x, Y: s.y, Visible: !s.hidden, Blink: s.blink, Shape: s.shape}
}

// resetState is RIS without the grids.
func (t *Terminal) resetState() {
	t.state = state{
		cols: t.cols, rows: t.rows,
		bottom: t.rows - 1, right: t.cols - 1,
		autoWrap: true,
		blink:    true,
		tabs:     defaultTabs(t.cols),
		title:    t.title,
		icon:     t.icon,
	}
}

// screen is 0 for the primary screen, 1 for the alternate one.
func (s *state) screen() int {
	if s.modes.AltScreen {
		return 1
	}
	return 0
}

// tabStops is a bit for each column. It is replaced, never written, when it may
// be shared.
type tabStops []uint64

func defaultTabs(cols int) tabStops {
	s := make(tabStops, (MaxCols+63)/64)
	for x := 8; x < MaxCols; x += 8 {
		s[x/64] |= 1 << (x % 64)
	}
	return s
}

func (s tabStops) at(x int) bool { return s[x/64]&(1<<(x%64)) != 0 }

func (s tabStops) with(x int, on bool) tabStops {
	c := append(tabStops(nil), s...)
	if on {
		c[x/64] |= 1 << (x % 64)
	} else {
		c[x/64] &^= 1 << (x % 64)
	}
	return c
}

// palette holds colours that the program changed. It is replaced, never written.
type palette struct {
	entry          map[uint8]Color
	fg, bg, cursor Color
}

func (p *palette) resolve(c Color, fg bool) Color {
	if p == nil {
		return c
	}
	if i, ok := c.Index(); ok {
		if v, ok := p.entry[i]; ok {
			return v
		}
		return c
	}
	if c == DefaultColor {
		if fg {
			return p.fg
		}
		return p.bg
	}
	return c
}

func (p *palette) clone() *palette {
	c := &palette{}
	if p != nil {
		*c = *p
	}
	m := make(map[uint8]Color, len(c.entry)+1)
	for k, v := range c.entry {
		m[k] = v
	}
	c.entry = m
	return c
}
