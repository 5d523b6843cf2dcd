package transcript

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rexec/internal/testreq"
	"rexec/recording/cast"
	"rexec/vt"
)

// story is a recording that a test tells.
type story struct {
	now    time.Duration
	events []cast.Event
}

// out prints text, after a pause.
func (s *story) out(pause time.Duration, text string) *story {
	s.now += pause
	s.events = append(s.events, cast.Event{Time: s.now, Code: cast.Output, Data: text})
	return s
}

// typed prints text one character after the other, as a shell echoes it.
func (s *story) typed(text string) *story {
	for _, r := range text {
		s.out(120*time.Millisecond, string(r))
	}
	return s
}

func (s *story) resize(pause time.Duration, cols, rows int) *story {
	s.now += pause
	s.events = append(s.events, cast.Event{Time: s.now, Code: cast.Resize, Data: cast.FormatSize(cols, rows)})
	return s
}

// read returns the transcript of the story.
func (s *story) read(t testing.TB, cols, rows int) *Transcript {
	t.Helper()
	return transcriptOf(t, strings.NewReader(s.cast(t, cols, rows)))
}

// cast writes the story as a cast.
func (s *story) cast(t testing.TB, cols, rows int) string {
	t.Helper()
	var b bytes.Buffer
	w, err := cast.NewWriter(&b, cast.Header{Cols: cols, Rows: rows})
	for i := 0; i < len(s.events) && err == nil; i++ {
		err = w.Write(s.events[i])
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func transcriptOf(t testing.TB, from io.Reader) *Transcript {
	t.Helper()
	r, err := cast.NewReader(from, cast.Lenient)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := Read(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func lineTexts(tr *Transcript) []string {
	var texts []string
	for _, l := range tr.Lines {
		texts = append(texts, l.Text)
	}
	return texts
}

func wantLines(t *testing.T, tr *Transcript, want ...string) {
	t.Helper()
	if got := lineTexts(tr); !slices.Equal(got, want) {
		t.Errorf("lines\n%q, want\n%q", got, want)
	}
}

func find(t *testing.T, tr *Transcript, text string) Line {
	t.Helper()
	for _, l := range tr.Lines {
		if l.Text == text {
			return l
		}
	}
	t.Fatalf("no line %q in %q", text, lineTexts(tr))
	return Line{}
}

func TestLinesThatScrollOffAreAllThereInOrder(t *testing.T) {
	for _, pause := range []time.Duration{0, time.Millisecond, 200 * time.Millisecond} {
		var s story
		var want []string
		for i := range 300 {
			s.out(pause, fmt.Sprintf("line %d\r\n", i))
			want = append(want, fmt.Sprintf("line %d", i))
		}
		wantLines(t, s.read(t, 80, 5), want...)
	}
	// All in one event.
	var text strings.Builder
	var want []string
	for i := range 50000 {
		fmt.Fprintf(&text, "\x1b[1m%d\x1b[m é\r\n", i)
		want = append(want, fmt.Sprintf("%d é", i))
	}
	wantLines(t, new(story).out(time.Second, text.String()).read(t, 80, 24), want...)
}

// A line that scrolls off between two looks at the screen has a time at which it is
// there.
func TestAFloodHasItsTimes(t *testing.T) {
	s := new(story).out(0, "top\r\n")
	for i := range 300 {
		// A line is printed in two events: in the first, it is not there yet.
		text := fmt.Sprintf("line %d that wraps, now_and_then\r\n", i*i*i)
		s.out(time.Millisecond, text[:len(text)-8]).out(2*time.Millisecond, text[len(text)-8:])
		if i == 150 {
			s.out(time.Millisecond, "\x1b[2J\x1b[H")
		}
	}
	tr := s.read(t, 30, 5)
	if len(tr.Lines) < 301-3 { // but for those that were wiped at once
		t.Fatalf("%d lines", len(tr.Lines))
	}
	for _, l := range tr.Lines {
		if shows := s.screenAt(l.First, 30, 5); !strings.Contains(shows, l.Text[max(0, len(l.Text)-20):]) {
			t.Fatalf("at %v, %q is not on the screen:\n%s", l.First, l.Text, shows)
		}
	}
}

// screenAt returns the text of the screen at a time, wrapped rows joined.
func (s *story) screenAt(at time.Duration, cols, rows int) string {
	term := vt.New(cols, rows)
	for _, e := range s.events {
		if e.Time <= at {
			_, _ = term.Write([]byte(e.Data))
		}
	}
	var b strings.Builder
	for y := range rows {
		l := term.Snapshot().Line(y)
		b.WriteString(l.String())
		if !l.Wrapped() {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func TestALineHasItsTimes(t *testing.T) {
	tr := new(story).out(time.Second, "hello\r\n").out(4*time.Second, "world\r\n").out(5*time.Second, "\x1b[2J\x1b[H").
		out(10*time.Second, "hello").out(time.Second, "!").out(20*time.Second, "").read(t, 80, 24)
	for text, want := range map[string][2]time.Duration{"hello": {1, 20}, "world": {5, 10}, "hello!": {21, 41}} {
		if l := find(t, tr, text); l.First != want[0]*time.Second || l.Last != want[1]*time.Second {
			// "hello" of the second time is the beginning of "hello!".
			if text != "hello" || l.Last != 10*time.Second {
				t.Errorf("%q stood from %v to %v, want %v", text, l.First, l.Last, want)
			}
		}
	}
	if len(tr.Lines) != 3 || tr.Duration != 41*time.Second {
		t.Errorf("%q in %v", lineTexts(tr), tr.Duration)
	}
}

func TestAProgressBarCountsOnce(t *testing.T) {
	for _, pause := range []time.Duration{10 * time.Millisecond, 150 * time.Millisecond, 2 * time.Second} {
		var s story
		s.out(0, "start\r\n")
		for i := 0; i <= 100; i++ {
			s.out(pause, fmt.Sprintf("\r[%-20s] %3d%%  %d.%d MB/s", strings.Repeat("#", i/5), i, i%7, i%10))
		}
		s.out(0, "\r\ndone\r\n")
		wantLines(t, s.read(t, 80, 24), "start", "[####################] 100%  2.0 MB/s", "done")
	}
}

func TestALineThatIsTypedCountsOnce(t *testing.T) {
	s := new(story).out(0, "$ ").typed("git comit").out(300*time.Millisecond, "\b\b\b\x1b[K").typed("mmit -m x").out(0, "\r\nok\r\n")
	wantLines(t, s.read(t, 80, 24), "$ git commit -m x", "ok")
}

func TestFullScreenProgramsAreReadWhenTheyStand(t *testing.T) {
	tr := new(story).out(0, "$ less file\r\n").
		out(60*time.Millisecond, "\x1b[?1049h\x1b[Hpage one\r\nsecond\x1b[24;1H:").
		out(3*time.Second, "\x1b[H\x1b[2Jpage two\r\nfourth\x1b[24;1H:").
		out(3*time.Second, "\x1b[?1049l$ ").out(940*time.Millisecond, "").read(t, 80, 24)
	wantLines(t, tr, "$ less file", "page one", "second", ":", "page two", "fourth", "$")
	for _, text := range []string{"page one", "second", ":", "page two", "fourth"} {
		if !find(t, tr, text).Alt {
			t.Errorf("%q is not on the alternate screen", text)
		}
	}
	if l := find(t, tr, "$ less file"); l.Alt || l.Last != 7*time.Second {
		t.Errorf("%+v", l)
	}
	if l := find(t, tr, "page one"); l.Last != 3060*time.Millisecond {
		t.Errorf("%+v", l)
	}
}

func TestTextThatIsWipedAfterAMomentIsKept(t *testing.T) {
	tr := new(story).out(0, "secret of the hour").out(200*time.Millisecond, "\x1b[2J\x1b[Hother").out(time.Second, "").read(t, 80, 24)
	wantLines(t, tr, "secret of the hour", "other")
}

func TestWrappedRowsAreOneLine(t *testing.T) {
	long := "the quick brown fox jumps over the lazy dog, 世界 and again and again and again"
	// Scrolled off whole, scrolled off in part, and standing.
	for _, newlines := range []int{0, 1, 3, 5, 9, 20} {
		for _, pause := range []time.Duration{0, 200 * time.Millisecond} {
			s := new(story).out(pause, long)
			for range newlines {
				s.out(pause, "\r\n")
			}
			s.out(pause, "end").out(time.Second, "")
			want := []string{long, "end"}
			if newlines == 0 {
				want = []string{long + "end"}
			}
			wantLines(t, s.read(t, 20, 6), want...)
		}
	}
	// What wraps at a space keeps it.
	wantLines(t, new(story).out(0, "12345 789 abc").read(t, 10, 5), "12345 789 abc")
}

func TestWhatIsLeftOfAWrappedLineDoesNotStickToTheNext(t *testing.T) {
	tr := new(story).out(0, strings.Repeat("x", 50)+"\r\n\r\n\r\n").out(time.Second, "\x1b[2J\x1b[Hnew").out(time.Second, "").read(t, 20, 5)
	if texts := lineTexts(tr); !slices.Contains(texts, "new") || !slices.Contains(texts, strings.Repeat("x", 50)) {
		t.Errorf("%q", texts)
	}
}

func TestResizeKeepsLines(t *testing.T) {
	s := new(story)
	var want []string
	for i := range 30 {
		want = append(want, fmt.Sprintf("%d a line that is about forty columns long", i))
		s.out(time.Millisecond, want[i]+"\r\n")
	}
	tr := s.resize(time.Second, 30, 10).out(time.Second, "").resize(0, 100, 40).out(time.Second, "").resize(0, 80, 5).out(time.Second, "").read(t, 80, 24)
	for i, l := range lineTexts(tr) {
		if i >= len(want) || l != want[i] {
			t.Fatalf("line %d is %q", i, l)
		}
	}
	if tr.Cols != 100 || tr.Rows != 40 {
		t.Errorf("the largest size is %dx%d", tr.Cols, tr.Rows)
	}
}

func TestAnHourOfAProcessMonitorIsBounded(t *testing.T) {
	s := new(story).out(0, "\x1b[?1049h")
	for i := range 1800 {
		var b strings.Builder
		b.WriteString("\x1b[H")
		for p := range 20 {
			fmt.Fprintf(&b, "%5d user  %d.%d%%  %d:%02d  process\x1b[K\r\n", 1000+(p*i)%500, i%100, p, i/60, i%60)
		}
		s.out(2*time.Second, b.String())
	}
	tr := s.read(t, 80, 24)
	if len(tr.Lines) > maxAlike+10 || tr.Dropped < 1000 {
		t.Errorf("%d lines, %d dropped", len(tr.Lines), tr.Dropped)
	}
}

// An independent emulator must not show a row for a second that the transcript does
// not have, at a time when it has it.
func TestCorpusWhatStandsIsThere(t *testing.T) {
	for _, name := range corpusCasts(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			tr := transcriptOf(t, bytes.NewReader(data))
			r, err := cast.NewReader(bytes.NewReader(data), cast.Lenient)
			if err != nil {
				t.Fatal(err)
			}
			term := vt.New(r.Header().Cols, r.Header().Rows)
			now, looked := time.Duration(0), 0
			for {
				e, err := r.Next()
				if err != nil || e.Time-now >= time.Second {
					looked++
					checkStanding(t, tr, term.Snapshot(), now)
				}
				if err != nil {
					break
				}
				now = e.Time
				switch e.Code {
				case cast.Output:
					_, _ = term.Write([]byte(e.Data))
				case cast.Resize:
					cols, rows, _ := cast.ParseSize(e.Data)
					term.Resize(cols, rows)
				}
			}
			if looked == 0 {
				t.Error("the test looked at nothing")
			}
		})
	}
}

func checkStanding(t *testing.T, tr *Transcript, s *vt.Snapshot, now time.Duration) {
	t.Helper()
	_, rows := s.Size()
	for y := range rows {
		text := strings.TrimRight(s.Line(y).String(), " ")
		if text == "" {
			continue
		}
		found := slices.ContainsFunc(tr.Lines, func(l Line) bool {
			// What is being typed counts when it is entered.
			return strings.Contains(l.Text, text) && (l.First <= now || strings.HasPrefix(l.Text, text)) && l.Last >= now
		})
		if !found {
			t.Fatalf("at %v, row %d shows %q, and no line does", now, y, text)
		}
	}
}

func corpusCasts(t *testing.T) []string {
	t.Helper()
	dir := testreq.Corpus(t, "casts")
	var names []string
	for _, pattern := range []string{"cli-demo*", "doc-*", "tts-*", "ext-*", "edit-*", "srv-welcome*", "ply-*"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("no %s in %s: %v", pattern, dir, err)
		}
		names = append(names, found...)
	}
	return names
}

func TestReadEndsWithItsContextAndItsReader(t *testing.T) {
	text := `{"version":2,"width":80,"height":24}` + "\n" + `[1, "o", "x"]` + "\nbad\n"
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r, err := cast.NewReader(strings.NewReader(text), cast.Strict)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Read(ctx, r); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	var at *cast.SyntaxError
	if _, err := Read(context.Background(), r); !errors.As(err, &at) || at.Line != 3 {
		t.Errorf("a strict reader's error: %v", err)
	}
}

func BenchmarkRead(b *testing.B) {
	kinds := map[string]*story{}
	var text strings.Builder
	for i := range 300000 {
		fmt.Fprintf(&text, "%d\r\n", i)
	}
	flood := &story{}
	for s := text.String(); s != ""; {
		n := min(len(s), 4095)
		flood.out(20*time.Microsecond, s[:n])
		s = s[n:]
	}
	kinds["flood"] = flood
	typed := new(story)
	for i := range 400 {
		typed.out(0, "$ ").typed(fmt.Sprintf("echo command number %d", i)).out(0, fmt.Sprintf("\r\ncommand number %d\r\n", i))
	}
	kinds["typed"] = typed
	for kind, s := range kinds {
		var cast2 bytes.Buffer
		w, err := cast.NewWriter(&cast2, cast.Header{Cols: 120, Rows: 40})
		for i := 0; i < len(s.events) && err == nil; i++ {
			err = w.Write(s.events[i])
		}
		if err != nil || w.Close() != nil {
			b.Fatal(err)
		}
		b.Run(kind, func(b *testing.B) {
			b.SetBytes(int64(cast2.Len()))
			b.ReportAllocs()
			for b.Loop() {
				transcriptOf(b, bytes.NewReader(cast2.Bytes()))
			}
		})
	}
	if dir := os.Getenv("REXEC_CORPUS"); dir != "" {
		for _, name := range []string{"ext-rsfilc-demo.cast", "srv-big.cast"} {
			data, err := os.ReadFile(filepath.Join(dir, "casts", name))
			if err != nil {
				b.Fatal(err)
			}
			b.Run(name, func(b *testing.B) {
				b.SetBytes(int64(len(data)))
				b.ReportAllocs()
				for b.Loop() {
					transcriptOf(b, bytes.NewReader(data))
				}
			})
		}
	}
}

func TestReadingAlong(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"version":2,"width":40,"height":5}` + "\n")
	const commands = 4000
	for i := range commands {
		fmt.Fprintf(&b, "[%d, \"o\", \"\\u001b]133;A\\u0007$ \\u001b]133;B\\u0007run %d\\r\\n\\u001b]133;C\\u0007out %d\\r\\n\\u001b]133;D;0\\u0007\"]\n", i, i, i)
	}
	r, err := cast.NewReader(strings.NewReader(b.String()), cast.Strict)
	if err != nil {
		t.Fatal(err)
	}
	events, reports, last := 0, 0, 0
	all, err := ReadWith(t.Context(), r, Options{
		Tap: func(p cast.Position, e cast.Event) {
			if events++; e.Time != time.Duration(events-1)*time.Second || !strings.HasPrefix(b.String()[p.Offset:], fmt.Sprintf("[%d, ", events-1)) {
				t.Fatalf("event %d is %v, at %d", events, e.Time, p.Offset)
			}
		},
		Progress: func(at time.Duration, soFar func() *Transcript) {
			reports++
			some := soFar()
			if n := len(some.Commands); n <= last || n > commands || at != some.Duration || len(some.Lines) < n {
				t.Errorf("at %v there are %d commands, %d lines; before, %d", at, n, len(some.Lines), last)
			}
			last = len(some.Commands)
		},
	})
	if err != nil || events != commands || len(all.Commands) != commands || reports == 0 {
		t.Errorf("%d events, %d commands, %d reports, %v", events, len(all.Commands), reports, err)
	}
}
