package edit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
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

const second = time.Second

// story is a recording that a test tells: its events, by seconds.
func story(t testing.TB, h cast.Header, events ...cast.Event) *Input {
	t.Helper()
	if h.Cols == 0 {
		h.Cols, h.Rows = 20, 5
	}
	var b bytes.Buffer
	w, err := cast.NewWriter(&b, h)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if err := w.Write(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return inspect(t, b.Bytes())
}

func inspect(t testing.TB, data []byte) *Input {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.cast")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	in, err := Inspect(t.Context(), File(path))
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func ev(seconds float64, code, data string) cast.Event {
	return cast.Event{Time: time.Duration(seconds * float64(second)), Code: code, Data: data}
}

func out(seconds float64, data string) cast.Event { return ev(seconds, cast.Output, data) }

// result is an edited recording, read strictly.
type result struct {
	cast.Header
	events []cast.Event
	raw    string
	*Result
}

func edited(t testing.TB, o Options, inputs ...*Input) *result {
	t.Helper()
	path := filepath.Join(t.TempDir(), "out.cast")
	res, err := ToFile(t.Context(), path, false, inputs, o)
	if err != nil {
		t.Fatal(err)
	}
	r := read(t, path)
	r.Result = res
	return r
}

func read(t testing.TB, path string) *result {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, data)
}

func parse(t testing.TB, data []byte) *result {
	t.Helper()
	c, err := cast.NewReader(bytes.NewReader(data), cast.Strict)
	if err != nil {
		t.Fatal(err)
	}
	r := &result{Header: c.Header(), raw: string(data)}
	for {
		e, err := c.Next()
		if err != nil {
			return r
		}
		r.events = append(r.events, e)
	}
}

// told returns the events as text; the data of redraws is cut.
func (r *result) told() string {
	var b strings.Builder
	for _, e := range r.events {
		data := e.Data
		if i := strings.Index(data, "\x1bc"); i >= 0 {
			data = "(redraw)"
		}
		fmt.Fprintf(&b, "%g%s:%s ", e.Time.Seconds(), e.Code, data)
	}
	return strings.TrimSpace(b.String())
}

func TestOperations(t *testing.T) {
	base := []cast.Event{out(1, "a"), ev(2, "i", "k"), out(3, "b"), ev(4, "m", "M"), out(9, "c"), ev(10, "x", "0")}
	for name, c := range map[string]struct {
		o    Options
		want string
	}{
		"nothing":       {Options{}, "1o:a 2i:k 3o:b 4m:M 9o:c 10x:0"},
		"trim":          {Options{Trim: &Span{2 * second, 9 * second}}, "0o:(redraw) 0i:k 1o:b 2m:M 7o:c"},
		"trim, end":     {Options{Trim: &Span{0, 5 * second}}, "1o:a 2i:k 3o:b 4m:M 5o:"},
		"cut":           {Options{Cuts: []Span{{2 * second, 4 * second}}}, "1o:a 2o:(redraw) 2m:M 7o:c 8x:0"},
		"cuts overlap":  {Options{Cuts: []Span{{3 * second, 8 * second}, {2 * second, 4 * second}}}, "1o:a 2o:(redraw) 3o:c 4x:0"},
		"cut to end":    {Options{Cuts: []Span{{3500 * time.Millisecond, 99 * second}}}, "1o:a 2i:k 3o:b 3.5o:"},
		"cut of pause":  {Options{Cuts: []Span{{5 * second, 8 * second}}}, "1o:a 2i:k 3o:b 4m:M 6o:c 7x:0"},
		"idle":          {Options{Idle: 1500 * time.Millisecond}, "1o:a 2i:k 3o:b 4m:M 5.5o:c 6.5x:0"},
		"speed":         {Options{Speed: 2}, "0.5o:a 1i:k 1.5o:b 2m:M 4.5o:c 5x:0"},
		"slower":        {Options{Speed: 0.5}, "2o:a 4i:k 6o:b 8m:M 18o:c 20x:0"},
		"input":         {Options{DropInput: true}, "1o:a 3o:b 4m:M 9o:c 10x:0"},
		"marks":         {Options{Marks: []Mark{{7 * second, "two"}, {0, "one"}}}, "0m:one 1o:a 2i:k 3o:b 4m:M 7m:two 9o:c 10x:0"},
		"mark and idle": {Options{Idle: second, Marks: []Mark{{7 * second, "X"}}}, "1o:a 2i:k 3o:b 4m:M 5m:X 5o:c 6x:0"},
		"all of them": {Options{Trim: &Span{second, 9 * second}, Cuts: []Span{{2 * second, 3 * second}}, Idle: 2 * second, Speed: 2, DropInput: true,
			Marks: []Mark{{4 * second, "X"}}}, "0o:a 0.5o:(redraw) 0.5o:b 1m:X 1m:M 2o:c"},
	} {
		r := edited(t, c.o, story(t, cast.Header{}, base...))
		if got := r.told(); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

func TestConcat(t *testing.T) {
	a := story(t, cast.Header{Rexec: &cast.Rexec{ID: "id-a"}}, out(1, "\x1b[31mred\x1b[?25l"), out(6, "!"), ev(7, "x", "0"))
	b := story(t, cast.Header{Cols: 30, Rows: 6}, out(2, "next"), ev(3, "x", "1"))
	r := edited(t, Options{Idle: 2 * second, Cuts: []Span{{0, second / 2}}}, a, b)
	if want := "0.5o:\x1b[31mred\x1b[?25l 2.5o:! 2.5o:(redraw) 2.5r:30x6 4.5o:next 5.5x:1"; r.told() != want {
		t.Errorf("\n got %q\nwant %q", r.told(), want)
	}
	term := play(r, len(r.events))
	if s := term.Snapshot(); s.Line(0).String() != "next" || !s.Line(0).Cells()[0].FG().IsDefault() || !s.Cursor().Visible {
		t.Errorf("the second recording does not begin afresh: %q", s.Text())
	}
	if got := string(r.Rexec.Unknown["joined_with"]); !strings.Contains(got, b.SHA256) {
		t.Errorf("joined_with is %s", got)
	}
}

func TestHeaderOfResult(t *testing.T) {
	title := "new"
	in := story(t, cast.Header{Version: 3, Title: "old", Cols: 20, Rows: 5, Env: map[string]string{"TERM": "x"}, IdleTimeLimit: second,
		Rexec:   &cast.Rexec{ID: "0198", Host: "h", Unknown: map[string]json.RawMessage{"k": json.RawMessage("1")}},
		Unknown: map[string]json.RawMessage{"mine": json.RawMessage(`{"a":1}`)}}, out(1, "x"))
	r := edited(t, Options{Title: &title, Cols: 100, Rows: 30, Idle: second}, in)
	if r.Version != 3 || r.Title != "new" || r.Header.Cols != 100 || r.Header.Rows != 30 || r.IdleTimeLimit != 0 || r.Env["TERM"] != "x" || string(r.Unknown["mine"]) != `{"a":1}` {
		t.Errorf("header %+v", r.Header)
	}
	x := r.Rexec
	if x.ID != "" || x.Host != "h" || string(x.Unknown["k"]) != "1" || string(x.Unknown["derived_from"]) != `{"id":"0198","sha256":"`+in.SHA256+`"}` {
		t.Errorf("rexec header %+v", x)
	}
}

func TestRefusals(t *testing.T) {
	in := story(t, cast.Header{}, out(1, "a"), out(5, "b"))
	for name, c := range map[string]struct {
		o    Options
		want string
	}{
		"nothing left":   {Options{Cuts: []Span{{0, 9 * second}}}, "nothing of the recording is left"},
		"cut behind":     {Options{Cuts: []Span{{8 * second, 9 * second}}}, "behind the end"},
		"no stretch":     {Options{Trim: &Span{3 * second, 3 * second}}, "no stretch"},
		"mark behind":    {Options{Marks: []Mark{{6 * second, ""}}}, "behind the end"},
		"mark in a cut":  {Options{Cuts: []Span{{2 * second, 4 * second}}, Marks: []Mark{{3 * second, ""}}}, "cut away"},
		"speed":          {Options{Speed: 1e9}, "speed"},
		"size":           {Options{Cols: 5000, Rows: 1}, "size"},
		"negative pause": {Options{Idle: -1}, "pause"},
	} {
		path := filepath.Join(t.TempDir(), "out.cast")
		_, err := ToFile(t.Context(), path, false, []*Input{in}, c.o)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if left, _ := os.ReadDir(filepath.Dir(path)); len(left) > 0 {
			t.Errorf("%s left %v", name, left)
		}
	}
}

func TestOverwriting(t *testing.T) {
	in := story(t, cast.Header{}, out(1, "a"))
	path := filepath.Join(t.TempDir(), "out.cast")
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ToFile(t.Context(), path, false, []*Input{in}, Options{}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
	if data, _ := os.ReadFile(path); string(data) != "precious" {
		t.Errorf("the file holds %q", data)
	}
	if _, err := ToFile(t.Context(), path, true, []*Input{in}, Options{}); err != nil {
		t.Error(err)
	}
	if r := read(t, path); len(r.events) != 1 {
		t.Errorf("%+v", r.events)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// play returns the terminal after the first n events of a result.
func play(r *result, n int) *vt.Terminal {
	term := vt.New(r.Header.Cols, r.Header.Rows)
	for _, e := range r.events[:n] {
		feed(term, e)
	}
	return term
}

func feed(term *vt.Terminal, e cast.Event) {
	switch e.Code {
	case cast.Output:
		_, _ = term.Write([]byte(e.Data))
	case cast.Resize:
		if cols, rows, err := cast.ParseSize(e.Data); err == nil {
			term.Resize(cols, rows)
		}
	}
}

// checkCut cuts a recording and compares the screen at every event behind the cut
// with the original's, cell by cell.
func checkCut(t *testing.T, in *Input, from, to time.Duration) {
	t.Helper()
	f, err := in.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := cast.NewReader(f, cast.Lenient)
	if err != nil {
		t.Fatal(err)
	}
	r := edited(t, Options{Cuts: []Span{{from, to}}}, in)
	orig, term := vt.New(c.Header().Cols, c.Header().Rows), vt.New(r.Header.Cols, r.Header.Rows)
	i := 0
	for {
		e, err := c.Next()
		if err != nil {
			break
		}
		feed(orig, e)
		if e.Time >= from && e.Time < to {
			continue
		}
		for ; i < len(r.events); i++ {
			x := r.events[i]
			feed(term, x)
			if x.Code == e.Code && x.Data == e.Data && !strings.HasPrefix(x.Data, "\x1bc") && !strings.HasPrefix(x.Data, "\x18\x1bc") {
				i++
				break
			}
		}
		a, b := orig.Snapshot(), term.Snapshot()
		if !a.SameScreen(b) || a.Title() != b.Title() || len(a.Diff(b)) > 0 && !sameText(a, b) {
			t.Fatalf("cut %v to %v: at %v rows %v differ; the original shows\n%s\n%+v\nthe result\n%s\n%+v", from, to, e.Time, a.Diff(b), a.Text(), a.Cursor(), b.Text(), b.Cursor())
		}
	}
	if i != len(r.events) && r.events[len(r.events)-1].Data != "" {
		t.Fatalf("cut %v to %v: %d of %d events compared", from, to, i, len(r.events))
	}
}

func sameText(a, b *vt.Snapshot) bool { return a.Text() == b.Text() }

func TestScreensBehindCuts(t *testing.T) {
	for name, events := range map[string][]cast.Event{
		"colours":       {out(1, "\x1b[31mred"), out(2, "\x1b[1;42mmore"), out(3, "\x1b[4mx"), out(4, "y\x1b[0m"), out(5, "z")},
		"wrapped":       {out(1, strings.Repeat("x", 15)), out(2, strings.Repeat("y", 15)), out(3, "\x1b[A"), out(4, "z"), ev(5, "r", "10x5"), out(6, "!")},
		"full screen":   {out(1, "prompt$ vi\r\n"), out(2, "\x1b[?1049h\x1b[2J\x1b[Hfile\x1b[3;3H"), out(3, "more"), out(4, "\x1b[?1049l"), out(5, "prompt$")},
		"saved cursor":  {out(1, "a\r\nbc\x1b[32m\x1b7"), out(2, "\x1b[5;5Hprogress"), out(3, "."), out(4, "\x1b8"), out(5, "x")},
		"saved, hidden": {out(1, "a\r\nbc"), out(2, "\x1b[?1049h\x1b[3;3H\x1b[35m\x1b7\x1b[Hx"), out(3, "y"), out(4, "\x1b8z"), out(5, "\x1b[?1049lw")},
		"sequence":      {out(1, "a"), out(2, "\x1b[3"), out(3, "1mred"), out(4, "\x1b]0;ti"), out(5, "tle\x07x")},
		"resized":       {out(1, "a"), ev(2, "r", "30x8"), out(3, "b"), ev(4, "r", "12x3"), out(5, "c")},
		"region":        {out(1, "\x1b[2;4r\x1b[?6h"), out(2, "one\r\ntwo\r\nthree"), out(3, "\r\nfour"), out(4, "\r\nfive"), out(5, "\x1b[r")},
		"modes":         {out(1, "\x1b[?25l\x1b[?5h\x1b[4h"), out(2, "abc\x1b[H"), out(3, "x\x1b[?25h\x1b[?5l"), out(4, "\x1b[4ly"), out(5, "z")},
		"wide":          {out(1, "日本\x1b[1;3H"), out(2, "e\u0301"), out(3, "👩"), out(4, "x"), out(5, "y")},
		"drawing":       {out(1, "\x1b(0lqqk"), out(2, "\r\nx"), out(3, "x\x0e"), out(4, "\x1b(Bx\x0f"), out(5, "q")},
		"title":         {out(1, "\x1b]0;one\x07"), out(2, "\x1b]0;two\x07"), out(3, "x"), out(4, "y"), out(5, "z")},
	} {
		t.Run(name, func(t *testing.T) {
			in := story(t, cast.Header{}, events...)
			for from := 0; from <= 5; from++ {
				for to := from + 1; to <= 5; to++ {
					checkCut(t, in, time.Duration(from)*second, time.Duration(to)*second)
				}
			}
		})
	}
}

func TestScreensBehindCutsOfTheCorpus(t *testing.T) {
	for _, name := range corpus(t) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(data) > 1<<20 {
			continue
		}
		if _, err := cast.NewReader(bytes.NewReader(data), cast.Lenient); err != nil {
			continue
		}
		in := inspect(t, data)
		for _, c := range [][2]float64{{0.2, 0.5}, {0.4, 0.41}, {0.7, 0.95}} {
			from, to := time.Duration(c[0]*float64(in.Duration)), time.Duration(c[1]*float64(in.Duration))
			if from < to {
				t.Run(filepath.Base(name), func(t *testing.T) { checkCut(t, in, from, to) })
			}
		}
	}
}

func corpus(t testing.TB) []string {
	dir := testreq.Corpus(t, "casts")
	names, err := filepath.Glob(filepath.Join(dir, "*.cast"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no casts in %s (%v)", dir, err)
	}
	slices.Sort(names)
	return names
}
