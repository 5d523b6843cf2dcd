package pack

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// File is the content of a file that may be packed. ReadAt may be called from several
// goroutines at once; Read and Seek share one place and may not.
type File struct {
	file   *os.File
	frames *frames // nil: the file is the content
	size   int64   // of the content, when frames is not nil
	at     int64   // of Read and Seek, when frames is not nil
	spool  string  // to be removed; empty: none
}

// Open opens a file for reading. What is packed is told by its first bytes, not by its
// name. A zstd file without a seek table, as the zstd program writes them, is
// unpacked into a temporary file at first, which Close removes; Unpack does the same
// for whoever wants to open it more often.
//
// When there is no such file, its Twin is opened. Errors: those of the file, one that
// wraps ErrDamaged, *TooLargeError.
func Open(path string) (*File, error) { return OpenCached(path, nil) }

// OpenCached is Open for who opens the same file again and again: what was unpacked
// for one File need not be for the next. A nil cache is one of the File's own.
func OpenCached(path string, c *Cache) (*File, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		if twin, e := os.Open(Twin(path)); e == nil {
			f, err = twin, nil
		}
	}
	if err != nil {
		return nil, err
	}
	if c == nil {
		c = new(Cache)
	}
	out, err := open(f, c)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return out, nil
}

func open(f *os.File, c *Cache) (*File, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	// Of a pipe, no byte may be taken away.
	if !info.Mode().IsRegular() {
		return &File{file: f}, nil
	}
	packed, err := isPacked(f)
	if err != nil {
		return nil, err
	}
	if !packed {
		return &File{file: f}, nil
	}
	fr, err := c.framesOf(f, info)
	if errors.Is(err, errNoTable) {
		return spool(f)
	}
	if err != nil {
		return nil, err
	}
	return &File{file: f, frames: fr, size: fr.table.size()}, nil
}

// Kind says what a file is: packed, and if so, whether it can be read at any place as
// it is. What is not a regular file counts as plain.
func Kind(path string) (packed, seekable bool, err error) {
	// Opening a pipe would wait for its other end.
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return false, false, err
	}
	f, err := os.Open(path)
	if err != nil {
		return false, false, err
	}
	defer f.Close()
	if packed, err = isPacked(f); err != nil || !packed {
		return false, false, err
	}
	switch _, err := readTable(f, info.Size()); {
	case errors.Is(err, errNoTable):
		return true, false, nil
	case err != nil:
		return true, false, fmt.Errorf("open %s: %w", path, err)
	}
	return true, true, nil
}

// isPacked tells whether a file begins as zstd does.
func isPacked(r io.ReaderAt) (bool, error) {
	var magic [4]byte
	if _, err := r.ReadAt(magic[:], 0); err == io.EOF {
		return false, nil
	} else if err != nil {
		return false, err
	}
	return Packed(magic[:]), nil
}

// Packed tells whether a file that begins with these bytes, four or more, is packed.
func Packed(start []byte) bool {
	if len(start) < 4 {
		return false
	}
	n := binary.LittleEndian.Uint32(start)
	return n == frameMagic || n&^0xF == skippableMagic
}

// spool unpacks f into a temporary file. It closes f unless it fails.
func spool(f *os.File) (*File, error) {
	tmp, err := os.CreateTemp("", "rexec-*.cast")
	if err != nil {
		return nil, err
	}
	out := &File{file: tmp, spool: tmp.Name()}
	if err := Unpack(context.Background(), tmp, f); err != nil {
		out.Close()
		return nil, err
	}
	if _, err := tmp.Seek(0, io.SeekStart); err != nil {
		out.Close()
		return nil, err
	}
	f.Close()
	return out, nil
}

// Size is how long the content is; of what is not packed, how long it is now. It is
// -1 when that cannot be known.
func (f *File) Size() int64 {
	if f.frames != nil {
		return f.size
	}
	info, err := f.file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return -1
	}
	return info.Size()
}

// Stat describes the file on the disk, as it is there.
func (f *File) Stat() (os.FileInfo, error) { return f.file.Stat() }

// ReadAt implements io.ReaderAt.
func (f *File) ReadAt(p []byte, off int64) (n int, err error) {
	if f.frames == nil {
		return f.file.ReadAt(p, off)
	}
	if off < 0 {
		return 0, errors.New("read before the beginning")
	}
	for n < len(p) {
		if off >= f.size {
			return n, io.EOF
		}
		i := f.frames.table.frameAt(off)
		data, err := f.frames.get(f.file, i)
		if err != nil {
			return n, err
		}
		c := copy(p[n:], data[off-f.frames.table.content[i]:])
		n, off = n+c, off+int64(c)
	}
	return n, nil
}

// Read implements io.Reader. It gives what is left of a frame at most.
func (f *File) Read(p []byte) (int, error) {
	if f.frames == nil {
		return f.file.Read(p)
	}
	if f.at >= f.size {
		return 0, io.EOF
	}
	end := f.frames.table.content[f.frames.table.frameAt(f.at)+1]
	n, err := f.ReadAt(p[:min(int64(len(p)), end-f.at)], f.at)
	f.at += int64(n)
	return n, err
}

// Seek implements io.Seeker.
func (f *File) Seek(offset int64, whence int) (int64, error) {
	if f.frames == nil {
		return f.file.Seek(offset, whence)
	}
	switch whence {
	case io.SeekCurrent:
		offset += f.at
	case io.SeekEnd:
		offset += f.size
	}
	if offset < 0 {
		return f.at, errors.New("seek before the beginning")
	}
	f.at = offset
	return offset, nil
}

// Close closes the file.
func (f *File) Close() error {
	err := f.file.Close()
	if f.spool != "" {
		err = errors.Join(err, os.Remove(f.spool))
	}
	return err
}
