package secret

import (
	"bytes"
	b64 "encoding/base64"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"rexec/vt"
)

// filtered runs chunks through a filter; flush after each of them, or at the end.
func filtered(f *Filter, flush bool, chunks ...string) string {
	var out []byte
	for _, c := range chunks {
		out = f.Append(out, []byte(c))
		if flush {
			out = f.Flush(out)
		}
	}
	return string(f.Flush(out))
}

func chunked(text string, size func() int) (chunks []string) {
	for text != "" {
		n := min(size(), len(text))
		chunks = append(chunks, text[:n])
		text = text[n:]
	}
	return chunks
}

func masks(n int) string { return strings.Repeat(string(Mask), n) }

func TestFilterMasksWhatScanFinds(t *testing.T) {
	for _, c := range positives() {
		text := strings.NewReplacer("»", "", "«", "").Replace(c.text) + "\nnext line\n"
		if strings.Contains(c.text, "»"+body(4)) && c.kind == PrivateKey || c.kind == PrivateKey && !strings.Contains(c.text, "BEGIN") {
			continue // its beginning is out of sight, which a stream cannot know in time
		}
		start := strings.Index(c.text, "»")
		end := strings.Index(c.text, "«") - len("»")
		want := text[:start]
		for _, b := range []byte(text[start:end]) {
			if b == '\n' {
				want += "\n"
			} else {
				want += string(Mask)
			}
		}
		want += text[end:]
		if got := filtered(&Filter{}, false, text); got != want {
			t.Errorf("%q\n got %q\nwant %q", text, got, want)
		}
		if isKnownLate(c.kind, text) {
			continue
		}
		one := func() int { return 1 }
		if got := filtered(&Filter{}, false, chunked(text, one)...); got != want {
			t.Errorf("byte by byte: %q\n got %q\nwant %q", text, got, want)
		}
	}
}

// isKnownLate tells secrets that are known by what stands in them or behind them: what
// comes byte by byte is out by then.
func isKnownLate(kind Kind, text string) bool {
	return kind == azure || kind == "telegram token" || kind == "terraform token" ||
		strings.Contains(text, "echo ") || strings.Contains(text, "@tcp(")
}

func TestFilterLeavesOrdinaryOutput(t *testing.T) {
	for _, text := range negatives() {
		text += "\r\n"
		if got := filtered(&Filter{}, false, text); got != text {
			t.Errorf("%q became %q", text, got)
		}
		if got := filtered(&Filter{}, false, chunked(text, func() int { return 1 })...); got != text {
			t.Errorf("byte by byte: %q became %q", text, got)
		}
	}
}

// What a person types comes byte by byte, with pauses: the token is masked from its
// prefix on.
func TestFilterMasksTypedSecretsFromThePrefixOn(t *testing.T) {
	for _, c := range []struct{ shown, secret, behind string }{
		{"export T=gh" + "p_", body(36), " x"},
		{"PASSWORD=", "hunter2", " ls"},
		{"xox" + "b-", "123456789012-" + body(24), "\r\n"},
		{"curl -H 'Authorization: Bearer ", body(30), "' u"},
		{"mysql --password=", "hunter2", "\r\n"},
		{"sk" + "-ant-", body(40), "\r\n"},
	} {
		got := filtered(&Filter{}, true, chunked(c.shown+c.secret+c.behind, func() int { return 1 })...)
		if want := c.shown + masks(len(c.secret)) + c.behind; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestFilterSeesThroughSequences(t *testing.T) {
	token := "gh" + "p_" + body(36)
	for name, c := range map[string]struct{ in, want string }{
		"colours":      {"\x1b[1mg\x1b[31mhp_" + token[4:20] + "\x1b[0m\x1b[K" + token[20:] + "\x1b[m$ ", "\x1b[1m▒\x1b[31m" + masks(19) + "\x1b[0m\x1b[K" + masks(20) + "\x1b[m$ "},
		"title":        {"\x1b]0;vi " + token + "\x07$ ", "\x1b]0;vi " + masks(40) + "\x07$ "},
		"title by ST":  {"\x1b]2;" + token + "\x1b\\$ ", "\x1b]2;" + masks(40) + "\x1b\\$ "},
		"no move":      {"\x1b=" + token[:20] + "\x1b7\x1b[>1u\x1b[22;2t" + token[20:] + " ", "\x1b=" + masks(20) + "\x1b7\x1b[>1u\x1b[22;2t" + masks(20) + " "},
		"clipboard":    {"\x1b]52;c;" + b64.StdEncoding.EncodeToString([]byte("T="+token)) + "\x07$ ", "\x1b]52;c;" + masks(56) + "\x07$ "},
		"command line": {"\x1b]133;C;cmdline_url=export%20PASSWORD%3Dhunter2\x07$ ", "\x1b]133;C;cmdline_url=" + masks(27) + "\x07$ "},
		"variable":     {"\x1b]1337;SetUserVar=x=" + b64.StdEncoding.EncodeToString([]byte(token)) + "\x07$ ", "\x1b]1337;SetUserVar=x=" + masks(56) + "\x07$ "},
		"paste":        {"\x1b[200~" + token + "\x1b[201~", "\x1b[200~" + masks(40) + "\x1b[201~"},
		"wide":         {"PASSWORD=日本語ab1\n", "PASSWORD=" + masks(9) + "\n"},
		"cursor moves": {token[:20] + "\x1b[5;5H" + token[20:], token[:4] + masks(16) + "\x1b[5;5H" + token[20:]},
		"backspace":    {token[:20] + "zz\b\b \b" + token[20:] + " ", ""},
	} {
		got := filtered(&Filter{}, false, c.in)
		if c.want != "" && got != c.want {
			t.Errorf("%s: %q\n got %q\nwant %q", name, c.in, got, c.want)
		}
		if c.want == "" && strings.Contains(got, token[22:]) {
			t.Errorf("%s: %q shows the token", name, got)
		}
		if name == "cursor moves" || name == "backspace" {
			continue // what was masked stays so
		}
		r := rand.New(rand.NewPCG(1, 2))
		for range 50 {
			var f Filter
			chunks := chunked(c.in, func() int { return 1 + r.IntN(9) })
			if again := filtered(&f, false, chunks...); again != got {
				t.Fatalf("%s, cut as %q: %q, want %q", name, chunks, again, got)
			}
		}
	}
}

// Line editors draw the line anew at every key, or what they suggest behind the cursor.
func TestFilterMasksLinesThatAreDrawnAnew(t *testing.T) {
	token := "gh" + "p_" + body(36)
	for name, draw := range map[string]func(n int) string{
		"line":       func(n int) string { return "\r\x1b[K$ T=" + token[:n] },
		"column":     func(n int) string { return "\x1b[1G\x1b[K$ T=" + token[:n] },
		"suggestion": func(n int) string { return token[n-1:n] + "\x1b[90m or this\x1b[m\x1b[K\x1b[8D" },
	} {
		for _, flush := range []bool{false, true} {
			var chunks []string
			for n := range len(token) {
				chunks = append(chunks, draw(n+1))
			}
			var f Filter
			f.Resize(80)
			got := filtered(&f, flush, append(chunks, "\r\n$ ")...)
			for i := 4; i < len(token)-6; i++ {
				if strings.Contains(got, token[i:i+6]) {
					t.Errorf("%s, flush %v: %q", name, flush, got)
					break
				}
			}
			if name == "suggestion" && strings.Contains(got, token[9:10]+"\x1b[90m") {
				t.Errorf("%s, flush %v: %q", name, flush, got)
			}
		}
	}
}

// Line editors and pagers break lines themselves at the right edge.
func TestFilterFollowsLinesAcrossTheEdge(t *testing.T) {
	token := "gh" + "p_" + body(36)
	for name, in := range map[string]string{
		"zsh":      token[:20] + " \r" + token[20:] + " ",
		"newline":  token[:20] + "\r\n" + token[20:] + " ",
		"ONLCR":    token[:20] + "\r\r\n" + token[20:] + " ",
		"terminal": token + " ",
	} {
		var f Filter
		f.Resize(20)
		if got := filtered(&f, false, in); strings.ContainsAny(got, token) {
			t.Errorf("%s: %q", name, got)
		}
	}
	var g Filter
	g.Resize(80)
	if got := filtered(&g, false, "$ "+token[:20]+"\x1b[23G"+token[20:]+" "); strings.Contains(got, token[20:]) {
		t.Errorf("a move to where the cursor is: %q", got)
	}
	var f Filter
	f.Resize(40)
	in := "TOKEN=x" + body(9) + "\r\nhello"
	if got := filtered(&f, false, in); !strings.HasSuffix(got, "\r\nhello") {
		t.Errorf("a line that does not reach the edge is joined: %q", got)
	}
}

func TestFilterHoldsBackLittle(t *testing.T) {
	var f Filter
	for _, c := range []struct{ in, out string }{
		{"hello", "hello"}, {" gh", " "}, {"ost", "ghost"}, {" pass", " pass"}, {"word", "word"}, {"=", "="},
	} {
		if got := string(f.Append(nil, []byte(c.in))); got != c.out {
			t.Errorf("%q let %q out, want %q", c.in, got, c.out)
		}
	}
	f = Filter{}
	long := `KEY="` + strings.Repeat("a b1 ", 4000)
	if out := f.Append(nil, []byte(long)); len(out) < len(long)-maxHold {
		t.Errorf("%d of %d bytes are held back", len(long)-len(out), len(long))
	}
	if f.Flush(nil); f.Pending() {
		t.Error("Flush left something")
	}
}

// Masking keeps what a screen shows in place: the filtered stream draws the same
// cells, but for masks.
func FuzzFilter(f *testing.F) {
	for _, c := range positives() {
		f.Add([]byte(strings.NewReplacer("»", "", "«", "").Replace(c.text)), uint16(3), true)
	}
	f.Add([]byte("\x1b]0;TOKEN=abc123def\x07\x1b[31mgh\x1b[0mp_\xff\xe6\x97"), uint16(1), false)
	f.Fuzz(func(t *testing.T, in []byte, seed uint16, flush bool) {
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		var fl Filter
		got := []byte(filtered(&fl, flush, chunked(string(in), func() int { return 1 + r.IntN(12) })...))
		if fl.Pending() {
			t.Fatal("bytes are left behind")
		}
		if !bytes.ContainsRune(got, Mask) && !bytes.Equal(got, in) {
			t.Fatalf("%q became %q", in, got)
		}
		if !utf8.Valid(in) || bytes.ContainsAny(in, "\x00\x0e\x0f\x1b") {
			return
		}
		a, b := vt.New(40, 10), vt.New(40, 10)
		_, _ = a.Write(in)
		_, _ = b.Write(got)
		for y := range 10 {
			la, lb := a.Snapshot().Line(y), b.Snapshot().Line(y)
			for x := range 40 {
				if m := lb.Text(x); m != string(Mask) && m != la.Text(x) && !hasMarks(la.Text(x)) {
					t.Fatalf("%q became %q: row %d, column %d is %q, was %q", in, got, y, x, m, la.Text(x))
				}
			}
		}
	})
}

// hasMarks tells cells whose width is not that of their characters one by one.
func hasMarks(text string) bool { return utf8.RuneCountInString(text) != 1 }

func BenchmarkFilter(b *testing.B) {
	var all strings.Builder
	for _, text := range corpusTexts(b) {
		all.WriteString(strings.ReplaceAll(text, "\n", "\x1b[m\r\n"))
	}
	for name, text := range map[string]string{
		"corpus": strings.Repeat(all.String(), 1+(4<<20)/all.Len()),
		"seq":    strings.Repeat("1234567\r\n", 400000),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			var dst []byte
			for b.Loop() {
				var f Filter
				for p := []byte(text); len(p) > 0; {
					n := min(4096, len(p))
					dst = f.Append(dst[:0], p[:n])
					p = p[n:]
				}
			}
		})
	}
}
