package timeline

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"

	"github.com/klauspost/compress/zstd"

	"rexec/recording/cast"
	"rexec/vt"
)

// cacheWriter writes the file of a cache while an index is made. A nil one writes
// nothing. What goes wrong only means that there is no cache: finish tells.
type cacheWriter struct {
	cache  Cache
	file   *os.File // until finish or drop
	out    *bufio.Writer
	pack   *zstd.Encoder
	offset int64
	keys   []storedKey
	blocks int
	err    error
}

func newCacheWriter(c Cache) *cacheWriter { return &cacheWriter{cache: c} }

// start makes the file, which has another name until it is whole.
func (w *cacheWriter) start() {
	if w.err = os.MkdirAll(w.cache.Dir, 0o700); w.err != nil {
		return
	}
	// CreateTemp makes it 0600. Its name is that of the file to be, so that DropCache
	// finds what a crash left.
	if w.file, w.err = os.CreateTemp(w.cache.Dir, cacheName(w.cache.Key)+".*"+tempSuffix); w.err != nil {
		return
	}
	w.pack, w.err = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	w.out = bufio.NewWriterSize(w.file, 256<<10)
	w.write([]byte(cacheMagic))
}

func (w *cacheWriter) write(data []byte) {
	if w.err == nil {
		_, w.err = w.out.Write(data)
		w.offset += int64(len(data))
	}
}

// add writes the keyframe before a block that counts, see index.take. The first one
// is an empty terminal, which need not be kept.
func (w *cacheWriter) add(b *builder) {
	if w == nil || b.block == nil || len(b.block.times) == 0 && w.blocks > 0 {
		return
	}
	w.blocks++
	if w.blocks == 1 || w.err != nil {
		return
	}
	if w.file == nil {
		w.start()
	}
	if w.offset > w.cache.MaxBytes/2 {
		return // the rest goes without: seeking there costs more
	}
	data, err := b.key.MarshalBinary()
	if err != nil {
		w.err = err
	}
	if w.err != nil {
		return
	}
	packed := w.pack.EncodeAll(data, nil)
	w.keys = append(w.keys, storedKey{w.blocks - 1, w.offset, len(packed), crc32.Checksum(packed, castagnoli)})
	w.write(packed)
}

// finish writes the index of the whole cast and gives the file its name. It returns
// the file, open for reading, nil when there is none.
func (w *cacheWriter) finish(src Source, x *index) (*stored, error) {
	if w == nil {
		return nil, nil
	}
	defer w.drop()
	if w.file == nil && w.err == nil {
		w.start()
	}
	if w.err != nil {
		return nil, w.err
	}
	s := &stored{keys: w.keys}
	if x.offset != src.Size() {
		return nil, errors.New("the cast is still being written")
	}
	if s.sum, w.err = fingerprint(src, x.offset); w.err != nil {
		return nil, w.err
	}
	c := &table{}
	s.code(c, x)
	packed := w.pack.EncodeAll(c.buf, nil)
	footer := binary.LittleEndian.AppendUint64(nil, uint64(w.offset))
	footer = binary.LittleEndian.AppendUint64(footer, uint64(len(packed)))
	footer = binary.LittleEndian.AppendUint32(footer, crc32.Checksum(packed, castagnoli))
	w.write(packed)
	w.write(append(footer, cacheMagic...))
	if w.err == nil {
		w.err = w.out.Flush()
	}
	if err := w.file.Close(); w.err == nil {
		w.err = err
	}
	path := cachePath(w.cache.Dir, w.cache.Key)
	if w.err == nil {
		// Not synced: after a power cut it may be damaged, which its checksums tell.
		w.err = os.Rename(w.file.Name(), path)
	}
	if w.err != nil {
		return nil, w.err
	}
	w.cache.prune(path)
	s.file, w.err = os.Open(path)
	return s, w.err
}

// drop gives the file up, unless finish has given it its name.
func (w *cacheWriter) drop() {
	if w == nil || w.file == nil {
		return
	}
	w.file.Close()
	_ = os.Remove(w.file.Name()) // of another name when it was finished
	w.file = nil
	w.err = errors.New("given up")
}

// remembers compares the cache with the cast: from the keyframe in the middle of it,
// the events up to the next one must lead there. This tells an index that was made
// by an emulator which showed something else.
func (t *Timeline) remembers(ctx context.Context, s *stored) bool {
	if len(s.keys) < 2 {
		return true // short: made anew at once if it is damaged
	}
	n := (len(s.keys) - 1) / 2
	c := cursor{pass: true}
	if err := t.move(ctx, &c, place{s.keys[n].block, 0}); err != nil {
		return false
	}
	to := s.keys[n+1].block
	for c.place.block < to {
		b, err := c.read(t)
		if err != nil {
			return false
		}
		c.feed(b, len(b.codes))
		c.place = place{c.place.block + 1, 0}
	}
	want, block := s.before(to, to-1)
	return want != nil && block == to && c.term.Snapshot().Equal(want)
}

// restore takes the index from the cache, and tells whether that could be done.
func (t *Timeline) restore(ctx context.Context) bool {
	s, x, ok := t.opt.Cache.use(t.src)
	if !ok {
		return false
	}
	fresh := t.index
	x.header = fresh.header
	x.keys.add(0, vt.New(x.header.Cols, x.header.Rows).Snapshot(), t.opt.KeyframeBytes)
	t.index, t.stored = x, s
	if t.remembers(ctx, s) {
		return true
	}
	s.close()
	t.index, t.stored = fresh, nil
	t.cache.clear()
	return false
}

// Indexer writes the index of a cast into a Cache while somebody else reads it: the
// pass that makes the text of a recording leaves with it an index behind, so that
// the recording opens at once.
//
//	x := timeline.NewIndexer(src, r.Header(), cache)
//	defer x.Close()
//	for {
//		pos := r.Position()
//		e, err := r.Next()
//		if err == io.EOF { break }
//		…
//		x.Add(pos, e)
//	}
//	err := x.Finish(r)
//
// An Indexer belongs to one goroutine. One for a cast of which no index is kept
// (see Cache) does nothing, at no cost.
type Indexer struct {
	src    Source
	b      *builder // nil: nothing is kept
	writer *cacheWriter
	index  index
	begun  bool
	limit  int64
}

// NewIndexer returns an Indexer for the cast that src is, whose header is h.
func NewIndexer(src Source, h cast.Header, c Cache) *Indexer {
	c = c.withDefaults()
	x := &Indexer{src: src, limit: Options{}.withDefaults().BlockBytes}
	if c.wanted(h.Version, src.Size()) {
		x.b, x.writer = newBuilder(h), newCacheWriter(c)
		x.index.header, x.index.cols, x.index.rows = h, h.Cols, h.Rows
	}
	return x
}

// Add takes the next event, and where it begins: cast.Reader.Position before Next.
func (x *Indexer) Add(pos cast.Position, e cast.Event) {
	if x.b == nil {
		return
	}
	if x.begun && pos.Offset-x.b.at.pos.Offset >= x.limit {
		x.cut()
	}
	if !x.begun {
		x.b.begin(pos)
		x.begun = true
	}
	x.b.add(e)
}

func (x *Indexer) cut() {
	x.b.end()
	x.writer.add(x.b)
	x.index.take(x.b)
	x.begun = false
}

// Finish writes the index. r is the reader that has come to the end of the cast. The
// error says why there is no cache now; the cast is as good as before.
func (x *Indexer) Finish(r *cast.Reader) error {
	if x.b == nil {
		return nil
	}
	if x.begun || len(x.index.spans) == 0 {
		if !x.begun {
			x.b.begin(r.Position())
		}
		x.cut()
	}
	x.index.heard(r)
	x.index.complete(r, x.b.active)
	s, err := x.writer.finish(x.src, &x.index)
	s.close()
	x.b = nil
	if err != nil {
		return fmt.Errorf("keep the index of a recording: %w", err)
	}
	return nil
}

// Close gives up what was not finished.
func (x *Indexer) Close() {
	x.writer.drop()
	x.b = nil
}
