package cast

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzReader holds the reader to its promises on any data: a lenient reader gives
// no errors behind the header, times that never run backward, valid text and sizes;
// what a Writer makes of its events reads back strictly; and a strict reader that
// accepts the data reads the same.
func FuzzReader(f *testing.F) {
	for _, s := range []string{
		v2 + `[1, "o", "a\u001b[1m"]` + "\n" + `[2.5, "r", "100x50"]` + "\n",
		v3 + "# c\n" + `[1, "i", "\ud83c\udf89"]` + "\n" + `[0.001, "x", "0"]`,
		`{"version":1,"width":80,"height":24,"stdout":[[1,"a"],lol,[2,"b"]],"title":"t"}`,
		`{"stdout":[[1,"a"]],"version":1,"width":0,"height":5000}`,
		"\xef\xbb\xbf" + `{"version":2,"env":{"A":null},"theme":{},"rexec":{"id":"x"}}` + "\r\n[1,\"o\",\"\xff\x1b\"]\r\n[-1,\"o\",\"\"]",
		"", "{", "[]",
	} {
		f.Add([]byte(s))
	}
	if names, _ := filepath.Glob(filepath.Join(os.Getenv("REXEC_CORPUS"), "casts", "*")); os.Getenv("REXEC_CORPUS") != "" {
		for _, name := range names {
			if data, err := os.ReadFile(name); err == nil && len(data) < 10000 {
				f.Add(data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := NewReader(bytes.NewReader(data), Lenient)
		if err != nil {
			var damage *SyntaxError
			if !errors.As(err, &damage) && !errors.Is(err, ErrNotCast) {
				t.Fatalf("header: %v", err)
			}
			if _, err := NewReader(bytes.NewReader(data), Strict); err == nil {
				t.Fatal("a strict reader takes a header that a lenient one does not")
			}
			return
		}
		var events []Event
		for {
			e, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("behind the header: %v", err)
			}
			if n := len(events); e.Time < 0 || e.Time > MaxTime || n > 0 && e.Time < events[n-1].Time {
				t.Fatalf("time %v", e.Time)
			}
			if e.Code == "" || !utf8.ValidString(e.Code) || !utf8.ValidString(e.Data) {
				t.Fatalf("event %q %q", e.Code, e.Data)
			}
			if len(events) > len(data) {
				t.Fatal("more events than bytes")
			}
			events = append(events, e)
		}
		checkFuzzed(t, data, r, events)
	})
}

func checkFuzzed(t *testing.T, data []byte, r *Reader, events []Event) {
	h := r.Header()
	if h.Cols < 1 || h.Cols > MaxCols || h.Rows < 1 || h.Rows > MaxRows {
		t.Fatalf("size %dx%d", h.Cols, h.Rows)
	}
	strict, err := readStrict(string(data))
	if err == nil && r.ProblemCount() > 0 {
		t.Fatalf("strictly healthy, with problems %v", r.Problems())
	}
	if err != nil && r.ProblemCount() == 0 {
		t.Fatalf("leniently healthy: %v", err)
	}
	if err == nil && !slices.Equal(strict, events) {
		t.Fatalf("strict %q, lenient %q", show(strict), show(events))
	}
	for version, half := range map[int]time.Duration{2: time.Microsecond / 2, 3: time.Millisecond / 2} {
		var b bytes.Buffer
		h.Version = version
		w, err := NewWriter(&b, h)
		if err != nil {
			if strings.Contains(err.Error(), "longer than") {
				return
			}
			t.Fatalf("header %+v: %v", h, err)
		}
		for _, e := range events {
			if err := w.Write(e); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		again, err := readStrict(b.String())
		if err != nil {
			t.Fatalf("what was written: %v\n%s", err, b.String())
		}
		diffEventsWithin(t, again, events, half)
	}
}

// FuzzLine compares the scanner with encoding/json.
func FuzzLine(f *testing.F) {
	for _, s := range []string{
		`[1, "o", "a"]`, ` [0.5e-3,"o" , "\ud83c\udf89\ud83c \/\u00E9"]`, `[-0, "é", ""]`, `[01, "o", "x"]`,
		`[1., "o", "x"]`, `[1, "o", "\x"]`, "[1, \"o\", \"\x1b\"]", "[1, \"o\", \"\xff\"]", `[1, "o", "x", 1]`, `[1]x`, `["1", "o", "x"]`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		var s scanner
		ok := s.event([]byte(line)) && len(s.faults) == 0
		var e []any
		d := json.NewDecoder(strings.NewReader(line))
		d.UseNumber()
		err := d.Decode(&e)
		if err == nil {
			if _, more := d.Token(); more != io.EOF {
				err = errors.New("text behind")
			}
		}
		want := err == nil && utf8.ValidString(line) && len(e) == 3
		var at json.Number
		var c, data string
		if want {
			var isTime, isCode, isData bool
			at, isTime = e[0].(json.Number)
			c, isCode = e[1].(string)
			data, isData = e[2].(string)
			seconds, _ := at.Float64()
			want = isTime && isCode && isData && c != "" && seconds >= 0 && seconds <= MaxTime.Seconds()
		}
		if ok != want {
			t.Fatalf("scanned: %t (%v), by encoding/json: %t (%v)", ok, s.faults, want, err)
		}
		if !ok {
			return
		}
		seconds, _ := at.Float64()
		if off := time.Duration(s.time).Seconds() - seconds; off > 1e-6 || off < -1e-6 {
			t.Errorf("time %d ns, want %v s", s.time, at)
		}
		if string(s.code) != c || string(s.data) != data {
			t.Errorf("%q %q, want %q %q", s.code, s.data, c, data)
		}
		text := appendText([]byte{'"'}, data)
		var back string
		if err := json.Unmarshal(append(text, '"'), &back); err != nil || back != data {
			t.Errorf("%q is encoded as %s", data, text)
		}
	})
}
