package escape

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// split returns the pieces of chunks: text and controls as they are, sequences in
// brackets with their kind, broken ones with an exclamation mark.
func split(t testing.TB, chunks ...string) string {
	t.Helper()
	var s Splitter
	var b strings.Builder
	var joined []byte
	for _, c := range chunks {
		for p := []byte(c); len(p) > 0; {
			n, part := s.Next(p)
			if n == 0 && part != Broken {
				t.Fatalf("no progress at %q", p)
			}
			joined = append(joined, p[:n]...)
			switch part {
			case Text:
				b.Write(p[:n])
			case Control:
				fmt.Fprintf(&b, "<%02x>", p[0])
			case Whole, Broken:
				raw, _ := s.Raw()
				mark := ""
				if part == Broken {
					mark = "!"
				}
				fmt.Fprintf(&b, "[%s%q]", mark, raw)
			}
			p = p[n:]
		}
	}
	if in := strings.Join(chunks, ""); string(joined) != in {
		t.Fatalf("pieces are %q, the input %q", joined, in)
	}
	if p := s.Pending(); len(p) > 0 {
		fmt.Fprintf(&b, "(%q)", p)
	}
	return b.String()
}

func TestNext(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"a\r\nb", "a<0d><0a>b"},
		{"é\x7f", "é<7f>"},
		{"a\x1b[1;31mb", `a["\x1b[1;31m"]b`},
		{"\x1b7\x1b(0x", `["\x1b7"]["\x1b(0"]x`},
		{"\x1b]0;t\x07x", `["\x1b]0;t\a"]x`},
		{"\x1b]0;✔\x1b\\x", `["\x1b]0;✔\x1b\\"]x`},
		{"\x1bPq\x07abc\x1b\\x", `["\x1bPq\aabc\x1b\\"]x`},
		{"\x1b]0;t\x1b[mx", `[!"\x1b]0;t"]["\x1b[m"]x`},
		{"\x1b]0;t\x18x", `[!"\x1b]0;t\x18"]x`},
		{"\x1b[1\x1b[2mx", `[!"\x1b[1"]["\x1b[2m"]x`},
		{"\x1b[1\x18x", `[!"\x1b[1\x18"]x`},
		{"\x1bé", `[!"\x1b"]é`},
		{"\x1b_k\x1b\\\x1b^p\x1b\\\x1bXs\x1b\\", `["\x1b_k\x1b\\"]["\x1b^p\x1b\\"]["\x1bXs\x1b\\"]`},
		{"a\x1b[3", `a("\x1b[3")`},
		{"a\x1b]0;x\x1b", `a("\x1b]0;x\x1b")`},
		{"\x1b\x1b[m", `[!"\x1b"]["\x1b[m"]`},
	} {
		if got := split(t, c.in); got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.in, got, c.want)
		}
		var single []string
		for _, b := range []byte(c.in) {
			single = append(single, string([]byte{b}))
		}
		if got := split(t, single...); got != c.want {
			t.Errorf("%q, byte by byte:\n got %s\nwant %s", c.in, got, c.want)
		}
	}
}

func TestLongStringsAreNotKept(t *testing.T) {
	var s Splitter
	in := append(append([]byte("\x1b]52;c;"), bytes.Repeat([]byte("A"), MaxRaw)...), 0x07, 'x')
	for p := in; len(p) > 0; {
		n, part := s.Next(p)
		if part == Whole {
			if raw, all := s.Raw(); all || len(raw) > MaxRaw {
				t.Errorf("kept %d bytes, all: %v", len(raw), all)
			}
		}
		p = p[n:]
	}
	if !s.Ground() {
		t.Error("the string never ended")
	}
}

func FuzzChunks(f *testing.F) {
	f.Add("a\x1b]0;t\x1b\\b\x1b[31mc\x1bP1$r\x1b[m", uint8(3))
	f.Fuzz(func(t *testing.T, in string, size uint8) {
		whole := split(t, in)
		var chunks []string
		n := int(size)%7 + 1
		for rest := in; rest != ""; {
			k := min(n, len(rest))
			chunks = append(chunks, rest[:k])
			rest = rest[k:]
		}
		if got := split(t, chunks...); got != whole {
			t.Fatalf("%q in pieces of %d: %s, want %s", in, n, got, whole)
		}
	})
}
