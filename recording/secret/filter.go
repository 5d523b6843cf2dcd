package secret

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"rexec/recording/internal/escape"
	"rexec/vt"
)

// Mask is what each column of a secret becomes: U+2592, one column wide.
const Mask = '▒'

const (
	maxHold = 8 << 10 // bytes that may wait to become a secret
	behind  = 512     // bytes of text kept behind what was scanned, for names and boundaries
)

// Filter masks secrets in a stream: a terminal's output, or what is typed. Text is
// read without its escape sequences, so that a colour in the middle of a token hides
// nothing; window titles and other strings inside sequences are read as texts of
// their own. A recognised secret is replaced column by column, so that what stands
// beside it stays where it is.
//
// What may still become a secret is held back until it is clear, or until Flush:
// then what is recognised by its prefix is masked from there on, also in what
// follows, and the rest let go. The caller owns the clock: Pending says whether a
// Flush is due, some 50 ms later.
//
// Limits: a stream is not a screen. A secret that a program draws out of order, by
// moving the cursor, is not seen here; recording/edit finds it.
//
// The zero value is ready to use. A Filter belongs to one goroutine.
type Filter struct {
	split  escape.Splitter
	out    []byte // what was not handed out yet
	base   int    // place in the stream of out's first byte
	text   window // what is printed
	str    window // what stands inside OSC, DCS and the like
	masked int
	// cutMask says that the last masked bytes ended inside a character.
	cutMask bool
	plain   source // what plainLines looks at
	line    []byte // a line without its colours

	cols, col int  // of the screen, 0 when not known; of the cursor, as far as it is followed
	wrapped   bool // the row began because the text reached the right edge
	cr        bool // a carriage return came, and nothing since
	named     bool // the line above says what is in this one
}

// Resize tells how wide the screen is, so that text which a program itself wraps at
// the right edge counts as one line. 0, as at first, means not known.
func (f *Filter) Resize(cols int) { f.cols, f.col, f.wrapped = cols, 0, false }

// Masked returns how many secrets were masked so far.
func (f *Filter) Masked() int { return f.masked }

// Pending tells whether something is held back: Flush is due.
func (f *Filter) Pending() bool { return len(f.out) > 0 }

// Held returns how many bytes are held back.
func (f *Filter) Held() int { return len(f.out) }

// Append takes the next bytes of the stream, and appends to dst what can go out.
func (f *Filter) Append(dst, p []byte) []byte {
	for len(p) > 0 {
		if f.atLineStart() {
			if n := f.plainLines(p); n > 0 {
				dst = append(dst, p[:n]...)
				f.base += n
				p = p[n:]
				continue
			}
		}
		n, part := f.split.Next(p)
		at := f.base + len(f.out)
		f.out = append(f.out, p[:n]...)
		switch part {
		case escape.Text:
			f.endCR()
			f.print(p[:n], at)
		case escape.Control:
			f.control(p[0])
			if p[0] == '\n' {
				dst = f.release(dst, false) // what follows may be plain
			}
		case escape.Body:
			f.str.add(p[:n], at)
		case escape.Whole, escape.Broken:
			f.sequence()
		}
		p = p[n:]
	}
	return f.release(dst, false)
}

// Flush appends to dst what was held back: masked, if it was recognised. A Filter
// goes on after it.
func (f *Filter) Flush(dst []byte) []byte { return f.release(dst, true) }

func (f *Filter) print(p []byte, at int) {
	f.text.add(p, at)
	if f.cols == 0 {
		return
	}
	for i := 0; i < len(p); {
		r, n := rune(p[i]), 1
		w := 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRune(p[i:])
			w = vt.RuneWidth(r)
		}
		i += n
		if f.col+w > f.cols {
			f.col, f.wrapped = 0, true
		}
		f.col += w
	}
}

func (f *Filter) control(b byte) {
	switch b {
	case '\n':
		f.named = names(f.text.line())
		// At the right edge the line goes on, unless it is just as long.
		if !f.cr || f.cols == 0 || f.col != f.cols {
			f.text.feed()
			f.wrapped = false
		} else {
			f.wrapped = true
		}
		f.cr, f.col = false, 0
	case '\r': // two are as good as one: ONLCR makes \r\r\n of \r\n
		f.cr = true
	case '\b':
		f.endCR()
		f.text.back()
		f.col = max(0, f.col-1)
	case '\t':
		f.endCR()
		f.text.feedByte('\t')
		f.col = min(f.cols, f.col/8*8+8)
	}
}

// endCR is called for what follows a carriage return, unless it is a newline. Line
// editors that reach the right edge print a blank and a carriage return to get to
// the next row; any other one goes back to the line's start.
func (f *Filter) endCR() {
	if !f.cr {
		return
	}
	f.cr = false
	if f.wrapped && f.col == 1 && f.text.last() == ' ' {
		f.text.back()
	} else {
		f.leave()
		f.wrapped = false
	}
	f.col = 0
}

// leave is told that the cursor jumps away from the text. What was recognised by then
// is masked though it is not complete: line editors draw a line anew at every key, so
// that the rest of a token comes behind its beginning in another place.
func (f *Filter) leave() {
	if w := &f.text; !w.masking() {
		f.plain.b = w.text
		if f.plain.next(max(w.next, len(w.text)-len(w.line()))).state == none {
			w.next = len(w.text) // no need to look again
		} else {
			_, n := w.resolve(true)
			f.masked += n
		}
	}
	f.text.feed()
}

// sequence is told that an escape sequence is complete.
func (f *Filter) sequence() {
	raw, _ := f.split.Raw()
	if escape.IsString(f.split.Kind()) {
		f.str.feed()
		return
	}
	if stays(raw, f.split.Kind()) {
		return
	}
	f.endCR()
	if n := leftBy(raw, f.split.Kind()); n > 0 { // behind what a shell suggests, for example
		for range min(n, behind) {
			f.text.back()
		}
		f.col = max(0, f.col-n)
		return
	}
	col := column(raw, f.split.Kind())
	if f.cols == 0 || col < 0 || col != f.col || !sameRow(raw) {
		f.leave()
	}
	f.col = max(0, col)
}

// stays tells sequences that leave the cursor and the text before it where they are.
// REP (CSI b) prints, but of what is masked already no more than that.
func stays(raw []byte, kind byte) bool {
	final := raw[len(raw)-1]
	if kind != '[' {
		return len(raw) == 3 && (raw[1] == '(' || raw[1] == ')') || len(raw) == 2 && (final == '=' || final == '>' || final == '7')
	}
	if len(raw) < 3 {
		return false
	}
	private := raw[2] >= '<' && raw[2] <= '?'
	switch final {
	case 'm', 'K', 'X', 'q', 'n', 'c', 'b', 't', 'g', 'i':
		return true
	case 'u': // keyboard modes; without < = > ? it restores the cursor
		return private
	case 's':
		return private || len(raw) == 3
	case 'p':
		return raw[len(raw)-2] == '$' // asks for a mode
	case 'h', 'l':
		return raw[2] == '?' && !altScreen(raw)
	}
	return false
}

// leftBy returns how many columns CUB goes to the left, 0 for other sequences.
func leftBy(raw []byte, kind byte) int {
	if kind != '[' || raw[len(raw)-1] != 'D' {
		return 0
	}
	n, ok := number(raw[2 : len(raw)-1])
	if !ok {
		return 0
	}
	return max(n, 1)
}

// number reads a parameter; none is 0.
func number(digits []byte) (n int, ok bool) {
	for _, b := range digits {
		if b < '0' || b > '9' || n > 1<<20 {
			return 0, false
		}
		n = n*10 + int(b-'0')
	}
	return n, true
}

// column returns the column, from 0, that a sequence puts the cursor in, -1 when it
// does something else.
func column(raw []byte, kind byte) int {
	if kind != '[' || len(raw) < 3 {
		return -1
	}
	from := 2
	switch raw[len(raw)-1] {
	case 'G', '`':
	case 'H', 'f':
		if i := bytes.IndexByte(raw, ';'); i > 0 {
			from = i + 1
		} else {
			return 0
		}
	default:
		return -1
	}
	n, ok := number(raw[from : len(raw)-1])
	if !ok {
		return -1
	}
	return max(n, 1) - 1
}

// sameRow tells sequences that put the cursor into a column of the row it is in.
func sameRow(raw []byte) bool {
	final := raw[len(raw)-1]
	return final == 'G' || final == '`'
}

// altScreen tells whether a mode sequence changes the screen.
func altScreen(raw []byte) bool {
	n := 0
	for _, b := range raw[3:] {
		if b >= '0' && b <= '9' {
			n = n*10 + int(b-'0')
			continue
		}
		if n == 47 || n >= 1047 && n <= 1049 || n == 3 {
			return true
		}
		n = 0
	}
	return false
}

// release appends what is clear, or with all set everything.
func (f *Filter) release(dst []byte, all bool) []byte {
	end := f.base + len(f.out)
	hold := end
	for _, w := range []*window{&f.text, &f.str} {
		h, n := w.resolve(all)
		f.masked += n
		if h >= 0 {
			hold = min(hold, max(h, f.base))
		}
	}
	if !all && hold == end {
		hold -= f.cutRune()
	}
	dst = f.write(dst, hold)
	f.out = f.out[:copy(f.out, f.out[hold-f.base:])]
	f.base = hold
	f.text.trim(f.base)
	f.str.trim(f.base)
	return dst
}

// cutRune returns how many bytes at the end of out are a masked character that is
// not complete.
func (f *Filter) cutRune() int {
	if !f.text.masking() && !f.str.masking() {
		return 0
	}
	for n := 1; n < utf8.UTFMax && n <= len(f.out); n++ {
		if b := f.out[len(f.out)-n]; utf8.RuneStart(b) {
			if !utf8.FullRune(f.out[len(f.out)-n:]) {
				return n
			}
			break
		}
	}
	return 0
}

// write appends out up to a place in the stream, with what is masked replaced.
func (f *Filter) write(dst []byte, end int) []byte {
	a, b := &f.text.masks, &f.str.masks
	at := f.base
	for at < end {
		m := a
		if len(*a) == 0 || len(*b) > 0 && (*b)[0].from < (*a)[0].from {
			m = b
		}
		if len(*m) == 0 || (*m)[0].from >= end {
			break
		}
		s := &(*m)[0]
		from, to := max(s.from, at), min(s.to, end)
		if from > at {
			dst = append(dst, f.out[at-f.base:from-f.base]...)
		}
		if to > from {
			dst = AppendMask(dst, f.wholeRunes(f.out[from-f.base:to-f.base]))
			at = to
		}
		if s.from = to; s.to <= end {
			*m = (*m)[1:]
			continue
		}
		break
	}
	return append(dst, f.out[at-f.base:end-f.base]...)
}

// wholeRunes returns text without the rest of a character whose start went out,
// masked, by itself.
func (f *Filter) wholeRunes(text []byte) []byte {
	for f.cutMask && len(text) > 0 && !utf8.RuneStart(text[0]) {
		text = text[1:]
	}
	if len(text) == 0 {
		return text
	}
	f.cutMask = false
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if tail := text[len(text)-n:]; utf8.RuneStart(tail[0]) {
			f.cutMask = !utf8.FullRune(tail)
			break
		}
	}
	return text
}

// MaskText masks the secrets in a text that is complete, and tells how many there
// were.
func MaskText(text string) (masked string, secrets int) {
	found := Scan(text)
	if len(found) == 0 {
		return text, 0
	}
	var out []byte
	at := 0
	for _, f := range found {
		out = append(out, text[at:f.Start]...)
		for i, line := range strings.Split(text[f.Start:f.End], "\n") { // of a private key
			if i > 0 {
				out = append(out, '\n')
			}
			out = AppendMask(out, []byte(line))
		}
		at = f.End
	}
	return string(append(out, text[at:]...)), len(found)
}

// AppendMask appends as many Masks as text takes columns.
func AppendMask(dst, text []byte) []byte {
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		for range vt.RuneWidth(r) {
			dst = utf8.AppendRune(dst, Mask)
		}
		text = text[n:]
	}
	return dst
}
