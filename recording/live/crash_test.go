package live_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"rexec/internal/testreq"
	"rexec/recording/castfile"
	"rexec/recording/live"
)

// helper is what the test binary does when a test runs it as another program.
func helper(mode string, args []string) {
	switch mode {
	case "tick": // prints the time, a thousand times a second, without end
		for range time.Tick(time.Millisecond) {
			fmt.Println(time.Now().UnixNano())
		}
	case "record": // records a tick until it is killed
		os.Setenv("LIVE_TEST_HELPER", "tick")
		s, err := live.Start(context.Background(), live.Config{
			Command: []string{os.Args[0]}, Record: &live.RecordOptions{Path: args[0]},
		})
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		<-s.Done()
	}
}

// lostWhenKilled records a steady stream, kills the recorder in the middle of it,
// and returns how much of the stream's end is missing.
func lostWhenKilled(t *testing.T, path string) time.Duration {
	cmd := exec.Command(os.Args[0], path)
	cmd.Env = append(os.Environ(), "LIVE_TEST_HELPER=record")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for limit := time.Now().Add(deadline); ; runtime.Gosched() {
		if info, err := os.Stat(path); err == nil && info.Size() > 20_000 {
			break
		}
		if time.Now().After(limit) {
			cmd.Process.Kill()
			t.Fatal("nothing is recorded")
		}
	}
	killed := time.Now()
	cmd.Process.Kill()
	cmd.Wait()

	report, err := castfile.Repair(path)
	if err != nil {
		t.Fatal(err)
	}
	_, events := readCast(t, path)
	lines := strings.Fields(output(events))
	last, err := strconv.ParseInt(lines[len(lines)-2], 10, 64) // the very last may be cut
	if err != nil {
		t.Fatal(err)
	}
	if len(events) != report.Events || len(lines) < 100 {
		t.Fatalf("%d events with %d lines; the repair says %+v", len(events), len(lines), report)
	}
	return killed.Sub(time.Unix(0, last))
}

func TestKillLosesAtMostATenthOfASecond(t *testing.T) {
	if runtime.GOOS == "windows" {
		testreq.Skip(t, "terminals cannot be hosted here; run the tests on Linux or macOS")
	}
	// A busy machine can keep the recorder from running at all; it does not do so
	// every time.
	const attempts = 5
	var lost []time.Duration
	for i := range attempts {
		d := lostWhenKilled(t, filepath.Join(t.TempDir(), fmt.Sprint(i, ".cast")))
		if lost = append(lost, d); d <= 100*time.Millisecond {
			t.Logf("lost %v", d)
			return
		}
	}
	t.Errorf("killed %d times, the recorder lost %v; at most 100ms is allowed", attempts, lost)
}
