package portable

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hinshun/vt10x"

	"rexec/internal/testreq"
	"rexec/recording/cast"
)

func compare(t *testing.T, events ...string) Report {
	t.Helper()
	var b strings.Builder
	b.WriteString(`{"version":2,"width":20,"height":5}` + "\n")
	for i, e := range events {
		data, _ := json.Marshal(e)
		fmt.Fprintf(&b, "[%d, \"o\", %s]\n", i, data)
	}
	return compareCast(t, b.String())
}

func compareCast(t *testing.T, text string) Report {
	t.Helper()
	r, err := cast.NewReader(strings.NewReader(text), cast.Lenient)
	if err != nil {
		t.Fatal(err)
	}
	report, err := Compare(context.Background(), r, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func describe(r Report) string {
	var b strings.Builder
	moments := r.Moments
	if r.Expected > 0 {
		moments = append([]Moment{r.FirstExpected}, moments...)
	}
	for _, m := range moments {
		fmt.Fprintf(&b, "%v", m.Time)
		for _, row := range m.Rows {
			fmt.Fprintf(&b, " row %d %q/%q", row.Y, row.Ours, row.Theirs)
			if row.Expected {
				b.WriteString(" expected")
			}
		}
		b.WriteString(";")
	}
	return b.String()
}

func TestCompare(t *testing.T) {
	for _, c := range []struct {
		name   string
		events []string
		want   string
	}{
		{"alike", []string{"hello\r\n", "\x1b[1;31mworld\x1b[m", "\x1b[?1049h\x1b[2;3Hx", "\x1b[?1049l"}, ""},
		{"repeated characters", []string{"a", "\r\nb\x1b[4b", "\r\nc", "\x1b[2J"}, `1s row 1 "bbbbb"/"b";`},
		{"wide characters", []string{"a", "\r\n世界"}, `1s row 1 "世界"/"世界" expected;`},
		{"combining characters", []string{"e\u0301"}, "0s row 0 \"e\u0301\"/\"e\u0301\" expected;"},
		{"another difference in the same row", []string{"b\x1b[4b", "", "\r\x1b[Kc\x1b[4b"}, `0s row 0 "bbbbb"/"b";2s row 0 "ccccc"/"c";`},
	} {
		r := compare(t, c.events...)
		if got := describe(r); got != c.want || r.Failure != "" {
			t.Errorf("%s: %s %s, want %s", c.name, got, r.Failure, c.want)
		}
	}
}

func TestWhatNobodySeesDoesNotCount(t *testing.T) {
	r := compareCast(t, `{"version":2,"width":20,"height":5}`+"\n"+`[1,"o","b\u001b[4b"]`+"\n"+`[1.005,"o","\u001b[2J"]`+"\n")
	if len(r.Moments) > 0 || r.Compared != 1 {
		t.Errorf("%+v", r)
	}
}

func TestItSurvivesWhatTheOlderEmulatorDoesNot(t *testing.T) {
	for _, s := range []string{
		"\x1b[9223372036854775807I", "\x1b[9223372036854775807Z", "\x1b[99999999999999999999P", "\x1b[-5@", "\x1b[-5P",
		"\x1b[5;5H\x1b[4294967295@", "\x1b[99999999999999999999;99999999999999H", "\x1b[2147483647L\x1b[2147483647M",
	} {
		for _, events := range [][]string{{"a" + s + "b", "c"}, strings.Split("a"+s+"b", "")} {
			if r := compare(t, events...); r.Failure != "" {
				t.Errorf("%q: %s", s, r.Failure)
			}
		}
	}
}

func TestFailuresAreTold(t *testing.T) {
	o := newOld(10, 5, time.Minute)
	if failure := o.do(func(vt10x.Terminal) { panic("boo") }); failure != "it crashes: boo" {
		t.Errorf("crash: %q", failure)
	}
	o.close()
	o = newOld(10, 5, time.Millisecond)
	release := make(chan struct{})
	if failure := o.do(func(vt10x.Terminal) { <-release }); !strings.HasPrefix(failure, "it hangs") {
		t.Errorf("hang: %q", failure)
	}
	close(release)
	o.close()
}

func TestClamp(t *testing.T) {
	for in, want := range map[string]string{
		"plain 12345":                   "plain 12345",
		"\x1b[12345;7H":                 "\x1b[1000;7H",
		"\x1b[500P":                     "\x1b[89P",
		"\x1b[-5@":                      "\x1b[5@",
		"\x1b[?1049h":                   "\x1b[?1049h",
		"\x1b[38;2;255;100;0m":          "\x1b[38;2;255;100;0m",
		"\x1b[99999999999999999999999I": "\x1b[89I",
		"\x1b[50\r0P":                   "\x1b[\r89P",
		"\x1b[5\x1b[6Cx":                "\x1b[\x1b[6Cx", // cut off in the middle
		"\x1b]0;99999\x07":              "\x1b]0;99999\x07",
	} {
		var c clamp
		whole := string(c.filter(in))
		var pieces strings.Builder
		c = clamp{}
		for i := range len(in) {
			pieces.Write(c.filter(in[i : i+1]))
		}
		if pieces.String() != whole {
			t.Errorf("%q: in pieces %q, whole %q", in, pieces.String(), whole)
		}
		if in == "\x1b[5\x1b[6Cx" {
			want = whole // only that it does not get stuck
		}
		if whole != want {
			t.Errorf("%q: %q, want %q", in, whole, want)
		}
	}
}

func TestCorpusIsCompared(t *testing.T) {
	dir := testreq.Corpus(t, "casts")
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	compared, plain := 0, 0
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := cast.NewReader(strings.NewReader(string(data)), cast.Lenient); err != nil {
			continue // the index, and what is no cast
		}
		r := compareCast(t, string(data))
		if r.Failure != "" {
			t.Errorf("%s at %v: %s", filepath.Base(name), r.FailedAt, r.Failure)
		}
		compared++
		if len(r.Moments) == 0 {
			plain++
		}
		t.Logf("%s: %d moments and %d expected in %d screens", filepath.Base(name), len(r.Moments), r.Expected, r.Compared)
	}
	if compared < 50 || plain < compared/2 {
		t.Errorf("%d casts, of which %d are alike", compared, plain)
	}
}
