package edit

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"rexec/recording/cast"
	"rexec/recording/internal/escape"
	"rexec/recording/internal/shown"
	"rexec/recording/secret"
)

// masker carries out a plan: it is the second pass.
type masker struct {
	plan   *plan
	finder finder
	split  escape.Splitter
	glyph  int64
	input  int64
	nextG  int  // in plan.glyphs
	nextI  int  // in plan.typed
	marks  bool // marks that follow belong to a masked character
	out    []byte
}

func newMasker(p *plan, patterns []Pattern) *masker {
	return &masker{plan: p, finder: finder{patterns: patterns}}
}

// event returns an event with what is to be masked in it masked.
func (m *masker) event(e cast.Event) cast.Event {
	switch e.Code {
	case cast.Output:
		e.Data = m.output(e.Data)
	case cast.Input:
		e.Data = m.typed(e.Data)
	case cast.Resize, cast.Exit:
	default:
		e.Data, _ = m.finder.mask(e.Data)
	}
	return e
}

// output masks what is printed. A sequence goes out when it is complete, so that a
// string in it can be searched; until then it changes nothing on a screen.
func (m *masker) output(data string) string {
	m.out = m.out[:0]
	for p := []byte(data); len(p) > 0; {
		n, part := m.split.Next(p)
		switch part {
		case escape.Text:
			m.text(p[:n])
		case escape.Control:
			m.out = append(m.out, p[0])
			m.marks = false
		case escape.Whole, escape.Broken:
			m.sequence()
		}
		p = p[n:]
	}
	return string(m.out)
}

func (m *masker) text(p []byte) {
	for len(p) > 0 {
		n, numbered := shown.Glyph(p)
		if !numbered {
			if !m.marks {
				m.out = append(m.out, p[:n]...)
			}
			p = p[n:]
			continue
		}
		id := m.glyph
		m.marks = m.hit()
		if !m.marks {
			m.out = append(m.out, p[:n]...)
			p = p[n:]
			continue
		}
		if s, ok := m.plan.shapes[id]; ok {
			m.out = append(m.out, strings.Repeat(string(secret.Mask), s.width)...)
			if bytes.HasPrefix(p, []byte(s.text)) { // a cluster: all of it goes
				for rest := p[n:len(s.text)]; len(rest) > 0; {
					k, numbered := shown.Glyph(rest)
					if numbered {
						m.hit()
					}
					rest = rest[k:]
				}
				n = len(s.text)
			}
		} else {
			m.out = secret.AppendMask(m.out, p[:n])
		}
		p = p[n:]
	}
}

// hit takes the next numbered character, and tells whether it is to be masked.
func (m *masker) hit() bool {
	id := m.glyph
	m.glyph++
	g := m.plan.glyphs
	for m.nextG < len(g) && g[m.nextG] < id {
		m.nextG++
	}
	return m.nextG < len(g) && g[m.nextG] == id
}

func (m *masker) sequence() {
	raw, all := m.split.Raw()
	kind := m.split.Kind()
	if !escape.IsString(kind) {
		m.out = append(m.out, raw...)
		return
	}
	if !all {
		return // too long to be looked through, and to be anything that shows
	}
	if !suspiciousString(&m.finder, raw, kind, all) {
		m.out = append(m.out, raw...)
		return
	}
	head := bytes.IndexByte(raw, ';')
	if kind != ']' || head < 0 || isClipboard(raw) {
		return
	}
	masked, _ := m.finder.mask(string(raw[head+1:]))
	m.out = append(append(m.out, raw[:head+1]...), masked...)
}

// suspiciousString tells whether a string inside a sequence matches: as it stands,
// or for the clipboard what it encodes.
func suspiciousString(f *finder, raw []byte, kind byte, all bool) bool {
	if !all {
		return false // it is dropped
	}
	body := raw[2:]
	if i := bytes.IndexByte(body, ';'); i >= 0 && kind == ']' {
		body = body[i+1:]
	}
	if len(f.find(body)) > 0 {
		return true
	}
	if kind == ']' && isClipboard(raw) {
		if i := bytes.LastIndexByte(raw, ';'); i >= 0 {
			text := bytes.TrimRight(raw[i+1:], "\x07\x1b\\")
			plain, err := base64.StdEncoding.DecodeString(string(text))
			return err == nil && len(f.find(plain)) > 0
		}
	}
	return false
}

func isClipboard(raw []byte) bool { return bytes.HasPrefix(raw, []byte("\x1b]52;")) }

// typed masks what was typed.
func (m *masker) typed(data string) string {
	var b strings.Builder
	for _, r := range data {
		g := m.plan.typed
		for m.nextI < len(g) && g[m.nextI] < m.input {
			m.nextI++
		}
		if m.nextI < len(g) && g[m.nextI] == m.input {
			b.Write(secret.AppendMask(nil, utf8.AppendRune(nil, r)))
		} else {
			b.WriteRune(r)
		}
		m.input++
	}
	return b.String()
}

// rest returns the sequence that the recording ends in the middle of, unless there
// is something to mask in it.
func (m *masker) rest() string {
	p := m.split.Pending()
	if len(m.finder.find(p)) > 0 {
		return ""
	}
	return string(p)
}
