package cast

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"rexec/internal/testreq"
)

// damaged are the corpus files that are no valid casts, with where a strict reader
// says so, what a lenient one still reads, and the lines it names.
var damaged = map[string]struct {
	line, column int
	events       []string
	lines        []int
}{
	"srv-v1-invalid-data.json":       {8, 16, []string{"1.234567 o foo bar", "8.456789 o żółć jaźń"}, []int{8}},
	"srv-v1-invalid-time-1.json":     {8, 6, []string{"1.234567 o foo bar", "1.234567 o baz qux", "4.037035 o żółć jaźń"}, []int{8}},
	"srv-v1-invalid-time-2.json":     {8, 6, []string{"1.234 o foo bar", "5.653 o baz qux", "8.455 o żółć jaźń"}, []int{8}},
	"srv-v1-invalid.json":            {3, 13, []string{"1.234567 o foo bar", "6.913554 o baz qux", "10.370343 o żółć jaźń"}, []int{3}},
	"srv-v1-wrong-event-length.json": {8, 25, []string{"1.234567 o foo bar", "5.654321 o baz qux", "8.456789 o żółć jaźń"}, []int{8}},
	"srv-v2-broken.cast":             {3, 1, []string{"1.234567 o foo bar", "8.456789 o żółć jaźń"}, []int{3}},
	"srv-v2-invalid-code.cast":       {3, 7, []string{"1.234 o foo bar"}, []int{3}},
	"srv-v2-invalid-data.cast":       {3, 12, []string{"1.234 o foo bar"}, []int{3}},
	"srv-v2-invalid-resize.cast":     {3, 1, []string{"1.234 o foo bar", "3 o baz qux"}, []int{3}},
	"srv-v2-invalid-theme.cast":      {1, 52, []string{"1.234567 o foo bar", "5.678987 o baz qux", "8.456789 o żółć jaźń"}, []int{1}},
	"srv-v2-invalid-time-1.cast":     {3, 2, []string{"1.234 o foo bar", "1.234 o baz qux"}, []int{3}},
	"srv-v2-invalid-time-2.cast":     {3, 2, []string{"1.234 o foo bar", "2 o baz qux"}, []int{3}},
	"srv-v2-wrong-event-length.cast": {3, 21, []string{"1.234 o foo bar", "2 o baz qux"}, []int{3}},
	"srv-v3-broken.cast":             {3, 1, []string{"1.234567 o foo bar", "4.037035 o żółć jaźń"}, []int{3}},
	"srv-v3-invalid-code.cast":       {3, 7, []string{"1.234 o foo bar"}, []int{3}},
	"srv-v3-invalid-data.cast":       {3, 12, []string{"1.234 o foo bar"}, []int{3}},
	"srv-v3-invalid-resize.cast":     {3, 1, []string{"1.234 o foo bar", "2.734 o baz qux"}, []int{3}},
	"srv-v3-invalid-time-1.cast":     {3, 2, []string{"1.234 o foo bar", "1.234 o baz qux"}, []int{3}},
	"srv-v3-invalid-time-2.cast":     {3, 2, []string{"1.234 o foo bar", "3.234 o baz qux"}, []int{3}},
	"srv-v3-wrong-event-length.cast": {3, 21, []string{"1.234 o foo bar", "3.234 o baz qux"}, []int{3}},
	"ext-are-you-ok-demo.cast":       {2, 13, nil, nil}, // has a test of its own
}

// corpus returns the names of the casts in the corpus, and their folder. Files that
// its index calls broken must be in damaged.
func corpus(t testing.TB) (dir string, names []string) {
	dir = testreq.Corpus(t, "casts")
	index, err := os.ReadFile(filepath.Join(dir, "index.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(index)) {
		name, _, _ := strings.Cut(line, "\t")
		names = append(names, name)
		if _, ok := damaged[name]; !ok && strings.Contains(line, "BROKEN") {
			t.Errorf("%s is broken, and no test says how", name)
		}
	}
	if len(names) < 50 {
		t.Fatalf("only %d casts in the index", len(names))
	}
	return dir, names
}

func TestCorpusHealthyFilesReadAsEncodingJSONReadsThem(t *testing.T) {
	dir, names := corpus(t)
	for _, name := range names {
		if _, ok := damaged[name]; ok {
			continue
		}
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			want, cols, rows := decodeSlowly(t, data)
			for _, mode := range []Mode{Strict, Lenient} {
				h, got, problems := readAll(t, string(data), mode)
				if len(problems) > 0 {
					t.Errorf("problems in a healthy file: %v", problems)
				}
				if h.Cols != cols || h.Rows != rows {
					t.Errorf("size %dx%d, want %dx%d", h.Cols, h.Rows, cols, rows)
				}
				diffEvents(t, got, want)
			}
		})
	}
}

func TestCorpusDamagedFilesAreNamedAndMended(t *testing.T) {
	dir, names := corpus(t)
	for name, want := range damaged {
		if !slices.Contains(names, name) {
			t.Errorf("%s is not in the corpus", name)
			continue
		}
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			_, err = readStrict(string(data))
			var at *SyntaxError
			if !errors.As(err, &at) {
				t.Fatalf("strict reading gave %v", err)
			}
			if at.Line != want.line || at.Column != want.column || at.Reason == "" {
				t.Errorf("strict reading gave %v, want line %d, column %d", at, want.line, want.column)
			}
			if want.events == nil {
				return
			}
			_, events, problems := readAll(t, string(data), Lenient)
			if got := show(events); !slices.Equal(got, want.events) {
				t.Errorf("lenient reading gave\n%q, want\n%q", got, want.events)
			}
			var lines []int
			for _, p := range problems {
				lines = append(lines, p.Line)
			}
			if !slices.Equal(lines, want.lines) {
				t.Errorf("problems %v, want lines %v", problems, want.lines)
			}
		})
	}
}

// The demo of are-you-ok was written by hand: its escape characters are raw, which
// JSON forbids.
func TestCorpusRawControlBytesAreKept(t *testing.T) {
	dir, _ := corpus(t)
	data, err := os.ReadFile(filepath.Join(dir, "ext-are-you-ok-demo.cast"))
	if err != nil {
		t.Fatal(err)
	}
	_, events, problems := readAll(t, string(data), Lenient)
	if lines := strings.Count(strings.TrimSpace(string(data)), "\n"); len(events) != lines {
		t.Errorf("%d events of %d lines", len(events), lines)
	}
	bad := 0
	for line := range strings.Lines(string(data)) {
		if strings.Contains(line, "\x1b") {
			bad++
		}
	}
	if bad == 0 || len(problems) != bad {
		t.Errorf("%d problems, want one for each of %d lines: %v", len(problems), bad, problems)
	}
	if want := "\x1b[1;32m❯\x1b[0m "; events[0].Data != want {
		t.Errorf("the first event is %q, want %q", events[0].Data, want)
	}
}

func TestCorpusRoundTrips(t *testing.T) {
	dir, names := corpus(t)
	for _, name := range names {
		if _, ok := damaged[name]; ok {
			continue
		}
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			h, events, _ := readAll(t, string(data), Strict)
			for _, version := range []int{2, 3, 2} {
				text := writeAll(t, h, version, events)
				h2, events2, _ := readAll(t, text, Strict)
				h.Version = version
				if !reflect.DeepEqual(h2, h) {
					t.Errorf("v%d: header\n%+v, want\n%+v", version, h2, h)
				}
				half := time.Microsecond / 2
				if version == 3 {
					half = time.Millisecond / 2
				}
				diffEventsWithin(t, events2, events, half)
				h, events = h2, events2
			}
		})
	}
}

// decodeSlowly is a second reader, by encoding/json and exact arithmetic.
func decodeSlowly(t *testing.T, data []byte) (events []Event, cols, rows int) {
	t.Helper()
	lines := bytes.Split(data, []byte("\n"))
	var h struct {
		Version, Width, Height int
		Term                   struct{ Cols, Rows int }
		Stdout                 [][]any
	}
	decode := func(text []byte, to any) {
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		if err := d.Decode(to); err != nil {
			t.Fatalf("encoding/json: %v in %.100q", err, text)
		}
	}
	clock := new(big.Rat)
	at := func(n any, relative bool) time.Duration {
		r, ok := new(big.Rat).SetString(string(n.(json.Number)))
		if !ok {
			t.Fatalf("no number: %v", n)
		}
		if relative {
			r.Add(r, clock)
		}
		clock = r
		ns := new(big.Rat).Mul(r, big.NewRat(1e9, 1))
		f, _ := ns.Float64()
		return time.Duration(f + 0.5)
	}
	if decode(data, &h); h.Version == 1 {
		for _, f := range h.Stdout {
			events = append(events, Event{at(f[0], true), Output, f[1].(string)})
		}
		return events, h.Width, h.Height
	}
	for _, line := range lines[1:] {
		if len(bytes.TrimSpace(line)) == 0 || h.Version == 3 && line[0] == '#' {
			continue
		}
		var e []any
		decode(line, &e)
		events = append(events, Event{at(e[0], h.Version == 3), e[1].(string), e[2].(string)})
	}
	if h.Version == 3 {
		return events, h.Term.Cols, h.Term.Rows
	}
	return events, h.Width, h.Height
}

func readStrict(text string) ([]Event, error) {
	r, err := NewReader(strings.NewReader(text), Strict)
	if err != nil {
		return nil, err
	}
	var events []Event
	for {
		e, err := r.Next()
		if err == io.EOF {
			return events, nil
		}
		if err != nil {
			return events, err
		}
		events = append(events, e)
	}
}

// readAll reads a cast that must not give an error in this mode.
func readAll(t testing.TB, text string, mode Mode) (Header, []Event, []Problem) {
	t.Helper()
	r, err := NewReader(strings.NewReader(text), mode)
	if err != nil {
		t.Fatalf("header: %v", err)
	}
	var events []Event
	for {
		e, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("after %d events: %v", len(events), err)
		}
		events = append(events, e)
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("behind the end: %v", err)
	}
	if r.Offset() != int64(len(text)) {
		t.Errorf("%d bytes consumed of %d", r.Offset(), len(text))
	}
	return r.Header(), events, r.Problems()
}

func writeAll(t testing.TB, h Header, version int, events []Event) string {
	t.Helper()
	var b bytes.Buffer
	h.Version = version
	w, err := NewWriter(&b, h)
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
	return b.String()
}

// show writes events for comparison: seconds, code, data.
func show(events []Event) []string {
	var out []string
	for _, e := range events {
		s := strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.9f", e.Time.Seconds()), "0"), ".")
		out = append(out, fmt.Sprintf("%s %s %s", s, e.Code, e.Data))
	}
	return out
}

func diffEvents(t testing.TB, got, want []Event) {
	t.Helper()
	// Exact, but for the last digit of a sum that the other way rounds once.
	diffEventsWithin(t, got, want, time.Duration(len(want)))
}

func diffEventsWithin(t testing.TB, got, want []Event, off time.Duration) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d events, want %d", len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		g, w := got[i], want[i]
		if (g.Time-w.Time).Abs() > off || g.Code != w.Code || g.Data != w.Data {
			t.Fatalf("event %d is %v %q %.200q, want %v %q %.200q", i, g.Time, g.Code, g.Data, w.Time, w.Code, w.Data)
		}
	}
}
