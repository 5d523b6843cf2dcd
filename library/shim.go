package library

// Stands in for recording/castfile until that lands.

import (
	"bytes"
	"io"
	"os"
	"syscall"
)

type repairReport struct{ DroppedBytes int64 }

func tryLock(path string) (func(), bool, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, false, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if err == syscall.EWOULDBLOCK {
			return nil, false, nil
		}
		return nil, false, err
	}
	return func() { f.Close() }, true, nil
}

func repairCast(path string) (repairReport, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return repairReport{}, err
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		return repairReport{}, err
	}
	n := int64(bytes.LastIndexByte(b, '\n') + 1)
	return repairReport{DroppedBytes: int64(len(b)) - n}, f.Truncate(n)
}
