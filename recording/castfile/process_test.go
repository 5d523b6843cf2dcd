package castfile

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"rexec/recording/cast"
)

// TestMain lets the test binary be the process that gets killed.
func TestMain(m *testing.M) {
	if path := os.Getenv("CASTFILE_TEST_WRITER"); path != "" {
		writeForEver(path)
	}
	os.Exit(m.Run())
}

// writeForEver appends numbered lines, one for each millisecond, and says on
// standard output how far it came.
func writeForEver(path string) {
	f, err := Create(path, header, Options{})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	start := time.Now()
	for i := 0; ; i++ {
		at := time.Since(start)
		if err := f.Append(output(at, fmt.Sprintln(i))); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(int64(at))
		time.Sleep(time.Until(start.Add(time.Duration(i+1) * time.Millisecond)))
	}
}

// startWriter starts that process, and returns a function that reads how far it
// came until what it says is beyond a time, or it has ended.
func startWriter(t *testing.T, path string) (*exec.Cmd, func(time.Duration) time.Duration) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "CASTFILE_TEST_WRITER="+path)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	lines := bufio.NewScanner(out)
	var last time.Duration
	return cmd, func(until time.Duration) time.Duration {
		for last < until && lines.Scan() {
			n, err := strconv.ParseInt(lines.Text(), 10, 64)
			if err != nil {
				t.Fatalf("the writer says %q", lines.Text())
			}
			last = time.Duration(n)
		}
		return last
	}
}

func TestKill(t *testing.T) {
	// Losing more than 100 ms once may be this machine's fault: a process that does
	// not get a CPU cannot write. Losing them three times is not.
	var lost time.Duration
	for try := range 3 {
		path := filepath.Join(t.TempDir(), "x.cast")
		cmd, came := startWriter(t, path)
		came(500*time.Millisecond + time.Duration(try)*17*time.Millisecond)
		must(t, cmd.Process.Kill())
		last := came(time.Hour) // what it said before it died
		_ = cmd.Wait()
		report, err := Repair(path)
		must(t, err)
		var text strings.Builder
		events := read(t, path)
		for _, e := range events {
			text.WriteString(e.Data)
		}
		for i, line := range strings.Split(strings.TrimSpace(text.String()), "\n") {
			if line != strconv.Itoa(i) {
				t.Fatalf("line %d is %q", i, line)
			}
		}
		lost = last - events[len(events)-1].Time
		t.Logf("killed after %v: %d events are left, the last %v is lost; report %+v", last, len(events), lost, report)
		if lost <= 100*time.Millisecond {
			return
		}
	}
	t.Errorf("%v are lost", lost)
}

func TestLockHoldsAcrossProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.cast")
	cmd, came := startWriter(t, path)
	came(1)
	if _, ok, err := TryLock(path); ok || err != nil {
		t.Errorf("the lock of a file that another process writes: %t, %v", ok, err)
	}
	if _, err := Repair(path); !errors.Is(err, ErrLocked) {
		t.Errorf("its repair: %v", err)
	}
	if _, err := Create(path, header, Options{Overwrite: true}); !errors.Is(err, ErrLocked) {
		t.Errorf("writing over it: %v", err)
	}
	must(t, cmd.Process.Kill())
	_ = cmd.Wait()
	unlock, ok, err := TryLock(path)
	if !ok || err != nil {
		t.Fatalf("the lock of a dead process's file: %t, %v", ok, err)
	}
	unlock()
	if report, err := Repair(path); err != nil || report.DroppedBytes > cast.MaxEvent {
		t.Errorf("repair: %+v, %v", report, err)
	}
}
