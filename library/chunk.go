package library

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"time"

	"rexec/library/query"
)

// A recording's text is kept in chunks of some lines each, since an index of chunks
// is a fraction of one of lines; which line of a chunk matches is found by reading
// it. The key of a chunk begins with the age of its recording, so that the indexes
// yield the newest first by themselves.

const (
	chunkBits = 14 // of a key, for the number of the chunk in its recording
	maxChunks = 1 << chunkBits
	// chunkSize is how many bytes of text a chunk has at most, unless one line alone
	// is longer. Bigger chunks make smaller indexes, and more to read for each hit.
	chunkSize = 12000
	// rowSize is how many bytes are stored of a chunk at most, packed: two rows fill a
	// page of the database (4 KB). With one, the database is 7 % smaller, and searches
	// read more in vain: they take up to twice the time.
	rowSize = 1900
)

// ordOf is the age of the recording that a chunk belongs to.
func ordOf(key int64) int64 { return key >> chunkBits }

// textLine is one line of a recording's text, or one command.
type textLine struct {
	text        string
	first, last time.Duration
	// command is the number of the command that the line belongs to, or -1.
	command int
	// entered says that the line is that very command, as it was entered.
	entered bool
}

// packLine appends what is stored of a line besides its text. before is the first
// time of the line before in the chunk.
func packLine(dst []byte, l textLine, before time.Duration) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(l.text)))
	dst = binary.AppendVarint(dst, micros(l.first)-micros(before))
	dst = binary.AppendUvarint(dst, uint64(max(0, micros(l.last)-micros(l.first))))
	about := uint64(l.command+1) << 1
	if l.entered {
		about |= 1
	}
	return binary.AppendUvarint(dst, about)
}

// micros rounds up: what stands on the screen at a time stands there a little later,
// but not a little earlier.
func micros(d time.Duration) int64 {
	return int64((d + time.Microsecond - 1) / time.Microsecond)
}

var errChunk = errors.New("a chunk of the search index is damaged")

// unpackChunk returns the lines of a chunk. They share its text.
func unpackChunk(text string, packed []byte) ([]textLine, error) {
	var out []textLine
	var first int64
	bad := false
	number := func() uint64 {
		n, size := binary.Uvarint(packed)
		if size <= 0 {
			bad, packed = true, nil
			return 0
		}
		packed = packed[size:]
		return n
	}
	for len(packed) > 0 {
		size := number()
		delta := number()
		first += int64(delta>>1) ^ -int64(delta&1) // as binary.AppendVarint writes it
		stood, about := number(), number()
		if bad || size > uint64(len(text)) {
			return nil, errChunk
		}
		out = append(out, textLine{
			text:  text[:size],
			first: time.Duration(first) * time.Microsecond, last: time.Duration(first+int64(stood)) * time.Microsecond,
			command: int(about>>1) - 1, entered: about&1 == 1,
		})
		text = text[size:]
	}
	return out, nil
}

// packed is a chunk as it is stored.
type packed struct {
	text   string
	lines  []byte
	marks  string // see query.CommandMarks
	stored []byte // text and marks
	n      int    // lines
}

// chunker cuts lines into chunks.
type chunker struct {
	lines    []textLine
	commands []Command
	size     int     // of a chunk's text, at most
	fit      bool    // rows are to have rowSize
	ratio    float64 // of stored to text, in the chunk before
}

// newChunker prepares to cut lines into at most maxChunks chunks.
func newChunker(lines []textLine, commands []Command) *chunker {
	total := 0
	for _, l := range lines {
		total += len(l.text) + maxPacked
	}
	// Of two chunks in a row, one is more than half full.
	size := total / (maxChunks/8 - 1)
	return &chunker{lines: lines, commands: commands, size: max(chunkSize, size), fit: size < 2*rowSize, ratio: 0.6}
}

// maxPacked is how many bytes packLine appends at most: four numbers.
const maxPacked = 4 * binary.MaxVarintLen64

// next returns the next chunk; ok is false when there are no more.
func (c *chunker) next() (p packed, ok bool, err error) {
	size := c.size
	if c.fit {
		size = min(size, int(rowSize*0.96/c.ratio))
	}
	for {
		p = c.cut(size)
		if p.n == 0 {
			return p, false, nil
		}
		if p.stored, err = packText(p.text + p.marks); err != nil {
			return p, false, err
		}
		row := len(p.stored) + len(p.lines)
		ratio := float64(row) / float64(len(p.text))
		if c.fit && row > rowSize && p.n > 1 {
			size = min(size*9/10, int(rowSize*0.96/ratio))
			continue
		}
		c.ratio = ratio
		c.lines = c.lines[p.n:]
		return p, true, nil
	}
}

// readyChunk is a chunk with what the full-text tables are given for it.
type readyChunk struct {
	packed
	words, trigrams string
}

// ready returns the next chunk; ok is false when there are no more.
func (c *chunker) ready() (_ readyChunk, ok bool, err error) {
	lines := c.lines
	p, ok, err := c.next()
	if err != nil || !ok {
		return readyChunk{}, false, err
	}
	folded := make([]string, p.n)
	for i, l := range lines[:p.n] {
		folded[i] = query.Fold(l.text)
	}
	return readyChunk{packed: p, words: wordsOf(folded, p.marks), trigrams: query.TrigramText(folded)}, true, nil
}

// wordsOf is what the index of words is given for a chunk's lines, which are folded.
func wordsOf(folded []string, marks string) string {
	if slices.ContainsFunc(folded, query.IsLongLine) {
		marks += " " + query.LongLineMark
	}
	return query.WordText(strings.Join(folded, "\n")) + "\n" + marks
}

// cut makes a chunk of at most size bytes of text, of at least one line.
func (c *chunker) cut(size int) (p packed) {
	var b strings.Builder
	var marks []string
	var before time.Duration
	last := -2
	seen := map[int]bool{}
	for _, l := range c.lines {
		if p.n > 0 && b.Len()+len(l.text) > size {
			break
		}
		p.lines = packLine(p.lines, l, before)
		b.WriteString(l.text)
		before = l.first
		p.n++
		if l.command != last && !seen[l.command] {
			seen[l.command] = true
			marks = append(marks, c.marksOf(l.command))
		}
		last = l.command
	}
	p.text, p.marks = b.String(), strings.Join(marks, " ")
	return p
}

// marksOf are the marks of lines that belong to a command, or to none.
func (c *chunker) marksOf(n int) string {
	if n < 0 {
		return query.NoCommandMark
	}
	return query.CommandMarks(bounded(c.commands[n].Text, maxCommand), c.commands[n].Exit)
}
