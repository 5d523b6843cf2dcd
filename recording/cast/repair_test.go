package cast

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
)

func validateText(t testing.TB, text string) (Summary, []Deviation) {
	t.Helper()
	var all []Deviation
	s, err := Validate(context.Background(), strings.NewReader(text), func(d Deviation) { all = append(all, d) })
	if err != nil {
		t.Fatal(err)
	}
	return s, all
}

func TestValidateNamesPlaceAndEffect(t *testing.T) {
	for _, c := range []struct{ name, cast, want string }{
		{"clean", v2 + `[1, "o", "x"]`, ""},
		{"no cast", "hello", "1:1 unplayable not an asciicast: it does not begin with {"},
		{"torn header", `{"version":2,"wid`, "1:18 unplayable the header does not end"},
		{"unknown version", `{"version":7}`, "1:14 unplayable version 7 of asciicast is not known; 1, 2 and 3 are"},
		{"control byte", v2 + "[1, \"o\", \"a\x1bb\"]", "2:12 some players fail raw control byte 0x1b in the data"},
		{"lone surrogate", v2 + `[1, "o", "a\ud800b"]`, "2:12 some players fail half of a surrogate pair"},
		{"status", v2 + `[1, "x", "-1"]`, `2:1 players cope the exit status "-1" is not a decimal number`},
		{"two statuses", v3 + `[1, "x", "0"]` + "\n\n" + `[1, "x", "1"]`, "4:1 players cope a second exit status"},
		{"long code", v2 + "\n" + `[1, "oops", ""]` + "\n", `3:1 players cope the code "oops" is longer than a character`},
		{"big resize", v2 + `[1, "r", "9000x10"]`, "2:1 players cope resize to 9000x10, above 1000x1000"},
		{"big screen", `{"version":2,"width":9000,"height":24}`, "1:22 players cope the header's width is 9000, above 1000"},
		{"no screen", `{"version":3,"term":{"cols":80}}`, "1:21 some players fail the header has no height, or 0"},
		{"backward", v2 + `[2, "o", ""]` + "\n" + `[1, "o", ""]`, "3:2 some players fail time runs backward, from 2s to 1s"},
		{"torn", v2 + `[2, "o", "ab`, "2:13 some players fail the last line is torn"},
		{"v1", `{"version":1,"width":80,"height":24,"stdout":[[1,"a"],[-1,"b"]]}`, "1:56 some players fail the time is negative"},
	} {
		s, all := validateText(t, c.cast)
		got := ""
		for _, d := range all {
			got += fmt.Sprintf("%d:%d %v %s", d.Line, d.Column, d.Effect, d.Reason)
		}
		if got != c.want || s.Clean() != (c.want == "") {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestCorpusValidates(t *testing.T) {
	dir, names := corpus(t)
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		_, bad := damaged[name]
		if s, all := validateText(t, string(data)); s.Clean() == bad {
			t.Errorf("%s: %v", name, all)
		}
	}
}

// repairText repairs a cast and holds the result to its promise.
func repairText(t testing.TB, text string) (string, []Repaired, error) {
	t.Helper()
	var out bytes.Buffer
	var did []Repaired
	s, err := Repair(context.Background(), &out, strings.NewReader(text), func(r Repaired) { did = append(did, r) })
	if err != nil {
		return "", did, err
	}
	if after, left := validateText(t, out.String()); after.Deviations[SomeFail]+after.Deviations[Unplayable] > 0 || after.Events != s.Events {
		t.Fatalf("%d events, and %d afterwards; left: %v\n%q\nfrom\n%q", s.Events, after.Events, left, out.String(), text)
	}
	if _, err := readStrict(out.String()); err != nil {
		t.Fatalf("strict reading: %v", err)
	}
	return out.String(), did, nil
}

func TestRepairKeepsWhatCanBeKept(t *testing.T) {
	const tail = "\n" + `[9, "o", "end"]` + "\n"
	for _, c := range []struct {
		name, cast string
		events     []string // as readAll describes them
		did        string
	}{
		{"nothing to do", v2 + `[1, "o", "x"]` + tail, []string{"1 o x", "9 o end"}, ""},
		{"control bytes", v2 + "[1, \"o\", \"a\x1bb\tc\"]" + tail, []string{"1 o a\x1bb\tc", "9 o end"}, "2 escaped"},
		{"raw line breaks", v2 + "[1, \"o\", \"a\r\nb\n\nc\"]" + tail, []string{"1 o a\r\nb\n\nc", "9 o end"}, "2 escaped;2 escaped"},
		{"torn at the end", v2 + `[1, "o", "x"]` + "\n" + `[2, "o", "wor`, []string{"1 o x", "2 o wor"}, "3 ended; its text is kept"},
		{"torn in an escape", v2 + `[2, "o", "wor\u00`, []string{"2 o wor"}, "2 ended; its text is kept"},
		{"torn behind the text", v2 + `[2, "o", "word"`, []string{"2 o word"}, "2 ended; its text is kept"},
		{"torn size", v2 + `[2, "r", "80x2`, nil, "2 left out"},
		{"torn time", v2 + `[2.`, nil, "2 written as a number;2 left out"},
		{"torn, then appended to", v2 + `[1, "o", "ab[2, "o", "cd"]` + tail, []string{"1 o ab", "2 o cd", "9 o end"}, "2 taken apart; the text is kept"},
		{"torn, then damaged", v2 + "[1, \"o\", \"ab[2, \"o\", \"c\x01\"]\nx" + tail, []string{"1 o ab", "2 o c\x01", "9 o end"},
			"2 taken apart; the text is kept;2 escaped;3 left out"},
		{"torn time, then appended to", v2 + `[1.[2, "o", "cd"]` + tail, []string{"2 o cd", "9 o end"},
			"2 taken apart; what is left of the first is left out"},
		{"backward", v2 + `[2, "o", "a"]` + "\n" + `[1, "o", "b"]` + tail, []string{"2 o a", "2 o b", "9 o end"}, "3 set to the time before"},
		{"no size", `{"version":2}` + tail, []string{"9 o end"}, "1 set to the default;1 set to the default"},
		{"torn header", `{"version":3,"term":{"cols":100,"rows":5` + tail, []string{"9 o end"}, "1 replaced"},
		{"no header", strings.TrimPrefix(tail, "\n") + "nothing" + "\n", []string{"9 o end"}, "1 replaced;2 left out"},
		{"a header of lines", "{\"version\":2,\n\"width\":80,\"height\":24}" + tail, []string{"9 o end"}, "2 written on one line"},
		{"version 1", `{"version":1,"width":80,"height":24,"stdout":[[1,"a"],[1,"b"`, []string{"1 o a"}, "1 ended"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, did, err := repairText(t, c.cast)
			if err != nil {
				t.Fatal(err)
			}
			h, events, _ := readAll(t, out, Strict)
			if got := describeEvents(events); !slices.Equal(got, c.events) {
				t.Errorf("kept %q, want %q", got, c.events)
			}
			var said []string
			for _, d := range did {
				said = append(said, fmt.Sprintf("%d %s", d.Line, d.Remedy))
			}
			if got := strings.Join(said, ";"); got != c.did {
				t.Errorf("did %q, want %q", got, c.did)
			}
			if c.name == "torn header" && (h.Version != 3 || h.Cols != 100 || h.Rows != 5) {
				t.Errorf("header %+v", h)
			}
		})
	}
}

func describeEvents(events []Event) []string {
	var out []string
	for _, e := range events {
		out = append(out, fmt.Sprintf("%v %s %s", e.Time.Seconds(), e.Code, e.Data))
	}
	return out
}

func TestRepairOfWhatIsNoCast(t *testing.T) {
	for _, text := range []string{"", "hello\n", "{}", `{"version":2`, "\x1f\x8b\x08"} {
		if _, _, err := repairText(t, text); !errors.Is(err, ErrNotCast) {
			t.Errorf("%q: %v", text, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Repair(ctx, io.Discard, strings.NewReader(v2+`[1, "o", "x"]`), func(Repaired) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestCorpusRepairsAndKeepsTheHealthy(t *testing.T) {
	dir, names := corpus(t)
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		out, did, err := repairText(t, string(data))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, bad := damaged[name]; bad {
			continue
		}
		_, before, _ := readAll(t, string(data), Strict)
		_, after, _ := readAll(t, out, Strict)
		if len(did) > 0 || len(before) != len(after) {
			t.Errorf("%s: %d events before, %d after, did %v", name, len(before), len(after), did)
		}
	}
}

func FuzzRepair(f *testing.F) {
	for _, s := range []string{
		v2 + `[1, "o", "ab[2, "o", "cd"]` + "\n" + `[3, "o", "x\u00`, v3 + "[1, \"o\", \"a\r\nb\"]\n[\n",
		`{"version":2` + "\n" + `[1, "o", "x"]`, `{"version":1,"width":1,"height":1,"stdout":[[1,"a"`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _, err := repairText(t, string(data))
		if err != nil && !errors.Is(err, ErrNotCast) {
			t.Fatal(err)
		}
	})
}
