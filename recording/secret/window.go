package secret

import "bytes"

// window is the text of a stream that is still of interest: what is not decided,
// and the context before it.
type window struct {
	text []byte
	segs []seg // where text stands in the stream, by its order
	next int   // where the scan goes on
	// While a secret goes on, body says of what bytes; key: it is a private key.
	body  *class
	key   *keyState
	masks []span // places in the stream to mask, in order
}

// seg is a stretch of text that stands in the stream without a gap.
type seg struct{ text, out, n int }

type span struct{ from, to int }

// rescan is how much of a line that held nothing is looked at again when more of it
// comes: an anchor may have been cut.
const rescan = 200

func (w *window) add(p []byte, at int) {
	w.segs = append(w.segs, seg{len(w.text), at, len(p)})
	w.text = append(w.text, p...)
}

// feed is the end of a line, or a jump of the cursor.
func (w *window) feed() {
	if w.last() != '\n' || w.key != nil {
		w.feedByte('\n')
	}
}

func (w *window) feedByte(b byte) { w.text = append(w.text, b) }

// line returns the last line, as far as it is there.
func (w *window) line() []byte { return w.text[bytes.LastIndexByte(w.text, '\n')+1:] }

func (w *window) last() byte {
	if len(w.text) == 0 {
		return '\n'
	}
	return w.text[len(w.text)-1]
}

// back is a backspace: the last character of the line is gone.
func (w *window) back() {
	for n := len(w.text); n > w.next && n > 0 && w.text[n-1] != '\n'; n = len(w.text) {
		lead := w.text[n-1]&0xc0 != 0x80
		w.text = w.text[:n-1]
		if i := len(w.segs) - 1; i >= 0 && w.segs[i].text+w.segs[i].n == n {
			if w.segs[i].n--; w.segs[i].n == 0 {
				w.segs = w.segs[:i]
			}
		}
		if lead {
			return
		}
	}
}

func (w *window) masking() bool { return w.body != nil || w.key != nil }

// mask marks a stretch of text.
func (w *window) mask(from, to int) {
	for _, s := range w.segs {
		a, b := max(from, s.text), min(to, s.text+s.n)
		if a >= b {
			continue
		}
		m := span{s.out + a - s.text, s.out + b - s.text}
		if i := len(w.masks) - 1; i >= 0 && w.masks[i].to >= m.from {
			w.masks[i].to = max(w.masks[i].to, m.to)
			continue
		}
		w.masks = append(w.masks, m)
	}
}

// place returns where a byte of text stands in the stream: what follows it, if it
// stands nowhere itself.
func (w *window) place(i int) int {
	for _, s := range w.segs {
		if i < s.text+s.n {
			return s.out + max(0, i-s.text)
		}
	}
	return -1
}

// resolve decides on the text as far as it can. It returns from where on the stream
// must wait, -1 for nowhere, and how many secrets it has masked. With all set
// nothing waits.
func (w *window) resolve(all bool) (hold, secrets int) {
	if w.masking() {
		w.goOn()
		if w.masking() {
			w.next = len(w.text)
			return -1, 0
		}
	}
	s := source{b: w.text}
	for at := w.next; ; {
		v := s.next(at)
		switch v.state {
		case none:
			w.next = max(w.next, at, len(w.text)-rescan, bytes.LastIndexByte(w.text, '\n')+1)
			return -1, secrets
		case found:
			w.mask(v.start, v.end)
			secrets++
			w.next, at = v.end, v.end
		case open:
			w.mask(v.start, v.end)
			w.begin(v)
			return -1, secrets + 1
		case maybe:
			switch give := all || len(w.text)-v.start > maxHold; {
			case !give:
				w.next = min(max(w.next, at), v.start)
				return w.place(v.start), secrets
			case v.eager && v.mask < len(w.text):
				w.mask(v.mask, len(w.text))
				w.begin(v)
				return -1, secrets + 1
			case len(w.text)-v.start > maxHold:
				w.next = len(w.text)
				return -1, secrets
			}
			// It may become one yet, though its beginning is gone.
			keep := w.next
			n, more := w.rest(&s, v.start+1)
			if w.masking() || more {
				return -1, secrets + n
			}
			w.next = min(max(keep, at), v.start)
			return -1, secrets + n
		}
	}
}

// rest masks what else there is behind a beginning that was let go.
func (w *window) rest(s *source, at int) (secrets int, moved bool) {
	for {
		v := s.next(at)
		switch {
		case v.state == none:
			return secrets, moved
		case v.state == found:
			w.mask(v.start, v.end)
			w.next, at, moved = v.end, v.end, true
			secrets++
		case v.state == open, v.eager && v.mask < len(w.text):
			w.mask(max(v.mask, v.start), len(w.text))
			w.begin(v)
			return secrets + 1, true
		default:
			at = v.start + 1
		}
	}
}

func (w *window) begin(v verdict) {
	w.body = v.body
	if v.body == nil {
		line := w.text[bytes.LastIndexByte(w.text, '\n')+1:]
		w.key = &keyState{line: bytes.Clone(line[:min(len(line), 256)])}
	}
	w.next = len(w.text)
}

// goOn masks what belongs to the secret that goes on.
func (w *window) goOn() {
	from, i := w.next, w.next
	for ; i < len(w.text); i++ {
		b := w.text[i]
		if w.key != nil && w.key.take(b) || w.body != nil && w.body[b] {
			continue
		}
		w.body, w.key = nil, nil
		break
	}
	w.mask(from, i)
	w.next = i
}

// keyState follows the lines of a private key.
type keyState struct {
	line   []byte
	blanks int
	lines  int
	over   bool
}

// take tells whether a byte can belong to a key.
func (k *keyState) take(b byte) bool {
	if k.over {
		return false
	}
	if b == '\n' {
		if len(k.line) == 0 {
			k.blanks++
		} else {
			k.blanks = 0
		}
		k.lines++
		k.over = isEnd(k.line)
		k.line = k.line[:0]
		return k.blanks < 3 && k.lines < maxKeyLines
	}
	if len(k.line) >= 256 { // a key in one line: its end is what counts
		k.line = k.line[:copy(k.line, k.line[len(k.line)-128:])]
	}
	k.line = append(k.line, b)
	if isEnd(k.line) {
		k.over = true
	}
	return keyByte[b]
}

var keyByte = base64.and(" \t\r:,.()\\-")

func isEnd(line []byte) bool {
	i := bytes.Index(line, []byte("-----END "))
	if i < 0 {
		return false
	}
	_, ok := keyLabel(line[i:], "-----END ")
	return ok
}

// trim forgets what is decided, but for the context.
func (w *window) trim(released int) {
	if len(w.segs) > 16 {
		keep := w.segs[:0]
		for _, s := range w.segs {
			if s.out+s.n > released {
				keep = append(keep, s)
			}
		}
		w.segs = keep
	}
	cut := min(w.next, len(w.text)) - behind
	if cut < 4*behind {
		return
	}
	w.text = w.text[:copy(w.text, w.text[cut:])]
	w.next -= cut
	keep := w.segs[:0]
	for _, s := range w.segs {
		if s.text -= cut; s.text+s.n > 0 {
			keep = append(keep, s)
		}
	}
	w.segs = keep
}
