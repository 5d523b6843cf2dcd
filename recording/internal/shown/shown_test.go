package shown

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rexec/internal/testreq"
	"rexec/recording/cast"
	"rexec/vt"
)

// texts returns all that is shown, and checks that numbers lead to the characters.
func texts(t testing.TB, cols, rows int, events ...string) []string {
	t.Helper()
	var got []string
	var glyphs []string
	for _, provenance := range []bool{false, true} {
		w := New(cols, rows, provenance)
		got = nil
		w.See = func(x Text) {
			got = append(got, string(x.Bytes))
			for i, g := range x.Glyphs {
				end := len(x.Bytes)
				if i+1 < len(x.Cells) {
					end = x.Cells[i+1]
				}
				c := string(x.Bytes[x.Cells[i]:end])
				if g < 0 || c == " " {
					continue
				}
				for int64(len(glyphs)) <= g {
					glyphs = append(glyphs, "")
				}
				if was := glyphs[g]; was != "" && was != c {
					t.Errorf("character %d is %q, was %q", g, c, was)
				}
				glyphs[g] = c
			}
		}
		for _, e := range events {
			w.Output([]byte(e))
		}
		w.End()
	}
	return got
}

func TestSeesAllThatIsShown(t *testing.T) {
	for name, c := range map[string]struct {
		events []string
		want   []string
	}{
		"plain":            {[]string{"one\r\ntwo"}, []string{"one", "two"}},
		"typed":            {[]string{"o", "n", "e"}, []string{"one"}},
		"wrapped":          {[]string{"0123456789abc"}, []string{"0123456789abc"}},
		"colours":          {[]string{"a\x1b[31mb\x1b[0mc"}, []string{"abc"}},
		"erased at once":   {[]string{"secret\x1b[2J\x1b[Hx"}, []string{"secret", "x"}},
		"overwritten":      {[]string{"secret\rpublic"}, []string{"secret", "public"}},
		"cursor moves":     {[]string{"s cret\x1b[1;2He"}, []string{"secret"}},
		"scrolled by":      {[]string{"one\r\ntwo\r\nthree\r\nfour\r\nfive\r\nsix"}, []string{"one", "two", "three", "four", "five", "six"}},
		"wrapped, gone":    {[]string{"0123456789abcdefghijklmnopqrstuvwxyz0123456789\r\nx"}, []string{"0123456789abcdefghijklmnopqrstuvwxyz0123456789"}},
		"in a region":      {[]string{"\x1b[1;2r\x1b[1;1Hone\r\ntwo\r\nthree\r\nfour"}, []string{"one", "two", "three", "four"}},
		"alternate screen": {[]string{"\x1b[?1049h\x1b[Hsecret\x1b[?1049lx"}, []string{"secret", "x"}},
		"full screen":      {[]string{"\x1b[?1049hone\r\ntwo\r\nthree\r\nfour\r\nfive"}, []string{"one", "two", "five"}},
		"inserted":         {[]string{"sret\x1b[1;2H\x1b[2@ec"}, []string{"secret"}},
		"deleted":          {[]string{"sexxcret\x1b[1;3H\x1b[2P"}, []string{"secret"}},
		"repeated":         {[]string{"se\x1b[3b"}, []string{"seeee"}},
		"no wrapping":      {[]string{"\x1b[?7l0123456789secret"}, []string{"0123456789secret"}},
		"wide":             {[]string{"日本語日本語"}, []string{"日本語日本語"}},
		"marks":            {[]string{"cafe\u0301"}, []string{"cafe\u0301"}},
		"corrected":        {[]string{"secx\b \bret"}, []string{"secret"}},
	} {
		got := texts(t, 10, 4, c.events...)
		for _, want := range c.want {
			if !slices.Contains(got, want) {
				t.Errorf("%s: %q was never seen in %q", name, want, got)
			}
		}
		var bytewise []string
		for _, b := range []byte(strings.Join(c.events, "")) {
			bytewise = append(bytewise, string([]byte{b}))
		}
		if name == "wide" || name == "marks" {
			continue // events hold whole characters
		}
		got = texts(t, 10, 4, bytewise...)
		for _, want := range c.want {
			if !slices.Contains(got, want) {
				t.Errorf("%s, byte by byte: %q was never seen in %q", name, want, got)
			}
		}
	}
}

func TestStringsAreTold(t *testing.T) {
	var got []string
	w := New(10, 4, false)
	w.See = func(Text) {}
	w.String = func(raw []byte, kind byte, all bool) { got = append(got, string(kind)+string(raw)) }
	for _, e := range []string{"\x1b]0;ti", "tle\x07a\x1b_x\x1b\\", "\x1b]2;cut\x1b[m"} {
		w.Output([]byte(e))
	}
	want := []string{"]\x1b]0;title\x07", "_\x1b_x\x1b\\", "]\x1b]2;cut"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if title := w.Snapshot().Title(); title != "title" {
		t.Errorf("title %q", title)
	}
}

// Numbers change nothing on the screen but colours, and every frame was seen.
func TestCorpus(t *testing.T) {
	dir := testreq.Corpus(t, "casts")
	names, _ := filepath.Glob(filepath.Join(dir, "*.cast"))
	if len(names) == 0 {
		t.Fatal("no casts in " + dir)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := cast.NewReader(bytes.NewReader(data), cast.Lenient)
		if err != nil {
			continue
		}
		h := r.Header()
		plain := vt.New(h.Cols, h.Rows)
		w := New(h.Cols, h.Rows, true)
		seen := map[string]bool{"": true}
		w.See = func(x Text) { seen[string(x.Bytes)] = true }
		for n := 0; n < 3000; n++ {
			e, err := r.Next()
			if err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			switch e.Code {
			case cast.Output:
				_, _ = plain.Write([]byte(e.Data))
				w.Output([]byte(e.Data))
			case cast.Resize:
				cols, rows, _ := cast.ParseSize(e.Data)
				plain.Resize(cols, rows)
				w.Resize(cols, rows)
			}
			a, b := plain.Snapshot(), w.Snapshot()
			if a.Text() != b.Text() || a.Cursor() != b.Cursor() {
				t.Fatalf("%s, event %d: with numbers the screen is\n%s\nwithout\n%s", filepath.Base(name), n, b.Text(), a.Text())
			}
			_, rows := a.Size()
			for y := range rows {
				alone := !a.Line(y).Wrapped() && (y == 0 || !a.Line(y-1).Wrapped())
				if text := a.Line(y).String(); y > 0 && alone && !seen[text] {
					t.Fatalf("%s, event %d: row %d, %q, was not seen", filepath.Base(name), n, y, text)
				}
			}
		}
	}
}
