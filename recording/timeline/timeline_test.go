package timeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rexec/internal/testreq"
	"rexec/recording/cast"
	"rexec/vt"
)

// reel writes a cast as a story: what was printed when.
type reel struct {
	cols, rows int
	lines      []string
}

func newReel(cols, rows int) *reel { return &reel{cols: cols, rows: rows} }

func (r *reel) event(at time.Duration, code, data string) *reel {
	r.lines = append(r.lines, fmt.Sprintf("[%.6f, %q, %s]", at.Seconds(), code, jsonString(data)))
	return r
}

func (r *reel) print(at time.Duration, data string) *reel { return r.event(at, "o", data) }

func (r *reel) bytes() []byte {
	return []byte(fmt.Sprintf(`{"version":2,"width":%d,"height":%d}`, r.cols, r.rows) + "\n" + strings.Join(r.lines, "\n") + "\n")
}

func (r *reel) open(t testing.TB, o Options) *Timeline {
	t.Helper()
	tl, err := Open(t.Context(), Bytes(r.bytes()), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tl.Close() })
	return tl
}

func jsonString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}

const ms = time.Millisecond

// events reads a whole cast.
func events(t testing.TB, data []byte) (cast.Header, []cast.Event) {
	t.Helper()
	r, err := cast.NewReader(strings.NewReader(string(data)), cast.Lenient)
	if err != nil {
		t.Fatal(err)
	}
	var all []cast.Event
	for {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			return r.Header(), all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
}

// replay is what a fresh terminal shows after all events up to pos.
func replay(h cast.Header, all []cast.Event, pos time.Duration) *vt.Snapshot {
	term := vt.New(h.Cols, h.Rows)
	for _, e := range all {
		if e.Time > pos {
			break
		}
		switch e.Code {
		case cast.Output:
			term.Write([]byte(e.Data))
		case cast.Resize:
			cols, rows, _ := cast.ParseSize(e.Data)
			term.Resize(cols, rows)
		}
	}
	return term.Snapshot()
}

func sameOrFail(t testing.TB, what string, got, want *vt.Snapshot) {
	t.Helper()
	if !got.Equal(want) {
		t.Fatalf("%s\n--- got, cursor %+v\n%s\n--- want, cursor %+v\n%s\nrows that differ: %v",
			what, got.Cursor(), got.Text(), want.Cursor(), want.Text(), want.Diff(got))
	}
}

// corpusCasts are ten recordings of real programs: shells, editors, full-screen
// programs, resizes, wide characters, all three versions.
var corpusCasts = []string{
	"cli-demo.cast", "cli-demo.json", "cli-full-v3.cast", "doc-intro.cast", "doc-typing.cast", "edit-test.cast",
	"ext-are-you-ok-demo.cast", "ext-rsfilc-demo.cast", "srv-welcome.cast", "ply-resizing.cast",
}

// A seek in any direction shows what a fresh replay up to there shows, cell by
// cell; also when keyframes are few, blocks small and the cache holds nothing.
func TestSeekIsExact(t *testing.T) {
	dir := testreq.Corpus(t, "casts")
	for _, name := range corpusCasts {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			h, all := events(t, data)
			random := rand.New(rand.NewPCG(1, 2))
			positions := make([]time.Duration, 200)
			end := all[len(all)-1].Time
			for i := range positions {
				positions[i] = time.Duration(random.Int64N(int64(end) + 1))
				if i%2 == 0 { // exactly at an event
					positions[i] = all[random.IntN(len(all))].Time
				}
			}
			slices.Sort(positions)
			want := make([]*vt.Snapshot, len(positions))
			for i, pos := range positions {
				want[i] = replay(h, all, pos)
			}
			for _, o := range []Options{{}, {BlockBytes: 2 << 10, CacheBytes: 1, KeyframeBytes: 200 << 10}} {
				tl, err := Open(t.Context(), Bytes(data), o)
				if err != nil {
					t.Fatal(err)
				}
				defer tl.Close()
				check := func(what string, i int) {
					t.Helper()
					f, err := tl.At(t.Context(), positions[i])
					if err != nil {
						t.Fatal(err)
					}
					sameOrFail(t, fmt.Sprintf("%s, to %v", what, positions[i]), f.Snapshot, want[i])
				}
				for i := range positions {
					check("forward", i)
				}
				for i := range positions {
					check("backward", len(positions)-1-i)
				}
				for _, i := range random.Perm(len(positions)) {
					check("criss-cross", i)
				}
			}
		})
	}
}

func TestFrameTellsWhereItIs(t *testing.T) {
	tl := newReel(20, 3).
		print(100*ms, "a").
		event(200*ms, "i", "x").
		event(300*ms, "m", "here").
		print(400*ms, "b").
		print(400*ms, "c").
		event(time.Second, "r", "30x5").
		event(2*time.Second, "x", "3").
		open(t, Options{})
	for _, c := range []struct {
		pos, time, next time.Duration
		event           int
		text            string
	}{
		{-time.Second, 0, 100 * ms, 0, ""},
		{0, 0, 100 * ms, 0, ""},
		{100*ms - 1, 0, 100 * ms, 0, ""},
		{100 * ms, 100 * ms, 400 * ms, 1, "a"},
		{350 * ms, 300 * ms, 400 * ms, 3, "a"},
		{400 * ms, 400 * ms, time.Second, 5, "abc"},
		{time.Second, time.Second, None, 6, "abc"},
		{time.Hour, 2 * time.Second, None, 7, "abc"},
	} {
		f, err := tl.At(t.Context(), c.pos)
		if err != nil {
			t.Fatal(err)
		}
		if f.Time != c.time || f.Next != c.next || f.Event != c.event || strings.TrimSpace(f.Snapshot.Text()) != c.text {
			t.Errorf("at %v: time %v next %v event %d text %q, want %v %v %d %q",
				c.pos, f.Time, f.Next, f.Event, f.Snapshot.Text(), c.time, c.next, c.event, c.text)
		}
	}
	if err := tl.Index(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if got := tl.Duration(); got != 2*time.Second {
		t.Errorf("duration %v, want 2s", got)
	}
	if got := tl.Markers(); len(got) != 1 || got[0] != (Marker{300 * ms, "here"}) {
		t.Errorf("markers %v", got)
	}
	if got := tl.Resizes(); len(got) != 1 || got[0] != (Resize{time.Second, 30, 5}) {
		t.Errorf("resizes %v", got)
	}
	if cols, rows := tl.MaxSize(); cols != 30 || rows != 5 {
		t.Errorf("largest size %d×%d, want 30×5", cols, rows)
	}
	if n, ok := tl.ExitStatus(); !ok || n != 3 {
		t.Errorf("exit status %d, %v, want 3", n, ok)
	}
}

func TestStepGoesFromChangeToChange(t *testing.T) {
	r := newReel(20, 3).
		print(100*ms, "one").
		print(200*ms, "").         // nothing
		print(300*ms, "\x1b[31m"). // nothing to be seen
		print(400*ms, " two").
		event(500*ms, "i", "x").
		print(600*ms, " three").
		print(600*ms, "\r\nfour"). // the same moment
		print(700*ms, "\x1b[H")    // the cursor is seen
	for _, o := range []Options{{}, {BlockBytes: 1, CacheBytes: 1}} {
		tl := r.open(t, o)
		for _, c := range []struct {
			pos  time.Duration
			n    int
			want time.Duration
		}{
			{0, 0, 0}, {0, 1, 100 * ms}, {0, 2, 400 * ms}, {0, 3, 600 * ms}, {0, 4, 700 * ms}, {0, 99, 700 * ms},
			{100 * ms, 1, 400 * ms}, {250 * ms, 1, 400 * ms}, {650 * ms, 1, 700 * ms}, {700 * ms, 1, 700 * ms},
			{700 * ms, -1, 600 * ms}, {time.Hour, -1, 600 * ms}, {650 * ms, -1, 400 * ms}, {600 * ms, -2, 100 * ms},
			{300 * ms, -1, 0}, {100 * ms, -1, 0}, {50 * ms, -1, 0}, {0, -1, 0}, {700 * ms, -99, 0},
		} {
			f, err := tl.Step(t.Context(), c.pos, c.n)
			if err != nil {
				t.Fatal(err)
			}
			at, err := tl.At(t.Context(), c.want)
			if err != nil {
				t.Fatal(err)
			}
			if !f.Snapshot.SameScreen(at.Snapshot) || f.Time != at.Time {
				t.Errorf("%+v: step %d from %v: %v\n%s\nwant %v\n%s", o, c.n, c.pos, f.Time, f.Snapshot.Text(), at.Time, at.Snapshot.Text())
			}
		}
	}
}

// Stepping through a recording and back comes by the same frames.
func TestStepsThereAndBack(t *testing.T) {
	dir := testreq.Corpus(t, "casts")
	for _, name := range []string{"cli-demo.cast", "doc-typing.cast", "edit-test.cast"} {
		tl, err := Open(t.Context(), File(filepath.Join(dir, name)), Options{BlockBytes: 1 << 10})
		if err != nil {
			t.Fatal(err)
		}
		defer tl.Close()
		var there []time.Duration
		for pos := time.Duration(0); ; {
			f, err := tl.Step(t.Context(), pos, 1)
			if err != nil {
				t.Fatal(err)
			}
			if f.Time == pos {
				break
			}
			pos = f.Time
			there = append(there, pos)
		}
		if len(there) < 10 {
			t.Fatalf("%s: only %d frames", name, len(there))
		}
		for i := len(there) - 1; i > 0; i-- {
			f, err := tl.Step(t.Context(), there[i], -1)
			if err != nil {
				t.Fatal(err)
			}
			if f.Time != there[i-1] {
				t.Fatalf("%s: back from %v comes to %v, want %v", name, there[i], f.Time, there[i-1])
			}
		}
	}
}

// long is a source of many megabytes that is made while it is read.
func long(lines int) *reel {
	r := newReel(80, 24)
	for i := range lines {
		r.print(time.Duration(i)*10*ms, fmt.Sprintf("line %06d %s\r\n", i, strings.Repeat("x", 40)))
	}
	return r
}

func TestIndexReportsAndCancels(t *testing.T) {
	tl := long(5000).open(t, Options{BlockBytes: 4 << 10})
	if tl.Indexed() {
		t.Fatal("opening read the whole cast")
	}
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	err := tl.Index(ctx, func(done, total int64) {
		if calls++; calls == 3 {
			cancel()
		}
		if done <= 0 || done > total {
			t.Errorf("progress %d of %d", done, total)
		}
	})
	if !errors.Is(err, context.Canceled) || calls != 3 || tl.Indexed() {
		t.Fatalf("error %v after %d calls, indexed %v", err, calls, tl.Indexed())
	}
	var last int64
	if err := tl.Index(t.Context(), func(done, total int64) {
		if done < last {
			t.Errorf("progress goes back from %d to %d", last, done)
		}
		last = done
	}); err != nil {
		t.Fatal(err)
	}
	if !tl.Indexed() || tl.Events() != 5000 || last != int64(len(long(5000).bytes())) {
		t.Errorf("indexed %v, %d events, %d bytes", tl.Indexed(), tl.Events(), last)
	}
}

// Positions that are not indexed yet are there all the same.
func TestSeekBeforeTheIndex(t *testing.T) {
	r := long(5000)
	tl := r.open(t, Options{BlockBytes: 4 << 10})
	h, all := events(t, r.bytes())
	for _, pos := range []time.Duration{30 * time.Second, 10 * time.Second, 49 * time.Second, time.Hour, 0} {
		f, err := tl.At(t.Context(), pos)
		if err != nil {
			t.Fatal(err)
		}
		sameOrFail(t, pos.String(), f.Snapshot, replay(h, all, pos))
	}
}

func TestKeyframesAreBounded(t *testing.T) {
	r := long(20000)
	const limit = 400 << 10
	tl := r.open(t, Options{BlockBytes: 4 << 10, KeyframeBytes: limit, CacheBytes: 64 << 10})
	if err := tl.Index(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	m := tl.Memory()
	if m.Keyframes > limit || m.KeyframeCount < 5 {
		t.Errorf("%d keyframes of %d bytes; the bound is %d", m.KeyframeCount, m.Keyframes, limit)
	}
	if m.Cache > 64<<10 {
		t.Errorf("%d bytes of events are cached; the bound is %d", m.Cache, 64<<10)
	}
	h, all := events(t, r.bytes())
	for _, pos := range []time.Duration{150 * time.Second, 50 * time.Second, 199 * time.Second} {
		f, err := tl.At(t.Context(), pos)
		if err != nil {
			t.Fatal(err)
		}
		sameOrFail(t, pos.String(), f.Snapshot, replay(h, all, pos))
	}
}

func TestDamageIsNamedAndPassedOver(t *testing.T) {
	tl, err := Open(t.Context(), Bytes([]byte(`{"version":2,"width":20,"height":2}
[0.1, "o", "a"]
not an event
[0.3, "o", "b"]
[0.2, "o", "c"]
[0.4, "o", "d`)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer tl.Close()
	if err := tl.Index(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	f, err := tl.At(t.Context(), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(f.Snapshot.Text()); got != "abc" {
		t.Errorf("screen %q, want abc", got)
	}
	problems, n := tl.Problems()
	if n != 3 || len(problems) != 3 || problems[0].Line != 3 || problems[1].Line != 5 || problems[2].Line != 6 {
		t.Errorf("%d problems: %v", n, problems)
	}
	if _, err := Open(t.Context(), Bytes([]byte("hello\n")), Options{}); !errors.Is(err, cast.ErrNotCast) {
		t.Errorf("no cast: %v", err)
	}
	if _, err := Open(t.Context(), File(filepath.Join(t.TempDir(), "none.cast")), Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// failing is a source whose reading fails after some bytes.
type failing struct {
	Source
	after int64
}

var errDisk = errors.New("the disk is gone")

func (f failing) Open(offset int64) (io.ReadCloser, error) {
	r, err := f.Source.Open(offset)
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(io.LimitReader(r, f.after), errReader{}), r}, err
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, errDisk }

func TestAFailingSourceKeepsWhatWasRead(t *testing.T) {
	tl, err := Open(t.Context(), failing{Bytes(long(1000).bytes()), 20 << 10}, Options{BlockBytes: 4 << 10})
	if err != nil {
		t.Fatal(err)
	}
	defer tl.Close()
	if err := tl.Index(t.Context(), nil); !errors.Is(err, errDisk) {
		t.Fatalf("error %v, want %v", err, errDisk)
	}
	f, err := tl.At(t.Context(), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if f.Event == 0 || f.Event >= 1000 || !strings.Contains(f.Snapshot.Text(), "line 0002") {
		t.Errorf("%d events shown:\n%s", f.Event, f.Snapshot.Text())
	}
}

func TestEmptyCast(t *testing.T) {
	tl := newReel(30, 2).open(t, Options{})
	if err := tl.Index(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for _, ask := range []func() (Frame, error){
		func() (Frame, error) { return tl.At(t.Context(), time.Hour) },
		func() (Frame, error) { return tl.Step(t.Context(), 0, 1) },
		func() (Frame, error) { return tl.Step(t.Context(), time.Hour, -1) },
	} {
		f, err := ask()
		if err != nil || f.Next != None || f.Event != 0 {
			t.Errorf("%+v, %v", f, err)
		}
	}
	if err := tl.Search(t.Context(), Query{Text: "x"}, func(Hit) { t.Error("a hit") }, nil); err != nil {
		t.Error(err)
	}
}

// Everything may be asked at once (run with -race).
func TestManyAskAtOnce(t *testing.T) {
	r := long(3000)
	h, all := events(t, r.bytes())
	tl := r.open(t, Options{BlockBytes: 4 << 10, CacheBytes: 32 << 10})
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := tl.Index(t.Context(), nil); err != nil {
			t.Error(err)
		}
	})
	wg.Go(func() {
		if err := tl.Search(t.Context(), Query{Text: "line 0029"}, func(Hit) {}, nil); err != nil {
			t.Error(err)
		}
	})
	for seed := range uint64(3) {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(seed, 0))
			for range 20 {
				pos := time.Duration(random.Int64N(int64(30 * time.Second)))
				f, err := tl.At(t.Context(), pos)
				if err != nil {
					t.Error(err)
					return
				}
				if !f.Snapshot.Equal(replay(h, all, pos)) {
					t.Errorf("at %v: wrong screen", pos)
				}
				if _, err := tl.Step(t.Context(), pos, -1); err != nil {
					t.Error(err)
				}
				tl.IdleMap(DefaultIdle)
				tl.Memory()
			}
		})
	}
	wg.Wait()
}

func TestACancelledSeekHarmsNothing(t *testing.T) {
	r := long(3000)
	h, all := events(t, r.bytes())
	tl := r.open(t, Options{BlockBytes: 4 << 10, KeyframeBytes: 1})
	if err := tl.Index(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := tl.At(ctx, 25*time.Second); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	f, err := tl.At(t.Context(), 25*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	sameOrFail(t, "after a cancelled seek", f.Snapshot, replay(h, all, 25*time.Second))
}

// repeatCast puts a v2 cast end to end n times, a second between the turns.
func repeatCast(t testing.TB, data []byte, n int) []byte {
	t.Helper()
	h, all := events(t, data)
	h.Version = 2
	h.Duration = 0
	turn := all[len(all)-1].Time + time.Second
	var b bytes.Buffer
	w, err := cast.NewWriter(&b, h)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		for _, e := range all {
			e.Time += time.Duration(i) * turn
			if err := w.Write(e); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestCloseEndsWhatReads(t *testing.T) {
	tl := long(3000).open(t, Options{BlockBytes: 4 << 10})
	err := tl.Index(t.Context(), func(done, total int64) { tl.Close() })
	if !errors.Is(err, ErrClosed) {
		t.Errorf("index: %v", err)
	}
	if _, err := tl.At(t.Context(), time.Hour); !errors.Is(err, ErrClosed) {
		t.Errorf("a seek behind what was read: %v", err)
	}
}
