package export_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"rexec/recording/export"
	"rexec/vt"
)

func screen(cols, rows int, output string) *vt.Snapshot {
	t := vt.New(cols, rows)
	t.Write([]byte(output))
	return t.Snapshot()
}

func TestScreenJSON(t *testing.T) {
	s := screen(12, 3, "a\x1b[1;31mb\x1b[0m 世界!\r\n\x1b[44m  \x1b[0m\r\n\x1b[4:3;58;5;9mu\x1b[0m\x1b]8;;https://x.org\x1b\\l\x1b]8;;\x1b\\\x1b[?25l\x1b]2;title\a")
	var b bytes.Buffer
	if err := export.WriteScreenJSON(&b, s, 1500*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	var got export.Screen
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	want := export.Screen{
		Time: 1.5, Size: export.Size{Cols: 12, Rows: 3}, Title: "title",
		Cursor: export.Cursor{Col: 2, Row: 2, Shape: "block", Blink: got.Cursor.Blink},
		Rows: []export.Row{
			{Runs: []export.Run{
				{Text: "a", Width: 1, CharWidth: 1, FG: "default", BG: "default"},
				{Text: "b", Width: 1, CharWidth: 1, FG: "1", BG: "default", Attributes: []string{"bold"}},
				{Text: " ", Width: 1, CharWidth: 1, FG: "default", BG: "default"},
				{Text: "世界", Width: 4, CharWidth: 2, FG: "default", BG: "default"},
				{Text: "!", Width: 1, CharWidth: 1, FG: "default", BG: "default"},
			}},
			{Runs: []export.Run{{Text: "  ", Width: 2, CharWidth: 1, FG: "default", BG: "4"}}},
			{Runs: []export.Run{
				{Text: "u", Width: 1, CharWidth: 1, FG: "default", BG: "default", Underline: "curly", UnderlineColor: "9"},
				{Text: "l", Width: 1, CharWidth: 1, FG: "default", BG: "default", Link: "https://x.org"},
			}},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v\njson %s", got, want, b.String())
	}
	var fields map[string]any
	if err := json.Unmarshal(b.Bytes(), &fields); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"time", "size", "cursor", "title", "alt_screen", "rows"} {
		if _, ok := fields[name]; !ok {
			t.Errorf("there is no field %q", name)
		}
	}
}

func TestScreenJSONResolvesRedefinedColours(t *testing.T) {
	s := screen(10, 1, "\x1b]4;1;rgb:12/34/56\x1b\\\x1b[31mx")
	if got := export.NewScreen(s, 0).Rows[0].Runs[0].FG; got != "#123456" {
		t.Errorf("the redefined colour is %q", got)
	}
}

// What the ANSI form shows in a terminal is what the screen showed.
func TestScreenANSIShowsTheScreen(t *testing.T) {
	for _, output := range []string{
		"plain\r\n\r\nthird",
		"\x1b[1;2;3;5;7;8;9;53;4:2mall of it\x1b[0m.",
		"\x1b[38;5;200;48;2;1;2;3mcolour\x1b[0m \x1b[91;102mbright\x1b[0m \x1b[38;5;20mcube",
		"\x1b[4:3;58:2::1:2:3mcurly\x1b[58:5:77m more",
		"世界\x1b[31m🎉é\x1b[0m x",
		"\x1b[44m blue to the end \x1b[K\x1b[0m",
		"\x1b]8;;https://example.org/a?b\x1b\\link\x1b]8;;\x1b\\",
		"0123456789012345678901234567890123456789 wrapped text that goes on",
	} {
		want := screen(40, 5, output)
		var b bytes.Buffer
		if err := export.WriteScreenANSI(&b, want); err != nil {
			t.Fatal(err)
		}
		got := screen(40, 5, strings.ReplaceAll(strings.TrimRight(b.String(), "\n"), "\n", "\r\n"))
		w, g := export.NewScreen(want, 0), export.NewScreen(got, 0)
		for y := range w.Rows {
			if !reflect.DeepEqual(g.Rows[y].Runs, w.Rows[y].Runs) {
				t.Errorf("%q, row %d:\ngot  %+v\nwant %+v", output, y, g.Rows[y].Runs, w.Rows[y].Runs)
			}
		}
	}
}

func TestScreenANSIDoesNothingButPrint(t *testing.T) {
	s := screen(40, 5, "\x1b[?1049h\x1b[3;3Hx\x1b]2;evil\a\x1b]8;;javascript:alert(1)\x1b\\l\x1b]8;;\x1b\\\x1b]8;;file:///etc/passwd\x1b\\m\x1b]8;;\x1b\\")
	var b bytes.Buffer
	if err := export.WriteScreenANSI(&b, s); err != nil {
		t.Fatal(err)
	}
	if want := "\n\n  xlm\n\n\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func TestScreenText(t *testing.T) {
	var b bytes.Buffer
	if err := export.WriteScreenText(&b, screen(10, 3, "one  \r\n\x1b[31m世界")); err != nil {
		t.Fatal(err)
	}
	if want := "one\n世界\n\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}
