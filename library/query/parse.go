package query

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"rexec/recording/cast"
)

// MaxLength bounds a query, in bytes.
const MaxLength = 4 << 10

// fields are the names that have a meaning before a colon.
var fields = []Field{Command, Output, Title, Tag, Host, Dir, Exit, Before, After, Longer, Is}

// States are what is: knows.
var States = []string{"private", "unlisted", "public", "unsynced", "imported", "recorded", "keep", "trash"}

// Parse reads a query. now is what times such as 7d count from, and its zone is that
// of dates. The error is an *Error.
func Parse(text string, now time.Time) (*Query, error) {
	if len(text) > MaxLength {
		return nil, &Error{1, fmt.Sprintf("a query has at most %d bytes", MaxLength)}
	}
	p := parser{text: strings.ToValidUTF8(text, "\uFFFD"), now: now}
	q := &Query{}
	for p.skipBlanks(); p.at < len(p.text); p.skipBlanks() {
		t, err := p.term()
		if err != nil {
			return nil, err
		}
		q.Terms = append(q.Terms, t)
	}
	return q, check(q)
}

// check refuses a query that says only what is not wanted.
func check(q *Query) error {
	if len(q.Terms) == 0 {
		return &Error{1, "there is nothing to look for"}
	}
	if q.Kind() != Recordings {
		return nil
	}
	if not := q.Of(Any, Output, Command); len(not) > 0 {
		return &Error{not[0].Column, "this says what is not wanted: add what is, such as a word or cmd:"}
	}
	return nil
}

type parser struct {
	text string
	at   int // byte
	now  time.Time
}

func (p *parser) skipBlanks() {
	p.at += len(p.text[p.at:]) - len(strings.TrimLeftFunc(p.text[p.at:], unicode.IsSpace))
}

// fail is an error at a byte of the query.
func (p *parser) fail(at int, format string, args ...any) error {
	return &Error{utf8.RuneCountInString(p.text[:at]) + 1, fmt.Sprintf(format, args...)}
}

// word returns the text up to the next blank.
func (p *parser) word() string {
	if i := strings.IndexFunc(p.text[p.at:], unicode.IsSpace); i >= 0 {
		return p.text[p.at : p.at+i]
	}
	return p.text[p.at:]
}

func (p *parser) term() (Term, error) {
	start := p.at
	t := Term{Column: utf8.RuneCountInString(p.text[:start]) + 1}
	if after, ok := strings.CutPrefix(p.word(), "-"); ok && negates(after) {
		t.Not = true
		p.at++
	}
	name, _, found := strings.Cut(p.word(), ":")
	if f := Field(strings.ToLower(name)); found && slices.Contains(fields, f) {
		t.Field = f
		p.at += len(name) + 1
		if p.word() == "" {
			return t, p.fail(start, "%s: needs a value right behind the colon", name)
		}
	}
	switch t.Field {
	case Any, Command, Output, Title, Tag, Host, Dir:
		return t, p.pattern(&t)
	}
	return t, p.value(&t)
}

// negates says that a dash before a text is a minus: that of -> and of --force is
// part of the word.
func negates(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return text != "" && (isWord(r) || strings.ContainsRune(`"*/_.`, r))
}

// pattern reads a word, a phrase or a regular expression.
func (p *parser) pattern(t *Term) error {
	start := p.at
	if expr, ok := p.regexp(); ok {
		r, err := newRegexp(expr)
		if err != nil {
			return p.fail(start, "%v", err)
		}
		t.Pattern = r
		return nil
	}
	w := p.word()
	if strings.HasPrefix(strings.TrimPrefix(w, "*"), `"`) {
		return p.phrase(t)
	}
	p.at += len(w)
	text := strings.TrimPrefix(w, "*")
	openStart := len(text) < len(w)
	inner := strings.TrimSuffix(text, "*")
	if i := strings.IndexByte(inner, '*'); i >= 0 {
		return p.fail(start+strings.IndexByte(w[1:], '*')+1,
			"a * counts at the ends of a word only; put quotation marks around the word, or write /a.*b/")
	}
	t.Pattern = newPattern(inner)
	t.OpenStart, t.OpenEnd = openStart, len(inner) < len(text)
	t.bare = !t.OpenStart && !t.OpenEnd
	if t.empty() {
		return p.fail(start, "there is nothing to look for beside the *")
	}
	return nil
}

// regexp reads /…/ when that is what stands here: the slash that ends it is the first
// one that is not escaped, and a blank or the end follows.
func (p *parser) regexp() (expr string, ok bool) {
	rest := p.text[p.at:]
	if !strings.HasPrefix(rest, "/") {
		return "", false
	}
	for i := 1; i < len(rest); i++ {
		switch rest[i] {
		case '\\':
			i++
		case '/':
			after := rest[i+1:]
			next, _ := utf8.DecodeRuneInString(after)
			if i == 1 || after != "" && !unicode.IsSpace(next) {
				return "", false
			}
			p.at += i + 1
			return strings.ReplaceAll(rest[1:i], `\/`, `/`), true
		}
	}
	return "", false
}

// phrase reads "…", with stars on its sides.
func (p *parser) phrase(t *Term) error {
	start := p.at
	openStart := p.text[p.at] == '*'
	if openStart {
		p.at++
	}
	quote := p.at
	var b strings.Builder
	for p.at++; ; p.at++ {
		if p.at >= len(p.text) {
			return p.fail(quote, `the quotation mark has no end: add a ", or write \" for the character itself`)
		}
		c := p.text[p.at]
		if c == '"' {
			break
		}
		if c == '\\' && p.at+1 < len(p.text) && strings.IndexByte(`"\`, p.text[p.at+1]) >= 0 {
			p.at++
			c = p.text[p.at]
		}
		b.WriteByte(c)
	}
	p.at++
	openEnd := strings.HasPrefix(p.text[p.at:], "*")
	if openEnd {
		p.at++
	}
	if p.word() != "" {
		return p.fail(p.at, "a blank must follow the phrase")
	}
	t.Pattern = newPattern(b.String())
	t.OpenStart, t.OpenEnd = openStart, openEnd
	if t.empty() {
		return p.fail(start, "there is nothing to look for between the quotation marks")
	}
	return nil
}

// value reads what is behind the colon of a field that is not compared with text.
func (p *parser) value(t *Term) error {
	start, w := p.at, p.word()
	p.at += len(w)
	w = strings.Trim(w, `"`)
	switch t.Field {
	case Exit:
		number, not := strings.CutPrefix(w, "!")
		n, err := strconv.Atoi(number)
		if err != nil {
			return p.fail(start, "exit: takes a status such as 0 or 1, or !0 for any other than 0")
		}
		t.Exit, t.ExitNot = n, not
	case Before, After:
		when, ok := parseTime(w, p.now)
		if !ok {
			return p.fail(start, "%s: takes a time such as 2026, 2026-03, 2026-03-14, 2026-03-14T15:04, today, yesterday, 12h, 7d or 3w", t.Field)
		}
		t.Time = when
	case Longer:
		d, err := cast.ParseTime(w, 0)
		if err != nil {
			return p.fail(start, "longer: takes a length such as 90, 1:30 or 1h2m")
		}
		t.Length = d
	case Is:
		if w = strings.ToLower(w); !slices.Contains(States, w) {
			return p.fail(start, "is: knows %s", strings.Join(States, ", "))
		}
		t.Is = w
	}
	return nil
}

// parseTime reads a date, a date with a time, or how long ago something was.
func parseTime(s string, now time.Time) (time.Time, bool) {
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	switch s {
	case "today":
		return midnight, true
	case "yesterday":
		return midnight.AddDate(0, 0, -1), true
	}
	for _, layout := range []string{"2006", "2006-01", "2006-01-02", "2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, s, now.Location()); err == nil {
			return t, true
		}
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, true
	}
	if len(s) < 2 {
		return time.Time{}, false
	}
	n, err := strconv.Atoi(s[:len(s)-1])
	if err != nil || n < 0 || n > 100_000 {
		return time.Time{}, false
	}
	switch s[len(s)-1] {
	case 'h':
		return now.Add(-time.Duration(n) * time.Hour), true
	case 'd':
		return now.AddDate(0, 0, -n), true
	case 'w':
		return now.AddDate(0, 0, -7*n), true
	case 'm':
		return now.AddDate(0, -n, 0), true
	case 'y':
		return now.AddDate(-n, 0, 0), true
	}
	return time.Time{}, false
}
