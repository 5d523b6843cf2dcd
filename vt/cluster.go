package vt

// gcbClass is a code point's class for grapheme clustering (UAX #29, table 2),
// with what the rules for emoji and Indic conjuncts add.
type gcbClass uint8

const (
	gcbOther gcbClass = iota
	gcbControl
	gcbExtend
	gcbLinker // an Extend that joins Indic consonants
	gcbZWJ
	gcbSpacingMark
	gcbPrepend
	gcbRegional
	gcbL
	gcbV
	gcbT
	gcbLV
	gcbLVT
	gcbPictograph
	gcbConsonant
)

// clusterState follows the cluster that the cursor stands behind, while mode
// 2027 is set: enough of it to tell whether the next character belongs to it.
type clusterState struct {
	live  bool // the last thing that happened was a character
	class gcbClass
	odd   bool // an odd number of regional indicators
	emoji bool // pictograph, extends: a ZWJ joins the next pictograph
	join  bool // emoji, then ZWJ
	indic uint8
}

const (
	indicNone      uint8 = iota
	indicConsonant       // a consonant and marks
	indicLinked          // and a linker among them
)

// breaks tells whether a cluster ends before a character of class c (UAX #29,
// rules GB3 to GB999).
func (s *clusterState) breaks(c gcbClass) bool {
	p := s.class
	switch {
	case p == gcbControl || c == gcbControl:
		return true
	case p == gcbL && (c == gcbL || c == gcbV || c == gcbLV || c == gcbLVT):
		return false
	case (p == gcbLV || p == gcbV) && (c == gcbV || c == gcbT):
		return false
	case (p == gcbLVT || p == gcbT) && c == gcbT:
		return false
	case c == gcbExtend || c == gcbLinker || c == gcbZWJ || c == gcbSpacingMark:
		return false
	case p == gcbPrepend:
		return false
	case s.indic == indicLinked && c == gcbConsonant:
		return false
	case s.join && c == gcbPictograph:
		return false
	case p == gcbRegional && c == gcbRegional:
		return !s.odd
	}
	return true
}

// add takes a character of class c into the cluster; start begins a new one.
func (s *clusterState) add(c gcbClass, start bool) {
	if start {
		*s = clusterState{}
	}
	s.live = true
	s.join = c == gcbZWJ && s.emoji
	s.emoji = c == gcbPictograph || s.emoji && (c == gcbExtend || c == gcbLinker)
	s.odd = c == gcbRegional && !(s.class == gcbRegional && s.odd)
	switch {
	case c == gcbConsonant:
		s.indic = indicConsonant
	case c == gcbLinker && s.indic != indicNone:
		s.indic = indicLinked
	case c == gcbExtend || c == gcbZWJ || c == gcbLinker:
	default:
		s.indic = indicNone
	}
	s.class = c
}

// joinCluster adds r to the cluster before the cursor if it belongs there. It
// prints nothing else: false leaves r to be printed as a character of its own.
func (t *Terminal) joinCluster(r rune, p props) bool {
	s := &t.cluster
	c := p.class()
	if !s.live || s.breaks(c) {
		w := p.width()
		if w == 0 {
			return false // a stray mark: combine decides
		}
		t.put(uint32(r), w)
		s.add(c, true)
		return true
	}
	x, ok := t.previous()
	if !ok {
		return false
	}
	regional := s.class == gcbRegional && c == gcbRegional
	s.add(c, false)
	base := t.row(t.y).cells[x]
	content, ok := t.join(base.content, r)
	if !ok {
		return true
	}
	if base.Width() == 1 && (regional || r == 0xfe0f && t.takesEmojiStyle(base.content)) {
		t.widen(x, content)
		return true
	}
	t.row(t.y).cells[x].content = content
	t.last = content
	return true
}

func (t *Terminal) takesEmojiStyle(base uint32) bool {
	return base&clusterBit == 0 && propsOf(rune(base)).emojiStyle()
}

// widen makes the narrow character at column x, which the cursor stands behind,
// a wide one with the given content. From the last column it moves to the next
// line; where there is no next line the change is dropped, as a wide character
// would be.
func (t *Terminal) widen(x int, content uint32) {
	edge := t.edge()
	c := t.row(t.y).cells[x]
	if x+1 >= edge {
		if !t.autoWrap || edge-t.lineStart() < 2 {
			return
		}
		t.row(t.y).cells[x] = Cell{bg: c.bg}
		t.wrapLine()
		t.cluster.live = true
		x = t.x
	}
	l := t.row(t.y)
	l.splitWide(x, x+2)
	tail := c
	tail.content = 0
	tail.attr |= widthTail
	c.content = content
	c.attr |= widthLead
	l.cells[x], l.cells[x+1] = c, tail
	l.wide = true
	t.last = content
	t.pendingWrap = false
	if t.x = x + 2; t.x >= t.edge() {
		t.x = t.edge() - 1
		t.pendingWrap = true
	}
}

// tablesFull is told of every cluster or style that found no place in the
// tables. The first one, and then every so many, makes them anew.
func (t *Terminal) tablesFull() {
	n := t.in.refused
	t.in.refused++
	if n%(maxClusters/4) == 0 {
		t.compact()
	}
}

// join is interner.join, with a full table made anew.
func (t *Terminal) join(base uint32, r rune) (content uint32, ok bool) {
	if content, ok = t.in.join(base, r); ok || len(t.in.clusters) < maxClusters {
		return content, ok
	}
	t.tablesFull()
	return base, false
}
