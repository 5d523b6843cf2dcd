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
	// Exit is the exit status that the recording ended with, "" for none. Its event is
	// taken away: a recording has one, at its end.
	Exit   string
	Report Report // of what was repaired

	kept time.Duration // of the last event that stays
	end  int64         // behind it
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
	if err := f.disk.Truncate(tail.end); err != nil {
		return Tail{}, err
	}
	if _, err := file.Seek(tail.end, io.SeekStart); err != nil {
		return Tail{}, err
	}
	if tail.Header.Version == 3 {
		f.base = tail.kept // times are counted from the event before
	}
	return tail, f.start(tail.Header, tail.end)
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
	t.end = r.Position().Offset
	var last cast.Event
	for {
		before, at := r.Position().Offset, last.Time
		e, err := r.Next()
		if err == io.EOF {
			return t, nil
		}
		if err != nil {
			return t, err
		}
		last = e
		t.Duration, t.kept, t.end, t.Exit = e.Time, e.Time, r.Position().Offset, ""
		switch e.Code {
		case cast.Exit:
			t.Exit, t.kept, t.end = e.Data, at, before
		case cast.Resize:
			if cols, rows, err := cast.ParseSize(e.Data); err == nil {
				t.Cols, t.Rows = cols, rows
			}
		}
	}
}
