package edit

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rexec/recording/cast"
	"rexec/recording/secret"
	"rexec/recording/timeline"
	"rexec/vt"
)

const body = "aB3dE5gH7jK9mN1pQ4rS6tU8vW0xY2zA4cD6"

func token() string { return "gh" + "p_" + body }

func typed(from float64, text string) (events []cast.Event) {
	for i, r := range []rune(text) {
		events = append(events, out(from+float64(i)/10, string(r)))
	}
	return events
}

// splits are ways in which a secret comes onto a screen of 20 columns, 5 rows.
func splits(s string) map[string][]cast.Event {
	half := len(s) / 2
	wrap := min(len(s)-1, 12)
	row := func(y, x string, text string) string { return "\x1b[" + y + ";" + x + "H" + text }
	full := "\x1b[?1049h\x1b[2J" + row("1", "1", "~ file") + row("2", "3", s[:wrap])
	return map[string][]cast.Event{
		"at once":          {out(1, "x "+s+" y\r\n")},
		"typed":            append([]cast.Event{out(0.5, "$ ")}, typed(1, s+" ok")...),
		"corrected":        append(typed(1, s[:half]+"z"), append([]cast.Event{out(5, "\b \b")}, typed(6, s[half:])...)...),
		"colours":          {out(1, s[:1]+"\x1b[31m"+s[1:half]), out(2, "\x1b[0m\x1b[1m"+s[half:]+"\x1b[m")},
		"events":           {out(1, s[:2]), out(1, s[2:half]), out(3, s[half:])},
		"wrapped":          {out(1, "0123456789abcdef"+s)},
		"out of order":     {out(1, row("3", "1", s[half:])), out(2, row("3", "1", "\x1b[@")), out(2.5, "\x1b[3;1H\x1b[P"), out(3, "\x1b[3;1H\x1b["+itoa(half)+"@"+s[:half])},
		"wiped at once":    {out(1, s+"\x1b[2J\x1b[H")},
		"overwritten":      {out(1, s[:half]+s[half:]+"\r\x1b[Kgone")},
		"scrolled by":      {out(1, s+strings.Repeat("\r\nline", 30))},
		"scrolls up":       {out(1, "a\r\n\r\n"+s), out(2, "\r\n\r\n"), out(3, "\r\n\r\n"), out(4, "\r\n\r\n")},
		"redrawn":          {out(1, s[:3]), out(2, "\r\x1b[K"+s[:half]), out(3, "\r\x1b[K"+s), out(4, "\r\x1b[K> "+s)},
		"full screen":      {out(1, full+s[wrap:]), out(2, "\x1b[5;1H:wq"), out(3, "\x1b[2J"+full+s[wrap:]), out(4, "\x1b[?1049l")},
		"broken by editor": {out(1, "\x1b[?1049h"+row("2", itoa(20-wrap+1), s[:wrap])+row("3", "1", s[wrap:]))},
		"region":           {out(1, "\x1b[1;3r\x1b[3;1H"+s), out(2, "\r\nx"), out(3, "\r\ny"), out(4, "\r\nz"), out(5, "\x1b[r")},
		"inserted":         {out(1, s[:2]+s[4:]), out(2, "\x1b[1;3H\x1b[2@"+s[2:4])},
		"resized":          {out(1, s), ev(2, "r", "9x9"), out(3, "!"), ev(4, "r", "40x5")},
		"no wrap":          {out(1, "\x1b[?7l0123456789abcdef "+s+" x")},
		"concealed":        {out(1, "\x1b[8m"+s+"\x1b[m")},
		"title":            {out(1, "\x1b]0;vi "+s+"\x07x"), out(2, "\x1b]2;"+s[:half]), out(3, s[half:]+"\x1b\\")},
		"other strings":    {out(1, "\x1b]52;c;"+base64.StdEncoding.EncodeToString([]byte(s))+"\x07x\x1b]8;;http://"+s+"\x07l\x1b]8;;\x07\x1b_"+s+"\x1b\\\x1bP"+s+"\x1b\\")},
		"input":            {ev(1, "i", s[:2]), ev(2, "i", s[2:half]+"z\x7f"), ev(3, "i", s[half:]), ev(4, "i", "\r"), out(5, "x")},
		"marker":           {out(1, "x"), ev(2, "m", "pw "+s), ev(3, "u", `{"a":"`+s+`"}`)},
		"saved cursor":     {out(1, "\x1b7"+s[:half]+"\x1b8\x1b["+itoa(half)+"C"+s[half:])},
		"tabs and jumps":   {out(1, row("4", "1", s[:3])+row("1", "1", "x")+row("4", "4", s[3:]))},
	}
}

func itoa(n int) string {
	return string(bytes.TrimLeft([]byte{byte('0' + n/10), byte('0' + n%10)}, "0"))
}

// checkClean replays a result and looks for a text in every frame, in all that is
// text in the file, and in what was typed.
func checkClean(t testing.TB, r *result, s string) {
	t.Helper()
	checkFrames(t, r, s)
	input := ""
	for _, e := range r.events {
		if e.Code == cast.Input {
			input += e.Data
		}
	}
	if _, events, _ := strings.Cut(r.raw, "\n"); strings.Contains(events, s) || strings.Contains(r.Title+r.Command, s) ||
		strings.Contains(strings.ReplaceAll(input, "z\x7f", ""), s) ||
		strings.Contains(r.raw, base64.StdEncoding.EncodeToString([]byte(s))) {
		t.Fatalf("%q is in the file:\n%s", s, r.raw)
	}
}

// checkFrames looks for a text in every frame and title, and in what scrolled off.
func checkFrames(t testing.TB, r *result, s string) {
	t.Helper()
	m, err := timeline.Query{Text: s, CaseSensitive: true}.Compile()
	if err != nil {
		t.Fatal(err)
	}
	term := vt.New(r.Header.Cols, r.Header.Rows, vt.WithScrollback(1000))
	for _, e := range r.events {
		feed(term, e)
		snap := term.SnapshotWithHistory()
		if hits := m.Find(snap); len(hits) > 0 {
			t.Fatalf("at %v the screen shows %q:\n%s", e.Time, s, snap.Text())
		}
		for i := range snap.Scrollback() {
			if strings.Contains(snap.ScrollbackLine(i).String(), s) {
				t.Fatalf("%q is in the scrollback", s)
			}
		}
		if strings.Contains(snap.Title(), s) {
			t.Fatalf("%q is in the title", s)
		}
	}
}

func TestRedactedSecretsAreOnNoFrame(t *testing.T) {
	for _, p := range []struct {
		name, secret string
		pattern      Pattern
	}{
		{"text", "Hunter2Secret", Text("Hunter2Secret")},
		{"any case", "Hunter2Secret", Text("hunter2secret")},
		{"auto", token(), Pattern{Auto: true}},
	} {
		for name, events := range splits(p.secret) {
			if p.pattern.Auto && (name == "inserted" || name == "saved cursor" || name == "out of order") {
				continue // a token that is longer than the row does not come to stand there like this
			}
			t.Run(p.name+"/"+name, func(t *testing.T) {
				in := story(t, cast.Header{}, events...)
				if p, err := planFor(t.Context(), in, Options{Redact: []Pattern{p.pattern}}); err != nil || p.empty() {
					t.Fatalf("the secret is not found (%v)", err)
				}
				r := edited(t, Options{Redact: []Pattern{p.pattern}}, in)
				checkClean(t, r, p.secret)
				checkSame(t, in, r)
			})
		}
	}
}

// checkSame compares a redacted recording with the original: events and times are
// the same, and every cell is, but for masks.
func checkSame(t testing.TB, in *Input, r *result) {
	t.Helper()
	f, err := in.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := cast.NewReader(f, cast.Lenient)
	if err != nil {
		t.Fatal(err)
	}
	a, b := vt.New(c.Header().Cols, c.Header().Rows), vt.New(c.Header().Cols, c.Header().Rows)
	for _, e := range r.events {
		o, err := c.Next()
		if err != nil || (o.Time-e.Time).Abs() > time.Millisecond || o.Code != e.Code {
			t.Fatalf("event %+v became %+v (%v)", o, e, err)
		}
		feed(a, o)
		feed(b, e)
		sa, sb := a.Snapshot(), b.Snapshot()
		_, rows := sa.Size()
		for y := range rows {
			la, lb := sa.Line(y), sb.Line(y)
			for x := range la.Len() {
				if ta, tb := la.Text(x), lb.Text(x); tb != string(secret.Mask) && ta != tb || la.Style(x) != lb.Style(x) && !linked(la, x) {
					t.Fatalf("at %v, row %d, column %d: %q %+v became %q %+v", e.Time, y, x, ta, la.Style(x), tb, lb.Style(x))
				}
			}
		}
		if sa.Cursor() != sb.Cursor() {
			t.Fatalf("at %v the cursor is elsewhere", e.Time)
		}
	}
}

func linked(l vt.Line, x int) bool { return l.Style(x).Link.URI != "" }

// A secret that is typed is masked from its first character on, not when it is
// complete.
func TestTypedSecretsAreMaskedFromTheStart(t *testing.T) {
	in := story(t, cast.Header{Cols: 80, Rows: 5}, typed(1, "pw Hunter2Secret.")...)
	r := edited(t, Options{Redact: []Pattern{Text("Hunter2Secret")}}, in)
	all := ""
	for _, e := range r.events {
		all += e.Data
	}
	if want := "pw ▒▒▒▒▒▒▒▒▒▒▒▒▒."; all != want || r.Masked != 13 {
		t.Errorf("got %q, %d masked; want %q", all, r.Masked, want)
	}
}

// Shells with colours draw the whole line anew at every key.
func TestLinesThatAreDrawnAnewAreMaskedFromTheStart(t *testing.T) {
	const s = "Hunter2Secret"
	for name, events := range map[string]func(typed string) string{
		"line":       func(typed string) string { return "\r\x1b[K$ pw " + typed },
		"suggestion": func(typed string) string { return "\r\x1b[K$ pw " + typed + "\x1b[90m.history\x1b[m" },
		"screen":     func(typed string) string { return "\x1b[?1049h\x1b[2J\x1b[2;4H" + typed + "\x1b[4;1H-- INSERT --" },
	} {
		var told []cast.Event
		for i := 1; i <= len(s); i++ {
			told = append(told, out(float64(i), events(s[:i])))
		}
		in := story(t, cast.Header{Cols: 60, Rows: 5}, told...)
		r := edited(t, Options{Redact: []Pattern{Text(s)}}, in)
		if strings.Contains(r.raw, "Hunte") || strings.Contains(r.raw, "Hun\"") {
			t.Errorf("%s: the beginning is shown:\n%s", name, r.raw)
		}
		checkSame(t, in, r)
	}
}

func TestRedactsTheHeader(t *testing.T) {
	h := cast.Header{Cols: 20, Rows: 5, Title: "on " + token(), Command: "mysql --password=hunter2", Env: map[string]string{"DB_PASSWORD": "hunter2", "TERM": "xterm"},
		Unknown: map[string]json.RawMessage{"x": json.RawMessage(`{"list":["` + token() + `"],"api_key":"` + body + `","n":1}`)},
		Rexec:   &cast.Rexec{ID: "1", Dir: "/home/" + token()}}
	r := edited(t, Options{Redact: []Pattern{{Auto: true}}}, story(t, h, out(1, "x")))
	head, _, _ := strings.Cut(r.raw, "\n")
	for _, s := range []string{token(), "hunter2", body} {
		if strings.Contains(head, s) {
			t.Errorf("%q is in the header %s", s, head)
		}
	}
	if r.Env["TERM"] != "xterm" || !strings.Contains(head, `"n":1`) || !strings.HasPrefix(r.Title, "on ▒▒") {
		t.Errorf("the rest of the header is lost: %s", head)
	}
}

func TestPrivateKeyLongerThanTheScreen(t *testing.T) {
	key := "-----BEGIN RSA PRIVATE" + " KEY-----\r\n"
	var lines []string
	for i := range 12 {
		lines = append(lines, strings.Repeat(body, 3)[i:i+64])
		key += lines[i] + "\r\n"
	}
	key += "-----END RSA PRIVATE" + " KEY-----\r\n"
	for name, events := range map[string][]cast.Event{
		"at once":      {out(1, "$ cat k\r\n"+key+"$ ")},
		"line by line": linewise("$ cat k\r\n" + key + "$ "),
	} {
		r := edited(t, Options{Redact: []Pattern{{Auto: true}}}, story(t, cast.Header{Cols: 80, Rows: 5}, events...))
		for _, l := range lines {
			if strings.Contains(r.raw, l[:20]) {
				t.Errorf("%s: %q is left", name, l)
			}
		}
		if !strings.Contains(r.raw, "cat k") {
			t.Errorf("%s: the command is lost", name)
		}
	}
}

func linewise(text string) (events []cast.Event) {
	for i, l := range strings.SplitAfter(text, "\n") {
		events = append(events, out(1+float64(i), l))
	}
	return events
}

func TestPatterns(t *testing.T) {
	for _, c := range []struct{ pattern, in, want string }{
		{"secret", "my Secret!", "my ▒▒▒▒▒▒!"},
		{"Secret", "secret Secret", "secret ▒▒▒▒▒▒"},
		{"a.b+c", "a.b+c aXbbc", "▒▒▒▒▒ aXbbc"},
		{`/user-\d+/`, "user-12 user-x", "▒▒▒▒▒▒▒ user-x"},
		{"two words", "two words", "▒▒▒▒▒▒▒▒▒"},
		{"世界", "a世界b", "a▒▒▒▒b"},
		{"cafe\u0301", "cafe\u0301s", "▒▒▒▒s"},
		{"aa", "aaa", "▒▒▒"},
		{"auto", "PASSWORD=hunter2", "PASSWORD=▒▒▒▒▒▒▒"},
		{"/./", "abc", "▒▒▒"},
	} {
		p, err := ParsePattern(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		r := edited(t, Options{Redact: []Pattern{p}}, story(t, cast.Header{Cols: 40, Rows: 3}, out(1, c.in)))
		if got := r.events[0].Data; got != c.want {
			t.Errorf("%s in %q: got %q, want %q", c.pattern, c.in, got, c.want)
		}
	}
	for _, bad := range []string{"", "/(/"} {
		if _, err := ParsePattern(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

// A secret that no character of the output can be blamed for cannot be masked: then
// there is no result, rather than one that shows it.
func TestWhatCannotBeMaskedIsAnError(t *testing.T) {
	// DECFRA fills with a character that is a number in the sequence.
	in := story(t, cast.Header{}, out(1, "q\x1b[2;1H\x1b[120;1;1;1;3$x"), out(2, "."))
	path := filepath.Join(t.TempDir(), "out.cast")
	_, err := ToFile(t.Context(), path, false, []*Input{in}, Options{Redact: []Pattern{Text("xxx")}})
	if err == nil || !strings.Contains(err.Error(), "still show") || !strings.Contains(err.Error(), "screen at 1s") {
		t.Errorf("got %v", err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) > 0 {
		t.Errorf("files are left: %v", left)
	}
}

func TestRedactionAndCuts(t *testing.T) {
	in := story(t, cast.Header{}, out(1, "pw Hunter2Secret\r\n"), out(2, "x"), out(5, "y"), out(9, "z"))
	r := edited(t, Options{Redact: []Pattern{Text("Hunter2Secret")}, Trim: &Span{4 * second, 9 * second}, Speed: 2}, in)
	checkClean(t, r, "Hunter2Secret")
	if text := play(r, 1).Snapshot().Text(); !strings.HasPrefix(text, "pw ▒▒▒▒▒▒▒▒▒▒▒▒▒\nx") {
		t.Errorf("the redraw shows %q", text)
	}
}

func TestRedactingTheCorpusKeepsItsScreens(t *testing.T) {
	for _, name := range corpus(t) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := cast.NewReader(bytes.NewReader(data), cast.Lenient); err != nil || len(data) > 400<<10 {
			continue
		}
		t.Run(filepath.Base(name), func(t *testing.T) {
			in := inspect(t, data)
			for _, word := range []string{"the", "/[0-9]+/"} {
				p, _ := ParsePattern(word)
				r := edited(t, Options{Redact: []Pattern{p}}, in)
				checkSame(t, in, r)
				if word == "the" {
					checkClean(t, r, "the")
				}
			}
		})
	}
}

// FuzzRedact draws a text in random ways and redacts it: it is on no frame, and
// nothing else is different.
func FuzzRedact(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed, []byte("\x1b[2;3Hsec\x1b[31mret\r\n\x1b[A\x1b[2Pse\x1b[3bcret"), uint8(12), uint8(4))
	}
	f.Add(uint64(9), []byte("\x1b[?1049hsecret\x1b[1;2r\r\n\r\n\x1b[3@x\x1b[?1049l\x1b]0;secret\x07"), uint8(7), uint8(3))
	f.Fuzz(func(t *testing.T, seed uint64, data []byte, cols, rows uint8) {
		r := rand.New(rand.NewPCG(seed, 3))
		var events []cast.Event
		pieces := []string{"secret", "sec", "ret", "s", "e", "\r\n", "\x1b[A", "\x1b[D", "\b", "\x1b[31m", "\x1b[2K", "\x1b[P", "\x1b[@", "\x1b[L", "\x1b[M", "\x1b[2b", "\x1b7", "\x1b8", "\x1b[?1049h", "\x1b[?1049l", "\t", "\x1b[1;1H", "\r", "\x1b[2J", "日", "\u0301", "\x1b[S", "\x1b[T", "\x1b]0;a secret\x07"}
		for i := range 40 {
			piece := pieces[r.IntN(len(pieces))]
			if r.IntN(4) == 0 && len(data) > 0 {
				n := 1 + r.IntN(len(data))
				piece, data = strings.ToValidUTF8(string(data[:n]), ""), data[n:]
			}
			if strings.Contains(piece, "$") {
				continue // what fills rectangles cannot be masked
			}
			events = append(events, cast.Event{Time: time.Duration(i) * time.Millisecond, Code: cast.Output, Data: piece})
		}
		var b bytes.Buffer
		w, err := cast.NewWriter(&b, cast.Header{Cols: int(cols)%40 + 1, Rows: int(rows)%10 + 1})
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
		checkFrames(t, parse(t, redactInMemory(t, b.Bytes(), Text("secret"))), "secret")
	})
}

func plans(p ...*plan) []*plan { return p }

// memory is a recording that no file holds.
type memory []byte

func (m memory) Open() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(m)), nil }

// redactInMemory is ToFile without the files, which a fuzzer would wait for.
func redactInMemory(t testing.TB, data []byte, p Pattern) []byte {
	t.Helper()
	o := Options{Redact: []Pattern{p}}
	for range maxRounds + 1 {
		in, err := Inspect(t.Context(), memory(data))
		if err != nil {
			t.Fatal(err)
		}
		plan, err := planFor(t.Context(), in, o)
		if err != nil {
			t.Fatal(err)
		}
		if plan.empty() {
			return data
		}
		var b bytes.Buffer
		if _, err := write(t.Context(), &b, in.Header, []*Input{in}, plans(plan), o); err != nil {
			t.Fatal(err)
		}
		data = b.Bytes()
	}
	t.Fatalf("%s never becomes clean", data)
	return nil
}
