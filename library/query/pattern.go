package query

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Span is a part of a text, in bytes: text[Start:End].
type Span struct{ Start, End int }

// Pattern is what a text is compared with.
type Pattern struct {
	Text string // as it was written, without quotation marks, stars and slashes
	// OpenStart and OpenEnd say that the word may begin earlier or end later.
	OpenStart, OpenEnd bool
	bare               bool // neither quoted nor starred
	parts              []string
	re                 *regexp.Regexp
	literals           []string // folded; a line that matches re has all of them
}

// newPattern makes a pattern of text.
func newPattern(text string) Pattern {
	return Pattern{Text: text, parts: strings.Fields(Fold(text))}
}

// newRegexp makes a pattern of a regular expression. Case counts when it has an
// upper-case letter that is matched literally.
func newRegexp(expr string) (Pattern, error) {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return Pattern{}, err
	}
	if !hasUpper(tree) {
		expr = "(?i)" + expr
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return Pattern{}, err
	}
	return Pattern{Text: expr, re: re, literals: literals(tree.Simplify())}, nil
}

func hasUpper(t *syntax.Regexp) bool {
	if t.Op == syntax.OpLiteral && slices.ContainsFunc(t.Rune, unicode.IsUpper) && t.Flags&syntax.FoldCase == 0 {
		return true
	}
	return slices.ContainsFunc(t.Sub, hasUpper)
}

// literals returns texts that every match holds, folded.
func literals(t *syntax.Regexp) []string {
	switch t.Op {
	case syntax.OpLiteral:
		return []string{Fold(string(t.Rune))}
	case syntax.OpCapture, syntax.OpPlus:
		return literals(t.Sub[0])
	case syntax.OpConcat:
		var out []string
		for _, sub := range t.Sub {
			out = append(out, literals(sub)...)
		}
		return out
	}
	return nil
}

// IsRegexp says that the pattern is a regular expression.
func (p *Pattern) IsRegexp() bool { return p.re != nil }

// Folded says that the pattern is compared with folded text, too, not with lines only.
func (p *Pattern) Folded() bool { return p.re == nil || len(p.literals) > 0 }

// empty says that nothing of the pattern is left to compare.
func (p *Pattern) empty() bool { return p.re == nil && len(p.parts) == 0 }

// loosened is the pattern for texts that have it inside a word.
func (p Pattern) loosened() Pattern {
	p.OpenStart, p.OpenEnd = true, true
	return p
}

// MayMatch says that a line of a folded text may match; it is quick.
func (p *Pattern) MayMatch(folded string) bool {
	need := p.parts
	if p.re != nil {
		need = p.literals
	}
	for _, s := range need {
		if !strings.Contains(folded, s) {
			return false
		}
	}
	return true
}

// Matches says that a line matches; folded is Fold(line).
func (p *Pattern) Matches(line, folded string) bool {
	if p.re != nil {
		return p.re.MatchString(line)
	}
	_, ok := p.next(folded, 0)
	return ok
}

// Find returns where in a line the pattern matches; folded is Fold(line).
func (p *Pattern) Find(line, folded string) []Span {
	var out []Span
	if p.re != nil {
		for _, m := range p.re.FindAllStringIndex(line, -1) {
			if m[0] < m[1] {
				out = append(out, Span{m[0], m[1]})
			}
		}
		return out
	}
	for at := 0; ; {
		span, ok := p.next(folded, at)
		if !ok {
			return out
		}
		out = append(out, unfold(line, span))
		at = span.End
	}
}

// next finds the pattern in folded text from a byte on.
func (p *Pattern) next(s string, from int) (Span, bool) {
	if len(p.parts) == 0 {
		return Span{}, false
	}
	for from <= len(s) {
		i := strings.Index(s[from:], p.parts[0])
		if i < 0 {
			return Span{}, false
		}
		start := from + i
		end, ok := p.rest(s, start+len(p.parts[0]))
		if ok && p.bounded(s, start, end) {
			return Span{start, end}, true
		}
		_, n := utf8.DecodeRuneInString(s[start:])
		from = start + n
	}
	return Span{}, false
}

// rest returns where the pattern ends whose first part ends at a byte.
func (p *Pattern) rest(s string, at int) (end int, ok bool) {
	for _, part := range p.parts[1:] {
		after := strings.TrimLeft(s[at:], " \t")
		if len(after) == len(s)-at || !strings.HasPrefix(after, part) {
			return 0, false
		}
		at = len(s) - len(after) + len(part)
	}
	return at, true
}

// bounded says that no word goes on beyond a side that is not open.
func (p *Pattern) bounded(s string, start, end int) bool {
	if !p.OpenStart && start > 0 {
		before, _ := utf8.DecodeLastRuneInString(s[:start])
		first, _ := utf8.DecodeRuneInString(s[start:])
		if joins(before) && joins(first) {
			return false
		}
	}
	if !p.OpenEnd && end < len(s) {
		last, _ := utf8.DecodeLastRuneInString(s[:end])
		after, _ := utf8.DecodeRuneInString(s[end:])
		if joins(last) && joins(after) {
			return false
		}
	}
	return true
}
