package castfile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"rexec/recording/cast"
)

var (
	// ErrVersion1 says that a cast of version 1 is one JSON value, behind which
	// nothing can be written.
	ErrVersion1 = errors.New("a cast of version 1 cannot be continued")
	// ErrPacked says that a cast is compressed.
	ErrPacked = errors.New("the recording is compressed")
)

// Tail is where a recording ends.
type Tail struct {
	Header     cast.Header
	Duration   time.Duration // the time of the last event
	Cols, Rows int           // the size of the screen there
	Report     Report        // of what was repaired
}

// Continue opens a cast to write on behind its last event. A torn last line is cut
// off first, as Repair does. Times go on from the start of the recording; what comes
// before Tail.Duration is taken as that.
//
// Errors are ErrLocked, ErrVersion1, ErrPacked, those of Repair, and what the system
// says. The file is unchanged then, but for what was repaired.
func Continue(path string, o Options) (*File, Tail, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, Tail{}, err
	}
	f := newFile(path, file, o)
	tail, err := f.goOn(file)
	if err != nil {
		_ = f.disk.Close()
		return nil, Tail{}, fmt.Errorf("continue %s: %w", path, classify(err))
	}
	return f, tail, nil
}

// goOn locks the file, repairs it, and starts the writer at its end.
func (f *File) goOn(file *os.File) (Tail, error) {
	if err := lock(file); err != nil {
		return Tail{}, err
	}
	if err := appendable(file); err != nil {
		return Tail{}, err
	}
	report, err := repair(file)
	if err != nil {
		return Tail{}, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return Tail{}, err
	}
	tail, err := readTail(file)
	if err != nil {
		return Tail{}, err
	}
	tail.Report = report
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return Tail{}, err
	}
	if tail.Header.Version == 3 {
		f.base = tail.Duration // times are counted from the event before
	}
	return tail, f.start(tail.Header, size)
}

// zstdMagic begins the packed recordings of a library.
const zstdMagic = "\x28\xb5\x2f\xfd"

// appendable refuses casts that have no end to write behind.
func appendable(file *os.File) error {
	magic := make([]byte, len(zstdMagic))
	if _, err := file.ReadAt(magic, 0); err == nil && string(magic) == zstdMagic {
		return ErrPacked
	}
	r, err := cast.NewReader(io.NewSectionReader(file, 0, 1<<62), cast.Lenient)
	if err != nil {
		return err
	}
	if r.Header().Version == 1 {
		return ErrVersion1
	}
	return nil
}

// readTail reads a cast to its end.
func readTail(src io.Reader) (Tail, error) {
	r, err := cast.NewReader(src, cast.Lenient)
	if err != nil {
		return Tail{}, err
	}
	t := Tail{Header: r.Header()}
	t.Cols, t.Rows = t.Header.Cols, t.Header.Rows
	for {
		e, err := r.Next()
		if err == io.EOF {
			return t, nil
		}
		if err != nil {
			return t, err
		}
		t.Duration = e.Time
		if e.Code == cast.Resize {
			if cols, rows, err := cast.ParseSize(e.Data); err == nil {
				t.Cols, t.Rows = cols, rows
			}
		}
	}
}
