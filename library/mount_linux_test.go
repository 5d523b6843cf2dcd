package library

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"rexec/internal/testreq"
)

// onDisk runs the test that calls it once more, in a process that may mount a small
// file system of its own, and returns its folder there. In the test's first run it
// returns ok false, with all of the test done.
func onDisk(t *testing.T, size string) (dir string, ok bool) {
	t.Helper()
	const inside = "REXEC_LIBRARY_TEST_INSIDE"
	if os.Getenv(inside) == t.Name() {
		dir := t.TempDir()
		if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size+",mode=0700"); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
		return dir, true
	}
	cmd := exec.Command(must[string](t)(os.Executable()), "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), inside+"="+t.Name())
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		testreq.Skip(t, "cannot make a user namespace to mount a file system in ("+err.Error()+"); allow it with sysctl kernel.unprivileged_userns_clone=1, or run as root")
	}
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("in its namespace: %v\n%s", err, out)
	}
	return "", false
}

func TestReadOnlyFileSystem(t *testing.T) {
	dir, ok := onDisk(t, "8m")
	if !ok {
		return
	}
	home := filepath.Join(dir, "home")
	l := openLibrary(t, home, Options{})
	r := must[Recording](t)(record(t.Context(), l, NewRecording{Title: "kept"}, "x"))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	l = openLibrary(t, home, Options{})
	var refused *ErrReadOnly
	if why := l.ReadOnly(); !errors.As(why, &refused) || refused.Path != home || !errors.Is(why, syscall.EROFS) {
		t.Errorf("why: %v", why)
	}
	if got := titles(all(t, l, "")); got != "kept" {
		t.Errorf("listed: %q", got)
	}
	if _, err := l.SetTitle(t.Context(), r.ID, "x"); !errors.As(err, &refused) {
		t.Errorf("writing: %v", err)
	}
	if found, err := l.Recover(t.Context()); err != nil || found != nil {
		t.Errorf("recover: %+v, %v", found, err)
	}
	if _, err := Open(t.Context(), homeDirs(filepath.Join(dir, "new")), Options{}); !errors.As(err, &refused) {
		t.Errorf("a new library: %v", err)
	}
}

func TestFullDisk(t *testing.T) {
	dir, ok := onDisk(t, "4m")
	if !ok {
		return
	}
	home := filepath.Join(dir, "home")
	l := openLibrary(t, home, Options{})
	must[Recording](t)(record(t.Context(), l, NewRecording{Title: "kept"}, "x"))
	outside := bigCast(t, filepath.Join(os.TempDir(), "big-"+filepath.Base(dir)+".cast"))
	defer os.Remove(outside)

	filler := fill(t, filepath.Join(dir, "filler"))
	if _, err := l.Import(t.Context(), outside, nil); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("import: %v, want %v", err, syscall.ENOSPC)
	}
	if _, _, err := l.Begin(t.Context(), NewRecording{Title: "none"}); err == nil {
		t.Error("a recording begins on a full disk")
	} else {
		t.Log(err)
	}
	if got := titles(checkWhole(t, l)); got != "kept" {
		t.Errorf("listed: %q", got)
	}
	if err := l.Close(); err != nil {
		t.Log(err) // it may not be able to put its log away
	}

	l = openLibrary(t, home, Options{})
	if why := l.ReadOnly(); !errors.Is(why, syscall.ENOSPC) || !strings.Contains(why.Error(), "make room") {
		t.Errorf("opened on a full disk: %v", why)
	}
	if got := titles(all(t, l, "")); got != "kept" {
		t.Errorf("listed: %q", got)
	}
	l.Close()

	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	l = openLibrary(t, home, Options{})
	if why := l.ReadOnly(); why != nil {
		t.Errorf("with room again: %v", why)
	}
	recovered(t, l)
	must[Recording](t)(record(t.Context(), l, NewRecording{Title: "more"}, "y"))
	if got := titles(checkWhole(t, l)); got != "more kept" {
		t.Errorf("listed: %q", got)
	}
}

// A disk that is full, before or while the library is open, is one on which what
// makes room can be done, and then everything.
func TestDeletingOnAFullDisk(t *testing.T) {
	dir, ok := onDisk(t, "8m")
	if !ok {
		return
	}
	home := filepath.Join(dir, "home")
	l := openLibrary(t, home, Options{})
	var ids []string
	for i := range 3 {
		path := writeText(t, filepath.Join(t.TempDir(), "big.cast"), castText(fmt.Sprint("big ", i), strings.Repeat(fmt.Sprint(i), 700<<10)))
		ids = append(ids, must[Recording](t)(l.Import(t.Context(), path, nil)).ID)
		os.Remove(path)
	}
	filler := fill(t, filepath.Join(dir, "filler"))
	if err := l.Delete(t.Context(), ids[0]); err != nil {
		t.Errorf("on a disk that has become full: %v", err)
	}
	if why := l.ReadOnly(); why != nil {
		t.Errorf("with room again: %v", why)
	}
	l.Close()
	os.Remove(filler)
	l = openLibrary(t, home, Options{}) // which keeps room again
	l.Close()
	fill(t, filepath.Join(dir, "filler"))

	l = openLibrary(t, home, Options{})
	if why := l.ReadOnly(); !errors.Is(why, syscall.ENOSPC) {
		t.Errorf("opened on a full disk: %v", why)
	}
	if _, _, err := l.Begin(t.Context(), NewRecording{}); !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "make room") {
		t.Errorf("a recording begins: %v", err)
	}
	if err := l.Trash(t.Context(), ids[1]); err != nil {
		t.Errorf("to the trash: %v", err)
	}
	if gone, err := l.EmptyTrash(t.Context(), 0); err != nil || len(gone) != 1 {
		t.Errorf("emptying the trash: %d, %v", len(gone), err)
	}
	if why := l.ReadOnly(); why != nil {
		t.Errorf("with room again: %v", why)
	}
	must[Recording](t)(record(t.Context(), l, NewRecording{Title: "more"}, "y"))
	if got := titles(checkWhole(t, l)); got != "more big 2" {
		t.Errorf("listed: %q", got)
	}
}

// fill writes until the disk is full.
func fill(t *testing.T, path string) string {
	t.Helper()
	f := must[*os.File](t)(os.Create(path))
	defer f.Close()
	for _, size := range []int{64 << 10, 4 << 10, 1} {
		for {
			if _, err := f.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
	}
	return path
}
