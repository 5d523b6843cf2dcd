package cast

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

const (
	v2 = `{"version":2,"width":80,"height":24}` + "\n"
	v3 = `{"version":3,"term":{"cols":80,"rows":24}}` + "\n"
)

func TestHeaderKeepsEverything(t *testing.T) {
	want := Header{
		Version: 2, Cols: 100, Rows: 50,
		Timestamp: time.Unix(1509091818, 0).UTC(), Duration: 10500 * time.Millisecond,
		IdleTimeLimit: 2500 * time.Millisecond,
		Command:       `sh -c "x"`, Title: "tïtle\x1b", Env: map[string]string{"SHELL": "/bin/sh", "A B": ""},
		Theme:    &Theme{FG: RGB{1, 2, 3}, BG: RGB{255, 254, 253}},
		TermType: "xterm", TermVersion: "ghostty 1.1",
		Rexec: &Rexec{ID: "0198", Host: "h", Shell: "/bin/sh", Dir: "/", Unknown: map[string]json.RawMessage{
			"later": json.RawMessage(`[1,{"a":null}]`)}},
		Unknown:     map[string]json.RawMessage{"tags": json.RawMessage(`["a","b"]`), "stdout": json.RawMessage(`[1]`)},
		UnknownTerm: map[string]json.RawMessage{"dpi": json.RawMessage(`96`)},
	}
	for i := range want.Theme.Palette {
		want.Theme.Palette[i] = RGB{uint8(i), 0xab, 0xcd}
	}
	for _, version := range []int{2, 3} {
		want.Version = version
		got, _, _ := readAll(t, writeAll(t, want, version, nil), Strict)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("v%d: read\n%+v, want\n%+v", version, got, want)
		}
	}
}

func TestHeaderDamage(t *testing.T) {
	for _, c := range []struct {
		name, header string
		line, column int    // of the strict reader's error; 0: it has none
		size         string // what the lenient reader has; "": an error too
	}{
		{"minimal", `{"version":2,"width":80,"height":24}`, 0, 0, "80x24"},
		{"spaces and CRLF", "{ \"version\" : 2 , \"width\" : 100, \"height\" : 5 }\r", 0, 0, "100x5"},
		{"nulls", `{"version":2,"width":80,"height":24,"title":null,"env":null,"theme":null,"timestamp":null}`, 0, 0, "80x24"},
		{"null variable", `{"version":2,"width":80,"height":24,"env":{"TERM":null}}`, 0, 0, "80x24"},
		{"empty theme", `{"version":2,"width":80,"height":24,"theme":{}}`, 0, 0, "80x24"},
		{"a list called stdout", `{"version":2,"stdout":[1],"width":7,"height":8}`, 0, 0, "7x8"},
		{"byte order mark", "\xef\xbb\xbf" + `{"version":2,"width":100,"height":5}`, 1, 1, "100x5"},
		{"blank line before", "\n" + `{"version":2,"width":100,"height":5}`, 1, 1, "100x5"},
		{"on two lines", `{"version":2,"width":100,` + "\n" + `"height":5}`, 2, 12, "100x5"},
		{"no width", `{"version":2,"height":30}`, 1, 23, "80x30"},
		{"no size", `{"version":2}`, 1, 1, "80x24"},
		{"0x0", `{"version":2,"width":0,"height":0}`, 1, 22, "80x24"},
		{"5000x5000", `{"version":2,"width":5000,"height":5000}`, 1, 22, "1000x1000"},
		{"negative", `{"version":2,"width":-5,"height":-1}`, 1, 22, "80x24"},
		{"width is a string", `{"version":2,"width":"80","height":30}`, 1, 22, "80x30"},
		{"width is a fraction", `{"version":2,"width":90.5,"height":30}`, 1, 22, "90x30"},
		{"width is huge", `{"version":2,"width":1e300,"height":30}`, 1, 22, "80x30"},
		{"no term", `{"version":3,"width":90,"height":30}`, 1, 1, "80x24"},
		{"term is no object", `{"version":3,"term":5}`, 1, 21, "80x24"},
		{"title is a number", `{"version":2,"width":80,"height":24,"title":5}`, 1, 45, "80x24"},
		{"env is a list", `{"version":2,"width":80,"height":24,"env":[]}`, 1, 43, "80x24"},
		{"env has a number", `{"version":2,"width":80,"height":24,"env":{"A":1}}`, 1, 43, "80x24"},
		{"short palette", `{"version":2,"width":80,"height":24,"theme":{"fg":"#000000","bg":"#000000","palette":"#000000"}}`, 1, 45, "80x24"},
		{"raw control in title", `{"version":2,"width":80,"height":24,"title":"` + "\x1b[1m" + `"}`, 1, 45, "80x24"},
		{"bad UTF-8 in title", `{"version":2,"width":80,"height":24,"title":"` + "\xff" + `"}`, 1, 45, "80x24"},
		{"text behind", `{"version":2,"width":80,"height":24} x`, 1, 37, "80x24"},
		{"v1 without events", `{"version":1,"width":80,"height":24}`, 1, 37, "80x24"},

		{"version 4", `{"version":4,"width":80,"height":24}`, 1, 37, ""},
		{"version is a string", `{"version":"2","width":80,"height":24}`, 1, 39, ""},
		{"torn", `{"version":2,"width":80,"hei`, 1, 29, ""},
		{"torn behind a comma", `{"version":2,`, 1, 14, ""},
		{"torn, events behind", `{"version":2,"width":80` + "\n" + `[1, "o", ""]`, 2, 1, ""},
		{"no comma", `{"version":2 "width":80,"height":24}`, 1, 14, ""},
		{"comma at the end", `{"version":2,"width":80,"height":24,}`, 1, 37, ""},
		{"no JSON in a value", `{"version":2,"width":80,"height":2 4}`, 1, 36, ""},
		{"a bare word", `{"version":2,"width":80,"height":24,"x":lol}`, 1, 41, ""},
		{"too long", `{"version":2,"width":80,"height":24,"x":"` + strings.Repeat("x", MaxHeader) + `"}`, 1, 41, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := c.header + "\n"
			if strings.HasPrefix(c.name, "torn") && !strings.Contains(c.name, "events") {
				text = c.header
			}
			if c.size != "" && !strings.Contains(c.name, "v1") {
				text += `[0.5, "o", "hi"]` + "\n"
			}
			_, err := readStrict(text)
			var at *SyntaxError
			if c.line == 0 && err != nil {
				t.Errorf("strict: %v", err)
			} else if c.line != 0 && (!errors.As(err, &at) || at.Line != c.line || at.Column != c.column) {
				t.Errorf("strict: %v, want line %d, column %d", err, c.line, c.column)
			}
			if c.size == "" {
				if _, err := NewReader(strings.NewReader(text), Lenient); !errors.As(err, &at) {
					t.Errorf("lenient: %v", err)
				}
				return
			}
			h, events, problems := readAll(t, text, Lenient)
			if got := FormatSize(h.Cols, h.Rows); got != c.size {
				t.Errorf("lenient: size %s, want %s", got, c.size)
			}
			if c.line != 0 && (len(problems) == 0 || problems[0].Line != c.line || problems[0].Column != c.column) {
				t.Errorf("lenient: problems %v, want the one of line %d, column %d", problems, c.line, c.column)
			}
			if got := show(events); strings.Contains(text, "hi") && !slices.Equal(got, []string{"0.5 o hi"}) {
				t.Errorf("lenient: events %q", got)
			}
		})
	}
}

func TestNotCast(t *testing.T) {
	for _, text := range []string{"", "\n\n", "hello\n", "[1,2]", "\x7fELF\x02", "{}", `{"a":1}`, `{"stdout":[]}`, "\x00\x00"} {
		for _, mode := range []Mode{Strict, Lenient} {
			if _, err := NewReader(strings.NewReader(text), mode); !errors.Is(err, ErrNotCast) {
				t.Errorf("mode %d, %q: %v", mode, text, err)
			}
		}
	}
}

func TestEventDamage(t *testing.T) {
	// Each line stands between two good ones. The strict reader must end there; the
	// lenient one must go on behind it, and have what is given of the line itself.
	for _, c := range []struct {
		line   string
		column int // 0: the line is good
		want   string
	}{
		{`[2, "o", "x"]`, 0, "2 o x"},
		{` [ 2.50 ,"o"  , "x" ] ` + "\r", 0, "2.5 o x"},
		{`[2e0, "o", "x"]`, 0, "2 o x"},
		{`[2.1234567894, "o", "x"]`, 0, "2.123456789 o x"},
		{`[2.1234567895, "o", "x"]`, 0, "2.12345679 o x"},
		{`[2, "o", "\ud83c\udf89 \u00e9 \/ \b\f\n\r\t\"\\"]`, 0, "2 o 🎉 é / \b\f\n\r\t\"\\"},
		{`[2, "o", "\ud83c \udf89 \ud83c\u0041"]`, 0, "2 o \ufffd \ufffd \ufffdA"},
		{`[2, "o", ""]`, 0, "2 o "},
		{`[2, "custom", "x"]`, 0, "2 custom x"},
		{`[2, "\u006f", "x"]`, 0, "2 o x"},
		{`[2, "r", "100x50"]`, 0, "2 r 100x50"},
		{"", 0, ""},
		{" \t\r", 0, ""},

		{`# comment`, 1, ""},
		{`lol!`, 1, ""},
		{`{"version":2,"width":80,"height":24}`, 1, ""},
		{"\x00\x01\xff\xfe", 1, ""},
		{`[`, 2, ""},
		{`[]`, 2, ""},
		{`[2`, 3, ""},
		{`[2]`, 3, ""},
		{`[2 "o", "x"]`, 4, ""},
		{`[2, "o"]`, 8, ""},
		{`[2, "o", "x"`, 13, ""},
		{`[2, "o", "x`, 12, ""},
		{`[2, "o", "x\`, 13, ""},
		{`[2, 5, "x"]`, 5, ""},
		{`[2, "", "x"]`, 5, ""},
		{`[2, "o", true]`, 10, ""},
		{`[2, "o", "x" "y"]`, 14, ""},
		{`[null, "o", "x"]`, 2, ""},
		{`["two", "o", "x"]`, 2, ""},

		{`["2.5", "o", "x"]`, 2, "2.5 o x"},
		{`[2, "o", "x", 1]`, 13, "2 o x"},
		{`[2, "o", "x"] y`, 15, "2 o x"},
		{"[2, \"o\", \"a\x1b[1m\x07b\"]", 12, "2 o a\x1b[1m\x07b"},
		{"[2, \"o\", \"a\xffb\xe4\xb8c\"]", 12, "2 o a\ufffdb\ufffdc"},
		{`[2, "o", "a\x1bb"]`, 12, `2 o a\x1bb`},
		{`[2, "o", "a\u12"]`, 12, `2 o a\u12`},
		{`[02, "o", "x"]`, 2, "2 o x"},
		{`[2., "o", "x"]`, 2, "2 o x"},
		{`[1.5e, "o", "x"]`, 2, "1 o x"},
		{`[.5e1, "o", "x"]`, 2, "5 o x"},
		{`[-2, "o", "x"]`, 2, "1 o x"},
		{`[0.5, "o", "x"]`, 2, "1 o x"},
		{`[1e300, "o", "x"]`, 2, "1 o x"},
		{`[99999999999999999999999999, "o", "x"]`, 2, "1 o x"},
		{`[2, "r", "-1x0"]`, 1, ""},
		{`[2, "r", "0x0"]`, 1, ""},
		{`[2, "r", "5000x20"]`, 1, "2 r 1000x20"},
	} {
		text := v2 + `[1, "o", "before"]` + "\n" + c.line + "\n" + `[9, "o", "behind"]` + "\n"
		_, err := readStrict(text)
		var at *SyntaxError
		switch {
		case c.column == 0 && err != nil:
			t.Errorf("%q: strict: %v", c.line, err)
		case c.column != 0 && (!errors.As(err, &at) || at.Line != 3 || at.Column != c.column):
			t.Errorf("%q: strict: %v, want column %d of line 3", c.line, err, c.column)
		}
		_, events, problems := readAll(t, text, Lenient)
		want := []string{"1 o before", c.want, "9 o behind"}
		if c.want == "" {
			want = slices.Delete(want, 1, 2)
		}
		if got := show(events); !slices.Equal(got, want) {
			t.Errorf("%q: lenient: %q, want %q", c.line, got, want)
		}
		if c.column != 0 && (len(problems) == 0 || problems[0].Line != 3 || problems[0].Column != c.column) ||
			c.column == 0 && len(problems) > 0 {
			t.Errorf("%q: lenient: problems %v, want column %d of line 3", c.line, problems, c.column)
		}
	}
}

func TestIntervalsOfDroppedEventsCount(t *testing.T) {
	text := v3 + "# a comment\n" + `[1, "o", "a"]
[1, "o", true]
[1, "r", "nonsense"]
[1, 5, "x"]
garbage
[-5, "o", "b"]
[0.5, "o", "c"]
`
	_, events, problems := readAll(t, text, Lenient)
	if got, want := show(events), []string{"1 o a", "4 o b", "4.5 o c"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if len(problems) != 5 {
		t.Errorf("problems %v, want those of lines 4 to 8", problems)
	}
}

func TestTornLastLine(t *testing.T) {
	whole := v2 + `[1, "o", "a"]` + "\n" + `[2, "o", "b\u001b"]`
	first := len(v2) + len(`[1, "o", "a"]`)
	for n := len(v2); n <= len(whole); n++ {
		_, events, problems := readAll(t, whole[:n], Lenient)
		want := 0
		if n >= first {
			want++
		}
		if n == len(whole) {
			want++
		}
		torn := n != len(v2) && n != first && n != first+1 && n != len(whole)
		if len(events) != want || (len(problems) > 0) != torn {
			t.Errorf("%q: %d events, want %d; problems %v", whole[len(v2):n], len(events), want, problems)
		}
		if _, err := readStrict(whole[:n]); (err != nil) != torn {
			t.Errorf("%q: strict: %v", whole[len(v2):n], err)
		}
	}
}

func TestV1(t *testing.T) {
	for _, c := range []struct {
		text     string
		ok       bool // strictly
		events   []string
		title    string
		problems int
	}{
		{`{"version":1,"width":80,"height":24,"stdout":[]}`, true, nil, "", 0},
		{`{"version":1,"width":80,"height":24,"stdout":[[1,"a"],[0.5,"b"]],"title":"t"}` + "\n", true, []string{"1 o a", "1.5 o b"}, "t", 0},
		{`{"stdout":[[1,"a"],[0.5,"b"]],"version":1,"width":80,"height":24,"title":"t"}`, true, []string{"1 o a", "1.5 o b"}, "t", 0},
		{"{\"version\":1,\"width\":80,\"height\":24,\"stdout\":[[1,\"a\x1b\nb\"],[0.5,\"b\"]]}", false, []string{"1 o a\x1b\nb", "1.5 o b"}, "", 1},
		{`{"version":1,"width":80,"height":24,"stdout":[[1,"a"] [0.5,"b"],]}`, false, []string{"1 o a", "1.5 o b"}, "", 2},
		{`{"version":1,"width":80,"height":24,"stdout":[[1,"a"],lol,,[0.5,"b"]]}`, false, []string{"1 o a", "1.5 o b"}, "", 2},
		{`{"version":1,"width":80,"height":24,"stdout":[[1,"a"],{"x":[1,"]"]},[0.5,"b"]]}`, false, []string{"1 o a", "1.5 o b"}, "", 1},
		{`{"version":1,"width":80,"height":24,"stdout":[[1,"a"],[0.5,"b`, false, []string{"1 o a"}, "", 1},
		{`{"version":1,"width":80,"height":24,"stdout":[[1,"a"]`, false, []string{"1 o a"}, "", 1},
		{`{"version":1,"width":80,"height":24,"stdout":[[1,"a"]]`, false, []string{"1 o a"}, "", 1},
		{`{"version":1,"width":80,"height":24,"stdout":[[1,"a"]],"title":"t"`, false, []string{"1 o a"}, "t", 1},
		{`{"version":1,"width":80,"height":24,"stdout":[[1,"a"]]} x`, false, []string{"1 o a"}, "", 1},
		{`{"version":1,"stdout":[[1,"a"]],"title":"t"}`, false, []string{"1 o a"}, "t", 2},
	} {
		want, err := readStrict(c.text)
		if (err == nil) != c.ok {
			t.Errorf("%s: strict: %v", c.text, err)
		}
		if c.ok && !slices.Equal(show(want), c.events) {
			t.Errorf("%s: strict: %q, want %q", c.text, show(want), c.events)
		}
		r, err := NewReader(iotest.OneByteReader(strings.NewReader(c.text)), Lenient)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		var events []Event
		e, err := r.Next()
		for ; err == nil; e, err = r.Next() {
			events = append(events, e)
		}
		if err != io.EOF || !slices.Equal(show(events), c.events) || r.Header().Title != c.title || r.ProblemCount() != c.problems {
			t.Errorf("%s: lenient: %v, %q, title %q, problems %v", c.text, err, show(events), r.Header().Title, r.Problems())
		}
	}
}

func TestResumeGoesOnFromAnyPosition(t *testing.T) {
	var body strings.Builder
	body.WriteString("# comment\n\n")
	for i := range 20 {
		fmt.Fprintf(&body, "[0.%03d, \"o\", \"event %d\"]\nbad line\n", i, i)
	}
	frames := `{"version":1,"width":80,"height":24,"stdout":[[1,"a"],[2,"b"],lol,[3,"c"]],"title":"t"}`
	for _, text := range []string{v2 + body.String(), v3 + body.String(), frames} {
		_, all, _ := readAll(t, text, Lenient)
		r, err := NewReader(strings.NewReader(text), Lenient)
		if err != nil {
			t.Fatal(err)
		}
		for n := 0; ; n++ {
			p := r.Position()
			rest := Resume(strings.NewReader(text[p.Offset:]), Lenient, r.Header(), p)
			var got []Event
			e, err := rest.Next()
			for ; err == nil; e, err = rest.Next() {
				got = append(got, e)
			}
			if err != io.EOF || !slices.Equal(got, all[n:]) {
				t.Fatalf("resumed behind %d events: %v, %q; want %q", n, err, show(got), show(all[n:]))
			}
			if _, err := r.Next(); err == io.EOF {
				break
			}
		}
	}
}

func TestSourceErrorsAreReturned(t *testing.T) {
	broken := errors.New("disk on fire")
	for _, text := range []string{"", `{"version":2,"wi`, v2, v2 + `[1, "o", "a"]`, v2 + `[1, "o", "a"]` + "\n", `{"version":1,"width":80,"height":24,"stdout":[[1,"a"]`} {
		r, err := NewReader(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)), Lenient)
		for range 3 {
			if err == nil {
				_, err = r.Next()
			}
		}
		if !errors.Is(err, broken) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// endless is a line without an end.
type endless struct{ n int64 }

func (e *endless) Read(p []byte) (int, error) {
	if e.n <= 0 {
		return 0, io.EOF
	}
	for i := range p {
		p[i] = 'x'
	}
	e.n -= int64(len(p))
	return len(p), nil
}

func TestLongLinesAreBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 100 MB")
	}
	source := func() io.Reader {
		return io.MultiReader(strings.NewReader(v2+`[1, "o", "`), &endless{100 << 20}, strings.NewReader("\"]\n[2, \"o\", \"b\"]\n"))
	}
	r, err := NewReader(source(), Strict)
	if err != nil {
		t.Fatal(err)
	}
	var at *SyntaxError
	if _, err = r.Next(); !errors.As(err, &at) || at.Line != 2 {
		t.Errorf("strict: %v", err)
	}
	if r, err = NewReader(source(), Lenient); err != nil {
		t.Fatal(err)
	}
	if e, err := r.Next(); err != nil || e.Data != "b" || len(r.Problems()) != 1 {
		t.Errorf("lenient: %v, %v, problems %v", e, err, r.Problems())
	}
	if limit := 2*MaxEvent + 1<<20; cap(r.long) > limit {
		t.Errorf("%d bytes held", cap(r.long))
	}
}

func TestProblemsAreBounded(t *testing.T) {
	r, err := NewReader(strings.NewReader(v2+strings.Repeat("bad\n", 1000)), Lenient)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(); err != io.EOF {
		t.Fatal(err)
	}
	if len(r.Problems()) != maxProblems || r.ProblemCount() != 1000 {
		t.Errorf("%d problems kept of %d", len(r.Problems()), r.ProblemCount())
	}
}
