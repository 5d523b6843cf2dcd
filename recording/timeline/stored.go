package timeline

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"slices"
	"sort"
	"sync"

	"github.com/klauspost/compress/zstd"

	"rexec/recording/cast"
	"rexec/vt"
)

// The file of a cache:
//
//	magic | keyframe | keyframe | … | table | place, length and CRC-32C of the table, magic
//
// A keyframe is an encoded vt.Snapshot, the table an index and the place, length
// and CRC of each keyframe; all of them compressed with zstd. The magic ends in the
// version, which is raised when anything of this changes, and when the emulator
// shows something else than before.
const (
	cacheMagic  = "rexecix1"
	footerBytes = 8 + 8 + 4 + len(cacheMagic)

	maxTable    = 512 << 20 // bytes, not compressed
	maxKeyframe = 128 << 20
)

var (
	errStored  = errors.New("no index of this version, or a damaged one")
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

// storedKey is where the keyframe before a block stands in the file.
type storedKey struct {
	block  int
	offset int64
	bytes  int
	crc    uint32
}

// stored is an open file of a cache, from which keyframes are read when they are
// needed. Any number of goroutines may use it.
type stored struct {
	sum  [sha256.Size]byte // of the cast, see fingerprint
	keys []storedKey       // by block

	mu     sync.Mutex
	file   *os.File // nil once closed
	recent []recentKey
}

type recentKey struct {
	block    int
	snapshot *vt.Snapshot
}

// maxRecent is how many keyframes stay decoded.
const maxRecent = 8

func openStored(path string) (*stored, index, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, index{}, err
	}
	s := &stored{file: f}
	x, err := s.load()
	if err != nil {
		f.Close()
		return nil, index{}, err
	}
	return s, x, nil
}

// load reads the table.
func (s *stored) load() (index, error) {
	info, err := s.file.Stat()
	if err != nil {
		return index{}, err
	}
	var footer [footerBytes]byte
	if info.Size() < int64(len(cacheMagic)+footerBytes) {
		return index{}, errStored
	}
	at := info.Size() - int64(footerBytes)
	if _, err := s.file.ReadAt(footer[:], at); err != nil {
		return index{}, err
	}
	offset, n := int64(binary.LittleEndian.Uint64(footer[0:])), int64(binary.LittleEndian.Uint64(footer[8:]))
	if string(footer[20:]) != cacheMagic || offset < 0 || n <= 0 || n > maxTable || offset != at-n {
		return index{}, errStored
	}
	packed := make([]byte, n)
	if _, err := s.file.ReadAt(packed, offset); err != nil {
		return index{}, err
	}
	if crc32.Checksum(packed, castagnoli) != binary.LittleEndian.Uint32(footer[16:]) {
		return index{}, errStored
	}
	table, err := unpack(packed, maxTable)
	if err != nil {
		return index{}, err
	}
	return s.decode(table)
}

// before returns the keyframe of the last block that has one, after block `after`
// and not after block i; nil when there is none that can be read.
func (s *stored) before(i, after int) (*vt.Snapshot, int) {
	if s == nil {
		return nil, 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := sort.Search(len(s.keys), func(n int) bool { return s.keys[n].block > i }) - 1
	for ; n >= 0 && s.keys[n].block > after && s.file != nil; n-- {
		if key, err := s.read(s.keys[n]); err == nil {
			return key, s.keys[n].block
		}
	}
	return nil, 0
}

// blockBefore returns the block of that keyframe, `after` when there is none.
func (s *stored) blockBefore(i, after int) int {
	if s == nil {
		return after
	}
	n := sort.Search(len(s.keys), func(n int) bool { return s.keys[n].block > i }) - 1
	if n < 0 {
		return after
	}
	return max(s.keys[n].block, after)
}

// read returns a keyframe, for the holder of mu.
func (s *stored) read(k storedKey) (*vt.Snapshot, error) {
	at := slices.IndexFunc(s.recent, func(r recentKey) bool { return r.block == k.block })
	if at >= 0 {
		r := s.recent[at]
		s.recent = append(slices.Delete(s.recent, at, at+1), r)
		return r.snapshot, nil
	}
	packed := make([]byte, k.bytes)
	if _, err := s.file.ReadAt(packed, k.offset); err != nil {
		return nil, err
	}
	if crc32.Checksum(packed, castagnoli) != k.crc {
		return nil, errStored
	}
	data, err := unpack(packed, maxKeyframe)
	if err != nil {
		return nil, err
	}
	key := &vt.Snapshot{}
	if err := key.UnmarshalBinary(data); err != nil {
		return nil, err
	}
	if len(s.recent) >= maxRecent {
		s.recent = slices.Delete(s.recent, 0, 1)
	}
	s.recent = append(s.recent, recentKey{k.block, key})
	return key, nil
}

// close ends reading. A nil one is closed already.
func (s *stored) close() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file != nil {
		s.file.Close()
		s.file = nil
	}
}

// unpack decompresses up to limit bytes.
func unpack(packed []byte, limit int64) ([]byte, error) {
	d, err := zstd.NewReader(bytes.NewReader(packed), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(64<<20))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	var out bytes.Buffer
	if n, err := io.Copy(&out, io.LimitReader(d, limit+1)); err != nil {
		return nil, err
	} else if n > limit {
		return nil, fmt.Errorf("%w: more than %d bytes", errStored, limit)
	}
	return out.Bytes(), nil
}

// table codes the table: one list of fields serves both ways.
type table struct {
	buf     []byte
	reading bool
	bad     bool
}

func (c *table) num(v *int64) {
	if !c.reading {
		c.buf = binary.AppendVarint(c.buf, *v)
		return
	}
	n, used := binary.Varint(c.buf)
	if used <= 0 {
		c.bad, c.buf = true, nil
		n, used = 0, 0
	}
	*v, c.buf = n, c.buf[used:]
}

// number codes any whole number.
func number[T ~int | ~int64 | ~uint32](c *table, v *T) {
	n := int64(*v)
	c.num(&n)
	if *v = T(n); int64(*v) != n {
		c.bad = true
	}
}

func (c *table) text(v *string) {
	n := int64(len(*v))
	c.num(&n)
	if !c.reading {
		c.buf = append(c.buf, *v...)
		return
	}
	if n < 0 || n > int64(len(c.buf)) {
		c.bad, n = true, 0
	}
	*v, c.buf = string(c.buf[:n]), c.buf[n:]
}

// list codes a slice; an element takes at least one byte, which bounds it.
func list[T any](c *table, v *[]T, each func(*T)) {
	n := int64(len(*v))
	c.num(&n)
	if c.reading {
		if n < 0 || n > int64(len(c.buf)) {
			c.bad, n = true, 0
		}
		*v = make([]T, n)
	}
	for i := range *v {
		if each(&(*v)[i]); c.bad {
			return
		}
	}
}

func (c *table) index(x *index) {
	list(c, &x.spans, func(s *span) {
		number(c, &s.pos.Offset)
		number(c, &s.pos.Line)
		number(c, &s.pos.Time)
		number(c, &s.first)
		number(c, &s.events)
		number(c, &s.start)
		number(c, &s.end)
	})
	list(c, &x.gaps, func(g *gap) { number(c, &g.start); number(c, &g.end) })
	list(c, &x.markers, func(m *Marker) { number(c, &m.Time); c.text(&m.Label) })
	list(c, &x.resizes, func(r *Resize) { number(c, &r.Time); number(c, &r.Cols); number(c, &r.Rows) })
	list(c, &x.problems, func(p *cast.Problem) { number(c, &p.Line); number(c, &p.Column); c.text(&p.Reason) })
	for _, n := range []*int{&x.nproblem, &x.events, &x.cols, &x.rows, &x.exit} {
		number(c, n)
	}
	number(c, &x.last)
	number(c, &x.offset)
	exit := int64(0)
	if x.hasExit {
		exit = 1
	}
	c.num(&exit)
	x.hasExit = exit != 0
}

func (s *stored) code(c *table, x *index) {
	sum := string(s.sum[:])
	c.text(&sum)
	if copy(s.sum[:], sum) != len(sum) {
		c.bad = true
	}
	c.index(x)
	list(c, &s.keys, func(k *storedKey) {
		number(c, &k.block)
		number(c, &k.offset)
		number(c, &k.bytes)
		number(c, &k.crc)
	})
}

// decode reads a table. What it returns is safe to use, whoever wrote it.
func (s *stored) decode(data []byte) (index, error) {
	c := &table{buf: data, reading: true}
	x := index{done: true}
	s.code(c, &x)
	if c.bad || len(c.buf) > 0 || !x.sound() || !s.sound(&x) {
		return index{}, errStored
	}
	return x, nil
}

// sound tells whether an index can be one: what the rest of the package takes for
// granted holds.
func (x *index) sound() bool {
	ok := len(x.spans) > 0 && x.last >= 0 && x.events >= 0 && x.offset >= 0
	before, first := span{}, 0
	for i, s := range x.spans {
		ok = ok && s.pos.Offset >= before.pos.Offset && s.pos.Offset <= x.offset && s.pos.Line >= 0 &&
			s.events >= 0 && (s.events > 0 || i == 0) && s.first == first &&
			s.start >= before.end && s.end >= s.start && s.end <= x.last && s.pos.Time >= 0 && s.pos.Time <= s.end
		first += s.events
		before = s
	}
	ok = ok && first == x.events
	end := gap{}
	for _, g := range x.gaps {
		ok = ok && g.start >= end.end && g.end >= g.start+minGap && g.end <= x.last
		end = g
	}
	return ok && slices.IsSortedFunc(x.markers, func(a, b Marker) int { return int(min(max(a.Time-b.Time, -1), 1)) }) &&
		x.cols >= 1 && x.cols <= cast.MaxCols && x.rows >= 1 && x.rows <= cast.MaxRows &&
		x.nproblem >= len(x.problems)
}

// sound tells whether the keyframes' places can be read.
func (s *stored) sound(x *index) bool {
	block := 0
	for _, k := range s.keys {
		if k.block <= block || k.block >= len(x.spans) || k.offset < 0 || k.bytes < 0 || k.bytes > maxKeyframe {
			return false
		}
		block = k.block
	}
	return true
}
