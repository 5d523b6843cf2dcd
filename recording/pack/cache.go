package pack

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// cacheSize is how much unpacked content is kept, in bytes.
const cacheSize = 8 << 20

// Cache keeps what was unpacked last of one file. The zero value is ready, and may
// be used by several Files of the same path at once. When the file has changed, it
// is read anew.
type Cache struct {
	mu     sync.Mutex
	info   os.FileInfo // of the file that frames is of
	frames *frames
}

// framesOf returns the frames of an open file.
func (c *Cache) framesOf(f *os.File, info os.FileInfo) (*frames, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.frames != nil && os.SameFile(c.info, info) && c.info.Size() == info.Size() && c.info.ModTime().Equal(info.ModTime()) {
		return c.frames, nil
	}
	t, err := readTable(f, info.Size())
	if err != nil {
		return nil, err
	}
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(MaxFrame),
		zstd.WithDecoderMaxWindow(MaxFrame), zstd.WithDecodeAllCapLimit(true))
	if err != nil {
		return nil, err
	}
	c.info, c.frames = info, &frames{table: t, decoder: d}
	return c.frames, nil
}

// frames are the pieces of a packed file, the last used of them unpacked.
type frames struct {
	table   *table
	decoder *zstd.Decoder

	mu    sync.Mutex
	kept  []frame // the last used one last
	bytes int
}

type frame struct {
	i    int
	data []byte // never changed
}

// get returns the content of frame i, which r holds.
func (c *frames) get(r io.ReaderAt, i int) ([]byte, error) {
	if data, ok := c.look(i); ok {
		return data, nil
	}
	data, err := c.unpack(r, i)
	if err != nil {
		return nil, err
	}
	c.keep(frame{i, data})
	return data, nil
}

func (c *frames) look(i int) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := slices.IndexFunc(c.kept, func(f frame) bool { return f.i == i })
	if at < 0 {
		return nil, false
	}
	f := c.kept[at]
	c.kept = append(slices.Delete(c.kept, at, at+1), f)
	return f.data, true
}

func (c *frames) keep(f frame) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if slices.ContainsFunc(c.kept, func(k frame) bool { return k.i == f.i }) {
		return // somebody else was faster
	}
	c.kept = append(c.kept, f)
	c.bytes += len(f.data)
	gone := 0
	for c.bytes > cacheSize && gone < len(c.kept)-1 {
		c.bytes -= len(c.kept[gone].data)
		gone++
	}
	c.kept = slices.Delete(c.kept, 0, gone)
}

// unpack reads a frame. The table has said how much it may hold, and no more than
// that is ever made of it.
func (c *frames) unpack(r io.ReaderAt, i int) ([]byte, error) {
	packed := make([]byte, c.table.packed[i+1]-c.table.packed[i])
	if _, err := r.ReadAt(packed, c.table.packed[i]); err != nil {
		if errors.Is(err, io.EOF) {
			err = fmt.Errorf("%w: it is shorter than it was", ErrDamaged)
		}
		return nil, err
	}
	want := int(c.table.content[i+1] - c.table.content[i])
	data, err := c.decoder.DecodeAll(packed, make([]byte, 0, want))
	if err != nil {
		return nil, fmt.Errorf("%w: frame %d: %w", ErrDamaged, i, err)
	}
	if len(data) != want {
		return nil, fmt.Errorf("%w: frame %d holds %d bytes, and not %d", ErrDamaged, i, len(data), want)
	}
	return data, nil
}
