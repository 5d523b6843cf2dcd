package query

import (
	"fmt"
	"math/bits"
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

// InnerWords returns FTS5 expressions for the index of words, of the whole words inside
// of a pattern that may begin or end inside of others, or is a regular expression: of
// *in/main.gopher* these are main and what begins with gopher. They take away most of
// what has the pattern's trigrams, but elsewhere.
func (p *Pattern) InnerWords() []string {
	var exprs []string
	texts := p.literals
	if p.re == nil {
		texts = []string{strings.Join(p.parts, " ")}
	}
	for _, text := range texts {
		if !IsASCII(text) {
			continue // SQLite may part it differently
		}
		openStart, openEnd := p.OpenStart || p.re != nil, p.OpenEnd || p.re != nil
		if openStart {
			text = strings.TrimLeftFunc(text, isWord)
		}
		prefix := ""
		if end := strings.TrimRightFunc(text, isWord); openEnd && end != text {
			if shortPrefix(text) {
				text = end
			} else {
				prefix = "*"
			}
		}
		words := strings.FieldsFunc(text, func(r rune) bool { return !isWord(r) })
		if len(words) > 0 {
			exprs = append(exprs, quote(strings.Join(words, " "))+prefix)
		}
	}
	return exprs
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
// what the tokenizer trigram makes of the same text, which has blanks, too. It is made
// for that index, and no UTF-8.
func TrigramText(lines []string) string {
	size := 0
	for _, line := range lines {
		size += len(line)
	}
	seen := newTrigramSet(size)
	out := make([]byte, 0, size+size/2)
	for _, line := range lines {
		var t uint32 // the last three characters; the highest byte is not of them
		n := 0       // characters since the last blank
		for _, r := range line {
			b, blank := trigramByte(r)
			if n++; blank {
				n = 0
			}
			t = t<<8 | uint32(b)
			if n >= 3 && seen.add(t&0xffffff) {
				out = append(out, byte(t>>16), byte(t>>8), b, ' ')
			}
		}
	}
	return string(out)
}

// trigramSet is a set of trigrams, none of which is 0: a table with open addressing
// that never fills, since it has more places than there are characters.
type trigramSet struct {
	places []uint32
	shift  int
}

func newTrigramSet(size int) trigramSet {
	n := bits.Len(uint(size)) + 1
	return trigramSet{places: make([]uint32, 1<<n), shift: 32 - n}
}

// add says that a trigram was not there yet.
func (s trigramSet) add(t uint32) bool {
	const golden = 2654435769 // 2^32 over the golden ratio spreads the keys
	for i := t * golden >> s.shift; ; i++ {
		place := &s.places[int(i)&(len(s.places)-1)]
		switch *place {
		case t:
			return false
		case 0:
			*place = t
			return true
		}
	}
}

// isBlank is what parts of a pattern are parted by: see strings.Fields.
func isBlank(r rune) bool { return unicode.IsSpace(r) }

// trigramByte returns the byte that stands for a character of folded text. Letters
// and digits of ASCII are themselves; its other characters have their bit 7 set, which
// the tokenizer takes for part of a word. What is left of the bytes stands for all
// other characters: where two of them share one, more is found than is meant.
func trigramByte(r rune) (b byte, blank bool) {
	const others = "\xb0\xb1\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9" +
		"\xc1\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xcb\xcc\xcd\xce\xcf\xd0\xd1\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda" +
		"\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb\xec\xed\xee\xef\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa"
	switch {
	case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
		return byte(r), false
	case r < utf8.RuneSelf:
		return 0x80 | byte(r), isBlank(r)
	}
	return others[int(r)%len(others)], isBlank(r)
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
			var t [3]byte
			for i := range t {
				t[i], _ = trigramByte(r[i])
			}
			out = append(out, quote(string(t[:])))
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
