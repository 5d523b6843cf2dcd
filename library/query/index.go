package query

import (
	"strings"
	"unicode/utf8"
)

// The library keeps two full-text indexes (SQLite FTS5) of folded text: one of
// words, with tokenizer unicode61, and one of trigrams, which finds what is inside of
// words. WordText makes what goes into the first. Words and Trigrams are what to look
// up there; what they find holds all that matches, and more.

// WordText makes of folded text what the index of words holds. In writing without
// blanks (Chinese, Japanese, Korean) each two neighbouring characters are a word, and
// the last one of a run by itself, so that every character begins a word.
func WordText(folded string) string {
	return wordText(folded, true)
}

// wordText leaves out the single character at the end of a run that ends the text
// when complete is false: there the run may go on.
func wordText(folded string, complete bool) string {
	if !strings.ContainsFunc(folded, isCJK) {
		return folded
	}
	var b strings.Builder
	b.Grow(2 * len(folded))
	prev := rune(-1) // the character before in a run
	single := true   // prev is the first of its run
	for _, r := range folded {
		switch {
		case !isCJK(r):
			if prev >= 0 {
				b.WriteRune(prev)
				b.WriteByte(' ')
			}
			b.WriteRune(r)
			prev = -1
		case prev < 0:
			b.WriteByte(' ')
			prev, single = r, true
		default:
			b.WriteRune(prev)
			b.WriteRune(r)
			b.WriteByte(' ')
			prev, single = r, false
		}
	}
	if prev >= 0 && (complete || single) {
		b.WriteRune(prev)
	}
	return b.String()
}

// Words returns the FTS5 expression for the index of words, and false when that
// index cannot tell: of a pattern that may begin inside a word, or has no words in
// it, or is a regular expression.
func (p *Pattern) Words() (string, bool) {
	if p.empty() || p.re != nil {
		return "", false
	}
	text := strings.Join(p.parts, " ")
	first, _ := utf8.DecodeRuneInString(text)
	last, _ := utf8.DecodeLastRuneInString(text)
	if p.OpenStart && joins(first) || !strings.ContainsFunc(text, isWord) {
		return "", false
	}
	prefix := ""
	switch {
	case isCJK(last):
		// A lone character begins a word, whatever follows.
		if rest := text[:len(text)-utf8.RuneLen(last)]; rest == "" || !endsCJK(rest) {
			prefix = "*"
		}
	case p.OpenEnd && joins(last):
		if shortPrefix(text) {
			return "", false
		}
		prefix = "*"
	}
	return quote(wordText(text, false)) + prefix, true
}

// shortPrefix says that a prefix is so short that gathering all words that begin so
// takes longer than looking at the newest text.
func shortPrefix(text string) bool {
	n := 0
	for s := text; s != ""; n++ {
		r, size := utf8.DecodeLastRuneInString(s)
		if !isWord(r) {
			break
		}
		s = s[:len(s)-size]
	}
	return n < 3
}

func endsCJK(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return isCJK(r)
}

// maxTrigrams bounds how many lists of the index are intersected for a pattern.
const maxTrigrams = 8

// Trigrams returns the FTS5 expression for the index of trigrams, and false when the
// pattern has no three characters in a row.
func (p *Pattern) Trigrams() (string, bool) {
	from := p.parts
	if p.re != nil {
		from = p.literals
	}
	var out []string
	for _, part := range from {
		r := []rune(part)
		for i := 0; i+3 <= len(r) && len(out) < maxTrigrams; i += 3 {
			out = append(out, quote(string(r[i:i+3])))
		}
		if len(r) > 3 && len(r)%3 != 0 && len(out) < maxTrigrams {
			out = append(out, quote(string(r[len(r)-3:])))
		}
	}
	return strings.Join(out, " AND "), len(out) > 0
}

// quote makes an FTS5 string (https://www.sqlite.org/fts5.html#fts5_strings).
func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
