package castfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"rexec/recording/cast"
)

// TryLock takes the lock of a recording if nobody is writing it, so that nobody
// begins to. ok is false when somebody is. unlock must be called when ok.
func TryLock(path string) (unlock func(), ok bool, err error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, false, err
	}
	if err := lock(file); err != nil {
		_ = file.Close()
		if errors.Is(err, ErrLocked) {
			err = nil
		}
		return nil, false, err
	}
	return func() { _ = file.Close() }, true, nil
}

// Report says what a repaired recording holds.
type Report struct {
	Events       int
	Duration     time.Duration // the time of the last event
	DroppedBytes int64         // cut off at the end
	Problems     int           // damage elsewhere, which was left as it is
}

// Repair makes a recording valid that its writer left in the middle of a line: a
// torn last line is cut off, and a last line that only lacks its newline gets it.
// Everything else stays as it is. The file is locked meanwhile.
//
// Errors are ErrLocked, cast.ErrNotCast or *cast.SyntaxError when not even the
// header is whole, and what the system says; the file is unchanged then.
func Repair(path string) (Report, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return Report{}, err
	}
	defer file.Close()
	if err := lock(file); err != nil {
		return Report{}, err
	}
	report, err := repair(file)
	if err != nil {
		return report, fmt.Errorf("repair %s: %w", path, err)
	}
	return report, nil
}

func repair(file *os.File) (Report, error) {
	info, err := file.Stat()
	if err != nil {
		return Report{}, err
	}
	size := info.Size()
	whole, err := lastLineEnd(file, size)
	if err != nil {
		return Report{}, err
	}
	r, err := cast.NewReader(io.NewSectionReader(file, 0, size), cast.Lenient)
	if err != nil {
		return Report{}, err
	}
	if r.Header().Version == 1 {
		return Report{}, errors.New("a cast of version 1 has no lines to repair")
	}
	if whole == 0 {
		// The header is all there is, and whole: it lacks its newline.
		_, err := file.WriteAt([]byte("\n"), size)
		return Report{Problems: r.ProblemCount()}, synced(file, err)
	}
	report, end, err := count(file, whole)
	if err != nil || whole == size {
		return report, err
	}
	last, ok := cast.Event{}, false
	tail := cast.Resume(io.NewSectionReader(file, whole, size-whole), cast.Lenient, r.Header(), end)
	if last, err = tail.Next(); err == nil {
		ok = true
	} else if err != io.EOF {
		return report, err
	}
	if ok {
		report.Events++
		report.Duration = last.Time
		report.Problems += tail.ProblemCount()
		_, err = file.WriteAt([]byte("\n"), size)
	} else {
		report.DroppedBytes = size - whole
		err = file.Truncate(whole)
	}
	return report, synced(file, err)
}

// count reads the whole lines, and returns where they end.
func count(file io.ReaderAt, whole int64) (Report, cast.Position, error) {
	r, err := cast.NewReader(io.NewSectionReader(file, 0, whole), cast.Lenient)
	if err != nil {
		return Report{}, cast.Position{}, err
	}
	var report Report
	for {
		e, err := r.Next()
		if err == io.EOF {
			report.Problems = r.ProblemCount()
			return report, r.Position(), nil
		}
		if err != nil {
			return report, r.Position(), err
		}
		report.Events++
		report.Duration = e.Time
	}
}

// synced syncs a file that was changed.
func synced(file *os.File, err error) error {
	if err != nil {
		return err
	}
	return file.Sync()
}

// lastLineEnd returns the offset behind the last newline, 0 if there is none.
func lastLineEnd(file io.ReaderAt, size int64) (int64, error) {
	block := make([]byte, 64<<10)
	for end := size; end > 0; {
		start := max(0, end-int64(len(block)))
		b := block[:end-start]
		if _, err := file.ReadAt(b, start); err != nil && err != io.EOF {
			return 0, err
		}
		if i := bytes.LastIndexByte(b, '\n'); i >= 0 {
			return start + int64(i) + 1, nil
		}
		end = start
	}
	return 0, nil
}
