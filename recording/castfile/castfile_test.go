package castfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rexec/recording/cast"
)

var header = cast.Header{Version: 2, Cols: 80, Rows: 24}

// fakeDisk stands before a real file, keeps a diary, and fails on request.
type fakeDisk struct {
	Disk
	start time.Time

	mu     sync.Mutex
	diary  []string      // "write 50ms", "sync 1s"
	err    error         // what Write returns
	after  int           // bytes that Write still takes before it returns err
	hang   chan struct{} // Write waits for it to be closed
	synErr error
}

func (d *fakeDisk) note(what string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.diary = append(d.diary, fmt.Sprint(what, " ", time.Since(d.start)))
}

func (d *fakeDisk) Write(p []byte) (int, error) {
	d.note("write")
	d.mu.Lock()
	hang, err, after := d.hang, d.err, d.after
	d.mu.Unlock()
	if hang != nil {
		<-hang
	}
	if err != nil {
		n, _ := d.Disk.Write(p[:min(after, len(p))])
		return n, err
	}
	return d.Disk.Write(p)
}

func (d *fakeDisk) Sync() error {
	d.note("sync")
	return d.synErr
}

// create creates a file on a fake disk.
func create(t *testing.T) (*File, *fakeDisk, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a", "b", "x.cast")
	disk := &fakeDisk{start: time.Now()}
	f, err := Create(path, header, Options{Wrap: func(d Disk) Disk { disk.Disk = d; return disk }})
	if err != nil {
		t.Fatal(err)
	}
	return f, disk, path
}

func (d *fakeDisk) set(change func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change()
}

// read reads a cast that must be valid.
func read(t testing.TB, path string) []cast.Event {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := cast.NewReader(f, cast.Strict)
	if err != nil {
		t.Fatal(err)
	}
	var events []cast.Event
	for {
		e, err := r.Next()
		if err == io.EOF {
			return events
		}
		if err != nil {
			t.Fatalf("behind %d events: %v", len(events), err)
		}
		events = append(events, e)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func output(at time.Duration, data string) cast.Event {
	return cast.Event{Time: at, Code: cast.Output, Data: data}
}

func TestWhatIsAppendedIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "folder", "x.cast")
	f, err := Create(path, header, Options{})
	must(t, err)
	want := []cast.Event{
		output(0, "$ "),
		output(5*time.Millisecond, "ls\r\n\x1b[1m世界"),
		{Time: time.Second, Code: cast.Resize, Data: "100x50"},
		{Time: 2 * time.Second, Code: cast.Marker, Data: "here"},
		{Time: 3 * time.Second, Code: cast.Input, Data: "q"},
		{Time: 4 * time.Second, Code: cast.Exit, Data: "0"},
	}
	for _, e := range want {
		must(t, f.Append(e))
	}
	must(t, f.Close())
	must(t, f.Close())
	if got := read(t, path); !slices.Equal(got, want) {
		t.Errorf("read %v, want %v", got, want)
	}
	info, err := os.Stat(path)
	must(t, err)
	if f.Size() != info.Size() {
		t.Errorf("size %d, want %d", f.Size(), info.Size())
	}
	if folder, _ := os.Stat(filepath.Dir(path)); runtime.GOOS != "windows" && (info.Mode().Perm() != 0o600 || folder.Mode().Perm() != 0o700) {
		t.Errorf("modes %v and %v, want 0600 and 0700", info.Mode(), folder.Mode())
	}
	if err := f.Append(output(0, "x")); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("append to a closed file: %v", err)
	}
}

func TestACutCharacterIsNotLostAtTheEnd(t *testing.T) {
	f, _, path := create(t)
	must(t, f.AppendOutput(0, []byte("\xe4")))
	must(t, f.AppendOutput(time.Second, []byte("\xb8\x96\xe4\xb8")))
	must(t, f.Close())
	if got, want := read(t, path), []cast.Event{output(time.Second, "世"), output(time.Second, "\ufffd")}; !slices.Equal(got, want) {
		t.Errorf("read %v, want %v", got, want)
	}
}

func TestBadEventsChangeNothing(t *testing.T) {
	f, _, path := create(t)
	for _, e := range []cast.Event{{}, {Code: cast.Resize, Data: "0x0"}, {Code: cast.Resize, Data: "9999x1"}} {
		if err := f.Append(e); err == nil {
			t.Errorf("%v was taken", e)
		}
	}
	must(t, f.Append(output(0, "x")))
	must(t, f.Close())
	if got := read(t, path); len(got) != 1 {
		t.Errorf("read %v", got)
	}
}

func TestOutputOfOneMillisecondIsOneEvent(t *testing.T) {
	f, _, path := create(t)
	for i, at := range []time.Duration{0, 999, 1000, 1500, 5000} {
		must(t, f.AppendOutput(at*time.Microsecond, []byte{'a' + byte(i)}))
	}
	must(t, f.Append(cast.Event{Time: 5 * time.Millisecond, Code: cast.Marker}))
	must(t, f.Append(output(5*time.Millisecond, "f")))
	must(t, f.Append(cast.Event{Time: 5 * time.Millisecond, Code: cast.Input, Data: "1"}))
	must(t, f.Append(cast.Event{Time: 5 * time.Millisecond, Code: cast.Input, Data: "2"}))
	big := strings.Repeat("x", mergeBytes)
	must(t, f.Append(output(6*time.Millisecond, "g")))
	must(t, f.Append(output(6*time.Millisecond, big)))
	must(t, f.Close())
	var got []string
	for _, e := range read(t, path) {
		got = append(got, fmt.Sprint(e.Time, e.Code, strings.ReplaceAll(e.Data, big, "BIG")))
	}
	want := []string{"0soab", "1msocd", "5msoe", "5msm", "5msof", "5msi1", "5msi2", "6msog", "6msoBIG"}
	if !slices.Equal(got, want) {
		t.Errorf("events %q, want %q", got, want)
	}
}

func TestWhenItIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, disk, path := create(t)
		time.Sleep(5 * time.Second) // nothing to do but to sync the header
		must(t, f.Append(output(0, "a")))
		time.Sleep(30 * time.Millisecond)
		must(t, f.Append(output(time.Second, "b")))
		time.Sleep(20 * time.Millisecond)
		synctest.Wait()
		if got := read(t, path); len(got) != 2 {
			t.Errorf("after 50 ms, %d events are on disk", len(got))
		}
		time.Sleep(5 * time.Second)
		must(t, f.AppendOutput(time.Minute, make([]byte, flushBytes)))
		synctest.Wait()
		if got := read(t, path); len(got) != 3 {
			t.Errorf("64 KB have to wait")
		}
		must(t, f.Close())
		want := []string{
			"write 0s", "sync 1s",
			"write 5.05s", "sync 6.05s",
			"write 10.05s", "write 10.05s", "write 10.05s", "write 10.05s", "write 10.05s", "write 10.05s",
			"sync 10.05s",
		}
		got := slices.Compact(disk.diary)
		if want = slices.Compact(want); !slices.Equal(got, want) {
			t.Errorf("the disk saw\n%q, want\n%q", got, want)
		}
	})
}

func TestAFullDiskKeepsWholeLines(t *testing.T) {
	for after := range 120 {
		f, disk, path := create(t)
		disk.set(func() { disk.err, disk.after = errFull, after })
		for i := range 5 {
			must(t, f.Append(output(time.Duration(i)*time.Second, "12345678")))
		}
		err := f.Close()
		if !errors.Is(err, ErrDiskFull) || !strings.Contains(err.Error(), path) {
			t.Fatalf("close: %v", err)
		}
		<-f.Failed()
		if err := f.Append(output(0, "x")); !errors.Is(err, ErrDiskFull) {
			t.Errorf("append: %v", err)
		}
		if got, want := len(read(t, path)), after/len(`[0.000000, "o", "12345678"]n`); got != want {
			t.Errorf("%d bytes fit: %d events, want %d", after, got, want)
		}
		if info, _ := os.Stat(path); info.Size() != f.Size() {
			t.Errorf("size %d, want %d", f.Size(), info.Size())
		}
	}
}

func TestAFailureIsToldAtOnce(t *testing.T) {
	broken := errors.New("input/output error")
	for name, breakIt := range map[string]func(*fakeDisk){
		"write": func(d *fakeDisk) { d.err = broken },
		"sync":  func(d *fakeDisk) { d.synErr = broken },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, disk, path := create(t)
				disk.set(func() { breakIt(disk) })
				must(t, f.Append(output(0, "x")))
				start := time.Now()
				<-f.Failed()
				if d := time.Since(start); d > syncEvery || !errors.Is(f.Err(), broken) {
					t.Errorf("after %v: %v", d, f.Err())
				}
				if err := f.Close(); !errors.Is(err, broken) {
					t.Errorf("close: %v", err)
				}
				if unlock, ok, err := TryLock(path); !ok || err != nil {
					t.Errorf("the file is still locked: %v", err)
				} else {
					unlock()
				}
			})
		})
	}
}

func TestAStalledDiskEndsTheRecording(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, disk, path := create(t)
		must(t, f.Append(output(0, "before")))
		time.Sleep(time.Second)
		hang := make(chan struct{})
		disk.set(func() { disk.hang = hang })

		// Up to 2 MB, nobody waits; behind that, for two seconds and then never more.
		start := time.Now()
		for range maxPending / 4096 {
			must(t, f.AppendOutput(time.Second, make([]byte, 4096)))
		}
		if d := time.Since(start); d != 0 {
			t.Errorf("append took %v", d)
		}
		var err error
		for err == nil {
			err = f.AppendOutput(2*time.Second, make([]byte, 4096))
		}
		if d := time.Since(start); !errors.Is(err, ErrStalled) || d != stallLimit {
			t.Errorf("after %v: %v", d, err)
		}
		<-f.Failed()
		if err := f.Close(); !errors.Is(err, ErrStalled) || time.Since(start) != stallLimit {
			t.Errorf("close, after %v: %v", time.Since(start), err)
		}
		close(hang) // the disk comes back: what it was given is on it
		<-f.done
		if got := read(t, path); len(got) == 0 || got[0].Data != "before" {
			t.Errorf("%d events", len(got))
		}
	})
}

func TestASlowDiskSlowsAFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, disk, path := create(t)
		hang := make(chan struct{})
		disk.set(func() { disk.hang = hang })
		const blocks = 4 * maxPending / 4096
		finished := make(chan error)
		go func() {
			for i := range blocks {
				if err := f.AppendOutput(time.Duration(i)*time.Millisecond, make([]byte, 4096)); err != nil {
					finished <- err
					return
				}
			}
			finished <- nil
		}()
		for range 20 { // each write takes a second, less than what is a stall
			time.Sleep(time.Second)
			next := make(chan struct{})
			disk.set(func() { disk.hang = next })
			close(hang)
			hang = next
		}
		disk.set(func() { disk.hang = nil })
		close(hang)
		must(t, <-finished)
		must(t, f.Close())
		if got := read(t, path); len(got) != blocks {
			t.Errorf("%d events, want %d", len(got), blocks)
		}
	})
}

func TestAStalledLastSyncDoesNotHoldClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, disk, _ := create(t)
		must(t, f.Append(output(0, "x")))
		time.Sleep(time.Millisecond)
		hang := make(chan struct{})
		disk.set(func() { disk.Disk = hangingSync{disk.Disk, hang} })
		f.disk = hangingSync{disk, hang}
		start := time.Now()
		if err := f.Close(); !errors.Is(err, ErrStalled) || time.Since(start) != closeLimit {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		close(hang)
		<-f.done
	})
}

type hangingSync struct {
	Disk
	hang chan struct{}
}

func (h hangingSync) Sync() error { <-h.hang; return nil }

func TestExistingFiles(t *testing.T) {
	f, _, path := create(t)
	must(t, f.Append(output(0, "old")))
	if _, err := Create(path, header, Options{Overwrite: true}); !errors.Is(err, ErrLocked) {
		t.Errorf("over a file that is being written: %v", err)
	}
	must(t, f.Close())
	if _, err := Create(path, header, Options{}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over an existing file: %v", err)
	}
	if got := read(t, path); len(got) != 1 {
		t.Errorf("the existing file now has %v", got)
	}
	g, err := Create(path, header, Options{Overwrite: true})
	must(t, err)
	must(t, g.Close())
	if got := read(t, path); len(got) != 0 {
		t.Errorf("the new file has %v", got)
	}
}

func TestCreateFailsClearly(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o600))
	if _, err := Create(filepath.Join(dir, "file", "x.cast"), header, Options{}); err == nil {
		t.Error("a file was taken for a folder")
	}
	if _, err := Create(filepath.Join(dir, "x.cast"), cast.Header{}, Options{}); err == nil {
		t.Error("a header without a size was taken")
	}
	full := func(d Disk) Disk { return &fakeDisk{Disk: d, err: errFull} }
	if _, err := Create(filepath.Join(dir, "x.cast"), header, Options{Wrap: full}); !errors.Is(err, ErrDiskFull) {
		t.Errorf("on a full disk: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "x.cast")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file is left behind: %v", err)
	}
}

func TestAppendFromManyGoroutines(t *testing.T) {
	f, _, path := create(t)
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for range 500 {
				if err := f.Append(cast.Event{Code: cast.Marker, Data: fmt.Sprint(g)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	must(t, f.Close())
	if got := read(t, path); len(got) != 8*500 {
		t.Errorf("%d events", len(got))
	}
}
