package live_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"rexec/recording/cast"
	"rexec/recording/castfile"
	"rexec/recording/live"
)

func TestRecordingFromTheFirstByte(t *testing.T) {
	o := recordTo(t)
	o.Header.Title = "counting"
	s := start(t, live.Config{Command: sh("seq 1 50000; exit 4"), Record: &o, Cols: 70, Rows: 20})
	waitForEnd(t, s)
	result, err := s.StopRecording()
	if err != nil {
		t.Fatal(err)
	}
	h, events := readCast(t, o.Path)
	if h.Version != 2 || h.Cols != 70 || h.Rows != 20 || h.Title != "counting" || h.Timestamp.IsZero() {
		t.Errorf("the header is %+v", h)
	}
	out := output(events)
	if lines := strings.Count(out, "\r\n"); lines != 50000 || !strings.HasPrefix(out, "1\r\n2\r\n") || !strings.HasSuffix(out, "49999\r\n50000\r\n") {
		t.Errorf("%d of 50000 lines were recorded", lines)
	}
	if got := codes(events); !slices.Equal(got, []string{"x:4"}) {
		t.Errorf("the other events are %q, want the exit", got)
	}
	info, err := os.Stat(o.Path)
	if err != nil {
		t.Fatal(err)
	}
	if result.Bytes != info.Size() || result.Path != o.Path || result.Duration.Round(time.Microsecond) != events[len(events)-1].Time {
		t.Errorf("the result is %+v; the file has %d bytes and lasts %v", result, info.Size(), events[len(events)-1].Time)
	}
	if _, err := s.StopRecording(); !errors.Is(err, live.ErrNotRecording) {
		t.Errorf("stopping twice gives %v, want ErrNotRecording", err)
	}
}

func TestRecordingWithoutAScreen(t *testing.T) {
	o := recordTo(t)
	s := start(t, live.Config{Command: sh("echo hello; read x"), NoScreen: true, Record: &o})
	if err := s.Record(recordTo(t)); !errors.Is(err, live.ErrRecording) {
		t.Errorf("recording twice gives %v, want ErrRecording", err)
	}
	s.Write([]byte("\n"))
	waitForEnd(t, s)
	if s.Snapshot() != nil {
		t.Error("there is a screen")
	}
	if _, events := readCast(t, o.Path); !strings.Contains(output(events), "hello\r\n") {
		t.Errorf("recorded %q", output(events))
	}
}

func TestRecordingInMidSession(t *testing.T) {
	s := start(t, live.Config{Command: sh(`printf '\033[31mred\033[0m before\n'; read x; echo during; read x; echo after; read x`)})
	waitForText(t, s, "before")
	o := recordTo(t)
	if err := s.Record(o); err != nil {
		t.Fatal(err)
	}
	if st := s.Recording(); !st.Active || st.Path != o.Path {
		t.Errorf("the state while recording is %+v", st)
	}
	s.Write([]byte("\n"))
	waitForText(t, s, "during")
	s.Mark("here")
	s.Resize(60, 12)
	before := waitFor(t, s, "the new size", sized(60, 12))
	if _, err := s.StopRecording(); err != nil {
		t.Fatal(err)
	}
	if st := s.Recording(); st.Active {
		t.Errorf("the state after the end is %+v", st)
	}
	s.Write([]byte("\n"))
	waitForText(t, s, "after")

	h, events := readCast(t, o.Path)
	if len(events) == 0 || events[0].Code != cast.Output || !strings.Contains(events[0].Data, "before") || events[0].Time.Seconds() > 0.5 {
		t.Errorf("the first event does not redraw the screen: %.1q", events)
	}
	if got := codes(events); !slices.Equal(got, []string{"m:here", "r:60x12"}) {
		t.Errorf("the other events are %q", got)
	}
	if shown := replay(t, h, events); !shown.Equal(before) {
		t.Errorf("the replay ends with\n%sthe terminal showed\n%s", framed(shown), framed(before))
	}

	again := recordTo(t)
	if err := s.Record(again); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if _, events = readCast(t, again.Path); !strings.Contains(output(events), "after") {
		t.Errorf("the second recording starts with %q", output(events))
	}
}

func TestRecordingThatStartsInsideASequence(t *testing.T) {
	s := start(t, live.Config{Command: sh(`printf 'plain \033[3'; read x; printf '1mred\n'; read x; printf '\033[0mend'; read x`)})
	waitForText(t, s, "plain")
	o := recordTo(t)
	if err := s.Record(o); err != nil {
		t.Fatal(err)
	}
	s.Write([]byte("\n")) // the echoed line break ends the sequence early, or is carried out inside it
	waitForText(t, s, "red")
	s.Write([]byte("\n"))
	last := waitForText(t, s, "end")
	if _, err := s.StopRecording(); err != nil {
		t.Fatal(err)
	}
	h, events := readCast(t, o.Path)
	if shown := replay(t, h, events); !shown.Equal(last) {
		t.Errorf("the replay ends with\n%sthe terminal showed\n%s", framed(shown), framed(last))
	}
}

func TestRecordingKeepsSplitCharactersWhole(t *testing.T) {
	o := recordTo(t)
	s := start(t, live.Config{Command: sh(`stty -echo; printf 'go\344\270'; read x; printf '\226 \360\237'; read x; printf '\216\211'; read x; printf '\377'`), Record: &o})
	for _, seen := range []string{"go", "世", "🎉"} {
		waitForText(t, s, seen)
		s.Write([]byte("\n"))
	}
	waitForEnd(t, s)
	if _, events := readCast(t, o.Path); output(events) != "go世 🎉\ufffd" {
		t.Errorf("recorded %q", output(events))
	}
}

func TestRecordingErrors(t *testing.T) {
	s := start(t, live.Config{Command: sh("read x")})
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Record(live.RecordOptions{Path: filepath.Join(dir, "file", "x.cast")}); err == nil {
		t.Error("recording below a file works")
	}
	if s.Recording().Active {
		t.Error("a recording that could not begin is active")
	}
	o := recordTo(t)
	if err := s.Record(o); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if err := s.Record(recordTo(t)); !errors.Is(err, live.ErrEnded) {
		t.Errorf("recording after the end gives %v, want ErrEnded", err)
	}
	if _, err := s.StopRecording(); err != nil {
		t.Errorf("the recording that ended with the session: %v", err)
	}
	_, err := live.Start(t.Context(), live.Config{Command: sh("touch " + filepath.Join(dir, "ran")),
		Record: &live.RecordOptions{Path: filepath.Join(dir, "file", "x.cast")}})
	if err == nil {
		t.Error("a session starts although its recording cannot")
	}
	if _, err := os.Stat(filepath.Join(dir, "ran")); err == nil {
		t.Error("the command ran although its recording could not begin")
	}
}

// fullDisk has room for a while.
type fullDisk struct {
	castfile.Disk
	room *atomic.Int64
}

func (d fullDisk) Write(p []byte) (int, error) {
	if d.room.Add(-int64(len(p))) < 0 {
		return 0, syscall.ENOSPC
	}
	return d.Disk.Write(p)
}

func TestFullDiskEndsTheRecordingAndNotTheTerminal(t *testing.T) {
	o := recordTo(t)
	var room atomic.Int64
	room.Store(1000)
	o.File.Wrap = func(d castfile.Disk) castfile.Disk { return fullDisk{d, &room} }
	s := start(t, live.Config{Command: sh(`echo before; read x; seq 1 5000; read x; echo after; read x`), Record: &o})
	waitForText(t, s, "before")
	for limit := time.Now().Add(deadline); time.Now().Before(limit); runtime.Gosched() {
		if written, _ := os.ReadFile(o.Path); strings.Contains(string(written), "before") {
			break
		}
	}
	s.Write([]byte("\n"))
	failed := waitForEvent[live.RecordingEndedEvent](t, s).Result
	if !errors.Is(failed.Err, castfile.ErrDiskFull) || failed.Path != o.Path {
		t.Errorf("the event says %+v, want that the disk is full", failed)
	}
	if s.Recording().Active {
		t.Error("the recording is still active")
	}
	s.Write([]byte("\n"))
	waitForText(t, s, "after")
	if _, events := readCast(t, o.Path); !strings.Contains(output(events), "before") {
		t.Errorf("the file holds %q", output(events))
	}
	if result, err := s.StopRecording(); !errors.Is(err, castfile.ErrDiskFull) || result != failed {
		t.Errorf("StopRecording returns %+v, %v", result, err)
	}
	room.Store(1 << 20)
	if err := s.Record(recordTo(t)); err != nil {
		t.Errorf("recording again: %v", err)
	}
}

func TestCommandErrors(t *testing.T) {
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain")
	if err := os.WriteFile(plain, []byte("#!/bin/sh\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, want string
		config     live.Config
		is         error
	}{
		{"no such program", "cannot run rexec-no-such-program: there is no such program",
			live.Config{Command: []string{"rexec-no-such-program"}}, exec.ErrNotFound},
		{"no such file", "there is no such program", live.Config{Command: []string{dir + "/none"}}, os.ErrNotExist},
		{"not executable", "permission denied", live.Config{Command: []string{plain}}, os.ErrPermission},
		{"a directory", "it is a directory", live.Config{Command: []string{dir}}, nil},
		{"empty name", "there is no such program", live.Config{Command: []string{""}}, exec.ErrNotFound},
		{"missing shell", "cannot run the shell /no/such/shell that SHELL names: there is no such program",
			live.Config{Env: []string{"SHELL=/no/such/shell"}}, os.ErrNotExist},
		{"no such directory", "there is no such directory", live.Config{Command: sh("true"), Dir: dir + "/none"}, os.ErrNotExist},
		{"not a directory", "it is not a directory", live.Config{Command: sh("true"), Dir: plain}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := recordTo(t)
			c.config.Record = &o
			_, err := live.Start(t.Context(), c.config)
			var command *live.CommandError
			if !errors.As(err, &command) {
				t.Fatalf("the error is %v, want a CommandError", err)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is %q, want %q in it", err, c.want)
			}
			if c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("the error %v is not %v", err, c.is)
			}
			if _, err := os.Stat(o.Path); err == nil {
				t.Error("a recording was left behind")
			}
		})
	}
}

func TestEnvironment(t *testing.T) {
	env := append(os.Environ(), "DATABASE_URL=postgres://u:p@h/d", "S3_SECRET_ACCESS_KEY=s", "REXEC_TOKEN=t", "REXEC_TOKEN_FILE=f",
		"TMUX=/tmp/x", "TERM_PROGRAM=other", "LINES=3", "KEPT=yes", "TERM=dumb", "REXEC_SESSION=outer")
	o := recordTo(t)
	s := start(t, live.Config{Command: sh("env"), Env: env, Record: &o, ID: "the-id"})
	waitForEnd(t, s)
	_, events := readCast(t, o.Path)
	lines := strings.Split(output(events), "\r\n")
	for _, want := range []string{"TERM=xterm-256color", "COLORTERM=truecolor", "REXEC_SESSION=the-id", "KEPT=yes"} {
		if !slices.Contains(lines, want) {
			t.Errorf("the child's environment lacks %s", want)
		}
	}
	for _, name := range []string{"DATABASE_URL", "S3_SECRET", "REXEC_TOKEN", "TMUX", "TERM_PROGRAM", "LINES"} {
		if i := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, name) }); i >= 0 {
			t.Errorf("the child's environment has %s", lines[i])
		}
	}
	o = recordTo(t)
	s = start(t, live.Config{Command: sh("env"), Env: env, Record: &o, Term: "screen-256color"})
	waitForEnd(t, s)
	_, events = readCast(t, o.Path)
	out := output(events)
	if !strings.Contains(out, "TERM=screen-256color\r\n") || !strings.Contains(out, "TMUX=/tmp/x\r\n") || strings.Contains(out, "DATABASE_URL") {
		t.Errorf("with the terminal outside, the environment is\n%s", out)
	}
}
