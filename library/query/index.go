package query

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The library keeps two full-text indexes (SQLite FTS5) of folded text: one of
// words, with tokenizer unicode61, and one of trigrams, which finds what is inside of
// words, with tokenizer ascii. WordText and TrigramText make what goes into them.
// Words and Trigrams are what to look up there; what they find holds all that
// matches, and more.

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

// Besides the words of its lines, a chunk has marks in the index of words, after
// them: words that begin with a character for private use, which text hardly has.
// Where it has, more is found than is meant.
const (
	commandMark = '\ue000' // before each word of a command that lines belong to
	factMark    = '\ue001' // before what is known of lines
)

// CommandMarks makes the marks of a command that lines of a chunk belong to.
func CommandMarks(text string, exit *int) string {
	marks := markWords(WordText(Fold(text)))
	if exit != nil {
		marks += " " + exitMark(*exit)
		if *exit != 0 {
			marks += " " + failedMark
		}
	}
	return marks
}

var (
	// NoCommandMark is for a line that belongs to no command.
	NoCommandMark = string(factMark) + "none"
	// LongLineMark is for a line of more than NearLine words.
	LongLineMark = string(factMark) + "long"
	failedMark   = string(factMark) + "failed"
)

func exitMark(exit int) string {
	return string(factMark) + "exit" + strings.ReplaceAll(strconv.Itoa(exit), "-", "m")
}

// markWords puts a mark before each word.
func markWords(text string) string {
	var b strings.Builder
	inside := false
	for _, r := range text {
		word := isWord(r)
		if word && !inside {
			b.WriteRune(commandMark)
		}
		inside = word
		b.WriteRune(r)
	}
	return b.String()
}

// NearLine is how many words a line has at most whose words are looked for near one
// another.
const NearLine = 32

// IsLongLine says that a folded line is to be marked with LongLineMark.
func IsLongLine(folded string) bool {
	n := 0
	inside := false
	for _, r := range folded {
		word := isWord(r)
		if word && (!inside || isCJK(r)) {
			n++
		}
		inside = word
	}
	return n > NearLine
}

// Near returns the FTS5 expression for chunks in which one line may have the words of
// all expressions, which Words has made.
func Near(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	// What SQLite takes for a word and what IsLongLine does may differ now and then.
	const slack = NearLine / 4
	return fmt.Sprintf(`(NEAR(%s, %d) OR (%s AND %s))`,
		strings.Join(words, " "), NearLine+slack, quote(LongLineMark), strings.Join(words, " AND "))
}

// CommandWords returns the FTS5 expression for chunks that have lines of a command
// which the term may match; ok is as that of Words.
func (p *Pattern) CommandWords() (expr string, ok bool) { return p.wordsExpr(markWords) }

// ExitWords returns the FTS5 expression for chunks that have lines with the exit
// status of a term, and false when the index cannot tell.
func (t *Term) ExitWords() (expr string, ok bool) {
	if t.Not || t.ExitNot && t.Exit != 0 {
		return "", false
	}
	mark := failedMark
	if !t.ExitNot {
		mark = exitMark(t.Exit)
	}
	return "(" + quote(mark) + " OR " + quote(NoCommandMark) + ")", true
}

// Words returns the FTS5 expression for the index of words, and false when that
// index cannot tell: of a pattern that may begin inside a word, or has no words in
// it, or is a regular expression.
func (p *Pattern) Words() (string, bool) {
	return p.wordsExpr(func(text string) string { return text })
}

func (p *Pattern) wordsExpr(mark func(string) string) (string, bool) {
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
	return quote(mark(wordText(text, false))) + prefix, true
}

// shortPrefix says that a prefix is so short that gathering all words that begin so
// takes longer than looking at the newest text that has these characters anywhere.
func shortPrefix(text string) bool {
	n := 0
	for s := text; s != ""; n++ {
		r, size := utf8.DecodeLastRuneInString(s)
		if !isWord(r) {
			break
		}
		s = s[:len(s)-size]
	}
	return n < 5
}

func endsCJK(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return isCJK(r)
}

// TrigramText makes of folded lines what the index of trigrams holds: each three
// characters that follow one another without a blank, once. That is less than half of
// what the tokenizer trigram makes of the same text, which has blanks, too.
func TrigramText(lines []string) string {
	seen := make(map[[3]rune]struct{}, 2048)
	var b strings.Builder
	for _, line := range lines {
		var t [3]rune
		n := 0 // characters since the last blank
		for _, r := range line {
			if n++; isBlank(r) {
				n = 0
			}
			t[0], t[1], t[2] = t[1], t[2], r
			if n < 3 {
				continue
			}
			if _, ok := seen[t]; !ok {
				seen[t] = struct{}{}
				writeTrigram(&b, t)
				b.WriteByte(' ')
			}
		}
	}
	return b.String()
}

// isBlank is what parts of a pattern are parted by: see strings.Fields.
func isBlank(r rune) bool { return unicode.IsSpace(r) }

// writeTrigram moves three characters to where the tokenizer takes every one for part
// of a word. Where two of them meet, more is found than is meant.
func writeTrigram(b *strings.Builder, t [3]rune) {
	const away = 0x100
	for _, r := range t {
		b.WriteRune(r + away)
	}
}

// maxTrigrams bounds how many lists of the index are intersected for a pattern.
const maxTrigrams = 12

// Trigrams returns the FTS5 expression for the index of trigrams, and false when the
// pattern has no three characters in a row.
func (p *Pattern) Trigrams() (string, bool) {
	var parts []string
	if p.re == nil {
		parts = p.parts
	}
	for _, l := range p.literals {
		parts = append(parts, strings.FieldsFunc(l, isBlank)...)
	}
	var out []string
	add := func(r []rune) {
		if len(out) < maxTrigrams {
			var b strings.Builder
			writeTrigram(&b, [3]rune(r))
			out = append(out, quote(b.String()))
		}
	}
	for _, part := range parts {
		r := []rune(part)
		for i := 0; i+3 <= len(r); i++ {
			add(r[i : i+3])
		}
	}
	return strings.Join(out, " AND "), len(out) > 0
}

// quote makes an FTS5 string (https://www.sqlite.org/fts5.html#fts5_strings).
func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
