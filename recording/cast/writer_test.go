package cast

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestWriterWritesWhatTheFormatSays(t *testing.T) {
	events := []Event{
		{0, Output, "$ "},
		{1500 * time.Millisecond, Output, "\x1b[1m\"é\\\r\n\t\x00\x7f"},
		{2*time.Second + 499, Marker, ""},
		{2*time.Second + 500, Resize, "100x50"},
		{time.Second, Exit, "0"}, // time never runs backward
		{time.Hour, "zz", "x"},
	}
	h := Header{Cols: 80, Rows: 24, Title: "a<b", Timestamp: time.Unix(1700000000, 0)}
	if got, want := writeAll(t, h, 0, events), `{"version": 2, "width": 80, "height": 24, "timestamp": 1700000000, "title": "a<b"}
[0.000000, "o", "$ "]
[1.500000, "o", "\u001b[1m\"é\\\r\n\t\u0000`+"\x7f"+`"]
[2.000000, "m", ""]
[2.000001, "r", "100x50"]
[2.000001, "x", "0"]
[3600.000000, "zz", "x"]
`; got != want {
		t.Errorf("v2:\n%s\nwant\n%s", got, want)
	}
	if got, want := writeAll(t, h, 3, events), `{"version": 3, "term": {"cols": 80, "rows": 24}, "timestamp": 1700000000, "title": "a<b"}
[0.000, "o", "$ "]
[1.500, "o", "\u001b[1m\"é\\\r\n\t\u0000`+"\x7f"+`"]
[0.500, "m", ""]
[0.000, "r", "100x50"]
[0.000, "x", "0"]
[3598.000, "zz", "x"]
`; got != want {
		t.Errorf("v3:\n%s\nwant\n%s", got, want)
	}
}

func TestWriterRefuses(t *testing.T) {
	for _, h := range []Header{
		{Version: 1, Cols: 80, Rows: 24}, {Version: 4, Cols: 80, Rows: 24}, {Cols: 0, Rows: 24}, {Cols: 80, Rows: 1001},
		{Cols: 80, Rows: 24, Unknown: map[string]json.RawMessage{"a": json.RawMessage("{")}},
		{Cols: 80, Rows: 24, Title: strings.Repeat("x", MaxHeader)},
	} {
		if _, err := NewWriter(&bytes.Buffer{}, h); err == nil {
			t.Errorf("a header was taken: %.100v", h)
		}
	}
	var b bytes.Buffer
	w, err := NewWriter(&b, Header{Cols: 80, Rows: 24})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []Event{{0, "", "x"}, {0, Resize, "-1x0"}, {0, Resize, "5000x5000"}, {0, Marker, strings.Repeat("x", maxData+1)}} {
		if err := w.Write(e); err == nil {
			t.Errorf("an event was taken: %.100v", e)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, events, _ := readAll(t, b.String(), Strict); len(events) > 0 {
		t.Errorf("refused, and written: %v", events)
	}
}

// A character that a read of the PTY cuts must come out whole, in output and input
// apart, and bytes that are no characters must come out as when they are not cut.
func TestWriterCarriesCutCharacters(t *testing.T) {
	const text = "a é 世界 🎉 \xff\xc3( \xe4\xb8 \xf0\x9f\x8e \xf0\x80\x80\x80 \xed\xa0\x80 \xc3"
	want := string(AppendValid(nil, []byte(text)))
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var b bytes.Buffer
		w, err := NewWriter(&b, Header{Cols: 80, Rows: 24})
		if err != nil {
			t.Fatal(err)
		}
		out, in := text, text
		for out != "" || in != "" {
			if n := r.IntN(4); n <= len(out) {
				if r.IntN(2) == 0 {
					err = w.WriteOutput(0, []byte(out[:n]))
				} else {
					err = w.Write(Event{Code: Output, Data: out[:n]})
				}
				out = out[n:]
			}
			if n := r.IntN(4); n <= len(in) && err == nil {
				err = w.Write(Event{Code: Input, Data: in[:n]})
				in = in[n:]
			}
			if r.IntN(5) == 0 && err == nil {
				err = w.Write(Event{Code: Marker, Data: "\xe4between"})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		_, events, _ := readAll(t, b.String(), Strict)
		got := map[string]string{}
		for _, e := range events {
			got[e.Code] += e.Data
		}
		if got[Output] != want || got[Input] != want {
			t.Fatalf("output %q\ninput  %q\nwant   %q", got[Output], got[Input], want)
		}
	}
}

func TestAppendValid(t *testing.T) {
	// The examples of Unicode 16, tables 3-8 to 3-11.
	for in, want := range map[string]string{
		"\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41": "????????A",
		"\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41": "????????A",
		"\xf4\x91\x92\x93\xff\x41\x80\xbf\x42": "?????A??B",
		"\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41": "????A",
		"":                                     "",
		"é世🎉":                                  "é世🎉",
		"\xe4":                                 "?",
	} {
		want = strings.ReplaceAll(want, "?", replacement)
		if got := string(AppendValid(nil, []byte(in))); got != want {
			t.Errorf("%x: %+q, want %+q", in, got, want)
		}
		if got := appendText(nil, in); string(got) != want {
			t.Errorf("%x: encoded as %+q, want %+q", in, got, want)
		}
	}
}

func TestTimesNeverDrift(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var events []Event
	var clock time.Duration
	for range 20000 {
		clock += time.Duration(r.Int64N(int64(3 * time.Millisecond)))
		events = append(events, Event{clock, Output, "x"})
	}
	h := Header{Cols: 80, Rows: 24}
	for version, half := range map[int]time.Duration{2: time.Microsecond / 2, 3: time.Millisecond / 2} {
		_, got, _ := readAll(t, writeAll(t, h, version, events), Strict)
		diffEventsWithin(t, got, events, half)
	}
}

func TestHugeOutputIsSplit(t *testing.T) {
	data := strings.Repeat("世", maxData/3+1000)
	_, events, _ := readAll(t, writeAll(t, Header{Cols: 80, Rows: 24}, 2, []Event{{0, Output, data}}), Strict)
	var got strings.Builder
	for _, e := range events {
		got.WriteString(e.Data)
	}
	if got.String() != data || len(events) != 2 {
		t.Errorf("%d events, equal: %t", len(events), got.String() == data)
	}
}

// lines takes what a Writer writes, and fails when told to.
type lines struct {
	writes []string
	err    error
}

func (l *lines) Write(p []byte) (int, error) {
	l.writes = append(l.writes, string(p))
	return len(p), l.err
}

func TestWriterWritesWholeLinesAndKeepsItsError(t *testing.T) {
	var l lines
	w, err := NewWriter(&l, Header{Cols: 80, Rows: 24})
	if err != nil {
		t.Fatal(err)
	}
	if len(l.writes) > 0 {
		t.Error("written before it was flushed")
	}
	for range 10000 {
		if err := w.Write(Event{Code: Output, Data: "some text that is not long"}); err != nil {
			t.Fatal(err)
		}
	}
	if len(l.writes) < 5 || slices.ContainsFunc(l.writes, func(s string) bool { return !strings.HasSuffix(s, "]\n") }) {
		t.Errorf("%d writes, or one that ends within a line", len(l.writes))
	}
	l.err = errors.New("full")
	if err := w.Flush(); !errors.Is(err, l.err) {
		t.Errorf("flush: %v", err)
	}
	if err := w.Write(Event{Code: Output, Data: "x"}); !errors.Is(err, l.err) {
		t.Errorf("write after an error: %v", err)
	}
	if err := w.Close(); !errors.Is(err, l.err) {
		t.Errorf("close after an error: %v", err)
	}
}
