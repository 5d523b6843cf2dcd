package pack

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sort"
)

// Numbers of the format.
const (
	frameMagic     = 0xFD2FB528 // a zstd frame begins so
	skippableMagic = 0x184D2A50 // a frame to skip: this, or one of the next 15
	tableMagic     = 0x184D2A5E // the skippable frame that holds the seek table
	footerMagic    = 0x8F92EAB1 // the last four bytes of a seekable file

	skippableSize = 8 // magic and length
	footerSize    = 9 // number of frames, descriptor, magic
)

// Bits of the table's descriptor.
const (
	hasChecksums = 1 << 7
	reservedBits = 0x7C
)

// ErrDamaged is wrapped by every error that says that a packed file is not as it was
// written.
var ErrDamaged = errors.New("the packed file is damaged")

// errNoTable says that a file is no seekable one.
var errNoTable = errors.New("no seek table")

// table says where the frames are. Entry i is where frame i begins; the last entry
// is where it all ends.
type table struct {
	packed  []int64 // places in the file
	content []int64 // places in the content
}

// size is how long the content is.
func (t *table) size() int64 { return t.content[len(t.content)-1] }

func (t *table) frames() int { return len(t.content) - 1 }

// frameAt is the frame that holds the byte at a place before the end.
func (t *table) frameAt(off int64) int {
	return sort.Search(t.frames(), func(i int) bool { return t.content[i+1] > off })
}

func (t *table) add(packed, content int64) {
	if t.packed == nil {
		t.packed, t.content = []int64{0}, []int64{0}
	}
	n := len(t.packed) - 1
	t.packed = append(t.packed, t.packed[n]+packed)
	t.content = append(t.content, t.content[n]+content)
}

// encode makes the skippable frame that ends a file.
func (t *table) encode() []byte {
	n := t.frames()
	le := binary.LittleEndian
	b := make([]byte, 0, skippableSize+8*n+footerSize)
	b = le.AppendUint32(b, tableMagic)
	b = le.AppendUint32(b, uint32(8*n+footerSize))
	for i := range n {
		b = le.AppendUint32(b, uint32(t.packed[i+1]-t.packed[i]))
		b = le.AppendUint32(b, uint32(t.content[i+1]-t.content[i]))
	}
	b = le.AppendUint32(b, uint32(n))
	b = append(b, 0)
	return le.AppendUint32(b, footerMagic)
}

// readTable reads the table at the end of a file of a size. errNoTable says that
// there is none; whatever else is wrong with it wraps ErrDamaged.
func readTable(r io.ReaderAt, size int64) (*table, error) {
	if size < skippableSize+footerSize {
		return nil, errNoTable
	}
	le := binary.LittleEndian
	var footer [footerSize]byte
	if _, err := r.ReadAt(footer[:], size-footerSize); err != nil {
		return nil, err
	}
	if le.Uint32(footer[5:]) != footerMagic {
		return nil, errNoTable
	}
	n, entry := int64(le.Uint32(footer[:])), int64(8)
	switch descriptor := footer[4]; {
	case descriptor&reservedBits != 0:
		return nil, fmt.Errorf("%w: its seek table is of a kind that is not known", ErrDamaged)
	case descriptor&hasChecksums != 0:
		entry = 12 // the checksums of the frames themselves say the same
	}
	length := n*entry + footerSize
	start := size - length - skippableSize
	if n > MaxFrames || start < 0 {
		return nil, fmt.Errorf("%w: its seek table names %d frames, which have no room in it", ErrDamaged, n)
	}
	b := make([]byte, skippableSize+length)
	if _, err := r.ReadAt(b, start); err != nil {
		return nil, err
	}
	if le.Uint32(b) != tableMagic || int64(le.Uint32(b[4:])) != length {
		return nil, fmt.Errorf("%w: its seek table does not begin where it should", ErrDamaged)
	}
	t := &table{packed: make([]int64, 1, n+1), content: make([]int64, 1, n+1)}
	for e := b[skippableSize:]; n > 0; n, e = n-1, e[entry:] {
		content := int64(le.Uint32(e[4:]))
		if content > MaxFrame {
			return nil, fmt.Errorf("%w: a frame claims to hold %d bytes; %d are the most", ErrDamaged, content, MaxFrame)
		}
		packed := int64(le.Uint32(e))
		if content > 0 && packed > 2*MaxFrame {
			return nil, fmt.Errorf("%w: a frame claims to be of %d bytes; %d are the most", ErrDamaged, packed, 2*MaxFrame)
		}
		t.add(packed, content)
	}
	if t.packed[t.frames()] != start {
		return nil, fmt.Errorf("%w: its seek table is of %d bytes of frames, and there are %d", ErrDamaged, t.packed[t.frames()], start)
	}
	return t, nil
}
