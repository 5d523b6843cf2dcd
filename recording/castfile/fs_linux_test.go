package castfile

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rexec/internal/testreq"
)

// A real full disk: a tmpfs of 256 KB.
func TestAFullFileSystem(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("none", dir, "tmpfs", 0, "size=256k"); err != nil {
		testreq.Skip(t, "no small file system can be mounted ("+err.Error()+"); run as root, with CAP_SYS_ADMIN")
	}
	defer func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	}()
	path := filepath.Join(dir, "x.cast")
	f, err := Create(path, header, Options{})
	must(t, err)
	written := 0
	for err == nil {
		// 77 does not divide a page: the last write is cut within a line.
		err = f.Append(output(time.Duration(written)*time.Millisecond, strings.Repeat("x", 77)))
		written++
	}
	if !errors.Is(err, ErrDiskFull) || !errors.Is(err, unix.ENOSPC) {
		t.Errorf("append: %v", err)
	}
	if err := f.Close(); !errors.Is(err, ErrDiskFull) {
		t.Errorf("close: %v", err)
	}
	events := read(t, path)
	info, err := os.Stat(path)
	must(t, err)
	if len(events) < 2000 || info.Size() != f.Size() {
		t.Errorf("%d events in %d bytes, which should be %d", len(events), info.Size(), f.Size())
	}
	t.Logf("%d events of %d fit", len(events), written)
	if report, err := Repair(path); err != nil || report.DroppedBytes != 0 {
		t.Errorf("a file on a full disk needs no repair: %+v, %v", report, err)
	}
	if _, err := Create(filepath.Join(dir, "y.cast"), header, Options{}); err != nil && !errors.Is(err, ErrDiskFull) {
		t.Errorf("the next recording: %v", err)
	}
}
