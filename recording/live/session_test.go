package live_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"rexec/internal/testreq"
	"rexec/recording/live"
	"rexec/vt"
)

func TestShellIsTypedInto(t *testing.T) {
	bash := testreq.Program(t, "bash", "apt-get install bash")
	s := start(t, live.Config{Command: []string{bash, "--norc", "--noprofile"}, Cols: 60, Rows: 10})
	s.Write([]byte("PS1='ready> '\r"))
	waitForText(t, s, "\nready>")
	s.Write([]byte("echo h\u00e9llo $((6*7)) 世界 🎉\r"))
	waitForText(t, s, "\nh\u00e9llo 42 世界 🎉")
	s.Write([]byte("exit 3\r"))
	if got := waitForEnd(t, s); got != (live.ExitStatus{Code: 3}) {
		t.Errorf("the shell exited with %+v, want 3", got)
	}
	if _, err := s.Write([]byte("x")); !errors.Is(err, live.ErrEnded) {
		t.Errorf("writing after the end gives %v, want ErrEnded", err)
	}
}

func TestExitStatus(t *testing.T) {
	for _, c := range []struct {
		script string
		want   live.ExitStatus
	}{
		{"exit 0", live.ExitStatus{}},
		{"exit 7", live.ExitStatus{Code: 7}},
		{"exit 255", live.ExitStatus{Code: 255}},
		{"kill -TERM $$", live.ExitStatus{Code: 143, Signal: "SIGTERM"}},
		{"kill -KILL $$", live.ExitStatus{Code: 137, Signal: "SIGKILL"}},
	} {
		s := start(t, live.Config{Command: sh(c.script)})
		if got := waitForEnd(t, s); got != c.want {
			t.Errorf("%q ended with %+v, want %+v", c.script, got, c.want)
		}
		if e := waitForEvent[live.ExitEvent](t, s); e.Status != c.want {
			t.Errorf("%q: the exit event says %+v, want %+v", c.script, e.Status, c.want)
		}
	}
}

func TestAllOutputIsThereAtTheEnd(t *testing.T) {
	var tee bytes.Buffer // written by the session's reader, which has ended when Done is closed
	s := start(t, live.Config{Command: sh("seq 1 100000"), Tee: &tee})
	waitForEnd(t, s)
	var want strings.Builder
	for i := 1; i <= 100000; i++ {
		fmt.Fprintf(&want, "%d\r\n", i)
	}
	if tee.String() != want.String() {
		t.Errorf("the tee got %d bytes, want %d, in order", tee.Len(), want.Len())
	}
	if text := s.Snapshot().Text(); !strings.Contains(text, "99999\n100000") {
		t.Errorf("the last screen is\n%s", framed(s.Snapshot()))
	}
}

// gate is a writer that does not take anything until it is opened.
type gate struct {
	opened chan struct{}
	mu     sync.Mutex
	n      int
}

func (g *gate) Write(p []byte) (int, error) {
	<-g.opened
	g.mu.Lock()
	defer g.mu.Unlock()
	g.n += len(p)
	return len(p), nil
}

func TestSlowTeeSlowsTheChildAndNothingElse(t *testing.T) {
	tee := &gate{opened: make(chan struct{})}
	s := start(t, live.Config{Command: sh("seq 1 200000"), Tee: tee})
	waitFor(t, s, "numbers", func(screen *vt.Snapshot) bool { return screen.Line(3).String() != "" }) // the tee holds the reader: the child cannot be done
	s.Resize(100, 30)
	s.Mark("nothing is recorded")
	if cols, rows := s.Snapshot().Size(); cols != 100 || rows != 30 {
		waitFor(t, s, "the new size", sized(100, 30))
	}
	select {
	case <-s.Done():
		t.Fatal("the session ended although its tee took nothing")
	default:
	}
	close(tee.opened)
	waitForEnd(t, s)
	if want := 1288895 + 200000; tee.n != want {
		t.Errorf("the tee got %d bytes, want %d", tee.n, want)
	}
}

type brokenTee struct{}

func (brokenTee) Write([]byte) (int, error) { return 0, errors.New("the terminal is gone") }

func TestTeeThatFailsHangsUp(t *testing.T) {
	s := start(t, live.Config{Command: sh("echo hello; sleep 1000"), Tee: brokenTee{}})
	if got := waitForEnd(t, s); got.Signal != "SIGHUP" {
		t.Errorf("the child ended with %+v, want SIGHUP", got)
	}
}

func TestChildThatDoesNotReadBlocksNobody(t *testing.T) {
	s := start(t, live.Config{Command: sh("stty raw -echo; echo started; sleep 1000")})
	waitForText(t, s, "started")
	block := bytes.Repeat([]byte("x"), 64<<10)
	refused := error(nil)
	for range 2 * live.InputLimit / len(block) {
		if _, refused = s.Write(block); refused != nil {
			break
		}
	}
	if !errors.Is(refused, live.ErrInputFull) {
		t.Fatalf("writing without end gives %v, want ErrInputFull", refused)
	}
	if e := waitForEvent[live.InputLostEvent](t, s); e.Bytes != len(block) {
		t.Errorf("%d bytes are told as lost, want %d", e.Bytes, len(block))
	}
	s.Resize(50, 20)
	waitFor(t, s, "the new size", sized(50, 20))
	s.Close()
	if got := s.Exit(); got.Signal != "SIGHUP" {
		t.Errorf("the child ended with %+v, want SIGHUP", got)
	}
}

func TestInputStaysInOrder(t *testing.T) {
	const lines = 2000
	s := start(t, live.Config{Command: sh(fmt.Sprintf(`stty -echo; echo go
		i=0; while [ $i -lt %d ]; do read -r n; [ "$n" = $i ] || { echo "got $n, want $i"; exit 1; }; i=$((i+1)); done; echo all`, lines))})
	waitForText(t, s, "go")
	for i := range lines {
		if _, err := fmt.Fprintf(s, "%d\n", i); err != nil {
			t.Fatal(err)
		}
	}
	waitForText(t, s, "all")
}

func TestRepliesReachTheChild(t *testing.T) {
	const ask = `stty raw -echo min 0 time 3; printf '\033[3;5H\033[6n'; x=$(dd bs=1 count=6 2>/dev/null | od -An -tx1 | tr -d ' \n'); stty sane; echo "<$x>"`
	s := start(t, live.Config{Command: sh(ask), Answer: true})
	waitForText(t, s, "<1b5b333b3552>") // ESC [ 3 ; 5 R
	s = start(t, live.Config{Command: sh(ask)})
	waitForText(t, s, "<>")
}

func TestResizeReachesTheChild(t *testing.T) {
	s := start(t, live.Config{Command: sh(`trap 'stty size' WINCH; stty size; echo ready; while :; do sleep 0.05; done`), Cols: 33, Rows: 11})
	waitForText(t, s, "11 33\nready")
	s.Resize(44, 12)
	waitForText(t, s, "12 44")
	s.Resize(1<<20, 0)
	waitForText(t, s, "24 1000")
}

func TestEvents(t *testing.T) {
	s := start(t, live.Config{Command: sh(`printf '\033]2;first\007\033]2;second\007\007\033]7;file://host/tmp\007'; read x`)})
	waitForEvent[live.BellEvent](t, s)
	s = start(t, live.Config{Command: sh(`printf '\033]2;first\007\033]2;second\007\033]7;file://host/tmp\007done'; read x`)})
	waitForText(t, s, "done")
	if e := waitForEvent[live.TitleEvent](t, s); e.Title != "second" {
		t.Errorf("the title event says %q, want the newest, \"second\"", e.Title)
	}
	if e := waitForEvent[live.DirectoryEvent](t, s); e.URL != "file://host/tmp" {
		t.Errorf("the directory event says %q", e.URL)
	}
}

func TestSynchronizedOutputIsShownWhole(t *testing.T) {
	s := start(t, live.Config{Command: sh(`printf '\033[?2026hone'; read x; printf ' two\033[?2026l'; read x`)})
	s.Write([]byte("\n"))
	// Whatever is shown first with "one" on it must have "two" too, unless the
	// child took longer than it may; it does not here, or the test says nothing.
	began := time.Now()
	screen := waitForText(t, s, "one")
	if time.Since(began) < 100*time.Millisecond && !strings.Contains(screen.Text(), "two") {
		t.Errorf("half a frame was shown:\n%s", framed(screen))
	}
	waitForText(t, s, "two")
}

func TestCloseEndsWhatIgnoresIt(t *testing.T) {
	s := start(t, live.Config{Command: sh(`trap '' HUP TERM INT; echo deaf; while :; do sleep 1; done`)})
	waitForText(t, s, "deaf")
	s.Close()
	if got := s.Exit(); got.Signal != "SIGKILL" {
		t.Errorf("the child ended with %+v, want SIGKILL", got)
	}
}

func TestCloseReachesTheForegroundJob(t *testing.T) {
	bash := testreq.Program(t, "bash", "apt-get install bash")
	s := start(t, live.Config{Command: []string{bash, "--norc", "--noprofile", "-i"}})
	s.Write([]byte("sh -c 'trap \"\" HUP; echo p''id $$; while :; do sleep 1; done'\r"))
	waitForText(t, s, "pid ")
	s.Close() // returns, which is the test: the job ignores SIGHUP and holds the terminal
}

func TestContextEndsTheSession(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s, err := live.Start(ctx, live.Config{Command: sh("sleep 1000")})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if got := waitForEnd(t, s); got.Signal != "SIGHUP" {
		t.Errorf("the child ended with %+v, want SIGHUP", got)
	}
}

func TestBackgroundJobDoesNotHoldTheSession(t *testing.T) {
	s := start(t, live.Config{Command: sh(`trap '' HUP; sleep 1000 & echo started $!`)})
	waitForEnd(t, s)
	waitForText(t, s, "started")
}

func TestViewers(t *testing.T) {
	s := start(t, live.Config{Command: sh(`read x; echo "got $x"; read x`)})
	var viewers sync.WaitGroup
	for range 5 {
		viewers.Go(func() { waitForText(t, s, "got it") })
	}
	s.Write([]byte("it\n"))
	viewers.Wait()

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Wait(ctx, s.Generation()+1); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting with a cancelled context gives %v", err)
	}
	s.Close()
	if _, err := s.Wait(context.Background(), s.Generation()); !errors.Is(err, live.ErrEnded) {
		t.Errorf("waiting for news of a session that ended gives %v, want ErrEnded", err)
	}
}

func TestHistory(t *testing.T) {
	s := start(t, live.Config{Command: sh("seq 1 100; read x"), Rows: 10, Scrollback: 1000})
	waitForText(t, s, "100")
	if n := s.History().Scrollback(); n != 91 {
		t.Errorf("the history has %d lines, want 91", n)
	}
}
