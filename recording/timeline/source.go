package timeline

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"rexec/recording/pack"
)

// Source is where a cast can be read from, any number of times and from any place.
type Source interface {
	// Open returns the bytes from offset on.
	Open(offset int64) (io.ReadCloser, error)
	// Size returns the bytes in all, -1 when that is not known.
	Size() int64
}

// File is a cast on disk, plain or packed. What was unpacked for one reader of it is
// there for the next.
func File(path string) Source { return &file{path: path} }

// Bytes is a cast in memory.
func Bytes(b []byte) Source { return memory(b) }

type file struct {
	path  string
	cache pack.Cache
}

func (f *file) Open(offset int64) (io.ReadCloser, error) {
	r, err := pack.OpenCached(f.path, &f.cache)
	if err != nil {
		return nil, err
	}
	if _, err := r.Seek(offset, io.SeekStart); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

func (f *file) Size() int64 {
	// Opening a pipe would wait for its other end.
	if info, err := os.Stat(f.path); err == nil && !info.Mode().IsRegular() {
		return -1
	}
	r, err := pack.OpenCached(f.path, &f.cache)
	if err != nil {
		return -1
	}
	defer r.Close()
	return r.Size()
}

type memory []byte

func (m memory) Open(offset int64) (io.ReadCloser, error) {
	if offset < 0 || offset > int64(len(m)) {
		return nil, fmt.Errorf("offset %d is outside of %d bytes", offset, len(m))
	}
	return io.NopCloser(bytes.NewReader(m[offset:])), nil
}

func (m memory) Size() int64 { return int64(len(m)) }
