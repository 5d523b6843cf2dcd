package edit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rexec/recording/cast"
	"rexec/recording/internal/shown"
	"rexec/recording/secret"
	"rexec/vt"
)

// Redaction is three passes. The first one reads all that the original ever shows
// (recording/internal/shown) and notes, for every match, which characters of the
// output put it on the screen: their numbers, whatever moved or scrolled them since.
// The second copies the original and puts masks in these characters' place. So a
// character is masked from the moment it was printed, long before the match was
// complete; and since a mask is as wide as what it hides, and no other byte changes,
// everything else stays where and when it was.
//
//	pass 1   … 104:'s' 105:'e' 106:'c' …  ─→ screen ─→ match in cells ─→ {104,105,106,…}
//	pass 2   … ▒ ▒ ▒ …
//	pass 3   the result ─→ screen ─→ no match, or there is no result
//
// Titles and other strings in sequences, typed input, markers and the header are
// searched each by itself.

// Pattern is what to redact.
type Pattern struct {
	// Auto is everything that recording/secret finds; Text and Regexp are not used.
	Auto bool
	// Text is to be found as it is; its case counts if it has an upper-case letter.
	Text string
	// Regexp is looked for in lines: rows that are wrapped are one.
	Regexp *regexp.Regexp

	folded *folded // finds Text quicker than Regexp; may be nil
}

// ParsePattern reads a pattern: "auto", /regular expression/, or a text.
func ParsePattern(s string) (Pattern, error) {
	switch {
	case s == "auto":
		return Pattern{Auto: true}, nil
	case s == "":
		return Pattern{}, errors.New("there is nothing to redact in an empty pattern")
	case len(s) > 2 && s[0] == '/' && s[len(s)-1] == '/':
		re, err := regexp.Compile(s[1 : len(s)-1])
		if err != nil {
			return Pattern{}, fmt.Errorf("regular expression: %w", err)
		}
		return Pattern{Regexp: re}, nil
	}
	return Text(s), nil
}

// Text is the pattern for a text.
func Text(s string) Pattern {
	p := Pattern{Text: s}
	if !strings.ContainsFunc(s, unicode.IsUpper) && strings.ContainsFunc(s, unicode.IsLetter) {
		p.Regexp = regexp.MustCompile("(?i)" + regexp.QuoteMeta(s))
		p.folded = newFolded(s)
	}
	return p
}

// maxMasked bounds the characters that one recording's plan holds.
const maxMasked = 16 << 20

// errTooMuch says that a plan would not fit.
var errTooMuch = fmt.Errorf("the pattern matches more than %d characters; take a narrower one", maxMasked)

type span struct{ from, to int }

// finder finds the patterns in texts.
type finder struct {
	patterns []Pattern
	found    []secret.Finding
	spans    []span
}

// find returns the matches in a text, but for those that are all mask. They may
// overlap.
func (f *finder) find(text []byte) []span {
	f.spans = f.spans[:0]
	for _, p := range f.patterns {
		switch {
		case p.Auto:
			f.found = secret.Append(f.found[:0], text)
			for _, x := range f.found {
				f.add(text, x.Start, x.End)
			}
		case p.folded != nil && p.folded.knows(text):
			for from := 0; ; {
				i := p.folded.index(text[from:])
				if i < 0 {
					break
				}
				f.add(text, from+i, from+i+len(p.Text))
				from += i + 1
			}
		case p.Regexp != nil && p.Text != "":
			for from := 0; ; {
				at := p.Regexp.FindIndex(text[from:])
				if at == nil {
					break
				}
				f.add(text, from+at[0], from+at[1])
				_, n := utf8.DecodeRune(text[from+at[0]:])
				from += at[0] + n
			}
		case p.Regexp != nil:
			for _, at := range p.Regexp.FindAllIndex(text, -1) {
				f.add(text, at[0], at[1])
			}
		default:
			for from := 0; ; {
				i := bytes.Index(text[from:], []byte(p.Text))
				if i < 0 {
					break
				}
				f.add(text, from+i, from+i+len(p.Text))
				from += i + 1
			}
		}
	}
	return f.spans
}

func (f *finder) add(text []byte, from, to int) {
	for rest := text[from:to]; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if r != secret.Mask && r != ' ' && r != '\n' {
			f.spans = append(f.spans, span{from, to})
			return
		}
		rest = rest[n:]
	}
}

// mask returns a text with its matches masked, and whether there were any.
func (f *finder) mask(text string) (string, bool) {
	b := []byte(text)
	spans := slices.Clone(f.find(b))
	if len(spans) == 0 {
		return text, false
	}
	slices.SortFunc(spans, func(a, b span) int { return a.from - b.from })
	var out []byte
	at := 0
	for _, s := range spans {
		if s.to <= at {
			continue
		}
		from := max(s.from, at)
		out = append(out, b[at:from]...)
		out = secret.AppendMask(out, b[from:s.to])
		at = s.to
	}
	return string(append(out, b[at:]...)), true
}

// plan is what to mask in a recording.
type plan struct {
	glyphs []int64 // numbers of characters of the output, in order
	typed  []int64 // numbers of characters of the input, in order
	// shapes has the characters that are more than one code point, or wider or
	// narrower than it.
	shapes map[int64]shape
	found  bool   // something else than characters matches: a title, a marker
	first  string // where the first match is, for an error
	err    error
}

type shape struct {
	text  string
	width int
}

func (p *plan) empty() bool { return len(p.glyphs) == 0 && len(p.typed) == 0 && !p.found }

func (p *plan) note(where string, at fmt.Stringer) {
	if p.first == "" {
		p.first = fmt.Sprintf("%s at %v", where, at)
	}
}

// examine makes the plan for a recording. Without numbers it only finds out whether
// there is something to mask, and stops at the first.
func examine(ctx context.Context, in *Input, o Options, numbers bool) (*plan, error) {
	f, err := in.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := cast.NewReader(o.progress(f), cast.Lenient)
	if err != nil {
		return nil, err
	}
	h := r.Header()
	if o.Cols > 0 {
		h.Cols, h.Rows = o.Cols, o.Rows
	}
	x := &examiner{plan: &plan{shapes: map[int64]shape{}}, finder: finder{patterns: o.Redact}, watch: shown.New(h.Cols, h.Rows, numbers)}
	x.watch.See, x.watch.String = x.see, x.str
	err = each(ctx, r, func(e cast.Event) error {
		x.event(e)
		if !numbers && !x.plan.empty() {
			return errStop
		}
		return x.plan.err
	})
	if err != nil && !errors.Is(err, errStop) {
		return nil, err
	}
	x.watch.End()
	x.typedLine(x.typed.Line())
	x.header(r.Header())
	for _, list := range []*[]int64{&x.plan.glyphs, &x.plan.typed} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return x.plan, x.plan.err
}

var errStop = errors.New("found")

// examiner looks for matches.
type examiner struct {
	plan   *plan
	finder finder
	watch  *shown.Watcher
	now    cast.Event
	typed  secret.Typed
	drafts drafts
	limit  int     // of plan.glyphs, before they are made compact
	places []int64 // numbers of the characters of the typed line, by byte
	inputs int64
	buf    []byte
}

func (x *examiner) event(e cast.Event) {
	x.now = e
	switch e.Code {
	case cast.Output:
		x.buf = append(x.buf[:0], e.Data...)
		x.watch.Output(x.buf)
	case cast.Resize:
		if cols, rows, err := cast.ParseSize(e.Data); err == nil {
			x.watch.Resize(cols, rows)
		}
	case cast.Input:
		for _, r := range e.Data {
			line := x.typed.Take(r)
			if line != nil {
				x.typedLine(line)
				x.places = x.places[:0]
			}
			for n := len(x.typed.Line()); len(x.places) != n; {
				if len(x.places) > n {
					x.places = x.places[:n]
					break
				}
				x.places = append(x.places, x.inputs)
			}
			x.inputs++
		}
	case cast.Exit:
	default:
		if len(x.finder.find([]byte(e.Data))) > 0 {
			x.plan.found = true
			x.plan.note("marker", e.Time)
		}
	}
}

func (x *examiner) typedLine(line []byte) {
	for _, s := range x.finder.find(line) {
		x.plan.note("typed input", x.now.Time)
		for i := s.from; i < s.to && i < len(x.places); i++ {
			x.plan.typed = append(x.plan.typed, x.places[i])
		}
		x.plan.found = true
	}
}

// see looks at a line that is on the screen.
func (x *examiner) see(t shown.Text) {
	if n := secret.Lines(t.Bytes); n > 0 {
		x.watch.Pages(n)
	}
	for _, s := range x.finder.find(t.Bytes) {
		x.plan.note("screen", x.now.Time)
		x.plan.found = true
		if t.Glyphs == nil {
			continue
		}
		i, exact := slices.BinarySearch(t.Cells, s.from)
		if !exact {
			i--
		}
		first := max(i, 0)
		for i = first; i < len(t.Cells) && t.Cells[i] < s.to; i++ {
			if t.Glyphs[i] >= 0 {
				x.glyph(t, i)
			}
		}
		x.drafts.beginnings(t, first, i, func(g int64) { x.plan.glyphs = append(x.plan.glyphs, g) })
	}
	if t.Glyphs != nil {
		x.drafts.keep(t)
	}
	x.compact()
}

// compact drops what was noted twice: a match is read whenever its line changes.
func (x *examiner) compact() {
	g := &x.plan.glyphs
	if len(*g) < x.limit {
		return
	}
	slices.Sort(*g)
	*g = slices.Compact(*g)
	x.limit = max(1<<20, 2*len(*g))
	if len(*g) > maxMasked {
		x.plan.err = errTooMuch
	}
}

// glyph notes the character in a cell.
func (x *examiner) glyph(t shown.Text, i int) {
	n := t.Glyphs[i]
	x.plan.glyphs = append(x.plan.glyphs, n)
	end := len(t.Bytes)
	if i+1 < len(t.Cells) {
		end = t.Cells[i+1]
	}
	text := t.Bytes[t.Cells[i]:end]
	if len(text) == 1 {
		return
	}
	r, size := utf8.DecodeRune(text)
	if width := int(t.Widths[i]); width > 0 && (size < len(text) || width != vt.RuneWidth(r)) {
		x.plan.shapes[n] = shape{string(text), width}
	}
}

func (x *examiner) str(raw []byte, kind byte, all bool) {
	if suspiciousString(&x.finder, raw, kind, all) {
		x.plan.found = true
		x.plan.note("title or other string", x.now.Time)
	}
}

func (x *examiner) header(h cast.Header) {
	if maskHeader(&x.finder, &h) {
		x.plan.found = true
		x.plan.note("header", x.now.Time*0)
	}
}

// maskHeader masks a header's texts, and tells whether there was anything to mask.
func maskHeader(f *finder, h *cast.Header) (found bool) {
	mask := func(s *string) {
		masked, hit := f.mask(*s)
		if hit {
			*s, found = masked, true
		}
	}
	mask(&h.Title)
	mask(&h.Command)
	if len(h.Env) > 0 {
		env := make(map[string]string, len(h.Env))
		for name, value := range h.Env {
			whole := name + "=" + value
			mask(&whole)
			mask(&value)
			if v, ok := strings.CutPrefix(whole, name+"="); ok && v != value && strings.ContainsRune(v, secret.Mask) {
				value = v
			}
			env[name] = value
		}
		h.Env = env
	}
	h.Unknown = maskFields(f, h.Unknown, &found)
	h.UnknownTerm = maskFields(f, h.UnknownTerm, &found)
	if h.Rexec != nil {
		x := *h.Rexec
		mask(&x.Dir)
		mask(&x.Host)
		mask(&x.Shell)
		x.Unknown = maskFields(f, x.Unknown, &found)
		h.Rexec = &x
	}
	return found
}

// maskFields masks the strings inside of fields that are not known.
func maskFields(f *finder, fields map[string]json.RawMessage, found *bool) map[string]json.RawMessage {
	if len(fields) == 0 {
		return fields
	}
	out := make(map[string]json.RawMessage, len(fields))
	for name, raw := range fields {
		out[name] = raw
		if name == "derived_from" || name == "joined_with" {
			continue
		}
		var value any
		if json.Unmarshal(raw, &value) != nil {
			continue
		}
		hit := false
		value = maskValue(f, name, value, &hit)
		if !hit {
			continue
		}
		if masked, err := json.Marshal(value); err == nil {
			out[name], *found = masked, true
		}
	}
	return out
}

func maskValue(f *finder, name string, value any, hit *bool) any {
	switch v := value.(type) {
	case string:
		masked, plain := f.mask(v)
		if whole, found := f.mask(name + "=" + v); found && !plain {
			if rest, ok := strings.CutPrefix(whole, name+"="); ok {
				masked, plain = rest, true
			}
		}
		*hit = *hit || plain
		return masked
	case []any:
		for i := range v {
			v[i] = maskValue(f, name, v[i], hit)
		}
	case map[string]any:
		for k := range v {
			v[k] = maskValue(f, k, v[k], hit)
		}
	}
	return value
}
