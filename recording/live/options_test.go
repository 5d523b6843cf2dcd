package live_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rexec/recording/cast"
	"rexec/recording/castfile"
	"rexec/recording/live"
	"rexec/vt"
)

// token is made of parts, so that nothing takes this file for a leak.
func token() string { return "gh" + "p_" + "x8Kq2LmZ4tRw7YpB3nVc6HsJ9dGf1AeQ5uTo" }

// clock is a clock that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Now()} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// next lets a shell that waits in read go on, and waits for what it prints.
func next(t *testing.T, s *live.Session, text string) {
	t.Helper()
	s.Write([]byte("\n"))
	waitForText(t, s, text)
}

func TestPauseKeepsNothingAndStopsTheClock(t *testing.T) {
	c := newClock()
	o := recordTo(t)
	s := start(t, live.Config{Command: sh(`stty -echo; echo before; read x; printf 'hi\033[Hdden\r\n'; read x; echo then; read x; echo after`), Record: &o, Now: c.Now})
	waitForText(t, s, "before")
	c.add(10 * time.Second)
	if err := s.Pause(); err != nil {
		t.Fatal(err)
	}
	if st := s.Recording(); !st.Paused || !st.Active || st.Elapsed != 10*time.Second {
		t.Errorf("in the pause the state is %+v", st)
	}
	c.add(90 * time.Second)
	if s.Mark("nobody sees it") {
		t.Error("a marker is set in a pause")
	}
	next(t, s, "dden")
	s.Resize(60, 12)
	shown := waitFor(t, s, "the new size", sized(60, 12))
	if st := s.Recording(); st.Elapsed != 10*time.Second {
		t.Errorf("the clock shows %v after a pause at 10 s", st.Elapsed)
	}
	if err := s.Resume(); err != nil {
		t.Fatal(err)
	}
	c.add(5 * time.Second)
	next(t, s, "then")
	next(t, s, "after")
	waitForEnd(t, s)
	h, events := readCast(t, o.Path)
	if got := codes(events); !slices.Equal(got, []string{"m:paused for 1m30s", "r:60x12", "x:0"}) {
		t.Errorf("the other events are %q", got)
	}
	at := slices.IndexFunc(events, func(e cast.Event) bool { return e.Code == cast.Marker })
	if e := events[at]; e.Time != 10*time.Second {
		t.Errorf("the marker is at %v, want 10 s", e.Time)
	}
	if again := replay(t, h, events[:at+3]); !again.Equal(shown) {
		t.Errorf("after the pause the replay shows\n%sthe terminal showed\n%s", framed(again), framed(shown))
	}
	if out := output(events); strings.Contains(out, "hi\x1b[H") {
		t.Errorf("what was printed in the pause is in %q", out)
	}
	if last := events[len(events)-1]; last.Time != 15*time.Second {
		t.Errorf("the end is at %v, want 15 s", last.Time)
	}
}

func TestPauseWithoutAScreen(t *testing.T) {
	o := recordTo(t)
	var shown teeTo
	s := start(t, live.Config{Command: sh(`stty -echo; printf '\033[2J\033[5;5Hbefore\r\n'; read x; echo hidden; read x; echo last`), Record: &o, NoScreen: true, Tee: &shown})
	shown.waitFor(t, "before")
	if err := s.Pause(); err != nil {
		t.Fatal(err)
	}
	s.Write([]byte("\n"))
	shown.waitFor(t, "hidden")
	if err := s.Resume(); err != nil {
		t.Fatal(err)
	}
	s.Write([]byte("\n"))
	waitForEnd(t, s)
	h, events := readCast(t, o.Path)
	final := replay(t, h, events)
	want := []string{"    before", "hidden", "last"}
	for i, line := range want {
		if got := strings.TrimRight(final.Line(4+i).String(), " "); got != line {
			t.Errorf("row %d of the replay is %q, want %q", 4+i, got, line)
		}
	}
}

// teeTo collects what passes through a session.
type teeTo struct {
	mu  sync.Mutex
	all strings.Builder
}

func (w *teeTo) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.all.Write(p)
}

func (w *teeTo) waitFor(t *testing.T, text string) {
	t.Helper()
	limit := time.After(deadline)
	for {
		w.mu.Lock()
		ok := strings.Contains(w.all.String(), text)
		w.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-limit:
			t.Fatalf("never saw %q", text)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func TestARecordingThatEndsInAPause(t *testing.T) {
	o := recordTo(t)
	s := start(t, live.Config{Command: sh(`stty -echo; echo before; read x; echo hidden; exit 3`), Record: &o})
	waitForText(t, s, "before")
	s.Pause()
	s.Write([]byte("\n"))
	waitForEnd(t, s)
	_, events := readCast(t, o.Path)
	if got := codes(events); !slices.Equal(got, []string{"m:paused for 0s", "x:3"}) || strings.Contains(output(events), "hidden") {
		t.Errorf("recorded %q and the events %q", output(events), got)
	}
	if err := s.Pause(); !errors.Is(err, live.ErrNotRecording) {
		t.Errorf("pausing what has ended gives %v", err)
	}
}

func TestIdleCapsSilence(t *testing.T) {
	c := newClock()
	o := recordTo(t)
	o.Idle = 2 * time.Second
	s := start(t, live.Config{Command: sh(`stty -echo; echo one; read x; echo two; read x; echo three`), Record: &o, Now: c.Now})
	waitForText(t, s, "one")
	c.add(time.Hour)
	if st := s.Recording(); st.Elapsed != 2*time.Second {
		t.Errorf("the clock shows %v after an hour of silence", st.Elapsed)
	}
	next(t, s, "two")
	c.add(time.Second)
	next(t, s, "three")
	waitForEnd(t, s)
	_, events := readCast(t, o.Path)
	times := map[string]time.Duration{}
	for _, e := range events {
		times[strings.TrimSpace(e.Data)] = e.Time
	}
	if times["two"] != 2*time.Second || times["three"] != 3*time.Second {
		t.Errorf("the times are %v", times)
	}
}

func TestLimitEndsTheRecordingAndNotTheTerminal(t *testing.T) {
	o := recordTo(t)
	o.Limit = 300 * time.Millisecond
	s := start(t, live.Config{Command: sh(`echo before; read x; echo after; read x`), Record: &o})
	waitForText(t, s, "before")
	ended := waitForEvent[live.RecordingEndedEvent](t, s).Result
	if !ended.Limited || ended.Err != nil || ended.Duration > o.Limit {
		t.Errorf("the event says %+v", ended)
	}
	next(t, s, "after")
	if _, events := readCast(t, o.Path); !strings.Contains(output(events), "before") || strings.Contains(output(events), "after") {
		t.Errorf("recorded %q", output(events))
	}
	if result, err := s.StopRecording(); err != nil || result != ended {
		t.Errorf("StopRecording returns %+v, %v", result, err)
	}
}

func TestAppendContinuesARecording(t *testing.T) {
	for _, version := range []int{2, 3} {
		o := recordTo(t)
		o.Header.Version = version
		s := start(t, live.Config{Command: sh(`printf '\033[31mfirst\033[?1049hfull screen'; exit 1`), Record: &o, Cols: 70, Rows: 20})
		waitForEnd(t, s)
		f, err := os.OpenFile(o.Path, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		f.WriteString(`[99, "o", "torn`)
		f.Close()
		_, before := readCastLenient(t, o.Path)

		o.Append = true
		o.Mask = true
		s = start(t, live.Config{Command: sh(`echo second ` + token()), Record: &o, Cols: 90, Rows: 30})
		waitForEnd(t, s)
		h, events := readCast(t, o.Path)
		first := before[len(before)-1].Time
		got := codes(events)
		if len(got) != 3 || !strings.HasPrefix(got[0], "m:continued at 2") || !strings.HasSuffix(got[0], ", after exit status 1") || got[1] != "r:90x30" || got[2] != "x:0" {
			t.Errorf("version %d: the other events are %q", version, got)
		}
		for _, e := range events[len(before)-1:] {
			if e.Time < first || e.Time > first+deadline {
				t.Errorf("version %d: an event at %v behind %v", version, e.Time, first)
			}
		}
		want := vt.New(90, 30)
		want.Write([]byte("second ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒\r\n"))
		if shown := replay(t, h, events); shown.Text() != want.Snapshot().Text() {
			t.Errorf("version %d: the replay ends with\n%s", version, framed(shown))
		}
	}
}

// readCastLenient reads a cast whose last line is torn.
func readCastLenient(t *testing.T, path string) (cast.Header, []cast.Event) {
	t.Helper()
	copied := filepath.Join(t.TempDir(), "copy.cast")
	data, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(copied, data, 0o600)
	}
	if err == nil {
		_, err = castfile.Repair(copied)
	}
	if err != nil {
		t.Fatal(err)
	}
	return readCast(t, copied)
}

func TestNothingWrittenHoldsASecret(t *testing.T) {
	secret := token()
	script := `stty -echo
printf 'one %s\r\n' "$T"
read x; printf '\033]0;title %s\007' "$T"
printf '%s' "$T" | cut -c1-10 | tr -d '\n'; read x; printf '%s\r\n' "$T" | cut -c11-
printf '\033[31m%s\033[32m%s\033[0m\r\n' "$(printf %s "$T" | cut -c1-7)" "$(printf %s "$T" | cut -c8-)"
echo seen; read x`
	o := recordTo(t)
	o.Mask = true
	o.Header.Title, o.Header.Command = "the "+secret, "run --token="+secret
	o.Header.Env = map[string]string{"API_TOKEN": "hunter2hunter2x9", "T": secret, "SHELL": "/bin/sh"}
	s := start(t, live.Config{Command: sh(script), Env: append(os.Environ(), "T="+secret), Record: &o, Cols: 60})
	waitForText(t, s, "one")
	s.Mark("a label with " + secret)
	s.Write([]byte("\n"))
	waitForText(t, s, secret[:10])
	s.Write([]byte("\n"))
	waitForText(t, s, "seen")
	if n := s.Recording().Masked; n < 4 {
		t.Errorf("%d secrets are said to be masked", n)
	}
	// The redraw of a pause, and that of a recording that begins here.
	s.Pause()
	s.Resume()
	if _, err := s.StopRecording(); err != nil {
		t.Fatal(err)
	}
	late := recordTo(t)
	late.Mask = true
	if err := s.Record(late); err != nil {
		t.Fatal(err)
	}
	result, err := s.StopRecording()
	if err != nil || result.Masked < 2 {
		t.Errorf("of the redraw, the result says %+v, %v", result, err)
	}
	for _, path := range []string{o.Path, late.Path} {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{secret[4:], secret[:10], secret[12:20], secret[len(secret)-10:], "hunter2"} {
			if strings.Contains(string(data), part) {
				t.Errorf("%s holds %q:\n%s", path, part, data)
			}
		}
		h, events := readCast(t, path)
		if shown := replay(t, h, events).Text(); strings.Contains(shown, secret[4:20]) || !strings.Contains(shown, "▒▒▒▒") {
			t.Errorf("the replay shows\n%s", shown)
		}
	}
}

// A secret that is half on the screen when a recording begins is masked when the
// rest comes.
func TestASecretThatIsBeingPrintedIsKnownAfterTheRedraw(t *testing.T) {
	secret := token()
	s := start(t, live.Config{Command: sh(`stty -echo; printf '$ T=` + secret[:12] + `'; read x; printf '` + secret[12:] + ` end'; read x`)})
	waitForText(t, s, secret[:12])
	o := recordTo(t)
	o.Mask = true
	if err := s.Record(o); err != nil {
		t.Fatal(err)
	}
	next(t, s, "end")
	if _, err := s.StopRecording(); err != nil {
		t.Fatal(err)
	}
	_, events := readCast(t, o.Path)
	if out := output(events); strings.Contains(out, secret[4:8]) || strings.Contains(out, secret[12:16]) || !strings.Contains(out, "▒▒▒") {
		t.Errorf("recorded %q", out)
	}
}

// What may become a secret waits, but not for long, though nothing follows.
func TestHeldOutputGoesOutByItself(t *testing.T) {
	o := recordTo(t)
	o.Mask = true
	s := start(t, live.Config{Command: sh(`printf 'see AKIA'; read x`), Record: &o})
	waitForText(t, s, "AKIA")
	limit := time.Now().Add(deadline)
	for {
		data, err := os.ReadFile(o.Path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), "see AKIA") {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("the file holds\n%s", data)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
