package timeline

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }

func TestIdleMap(t *testing.T) {
	gaps := []gap{{0, seconds(5)}, {seconds(6), seconds(7)}, {seconds(10), seconds(40)}, {seconds(50), seconds(54)}}
	total := seconds(60)
	for _, c := range []struct {
		threshold, pos, short float64
	}{
		// 5 s become 2, 30 become 2, 4 become 2; the one of 1 s stays.
		{2, 0, 0}, {2, 2.5, 1}, {2, 5, 2}, {2, 6, 3}, {2, 6.5, 3.5}, {2, 7, 4}, {2, 10, 7}, {2, 25, 8}, {2, 40, 9},
		{2, 50, 19}, {2, 52, 20}, {2, 54, 21}, {2, 60, 27},
		{100, 25, 25}, {100, 60, 60},
		{0, 25, 25}, {-1, 60, 60},
	} {
		m := newIdleMap(gaps, total, seconds(c.threshold))
		if got := m.Compress(seconds(c.pos)); got != seconds(c.short) {
			t.Errorf("threshold %gs: %gs is at %v, want %gs", c.threshold, c.pos, got, c.short)
		}
		if got := m.Expand(seconds(c.short)); got != seconds(c.pos) {
			t.Errorf("threshold %gs: %gs stands for %v, want %gs", c.threshold, c.short, got, c.pos)
		}
	}
	m := newIdleMap(gaps, total, seconds(2))
	if m.Total() != seconds(27) || m.Duration() != total {
		t.Errorf("total %v of %v, want 27s of 60s", m.Total(), m.Duration())
	}
	want := []Span{{0, seconds(5)}, {seconds(10), seconds(40)}, {seconds(50), seconds(54)}}
	if got := m.Spans(); !slices.Equal(got, want) {
		t.Errorf("spans %v, want %v", got, want)
	}
}

func TestIdleMapGoesThereAndBack(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		var gaps []gap
		at := time.Duration(0)
		for range random.IntN(40) {
			at += time.Duration(random.Int64N(int64(3 * time.Second)))
			end := at + minGap + time.Duration(random.Int64N(int64(20*time.Second)))
			gaps = append(gaps, gap{at, end})
			at = end
		}
		m := newIdleMap(gaps, at+time.Second, DefaultIdle)
		last := time.Duration(-1)
		for i := range 500 {
			pos := m.Duration() * time.Duration(i) / 499
			short := m.Compress(pos)
			if short < last {
				t.Fatalf("the map goes back at %v", pos)
			}
			last = short
			// The error is one step of the finer axis, stretched by the longest pause.
			if back := m.Expand(short); (back - pos).Abs() > 100*time.Nanosecond {
				t.Fatalf("%v is at %v, which stands for %v", pos, short, back)
			}
		}
		for _, s := range m.Spans() {
			if got := m.Compress(s.End) - m.Compress(s.Start); got != DefaultIdle {
				t.Fatalf("a pause of %v lasts %v", s.End-s.Start, got)
			}
			if got := m.Expand(m.Compress(s.End)); got != s.End {
				t.Fatalf("the end of a pause, %v, comes back as %v", s.End, got)
			}
		}
	}
}

func TestIdleMapOfACast(t *testing.T) {
	tl := newReel(20, 2).
		print(3*time.Second, "a").
		event(5*time.Second, "i", "x"). // typing that shows nothing is idle
		event(6*time.Second, "m", "mark").
		print(13*time.Second, "b").
		print(14*time.Second, "c").
		event(20*time.Second, "x", "0").
		open(t, Options{})
	if err := tl.Index(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	m := tl.IdleMap(DefaultIdle)
	want := []Span{{0, 3 * time.Second}, {3 * time.Second, 13 * time.Second}, {14 * time.Second, 20 * time.Second}}
	if got := m.Spans(); !slices.Equal(got, want) {
		t.Errorf("spans %v, want %v", got, want)
	}
	if got := m.Total(); got != 7*time.Second {
		t.Errorf("total %v, want 7s", got)
	}
}

func TestClock(t *testing.T) {
	start := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	at := func(s float64) time.Time { return start.Add(seconds(s)) }
	gaps := []gap{{seconds(10), seconds(40)}}
	skip, all := newIdleMap(gaps, seconds(60), seconds(2)), newIdleMap(gaps, seconds(60), 0)
	new := func() Clock { return NewClock(all) }
	for _, c := range []struct {
		name  string
		clock Clock
		now   float64
		want  float64
	}{
		{"stands at first", new(), 100, 0},
		{"plays", new().Play(at(1)), 4, 3},
		{"does not run before its time", new().Play(at(1)), 0, 0},
		{"ends", new().Play(at(0)), 1000, 60},
		{"pauses", new().Play(at(0)).Pause(at(5)), 50, 5},
		{"goes on", new().Play(at(0)).Pause(at(5)).Play(at(10)), 12, 7},
		{"twice as fast", new().Play(at(0)).SetSpeed(at(4), 2), 6, 8},
		{"half as fast", new().SetSpeed(at(0), 0.5).Play(at(0)), 6, 3},
		{"too fast", new().SetSpeed(at(0), 1000).Play(at(0)), 0.5, 32},
		{"too slow", new().SetSpeed(at(0), 0).Play(at(0)), 16, 1},
		{"seeks while playing", new().Play(at(0)).Seek(at(5), seconds(30)), 6, 31},
		{"seeks while paused", new().Seek(at(5), seconds(30)), 6, 30},
		{"seeks behind the end", new().Seek(at(5), seconds(300)), 6, 60},
		{"seeks before the start", new().Seek(at(5), -seconds(300)), 6, 0},
		{"skips a pause", new().SetIdle(at(0), skip).Play(at(0)), 12, 40},
		{"runs evenly through a pause", new().SetIdle(at(0), skip).Play(at(0)), 11, 25},
		{"behind a pause", new().SetIdle(at(0), skip).Play(at(0)), 13, 41},
		{"skipping keeps the position", new().Play(at(0)).SetIdle(at(25), skip), 25, 25},
		{"skipping in a pause", new().Play(at(0)).SetIdle(at(25), skip), 26, 40},
		{"no more skipping", new().SetIdle(at(0), skip).Play(at(0)).SetIdle(at(11), all), 12, 26},
		{"backward", new().Seek(at(0), seconds(50)).SetSpeed(at(0), -2).Play(at(0)), 10, 30},
		{"backward to the start", new().Seek(at(0), seconds(5)).SetSpeed(at(0), -1).Play(at(0)), 10, 0},
	} {
		if got := c.clock.Position(at(c.now)); (got - seconds(c.want)).Abs() > time.Microsecond {
			t.Errorf("%s: at %v, want %gs", c.name, got, c.want)
		}
	}
}

func TestClockWakes(t *testing.T) {
	start := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	gaps := []gap{{seconds(10), seconds(40)}}
	skip := newIdleMap(gaps, seconds(60), seconds(2))
	playing := NewClock(newIdleMap(gaps, seconds(60), 0)).Seek(start, seconds(5)).Play(start)
	for _, c := range []struct {
		name  string
		clock Clock
		next  float64
		wait  float64
		wakes bool
	}{
		{"the next event", playing, 8, 3, true},
		{"an event that is due", playing, 5, 0, true},
		{"faster", playing.SetSpeed(start, 4), 9, 1, true},
		{"over a skipped pause", playing.SetIdle(start, skip), 40, 7, true},
		{"paused", playing.Pause(start), 8, 0, false},
		{"behind", playing, 4, 0, false},
		{"backward", playing.SetSpeed(start, -1), 4, 1, true},
		{"backward, ahead", playing.SetSpeed(start, -1), 6, 0, false},
	} {
		wake, ok := c.clock.NextWake(start, seconds(c.next))
		if ok != c.wakes {
			t.Errorf("%s: wakes %v", c.name, ok)
			continue
		}
		if !ok {
			continue
		}
		if got := wake.Sub(start); (got - seconds(c.wait)).Abs() > time.Microsecond {
			t.Errorf("%s: in %v, want %gs", c.name, got, c.wait)
		}
		if pos := c.clock.Position(wake); c.clock.Speed() > 0 && pos < seconds(c.next) {
			t.Errorf("%s: wakes at %v, before %gs", c.name, pos, c.next)
		}
	}
}

func TestClockEnds(t *testing.T) {
	start := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	c := NewClock(newIdleMap(nil, seconds(10), 0)).Play(start)
	if c.Ended(start.Add(seconds(9))) || !c.Ended(start.Add(seconds(10))) {
		t.Error("a clock of 10s does not end after 10s")
	}
	back := c.SetSpeed(start, -1).Seek(start, seconds(5))
	if back.Ended(start.Add(seconds(4))) || !back.Ended(start.Add(seconds(5))) {
		t.Error("a clock that runs backward from 5s does not end after 5s")
	}
}
