package timeline

import (
	"context"
	"errors"
	"fmt"
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

// search returns all hits of a query, and fails unless each is on the screen at its
// moment and place, and was not there just before.
func search(t testing.TB, tl *Timeline, q Query) []Hit {
	t.Helper()
	var hits []Hit
	if err := tl.Search(t.Context(), q, func(h Hit) { hits = append(hits, h) }, nil); err != nil {
		t.Fatal(err)
	}
	m, err := q.Compile()
	if err != nil {
		t.Fatal(err)
	}
	last := time.Duration(0)
	for _, h := range hits {
		if h.Time < last {
			t.Fatalf("%q: %v is reported after %v", q.Text, h.Time, last)
		}
		last = h.Time
		f, err := tl.At(t.Context(), h.Time)
		if err != nil {
			t.Fatal(err)
		}
		if places := m.Find(f.Snapshot); !slices.Contains(places, h.Place) {
			t.Fatalf("%q: at %v it should stand at %+v, but stands at %+v\n%s", q.Text, h.Time, h.Place, places, f.Snapshot.Text())
		}
	}
	return hits
}

func TestSearchFinds(t *testing.T) {
	const clear = "\x1b[2J\x1b[H"
	for _, c := range []struct {
		name string
		reel *reel
		q    Query
		want []Hit
	}{
		{"plain text", newReel(40, 4).print(time.Second, "hello world"),
			Query{Text: "world"}, []Hit{{time.Second, Place{0, 6, 5}}}},
		{"typed letter by letter", newReel(40, 4).print(100*ms, "h").print(200*ms, "e").print(300*ms, "y"),
			Query{Text: "hey"}, []Hit{{300 * ms, Place{0, 0, 3}}}},
		{"shown for 200 ms and erased", newReel(40, 4).print(time.Second, "secret").print(1200*ms, clear).print(2*time.Second, "x"),
			Query{Text: "secret"}, []Hit{{time.Second, Place{0, 0, 6}}}},
		{"shown for a millisecond", newReel(40, 4).print(time.Second, "secret").print(1001*ms, "\r\x1b[K"),
			Query{Text: "secret"}, []Hit{{time.Second, Place{0, 0, 6}}}},
		{"wrapped", newReel(10, 4).print(time.Second, "0123456needle"),
			Query{Text: "needle"}, []Hit{{time.Second, Place{0, 7, 6}}}},
		{"wrapped twice", newReel(4, 4).print(time.Second, "0123456789abc"),
			Query{Text: "23456789a"}, []Hit{{time.Second, Place{0, 2, 9}}}},
		{"not wrapped, two lines", newReel(10, 4).print(time.Second, "0123456nee\r\ndle"),
			Query{Text: "needle"}, nil},
		{"wrapped before a wide character", newReel(5, 4).print(time.Second, "ab世界"),
			Query{Text: "世界"}, []Hit{{time.Second, Place{0, 2, 5}}}},
		{"split by colours", newReel(40, 4).print(time.Second, "\x1b[31mnee\x1b[0;1md\x1b[mle"),
			Query{Text: "needle"}, []Hit{{time.Second, Place{0, 0, 6}}}},
		{"split over events", newReel(40, 4).print(time.Second, "nee").print(2*time.Second, "\x1b[3").print(3*time.Second, "1mdle"),
			Query{Text: "needle"}, []Hit{{3 * time.Second, Place{0, 0, 6}}}},
		{"placed by cursor moves", newReel(40, 4).print(time.Second, "\x1b[2;9Hdle").print(2*time.Second, "\x1b[2;6Hnee"),
			Query{Text: "needle"}, []Hit{{2 * time.Second, Place{1, 5, 6}}}},
		{"inside a full-screen program", newReel(40, 4).print(time.Second, "\x1b[?1049h\x1b[3;3Hneedle").print(2*time.Second, "\x1b[?1049l"),
			Query{Text: "needle"}, []Hit{{time.Second, Place{2, 2, 6}}}},
		{"wide characters", newReel(40, 4).print(time.Second, "a世界 b"),
			Query{Text: "界 b"}, []Hit{{time.Second, Place{0, 3, 4}}}},
		{"combining marks", newReel(40, 4).print(time.Second, "cafe\u0301 x"),
			Query{Text: "e\u0301 x"}, []Hit{{time.Second, Place{0, 3, 3}}}},
		{"several in a line", newReel(40, 4).print(time.Second, "foo bar foo"),
			Query{Text: "foo"}, []Hit{{time.Second, Place{0, 0, 3}}, {time.Second, Place{0, 8, 3}}}},
		{"smart case, lower", newReel(40, 4).print(time.Second, "Needle ÄPFEL"),
			Query{Text: "needle äpfel"}, []Hit{{time.Second, Place{0, 0, 12}}}},
		{"smart case, upper", newReel(40, 4).print(time.Second, "needle Needle"),
			Query{Text: "Needle"}, []Hit{{time.Second, Place{0, 7, 6}}}},
		{"case counts", newReel(40, 4).print(time.Second, "Needle needle"),
			Query{Text: "needle", CaseSensitive: true}, []Hit{{time.Second, Place{0, 7, 6}}}},
		{"regexp", newReel(40, 4).print(time.Second, "took 12.5 s"),
			Query{Text: `\d+\.\d+ s$`, Regexp: true}, []Hit{{time.Second, Place{0, 5, 6}}}},
		{"regexp, smart case", newReel(40, 4).print(time.Second, "ERROR 1"),
			Query{Text: `error\s\d`, Regexp: true}, []Hit{{time.Second, Place{0, 0, 7}}}},
		{"regexp, classes are not upper case", newReel(40, 4).print(time.Second, "ERROR: x"),
			Query{Text: `error\S`, Regexp: true}, []Hit{{time.Second, Place{0, 0, 6}}}},
		{"a text is no expression", newReel(40, 4).print(time.Second, "aXb a.b"),
			Query{Text: "a.b"}, []Hit{{time.Second, Place{0, 4, 3}}}},

		// What pressing n should not come by again.
		{"stays", newReel(40, 4).print(time.Second, "foo\r\n").print(2*time.Second, "x").print(3*time.Second, "y"),
			Query{Text: "foo"}, []Hit{{time.Second, Place{0, 0, 3}}}},
		{"scrolls", newReel(40, 3).print(time.Second, "a\r\nb\r\nfoo").print(2*time.Second, "\r\nc").print(3*time.Second, "\r\nd\r\ne"),
			Query{Text: "foo"}, []Hit{{time.Second, Place{2, 0, 3}}}},
		{"scrolls in a region", newReel(40, 5).print(time.Second, "\x1b[1;4rone\r\ntwo\r\nthree\r\nfoo\x1b[5;1Hstatus").
			print(2*time.Second, "\x1b[4;1H\r\nmore\x1b[5;1Hstatus 2"),
			Query{Text: "foo"}, []Hit{{time.Second, Place{3, 0, 3}}}},
		{"scrolls by being drawn anew", newReel(40, 5).print(time.Second, clear+"one\r\ntwo\r\nthree\r\nfoo\r\nfive").
			print(2*time.Second, clear+"two\r\nthree\r\nfoo\r\nfive\r\nsix"),
			Query{Text: "foo"}, []Hit{{time.Second, Place{3, 0, 3}}}},
		{"drawn again where it was", newReel(40, 4).print(time.Second, clear+"foo\r\nbar").print(2*time.Second, clear+"foo\r\nbaz"),
			Query{Text: "foo"}, []Hit{{time.Second, Place{0, 0, 3}}}},
		{"erased and drawn again at once", newReel(40, 4).print(time.Second, "foo").print(2*time.Second, clear).print(2050*ms, "foo"),
			Query{Text: "foo"}, []Hit{{time.Second, Place{0, 0, 3}}}},
		{"a clock beside it", newReel(40, 4).print(time.Second, "12:00 foo").print(2*time.Second, "\r12:01").print(3*time.Second, "\r12:02"),
			Query{Text: "foo"}, []Hit{{time.Second, Place{0, 6, 3}}}},
		{"typing before it", newReel(40, 4).print(time.Second, "foo bar").print(2*time.Second, "\r\x1b[4hx"),
			Query{Text: "foo"}, []Hit{{time.Second, Place{0, 0, 3}}}},
		{"covered by a full-screen program", newReel(40, 4).print(time.Second, "foo").print(2*time.Second, "\x1b[?1049h\x1b[Hbar").print(60*time.Second, "\x1b[?1049l"),
			Query{Text: "foo"}, []Hit{{time.Second, Place{0, 0, 3}}, {time.Minute, Place{0, 0, 3}}}},
		{"covered for a blink", newReel(40, 4).print(time.Second, "foo").print(2*time.Second, "\x1b[?1049h\x1b[Hbar").print(2100*ms, "\x1b[?1049l"),
			Query{Text: "foo"}, []Hit{{time.Second, Place{0, 0, 3}}}},
		{"under a full-screen program it was covered in", newReel(40, 4).print(time.Second, "foo\x1b[?1049h").print(2*time.Second, "\x1b[?1049l"),
			Query{Text: "foo"}, []Hit{{2 * time.Second, Place{0, 0, 3}}}},

		// What it should.
		{"printed again", newReel(40, 4).print(time.Second, "foo\r\n").print(2*time.Second, "foo\r\n"),
			Query{Text: "foo"}, []Hit{{time.Second, Place{0, 0, 3}}, {2 * time.Second, Place{1, 0, 3}}}},
		{"printed again while the first leaves", newReel(40, 2).print(time.Second, "foo\r\nbar").print(2*time.Second, "\r\nfoo"),
			Query{Text: "foo"}, []Hit{{time.Second, Place{0, 0, 3}}, {2 * time.Second, Place{1, 0, 3}}}},
		{"every line of a log", newReel(40, 3).print(1*time.Second, "foo 1\r\n").print(2*time.Second, "foo 2\r\n").
			print(3*time.Second, "foo 3\r\n").print(4*time.Second, "foo 4\r\n"),
			Query{Text: "foo"}, []Hit{
				{time.Second, Place{0, 0, 3}}, {2 * time.Second, Place{1, 0, 3}},
				{3 * time.Second, Place{1, 0, 3}}, {4 * time.Second, Place{1, 0, 3}},
			}},
		{"back after a second", newReel(40, 4).print(time.Second, "foo").print(2*time.Second, clear).print(3*time.Second, "foo"),
			Query{Text: "foo"}, []Hit{{time.Second, Place{0, 0, 3}}, {3 * time.Second, Place{0, 0, 3}}}},
		{"a full-screen program opened twice", newReel(40, 4).
			print(time.Second, "\x1b[?1049h\x1b[2J\x1b[Hfoo").print(2*time.Second, "\x1b[?1049l").
			print(3*time.Second, "\x1b[?1049h\x1b[2J\x1b[Hfoo"),
			Query{Text: "foo"}, []Hit{{time.Second, Place{0, 0, 3}}, {3 * time.Second, Place{0, 0, 3}}}},
		{"a page of other lines", newReel(40, 3).print(time.Second, clear+"12:01 ERROR disk is full").print(2*time.Second, clear+"14:59 ERROR the net is down"),
			Query{Text: "ERROR"}, []Hit{{time.Second, Place{0, 6, 5}}, {2 * time.Second, Place{0, 6, 5}}}},
		{"one more in the line", newReel(40, 3).print(time.Second, "foo bar").print(2*time.Second, " foo"),
			Query{Text: "foo"}, []Hit{{time.Second, Place{0, 0, 3}}, {2 * time.Second, Place{0, 8, 3}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, o := range []Options{{}, {BlockBytes: 1, CacheBytes: 1}} {
				if got := search(t, c.reel.open(t, o), c.q); !slices.Equal(got, c.want) {
					t.Errorf("%+v: got %v, want %v", o, got, c.want)
				}
			}
		})
	}
}

func TestQueriesThatCannotBe(t *testing.T) {
	tl := newReel(40, 4).print(time.Second, "x").open(t, Options{})
	if err := tl.Search(t.Context(), Query{}, nil, nil); !errors.Is(err, ErrNoQuery) {
		t.Errorf("empty: %v", err)
	}
	if err := tl.Search(t.Context(), Query{Text: "(", Regexp: true}, nil, nil); err == nil || !strings.Contains(err.Error(), "regular expression") {
		t.Errorf("bad expression: %v", err)
	}
	if hits := search(t, tl, Query{Text: "y*", Regexp: true}); len(hits) != 0 {
		t.Errorf("empty matches: %v", hits)
	}
}

// Every hit in real recordings is on the screen at its moment and place, and
// nothing that a plain look at every frame finds is missed.
func TestSearchOnTheCorpus(t *testing.T) {
	dir := testreq.Corpus(t, "casts")
	queries := map[string][]Query{
		"cli-demo.cast":            {{Text: "asciinema"}, {Text: "e"}, {Text: `[a-z]+\.[a-z]+`, Regexp: true}},
		"cli-demo.json":            {{Text: "a"}, {Text: "the"}},
		"doc-intro.cast":           {{Text: "asciinema"}, {Text: "you"}, {Text: "record"}, {Text: "ctrl"}},
		"doc-typing.cast":          {{Text: "a"}, {Text: "echo"}},
		"edit-test.cast":           {{Text: "a"}, {Text: "$"}},
		"ext-are-you-ok-demo.cast": {{Text: "o"}, {Text: "are you"}},
		"ext-rsfilc-demo.cast":     {{Text: "rsfilc"}, {Text: "Nagy"}, {Text: "Általános Iskola Harci"}, {Text: `klik03245\d+`, Regexp: true}},
		"srv-welcome.cast":         {{Text: "terminal"}, {Text: "welcome"}, {Text: "to"}},
	}
	for name, qs := range queries {
		t.Run(name, func(t *testing.T) {
			tl, err := Open(t.Context(), File(filepath.Join(dir, name)), Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer tl.Close()
			data, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			h, all := events(t, data)
			pieces, err := Open(t.Context(), Bytes(data), Options{BlockBytes: 1 << 10})
			if err != nil {
				t.Fatal(err)
			}
			defer pieces.Close()
			for _, q := range qs {
				hits := search(t, tl, q)
				if in := search(t, pieces, q); !slices.Equal(in, hits) {
					t.Errorf("%q: searched in pieces %d hits, else %d", q.Text, len(in), len(hits))
				}
				first := firstShown(t, h.Cols, h.Rows, q, all)
				switch {
				case first < 0 && len(hits) > 0:
					t.Errorf("%q: %d hits for what is never shown", q.Text, len(hits))
				case first >= 0 && (len(hits) == 0 || hits[0].Time != first):
					t.Errorf("%q is first shown at %v; hits %v", q.Text, first, hits)
				}
				t.Logf("%q: %d hits", q.Text, len(hits))
			}
		})
	}
}

// A cast without times is one moment, whose last frame counts.
func TestSearchInOneLongMoment(t *testing.T) {
	r := newReel(20, 3)
	for i := range 400 {
		r.print(time.Second, fmt.Sprintf("line %d\r\n", i))
	}
	for _, o := range []Options{{}, {BlockBytes: 16}} {
		tl := r.open(t, o)
		if got := search(t, tl, Query{Text: "line 39"}); len(got) != 2 || got[0].Time != time.Second {
			t.Errorf("%d hits, want those of the last two lines: %v", len(got), got)
		}
		if got := search(t, tl, Query{Text: "line 1"}); len(got) != 0 {
			t.Errorf("what scrolled off within the moment was found: %v", got)
		}
	}
}

func TestSearchStops(t *testing.T) {
	tl := long(3000).open(t, Options{BlockBytes: 4 << 10})
	ctx, cancel := context.WithCancel(t.Context())
	hits := 0
	err := tl.Search(ctx, Query{Text: "line"}, func(Hit) {
		if hits++; hits == 10 {
			cancel()
		}
	}, nil)
	if !errors.Is(err, context.Canceled) || hits != 10 {
		t.Errorf("%d hits, error %v", hits, err)
	}
	var last time.Duration
	if err := tl.Search(t.Context(), Query{Text: "line 002999"}, func(h Hit) { hits = int(h.Time / (10 * ms)) }, func(pos time.Duration) {
		if pos < last {
			t.Errorf("progress from %v to %v", last, pos)
		}
		last = pos
	}); err != nil {
		t.Fatal(err)
	}
	if hits != 2999 || last == 0 {
		t.Errorf("found at event %d, progress up to %v", hits, last)
	}
}

func FuzzSearch(f *testing.F) {
	f.Add("foo\r\nbar\x1b[2J", "\x1b[Hfoo", "\x1b[?1049h foo", "foo", false)
	f.Add("0123456789abc", "\x1b[2;1H世界", "\x1b[L", "c世", false)
	f.Add("aaaa", "aaaa", "\n\n\n", "a+", true)
	f.Fuzz(func(t *testing.T, a, b, c, text string, re bool) {
		q := Query{Text: text, Regexp: re}
		if _, err := q.Compile(); err != nil {
			return
		}
		r := newReel(7, 3)
		for i, data := range []string{a, b, c, a, c, b} {
			r.print(time.Duration(i)*100*ms, strings.ToValidUTF8(data, "?"))
		}
		search(t, r.open(t, Options{BlockBytes: 16}), q)
	})
}

// firstShown looks at every frame in the plainest way.
func firstShown(t testing.TB, cols, rows int, q Query, all []cast.Event) time.Duration {
	t.Helper()
	m, err := q.Compile()
	if err != nil {
		t.Fatal(err)
	}
	term := vt.New(cols, rows)
	for i, e := range all {
		switch e.Code {
		case cast.Output:
			term.Write([]byte(e.Data))
		case cast.Resize:
			cols, rows, _ := cast.ParseSize(e.Data)
			term.Resize(cols, rows)
		}
		if last := i == len(all)-1 || all[i+1].Time != e.Time; last && len(m.Find(term.Snapshot())) > 0 {
			return e.Time
		}
	}
	return -1
}
