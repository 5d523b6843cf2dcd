package castfile

import (
	"errors"
	"math"
	"os"

	"golang.org/x/sys/windows"
)

// lock takes the exclusive lock of an open file, or returns ErrLocked. Closing the
// file releases it, and so does the end of the process, however it comes.
//
// Windows keeps others from reading what is locked, so that the lock is on a byte
// far behind any recording's end.
func lock(f *os.File) error {
	at := &windows.Overlapped{Offset: math.MaxUint32, OffsetHigh: math.MaxInt32}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return ErrLocked
	}
	return os.NewSyscallError("LockFileEx", err)
}

// isFull tells whether an error means that there is no room.
func isFull(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL)
}

// cannotSync tells whether a sync failed because the file is of a kind that has
// nothing to sync.
func cannotSync(err error) bool { return errors.Is(err, windows.ERROR_INVALID_HANDLE) }

// syncFolder has nothing to do: NTFS logs the names of files.
func syncFolder(string) {}
