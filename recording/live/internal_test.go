package live

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestIntakeKeepsEverythingInOrder(t *testing.T) {
	q := newIntake(true)
	rng := rand.New(rand.NewPCG(1, 2))
	want := make([]byte, 3<<20)
	for i := range want {
		want[i] = byte(rng.Uint32())
	}
	go func() {
		for rest := want; len(rest) > 0; {
			n := min(len(rest), 1+rng.IntN(2*intakeSize))
			q.put(rest[:n], time.Time{})
			rest = rest[n:]
		}
		q.end()
	}()
	var got []byte
	var spare batch
	for range q.ready {
		b, ended := q.take(spare)
		if len(b.data) > intakeSize {
			t.Fatalf("%d bytes came at once, more than %d", len(b.data), intakeSize)
		}
		sum := 0
		for _, r := range b.reads {
			sum += r.size
		}
		if sum != len(b.data) {
			t.Fatalf("the reads add up to %d bytes, the batch has %d", sum, len(b.data))
		}
		got = append(got, b.data...)
		if spare = b; ended {
			break
		}
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%d bytes came out, %d went in", len(got), len(want))
	}
}

func TestIntakeLetsAWaitingReaderGo(t *testing.T) {
	q := newIntake(false)
	ended := make(chan bool)
	go func() { ended <- q.put(make([]byte, 2*intakeSize), time.Time{}) }()
	<-q.ready
	q.close()
	if <-ended {
		t.Error("put says that the owner took everything")
	}
}

// typedTo is a writer that does not care what is typed.
type typedTo struct{ io.Writer }

func (w typedTo) WriteTyped(p []byte) (int, error) { return w.Write(p) }

func TestInputQueueWritesInOrderAndRefusesWhatDoesNotFit(t *testing.T) {
	q := newInputQueue()
	read, write := io.Pipe()
	ended := make(chan struct{})
	go func() { q.run(typedTo{write}); close(ended) }()
	if err := q.push(make([]byte, 100), 10, true); err != nil {
		t.Errorf("a large piece into an empty queue: %v", err)
	}
	if err := q.push([]byte("x"), 10, true); !errors.Is(err, ErrInputFull) {
		t.Errorf("into a full queue: %v, want ErrInputFull", err)
	}
	if q.empty() {
		t.Error("a full queue says that it is empty")
	}
	io.ReadFull(read, make([]byte, 100))
	for i := range 100 {
		if err := q.push([]byte("abc"), 1000, i%2 == 0); err != nil {
			t.Fatal(err)
		}
	}
	got := make([]byte, 300)
	io.ReadFull(read, got)
	if want := bytes.Repeat([]byte("abc"), 100); !bytes.Equal(got, want) {
		t.Errorf("wrote %q", got)
	}
	q.close()
	<-ended
	if err := q.push([]byte("x"), 10, true); !errors.Is(err, ErrEnded) {
		t.Errorf("into a closed queue: %v, want ErrEnded", err)
	}
}

func TestPostKeepsTheNewestOfEachKind(t *testing.T) {
	queue := make(chan Event, eventRoom)
	for range 100 {
		for _, e := range []Event{TitleEvent{"old"}, BellEvent{}, DirectoryEvent{"old"}, NotificationEvent{}, InputLostEvent{1},
			RecordingEndedEvent{}, TitleEvent{"new"}} {
			post(queue, e)
		}
	}
	post(queue, ExitEvent{})
	close(queue)
	var got []Event
	for e := range queue {
		got = append(got, e)
	}
	want := []Event{BellEvent{}, DirectoryEvent{"old"}, NotificationEvent{}, InputLostEvent{1}, RecordingEndedEvent{}, TitleEvent{"new"}, ExitEvent{}}
	if !slices.EqualFunc(got, want, func(a, b Event) bool { return a == b }) {
		t.Errorf("the queue holds %v, want %v", got, want)
	}
}

func TestSleepOfTheMachineIsMarked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sleep.cast")
	now := time.Now()
	r, err := newRecorder(RecordOptions{Path: path}, 80, 24, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	// What no clock in a test can do: the wall clock runs ahead of the monotonic one.
	for i, ahead := range []time.Duration{time.Second, -time.Hour, 90 * time.Minute, 0} {
		r.clock.ahead = func(time.Time, time.Time) time.Duration { return ahead }
		if i == 3 {
			now = now.Add(time.Hour) // of silence, which is no sleep
		}
		if err := r.print(now.Add(time.Duration(i)*time.Second), []byte{'a' + byte(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if result := r.finish(nil); result.Err != nil {
		t.Fatal(result.Err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, events, _ := strings.Cut(strings.TrimSpace(string(data)), "\n")
	want := `[0.000000, "o", "a"]
[1.000000, "o", "b"]
[2.000000, "m", "paused for 1h30m0s: the machine slept"]
[2.000000, "o", "c"]
[3603.000000, "o", "d"]`
	if events != want {
		t.Errorf("the recording holds %s, want %s", events, want)
	}
}

func TestPacer(t *testing.T) {
	at := func(ms int) time.Time { return time.Unix(1000, 0).Add(time.Duration(ms) * time.Millisecond) }
	p := pacer{last: at(0)}
	for _, c := range []struct {
		name         string
		now          int
		synchronized bool
		want         time.Duration
	}{
		{"at once after a rest", 100, false, 0},
		{"not sooner than 4 ms after the last", 1, false, 3 * time.Millisecond},
		{"synchronized output is waited for", 200, true, 150 * time.Millisecond},
		{"and still", 250, true, 100 * time.Millisecond},
		{"but not for ever", 350, true, 0},
		{"when it ends, at once", 360, false, 0},
		{"the next is waited for anew", 400, true, 150 * time.Millisecond},
	} {
		if got := p.due(at(c.now), c.synchronized); got != c.want {
			t.Errorf("%s: due in %v, want %v", c.name, got, c.want)
		}
	}
}
