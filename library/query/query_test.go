package query

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var now = time.Date(2026, 11, 22, 15, 30, 0, 0, time.UTC)

// summary is a query in short: field, ! for not, < and > for open sides, ~ for a
// regular expression.
func summary(q *Query) string {
	var out []string
	for _, t := range q.Terms {
		var b strings.Builder
		if t.Not {
			b.WriteByte('!')
		}
		if t.Field != Any {
			b.WriteString(string(t.Field) + "=")
		}
		switch {
		case t.IsRegexp():
			b.WriteString("~" + t.Text)
		case t.Text != "":
			if t.OpenStart {
				b.WriteByte('<')
			}
			b.WriteString("[" + t.Text + "]")
			if t.OpenEnd {
				b.WriteByte('>')
			}
		case !t.Time.IsZero():
			b.WriteString(t.Time.Format("2006-01-02T15:04"))
		case t.Length > 0:
			b.WriteString(t.Length.String())
		case t.Is != "":
			b.WriteString(t.Is)
		case t.ExitNot:
			b.WriteString("not ")
			fallthrough
		default:
			b.WriteString(string(rune('0' + t.Exit)))
		}
		out = append(out, b.String())
	}
	return strings.Join(out, " ")
}

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		`one two`:                    "[one] [two]",
		` "one two"  three `:         "[one two] [three]",
		`"a \"b\" \\ \n"`:            `[a "b" \ \n]`,
		`pre* *suf *in*`:             "[pre]> <[suf] <[in]>",
		`*"a b"* "a b"*`:             "<[a b]> [a b]>",
		`"a*b"`:                      "[a*b]",
		`/a.b/`:                      "~(?i)a.b",
		`/A b/ c`:                    "~A b [c]",
		`/a\/b/`:                     "~(?i)a/b",
		`/\S+/`:                      `~(?i)\S+`,
		`/usr/bin /usr/bin/ / //`:    "[/usr/bin] [/usr/bin/] [/] [//]",
		`/tmp/`:                      "~(?i)tmp",
		`-a -"b c" -/d/ -cmd:e f`:    "![a] ![b c] !~(?i)d !cmd=[e] [f]",
		`--force -> - ---`:           "[--force] [->] [-] [---]",
		`cmd:git OUT:x title:"a b"`:  "cmd=[git] out=[x] title=[a b]",
		`http://x error: a:b "cmd:"`: "[http://x] [error:] [a:b] [cmd:]",
		`exit:0 exit:!0 exit:1 x`:    "exit=0 exit=not 0 exit=1 [x]",
		`before:2026-03 after:2026`:  "before=2026-03-01T00:00 after=2026-01-01T00:00",
		`after:2026-03-14T15:04`:     "after=2026-03-14T15:04",
		`after:7d before:12h`:        "after=2026-11-15T15:30 before=2026-11-22T03:30",
		`after:yesterday`:            "after=2026-11-21T00:00",
		`longer:1:30 is:imported`:    "longer=1m30s is=imported",
		`dir:/src host:box tag:*x*`:  "dir=[/src] host=[box] tag=<[x]>",
	} {
		q, err := Parse(text, now)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := summary(q); got != want {
			t.Errorf("%s\nis   %s\nwant %s", text, got, want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for text, want := range map[string]Error{
		``:                       {1, "nothing to look for"},
		`   `:                    {1, "nothing to look for"},
		`世界 "b`:                  {4, "has no end"},
		`a *`:                    {3, "beside the *"},
		`ab a*b`:                 {5, "ends of a word"},
		`a *b*c`:                 {5, "ends of a word"},
		`""`:                     {1, "between the quotation marks"},
		`"a"b`:                   {4, "blank must follow"},
		`x cmd:`:                 {3, "needs a value"},
		`x /(/`:                  {3, "missing"},
		`exit:one`:               {6, "status"},
		`before:soon`:            {8, "takes a time"},
		`longer:x`:               {8, "length"},
		`is:shared`:              {4, "is: knows private, unlisted, public"},
		`is:nice`:                {4, "imported"},
		`is:`:                    {1, "needs a value"},
		`-a`:                     {1, "not wanted"},
		`title:x -out:b`:         {9, "not wanted"},
		strings.Repeat("a", 5e3): {1, "at most"},
	} {
		_, err := Parse(text, now)
		var bad *Error
		if !errors.As(err, &bad) || bad.Column != want.Column || !strings.Contains(bad.Reason, want.Reason) {
			t.Errorf("%.20s: %v, want column %d: …%s…", text, err, want.Column, want.Reason)
		}
	}
}

func TestFind(t *testing.T) {
	for _, c := range []struct{ query, line, want string }{
		{"go", "go to gopher, Go", "«go» to gopher, «Go»"},
		{"go*", "go to gopher, cargo", "«go» to «go»pher, cargo"},
		{"*go", "go to gopher, cargo", "«go» to gopher, car«go»"},
		{"*go*", "go to gopher, cargo", "«go» to «go»pher, car«go»"},
		{"go.mod", "go.mod, go-mod, xgo.mod", "«go.mod», go-mod, xgo.mod"},
		{"foo_bar", "foo_bar foo_bars", "«foo_bar» foo_bars"},
		{"bar", "foo_bar bar2 2bar", "foo_«bar» bar2 2bar"},
		{`"a b"`, "a  b a\tb ab a bc", "«a  b» «a\tb» ab a bc"},
		{"cafe", "Café cafe\u0301s cafe\u0301.", "«Café» cafe\u0301s «cafe\u0301»."},
		{"ÜBER", "über uber U\u0308ber", "«über» «uber» «U\u0308ber»"},
		{"世界", "新世界人x世界", "新«世界»人x«世界»"},
		{"ab", "ab世 世ab abc", "«ab»世 世«ab» abc"},
		{"aa*", "aaaa", "«aa»aa"},
		{"*aa*", "aaaaa", "«aaaa»a"},
		{"/[0-9]+/", "a1 22", "a«1» «22»"},
		{"/x*/", "abc", "abc"},
		{"İ", "İi", "İi"},
	} {
		q, err := Parse(c.query, now)
		if err != nil {
			t.Fatalf("%s: %v", c.query, err)
		}
		p := q.Terms[0].Pattern
		got := c.line
		spans := p.Find(c.line, Fold(c.line))
		for i := len(spans) - 1; i >= 0; i-- {
			got = got[:spans[i].Start] + "«" + got[spans[i].Start:spans[i].End] + "»" + got[spans[i].End:]
		}
		got = strings.ReplaceAll(got, "»«", "")
		if got != c.want {
			t.Errorf("%s in %q: %q, want %q", c.query, c.line, got, c.want)
		}
	}
}

func TestWordText(t *testing.T) {
	for text, want := range map[string]string{
		"plain":    "plain",
		"世":        " 世",
		"世界":       " 世界 界",
		"a世界人b":    "a 世界 界人 人 b",
		"世 界":      " 世   界",
		"カー。hi":    " カー ー 。hi",
		"한국어 text": " 한국 국어 어  text",
	} {
		if got := WordText(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestLookUp(t *testing.T) {
	for text, want := range map[string]string{
		"kubectl":     `"kubectl"`,
		`"a b"`:       `"a b"`,
		"kubec*":      `"kubec"*`,
		"ku*":         "",
		"*ctl*":       "t",
		"*.txt":       `".txt"`,
		"世":           `" 世"*`,
		"世界":          `" 世界 "`,
		"*世界*":        `" 世界 "`,
		"->":          "",
		"/timeout/":   "t",
		"/a.*b/":      "",
		"/(abc|def)/": "",
		"/(foo)+ x/":  "t",
	} {
		q, err := Parse(text, now)
		if err != nil {
			t.Fatal(err)
		}
		p := q.Terms[0].Pattern
		got, ok := p.Words()
		if !ok {
			if _, ok := p.Trigrams(); ok {
				got = "t"
			}
		}
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestLoosened(t *testing.T) {
	parse := func(text string) *Query {
		q, err := Parse(text, now)
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	loose, ok := parse(`one "two" thr* -four title:five /six/`).Loosened()
	if got, want := summary(loose), `<[one]> [two] [thr]> ![four] title=[five] ~(?i)six`; !ok || got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if _, ok := parse(`"two" thr* /six/ -four`).Loosened(); ok {
		t.Error("without bare words, there is nothing to loosen")
	}
}

func TestKind(t *testing.T) {
	for text, want := range map[string]Kind{
		"x": Lines, "cmd:a x": Lines, "out:x exit:1": Lines,
		"cmd:a": Commands, "exit:1": Commands, "-exit:0 title:x": Commands, "cmd:a -x": Commands,
		"title:a": Recordings, "dir:/x before:2026": Recordings,
	} {
		q, err := Parse(text, now)
		if err != nil || q.Kind() != want {
			t.Errorf("%s: %v, %v; want %v", text, q.Kind(), err, want)
		}
	}
}

// FuzzQuery holds that no query makes trouble, that spans are parts of the line in
// order, and that what is found in a line would be found in the index.
func FuzzQuery(f *testing.F) {
	for _, s := range [][2]string{
		{"a b*", "a bc"}, {`*"é "* /x/`, "éx"}, {"世界", "新世界"}, {`-"a" b`, "b"}, {"cafe\u0301", "café"}, {"/(a+)b?/", "aab"}, {"İx", "i̇x"},
	} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, text, line string) {
		q, err := Parse(text, now)
		if err != nil {
			var bad *Error
			if !errors.As(err, &bad) || bad.Column < 1 || bad.Column > utf8.RuneCountInString(text)+1 {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		line = strings.ToValidUTF8(strings.ReplaceAll(line, "\n", " "), "")
		folded := Fold(line)
		if Fold(folded) != folded {
			t.Fatalf("folding %q twice makes %q", line, Fold(folded))
		}
		for _, term := range q.Of(Any, Output, Command) {
			p := term.Pattern
			at := 0
			spans := p.Find(line, folded)
			for _, s := range spans {
				if s.Start < at || s.End < s.Start || s.End > len(line) || !utf8.ValidString(line[s.Start:s.End]) {
					t.Fatalf("%q in %q: %v", text, line, spans)
				}
				at = s.End
			}
			if len(spans) == 0 {
				continue
			}
			if !p.Matches(line, folded) || !p.MayMatch(folded) {
				t.Fatalf("%q is found in %q and does not match", text, line)
			}
			checkInnerWords(t, p, folded)
			if expr, ok := p.Trigrams(); ok {
				have := strings.Fields(TrigramText([]string{folded}))
				for _, tri := range strings.Split(expr, " AND ") {
					if !slices.Contains(have, strings.Trim(tri, `"`)) {
						t.Fatalf("%q is found in %q, whose trigrams lack %s", text, line, tri)
					}
				}
			}
		}
	})
}

// checkInnerWords holds that a line in which a pattern is found has its inner words,
// one behind the other.
func checkInnerWords(t *testing.T, p Pattern, folded string) {
	t.Helper()
	have := " " + strings.Join(strings.FieldsFunc(WordText(folded), func(r rune) bool { return !isWord(r) }), " ") + " "
	for _, expr := range p.InnerWords() {
		phrase, prefix := strings.CutSuffix(expr, "*")
		want := " " + strings.Trim(phrase, `"`)
		if !prefix {
			want += " "
		}
		if !strings.Contains(have, want) {
			t.Fatalf("%q is found in %q, which has not %s", p.Text, folded, expr)
		}
	}
}

func TestInnerWords(t *testing.T) {
	for text, want := range map[string]string{
		`*in/main.gopher*`: `"main gopher"*`, `*in/main.go*`: `"main"`, `*inside*`: ``, `*"of the end"*`: `"the"`,
		`/a.*b/`: ``, `/foo bar baz.*and so on/`: `"bar" "so"`, `*/usr/*`: `"usr"`, `*é/usr/b*`: `"usr"`, `*世/usr/b*`: ``, `main*`: ``,
	} {
		q, err := Parse(text, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(q.Terms[0].InnerWords(), " "); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
