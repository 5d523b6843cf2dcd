package player

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rexec/recording/timeline"
	"rexec/tui/page"
)

// long is a cast of an hour that is not read in one go.
func long() string {
	var b strings.Builder
	b.WriteString(`{"version":2,"width":80,"height":24}` + "\n")
	for i := range 36_000 {
		fmt.Fprintf(&b, "[%g, \"o\", \"%s %d\\r\\n\"]\n", float64(i)/10, strings.Repeat("output ", 20), i)
	}
	return b.String()
}

// unread is a stage whose recording is open and not indexed; the index's commands
// are left out.
func unread(t *testing.T, with ...func(*page.Playback)) *stage {
	t.Helper()
	s := show(t, story(), 80, 24, with...)
	tape, err := timeline.Open(t.Context(), timeline.Bytes([]byte(long())), timeline.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tape.Close() })
	frame, err := tape.At(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	s.m, _ = s.m.opened(s.env, openedMsg{tape: tape, frame: frame, facts: learn(tape)})
	if known := s.m.facts.duration; s.m.facts.indexed || known > 30*time.Minute {
		t.Fatalf("%v are known from the start: the test needs a longer cast", known)
	}
	return s
}

func anHour(p *page.Playback) { p.Duration = time.Hour - 100*ms }

func TestWhileItIsReadItIsAsLongAsTheLibrarySays(t *testing.T) {
	s := unread(t, paused, anHour)
	s.shows("0:00/59:59 ").press("5").at(anHourOf(0.5)).shows("29:59/59:59")
	s.press("9").at(anHourOf(0.9))
	if got := s.m.frame.Time; got < anHourOf(0.9)-time.Second || got > anHourOf(0.9) {
		t.Errorf("the frame is of %v", got)
	}
}

func anHourOf(part float64) time.Duration { return time.Duration(part * float64(time.Hour-100*ms)) }

// The index may come further while a seek is under way.
func TestASeekBeyondTheIndexGetsThere(t *testing.T) {
	s := unread(t, paused, anHour)
	m, action := s.m.goTo(s.env, 50*time.Minute)
	s.m = m
	s.at(50 * time.Minute)
	if _, err := s.m.tape.At(t.Context(), s.m.facts.duration+time.Second); err != nil {
		t.Fatal(err)
	}
	s.send(indexMsg{facts: learn(s.m.tape)})
	s.act(action)
	s.at(50 * time.Minute)
	s.press("space").wait(time.Second).at(50*time.Minute + time.Second)
}
