package library

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"time"
)

// A recording's text is kept in chunks of some lines each, since an index of chunks
// is a fraction of one of lines; which line of a chunk matches is found by reading
// it. The key of a chunk begins with the age of its recording, so that the indexes
// yield the newest first by themselves.

const (
	chunkBits = 14 // of a key, for the number of the chunk in its recording
	maxChunks = 1 << chunkBits
	// chunkSize is how many bytes a chunk has at most, with what is stored of its
	// lines, unless one line alone is longer: a row fills a page of the database
	// (4 KB) and leaves hardly any of it empty. Bigger chunks make smaller indexes,
	// and more to read for each hit.
	chunkSize = 4000
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
	text  string
	lines []byte
	n     int // lines
	// commands are the numbers of those that lines belong to, in order of time; -1
	// stands for none.
	commands []int
}

// chunker cuts lines into chunks.
type chunker struct {
	lines []textLine
	size  int // of a chunk
}

// newChunker prepares to cut lines into at most maxChunks chunks.
func newChunker(lines []textLine) *chunker {
	total := 0
	for _, l := range lines {
		total += len(l.text) + maxPacked
	}
	// Of two chunks in a row, one is more than half full.
	return &chunker{lines: lines, size: max(chunkSize, total/(maxChunks/2-1))}
}

// maxPacked is how many bytes packLine appends at most: four numbers.
const maxPacked = 4 * binary.MaxVarintLen64

// next returns the next chunk; ok is false when there are no more.
func (c *chunker) next() (p packed, ok bool) {
	var b strings.Builder
	var before time.Duration
	for len(c.lines) > 0 {
		l := c.lines[0]
		lines := packLine(p.lines, l, before)
		if p.n > 0 && b.Len()+len(l.text)+len(lines) > c.size {
			break
		}
		p.lines = lines
		if !slices.Contains(p.commands, l.command) {
			p.commands = append(p.commands, l.command)
		}
		b.WriteString(l.text)
		before = l.first
		c.lines = c.lines[1:]
		p.n++
	}
	p.text = b.String()
	return p, p.n > 0
}
