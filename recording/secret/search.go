package secret

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"rexec/recording/cast"
	"rexec/recording/internal/escape"
	"rexec/recording/internal/shown"
)

// Where says in which part of a recording a secret was found.
type Where string

// The parts.
const (
	OnScreen Where = "screen"
	InTitle  Where = "title" // or in another string inside an escape sequence
	InInput  Where = "input"
	InMarker Where = "marker" // or in an event of a kind that is not known
	InHeader Where = "header"
)

// Leak is a secret in a recording.
type Leak struct {
	Kind  Kind
	Where Where
	Time  time.Duration // when it was complete for the first time
	// Excerpt is the line it stands in, cut, with the secret masked: data, which may
	// hold anything else.
	Excerpt string
	secret  string
}

// MaxLeaks bounds what Search returns.
const MaxLeaks = 10_000

// Search returns the secrets in a recording, by time: on every screen it ever
// showed, also for a moment or in the middle of an event, in titles, in what was
// typed, in markers, and in the header. One that is shown many times is one Leak.
// The error is the context's or the reader's.
func Search(ctx context.Context, r *cast.Reader) ([]Leak, error) {
	h := r.Header()
	s := search{known: map[string]bool{}, watch: shown.New(h.Cols, h.Rows, false)}
	s.watch.See = s.see
	s.watch.String = func(raw []byte, _ byte, _ bool) { s.text(InTitle, raw) }
	for n := 0; ; n++ {
		if n%256 == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		s.now = e.Time
		s.event(e)
	}
	s.watch.End()
	s.text(InInput, s.typed.line)
	s.now = 0
	s.header(r.Header()) // of version 1, it is complete now
	return s.leaks(), nil
}

type search struct {
	watch *shown.Watcher
	now   time.Duration
	found []Leak
	known map[string]bool
	typed Typed
	buf   []Finding
	data  []byte
}

func (s *search) event(e cast.Event) {
	switch e.Code {
	case cast.Output:
		s.data = append(s.data[:0], e.Data...)
		s.watch.Output(s.data)
	case cast.Resize:
		if cols, rows, err := cast.ParseSize(e.Data); err == nil {
			s.watch.Resize(cols, rows)
		}
	case cast.Input:
		for _, r := range e.Data {
			if line := s.typed.Take(r); line != nil {
				s.text(InInput, line)
			}
		}
	case cast.Exit:
	default:
		s.text(InMarker, []byte(e.Data))
	}
}

func (s *search) see(t shown.Text) {
	if n := Lines(t.Bytes); n > 0 {
		s.watch.Pages(n)
	}
	s.text(OnScreen, t.Bytes)
}

// Lines returns how many lines the secret may take that a line is the beginning of; 0
// when there is none, or not beyond the line. Who looks at lines one by one has to look
// at that many as one text.
func Lines(line []byte) int {
	switch {
	case bytes.Contains(line, []byte("PRIVATE KEY")) || bytes.Contains(line, []byte("Private-Lines")):
		return maxKeyLines
	case names(line):
		return 4 // the next one, and some readings until it is there
	}
	return 0
}

func (s *search) header(h cast.Header) {
	s.text(InHeader, []byte(h.Title))
	s.text(InHeader, []byte(h.Command))
	for _, name := range slices.Sorted(maps.Keys(h.Env)) {
		s.text(InHeader, []byte(name+"="+h.Env[name]))
	}
	for _, fields := range []map[string]json.RawMessage{h.Unknown, h.UnknownTerm} {
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			s.text(InHeader, []byte(name+": "+string(fields[name])))
		}
	}
	if h.Rexec != nil {
		for _, name := range slices.Sorted(maps.Keys(h.Rexec.Unknown)) {
			s.text(InHeader, []byte(name+": "+string(h.Rexec.Unknown[name])))
		}
	}
}

// text looks for secrets in a text of the present moment.
func (s *search) text(where Where, text []byte) {
	s.buf = Append(s.buf[:0], text)
	for i, f := range s.buf {
		secret := string(text[f.Start:f.End])
		key := string(f.Kind) + "\x00" + secret
		if s.known[key] || len(s.found) >= MaxLeaks {
			continue
		}
		s.known[key] = true
		s.found = append(s.found, Leak{f.Kind, where, s.now, excerpt(text, s.buf, i), secret})
	}
}

// leaks returns what was found, less what is only a part of another: a token while
// it was typed, a key before all of it was printed.
func (s *search) leaks() []Leak {
	var out []Leak
	for i, l := range s.found {
		part := false
		for j := range s.found {
			o := &s.found[j]
			part = part || i != j && o.Kind == l.Kind && len(o.secret) > len(l.secret) && strings.Contains(o.secret, l.secret)
			if part || j > i+2000 {
				break
			}
		}
		if !part {
			out = append(out, l)
		}
	}
	slices.SortStableFunc(out, func(a, b Leak) int { return int(min(max(a.Time-b.Time, -1), 1)) })
	return out
}

// excerpt returns the line around a finding with all findings in it masked. Of a
// long token the first characters, which name the service, are left.
func excerpt(text []byte, all []Finding, i int) string {
	const before, after, stars = 40, 24, 8
	f := all[i]
	from := max(f.Start-before, bytes.LastIndexByte(text[:f.Start], '\n')+1)
	to := min(f.End+after, len(text))
	if n := bytes.IndexByte(text[f.End:to], '\n'); n >= 0 {
		to = f.End + n
	}
	var b strings.Builder
	at := from
	for _, o := range all {
		if o.End <= from || o.Start >= to {
			continue
		}
		b.Write(text[min(at, max(at, o.Start)):max(at, o.Start)])
		at = min(max(at, o.End), to)
		if o.End-o.Start >= 20 && isToken(o.Kind) && o.Start >= from {
			b.Write(text[o.Start : o.Start+4])
		}
		b.WriteString(strings.Repeat(string(Mask), stars))
	}
	b.Write(text[at:to])
	s := strings.ToValidUTF8(b.String(), "")
	if from > 0 && text[from-1] != '\n' {
		s = "…" + s
	}
	if to < len(text) && text[to] != '\n' {
		s += "…"
	}
	return strings.TrimSpace(s)
}

// isToken tells kinds whose secrets begin with a public prefix.
func isToken(k Kind) bool {
	switch k {
	case Connection, Authorization, Assignment, HighEntropy, Option, PrivateKey, azure:
		return false
	}
	return true
}

// Typed follows a line that is being typed: keys, without the sequences that other
// keys send, corrected by backspaces. The zero value is ready to use.
type Typed struct {
	line  []byte
	split escape.Splitter
}

// Line returns what is typed so far.
func (t *Typed) Line() []byte { return t.line }

// Take takes a character. It returns the line when the character ends it, nil
// otherwise; the line is valid until the next call.
func (t *Typed) Take(r rune) (line []byte) {
	var buf [utf8.UTFMax]byte
	for p := utf8.AppendRune(buf[:0], r); len(p) > 0; {
		n, part := t.split.Next(p)
		switch {
		case part == escape.Text:
			if len(t.line) < 64<<10 {
				t.line = append(t.line, p[:n]...)
			}
		case part != escape.Control:
		case p[0] == '\r', p[0] == '\n', p[0] == 0x03:
			line, t.line = t.line, t.line[len(t.line):]
			if line == nil {
				line = []byte{}
			}
		case p[0] == 0x15: // ^U
			t.line = t.line[:0]
		case p[0] == 0x7f, p[0] == '\b':
			_, n := utf8.DecodeLastRune(t.line)
			t.line = t.line[:len(t.line)-n]
		}
		p = p[n:]
	}
	return line
}
