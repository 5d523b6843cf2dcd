package vt

import "unicode/utf8"

// ext is the part of a style that few cells have.
type ext struct {
	underline Color
	link      Link
}

// tables holds what cells refer to by index. Entries are only ever appended, so
// that a copy of the struct stays valid while its terminal goes on; when a table
// is full, compact builds new ones. Index 0 of exts is the empty extension.
type tables struct {
	clusters []string
	exts     []ext
}

var asciiText = func() (s [128]string) {
	for i := range s {
		s[i] = string(rune(i))
	}
	s[0] = " "
	return s
}()

func (t *tables) text(c Cell) string {
	switch {
	case c.attr&widthMask == widthTail:
		return ""
	case c.content < 128:
		return asciiText[c.content]
	case c.content&clusterBit != 0:
		return t.clusters[c.content&^clusterBit]
	}
	return string(rune(c.content))
}

// interner finds or makes table entries for a terminal.
type interner struct {
	tables
	joined map[uint64]uint32 // content<<32 | added rune -> content
	ext    map[ext]uint32
	// linkBytes is what the links in exts take.
	linkBytes int
	// refused counts the clusters that found the table full since it was made.
	refused int
}

func newInterner() interner {
	return interner{tables: tables{exts: make([]ext, 1)}}
}

// join returns the content of a cell that holds content with r added, and false
// when the cluster would be too long or the table is full.
func (in *interner) join(content uint32, r rune) (uint32, bool) {
	if in.joined == nil {
		in.reindex()
	}
	key := uint64(content)<<32 | uint64(uint32(r))
	if c, ok := in.joined[key]; ok {
		return c, true
	}
	if len(in.clusters) >= maxClusters {
		return content, false
	}
	s := in.text(Cell{content: content})
	if len(s)+utf8.RuneLen(r) > maxClusterBytes {
		return content, false
	}
	c := clusterBit | uint32(len(in.clusters))
	in.clusters = append(in.clusters, s+string(r))
	in.joined[key] = c
	return c, true
}

// extIndex returns the table index of e, and false when the table is full.
func (in *interner) extIndex(e ext) (uint32, bool) {
	if e == (ext{}) {
		return 0, true
	}
	if in.ext == nil {
		in.reindex()
	}
	if i, ok := in.ext[e]; ok {
		return i, true
	}
	size := len(e.link.URI) + len(e.link.ID)
	if len(in.exts) >= maxExts || in.linkBytes+size > maxLinkBytes {
		return 0, false
	}
	in.linkBytes += size
	i := uint32(len(in.exts))
	in.exts = append(in.exts, e)
	in.ext[e] = i
	return i, true
}

// adopt returns the cell that shows in this terminal what c shows with the
// tables from.
func (in *interner) adopt(c Cell, from *tables) Cell {
	if c.content&clusterBit != 0 {
		c.content = in.intern(from.clusters[c.content&^clusterBit])
	}
	if i := c.attr >> extShift; i != 0 {
		n, _ := in.extIndex(from.exts[i])
		c.attr = c.attr&^extMask | n<<extShift
	}
	return c
}

// intern returns the content for a cluster given as text.
func (in *interner) intern(s string) uint32 {
	r, n := utf8.DecodeRuneInString(s)
	content := uint32(r)
	for _, r := range s[n:] {
		content, _ = in.join(content, r)
	}
	return content
}

// reindex makes the maps for the tables as they are: after Restore they are
// made only when they are needed.
func (in *interner) reindex() {
	in.ext = make(map[ext]uint32)
	in.linkBytes = 0
	for i, e := range in.exts {
		in.ext[e] = uint32(i)
		in.linkBytes += len(e.link.URI) + len(e.link.ID)
	}
	in.joined = make(map[uint64]uint32)
	contents := make(map[string]uint32)
	for i, s := range in.clusters {
		r, n := utf8.DecodeLastRuneInString(s)
		prefix := s[:len(s)-n]
		content, ok := contents[prefix]
		if !ok {
			first, _ := utf8.DecodeRuneInString(prefix)
			content = uint32(first)
		}
		c := clusterBit | uint32(i)
		contents[s] = c
		in.joined[uint64(content)<<32|uint64(uint32(r))] = c
	}
}
