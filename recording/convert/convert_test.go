package convert

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"rexec/internal/testreq"
	"rexec/recording/cast"
)

var story = []cast.Event{
	{Time: 0, Code: "o", Data: "\x1b[1mhello\x1b[m\r\n"},
	{Time: 1_234_567 * time.Microsecond, Code: "o", Data: "żółć \U0001f389"},
	{Time: 1_300_000 * time.Microsecond, Code: "i", Data: "ls\r"},
	{Time: 2 * time.Second, Code: "r", Data: "100x30"},
	{Time: 3_000_001 * time.Microsecond, Code: "o", Data: "x"},
	{Time: 3_000_001 * time.Microsecond, Code: "x", Data: "3"},
}

var header = cast.Header{
	Version: 2, Cols: 90, Rows: 25, Timestamp: time.Unix(1_700_000_000, 0).UTC(), Command: "sh -c 'x'", Title: "t",
	Env: map[string]string{"TERM": "xterm", "SHELL": "/bin/sh"},
}

// slice is a Reader of events.
type slice struct {
	h      cast.Header
	events []cast.Event
}

func (s *slice) Header() cast.Header { return s.h }

func (s *slice) Next() (cast.Event, error) {
	if len(s.events) == 0 {
		return cast.Event{}, io.EOF
	}
	e := s.events[0]
	s.events = s.events[1:]
	return e, nil
}

func copyTo(t testing.TB, w Writer, err error, events []cast.Event) Summary {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	s, err := Copy(context.Background(), w, &slice{header, events})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func all(t testing.TB, r Reader, err error) (cast.Header, []cast.Event) {
	t.Helper()
	var events []cast.Event
	for err == nil {
		var e cast.Event
		if e, err = r.Next(); err == nil {
			events = append(events, e)
		}
	}
	if err != io.EOF {
		t.Fatal(err)
	}
	return r.Header(), events
}

// only returns the events with one of some codes.
func only(codes string) []cast.Event {
	var out []cast.Event
	for _, e := range story {
		if strings.Contains(codes, e.Code) {
			out = append(out, e)
		}
	}
	return out
}

func wantEvents(t *testing.T, got, want []cast.Event) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("events\n%q, want\n%q", got, want)
	}
}

func TestRoundTrips(t *testing.T) {
	t.Run("ttyrec", func(t *testing.T) {
		var b bytes.Buffer
		w, err := NewTTYRecWriter(&b, header)
		if s := copyTo(t, w, err, story); !reflect.DeepEqual(s.Left, map[string]int{"i": 1, "x": 1}) {
			t.Errorf("left out: %v", s.Left)
		}
		r, err := NewTTYRecReader(&b)
		h, events := all(t, r, err)
		if h.Cols != 90 || h.Rows != 25 || !h.Timestamp.Equal(header.Timestamp) {
			t.Errorf("header %+v", h)
		}
		wantEvents(t, events, only("or"))
	})
	t.Run("v1", func(t *testing.T) {
		var b bytes.Buffer
		w, err := NewV1Writer(&b, header)
		copyTo(t, w, err, story)
		r, err := cast.NewReader(&b, cast.Strict)
		h, events := all(t, r, err)
		if h.Version != 1 || h.Cols != 90 || h.Title != "t" || h.Duration != 3_000_001*time.Microsecond {
			t.Errorf("header %+v", h)
		}
		wantEvents(t, events, only("o"))
	})
	for _, to := range []Format{V2, V3} {
		t.Run(string(to), func(t *testing.T) {
			var b bytes.Buffer
			w, err := NewCastWriter(&b, header, to)
			copyTo(t, w, err, story)
			r, err := cast.NewReader(&b, cast.Strict)
			h, events := all(t, r, err)
			if fmt.Sprint("v", h.Version) != string(to) || h.Command != header.Command {
				t.Errorf("header %+v", h)
			}
			for i, e := range events {
				if d := e.Time - story[i].Time; d.Abs() > time.Millisecond/2 || e.Data != story[i].Data {
					t.Errorf("%+v, want %+v", e, story[i])
				}
			}
		})
	}
	for _, classic := range []bool{false, true} {
		t.Run(fmt.Sprint("script, classic: ", classic), func(t *testing.T) {
			var out, timing, in bytes.Buffer
			files := ScriptFiles[io.Writer]{&out, &timing, &in}
			want, left := story, map[string]int{}
			if classic {
				files.Input, want, left = nil, only("o"), map[string]int{"i": 1, "r": 1, "x": 1}
			}
			w, err := NewScriptWriter(files, header, classic)
			if s := copyTo(t, w, err, story); !reflect.DeepEqual(s.Left, left) {
				t.Errorf("left out: %v", s.Left)
			}
			read := ScriptFiles[io.Reader]{&out, &timing, &in}
			if classic {
				read.Input = nil
			}
			r, err := NewScriptReader(read)
			h, events := all(t, r, err)
			if h.Cols != 90 || h.Rows != 25 || h.Command != header.Command || !h.Timestamp.Equal(header.Timestamp) || h.Env["TERM"] != "xterm" {
				t.Errorf("header %+v", h)
			}
			wantEvents(t, events, want)
		})
	}
}

// A character that the events of a foreign recording cut must come out whole.
func TestCharactersThatAreCut(t *testing.T) {
	events := []cast.Event{{Code: "o", Data: "a\xe4"}, {Time: time.Second, Code: "o", Data: "\xb8"}, {Time: 2 * time.Second, Code: "o", Data: "\x96b\xff"}}
	for _, to := range []Format{V1, V2, V3} {
		var b bytes.Buffer
		w, err := NewV1Writer(&b, header)
		if to != V1 {
			w, err = NewCastWriter(&b, header, to)
		}
		copyTo(t, w, err, events)
		r, err := cast.NewReader(&b, cast.Strict)
		_, got := all(t, r, err)
		text := ""
		for _, e := range got {
			text += e.Data
		}
		if text != "a世b\ufffd" {
			t.Errorf("%s: %q", to, text)
		}
	}
}

func TestText(t *testing.T) {
	events := []cast.Event{{Code: "o", Data: "one\r\n\r\n10%\r100%\r\n" + strings.Repeat("word ", 30) + "\r\n"}}
	for i := range 50 {
		events = append(events, cast.Event{Code: "o", Data: fmt.Sprintf("line %d\r\n", i)})
	}
	events = append(events,
		cast.Event{Code: "r", Data: "40x5"}, cast.Event{Code: "o", Data: "last\r\n\r\n\r\n"}, cast.Event{Code: "o", Data: "\x1b[?1049h\x1b[Hvim"})
	var b bytes.Buffer
	copyTo(t, NewTextWriter(&b, header), nil, events)
	want := "one\n\n100%\n" + strings.TrimSpace(strings.Repeat("word ", 30)) + "\n"
	for i := range 50 {
		want += fmt.Sprintf("line %d\n", i)
	}
	if want += "last\n"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}

func TestDetect(t *testing.T) {
	var tty bytes.Buffer
	w, err := NewTTYRecWriter(&tty, header)
	copyTo(t, w, err, story)
	for text, want := range map[string]Format{
		" {\"version\":2}":                    Cast,
		"Script started on 2026-11-22 x\nabc": Script,
		tty.String():                          TTYRec,
		"plain text, and more of it":          "",
		"":                                    "",
	} {
		got, err := Detect(bufio.NewReader(strings.NewReader(text)))
		if got != want || (want == "") != errors.Is(err, ErrUnknown) {
			t.Errorf("%q: %q %v, want %q", text, got, err, want)
		}
	}
}

func TestDamagedRecordingsAreTold(t *testing.T) {
	var tty bytes.Buffer
	w, err := NewTTYRecWriter(&tty, header)
	copyTo(t, w, err, only("o"))
	first := ttyrecHeader + len(sizeSequence(90, 25))
	full := only("o")[0].Data + only("o")[1].Data + only("o")[2].Data
	for cut := first; cut < tty.Len(); cut++ {
		r, err := NewTTYRecReader(bytes.NewReader(tty.Bytes()[:cut]))
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		s, err := Copy(context.Background(), NewRawWriter(&b), r)
		if err != nil || !strings.HasPrefix(full, b.String()) {
			t.Errorf("cut at %d: %q, %v", cut, b.String(), err)
		}
		if last := tty.Len() - 1; cut == last && (!s.Torn || b.String() != full[:len(full)-1]) {
			t.Errorf("cut before the last byte: %q, torn: %v", b.String(), s.Torn)
		}
	}
	for timing, want := range map[string]string{
		"0.1 99\n":                  ErrTorn.Error(),
		"0.1 2\nNaN 1\n":            `line 2 of the timing, "NaN 1": it is no entry`,
		"0.1\n":                     "line 1 of the timing",
		"O 0.1 2\nO -5 1\n":         "line 2 of the timing",
		"H 0 X\nO 0.1 -2\n":         "line 2 of the timing",
		strings.Repeat("9", 100000): "line 1 of the timing is too long",
	} {
		r, err := NewScriptReader(ScriptFiles[io.Reader]{Typescript: strings.NewReader("Script started on x\nab"), Timing: strings.NewReader(timing)})
		for err == nil {
			_, err = r.Next()
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v, want %q", timing, err, want)
		}
	}
}

// script records, and what it wrote reads as what was printed.
func TestRealScriptIsRead(t *testing.T) {
	script := testreq.Program(t, "script", "install util-linux")
	for _, format := range []string{"classic", "advanced"} {
		dir := t.TempDir()
		cmd := exec.Command(script, "-q", "-c", `echo one; printf 'z\303'; printf '\263\n'; read x; echo "got $x"`,
			"-O", filepath.Join(dir, "out"), "-I", filepath.Join(dir, "in"), "-T", filepath.Join(dir, "timing"), "-m", format)
		if format == "classic" {
			cmd.Args = append(cmd.Args[:6], "-T", filepath.Join(dir, "timing"), "-m", format)
		}
		cmd.Stdin = strings.NewReader("typed\n")
		if out, err := cmd.CombinedOutput(); err != nil {
			testreq.Skip(t, fmt.Sprintf("script cannot log here (util-linux 2.35 can): %v %s", err, out))
		}
		files := ScriptFiles[io.Reader]{Typescript: open(t, dir, "out"), Timing: open(t, dir, "timing")}
		if format == "advanced" {
			files.Input = open(t, dir, "in")
		}
		r, err := NewScriptReader(files)
		h, events := all(t, r, err)
		text := map[string]string{}
		for _, e := range events {
			text[e.Code] += e.Data
		}
		if !strings.Contains(text["o"], "one\r\nzó\r\n") || !strings.HasSuffix(text["o"], "got typed\r\n") {
			t.Errorf("%s: output %q", format, text["o"])
		}
		if format == "advanced" && (!strings.HasPrefix(text["i"], "typed\n") || text["x"] != "0") {
			t.Errorf("input %q, exit %q", text["i"], text["x"])
		}
		if !strings.HasPrefix(h.Command, "echo one;") || h.Timestamp.IsZero() {
			t.Errorf("header %+v", h)
		}
	}
}

func open(t *testing.T, dir, name string) io.Reader {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(data)
}

// scriptreplay prints what was recorded, from either timing.
func TestRealScriptreplayPlaysWhatIsWritten(t *testing.T) {
	replay := testreq.Program(t, "scriptreplay", "install util-linux")
	for _, classic := range []bool{true, false} {
		dir := t.TempDir()
		var out, timing bytes.Buffer
		w, err := NewScriptWriter(ScriptFiles[io.Writer]{Typescript: &out, Timing: &timing}, header, classic)
		copyTo(t, w, err, story)
		for name, data := range map[string][]byte{"out": out.Bytes(), "timing": timing.Bytes()} {
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		played, err := exec.Command(replay, "-t", filepath.Join(dir, "timing"), "-s", filepath.Join(dir, "out"), "-d", "1000").CombinedOutput()
		if want := "\x1b[1mhello\x1b[m\r\nżółć \U0001f389x"; err != nil || strings.TrimSpace(string(played)) != want {
			t.Errorf("classic %v: %v %q, want %q", classic, err, played, want)
		}
	}
}

func FuzzReaders(f *testing.F) {
	f.Add([]byte("Script started on x [COLUMNS=\"80\"]\nab\nScript done on"), []byte("0.1 2\n"))
	f.Add([]byte("Script started on x\nab"), []byte("H 0 INPUT_LOG a\nH 0 OUTPUT_LOG a\nI 0.1 1\nO 0.1 1\nS 1 SIGWINCH ROWS=1 COLS=2\n"))
	f.Add([]byte("\x01\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00abc"), []byte{})
	f.Fuzz(func(t *testing.T, data, timing []byte) {
		readers := []func() (Reader, error){
			func() (Reader, error) { return NewTTYRecReader(bytes.NewReader(data)) },
			func() (Reader, error) {
				return NewScriptReader(ScriptFiles[io.Reader]{bytes.NewReader(data), bytes.NewReader(timing), bytes.NewReader(data)})
			},
			func() (Reader, error) {
				return NewScriptReader(ScriptFiles[io.Reader]{Typescript: bytes.NewReader(data)})
			},
		}
		for _, open := range readers {
			r, err := open()
			if err != nil {
				continue
			}
			var b bytes.Buffer
			w, err := NewCastWriter(&b, r.Header(), V2)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Copy(context.Background(), w, r); err != nil {
				continue
			}
			check, err := cast.NewReader(&b, cast.Strict)
			all(t, check, err)
		}
	})
}
