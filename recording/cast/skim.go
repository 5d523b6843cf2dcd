package cast

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// skimmer walks over one JSON object without holding more of it than one value:
// the header of a cast, and in version 1 the whole cast. It finds where values
// begin and end; what they mean is for others.
type skimmer struct {
	src       *bufio.Reader
	offset    int64 // bytes consumed
	line, col int   // of the next byte, from 1
	header    int   // bytes of the header so far
	mended    []SyntaxError
}

var errLong = errors.New("too long")

func (s *skimmer) next() (byte, error) {
	c, err := s.src.ReadByte()
	if err != nil {
		return 0, err
	}
	s.offset++
	s.col++
	if c == '\n' {
		s.line, s.col = s.line+1, 1
	}
	return c, nil
}

func (s *skimmer) back() {
	_ = s.src.UnreadByte() // always follows a ReadByte
	s.offset--
	s.col-- // never called for a newline
}

// peek returns the next byte that is not white space, and stays before it.
func (s *skimmer) peek() (byte, error) {
	for {
		c, err := s.next()
		if err != nil {
			return 0, err
		}
		if c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			s.back()
			return c, nil
		}
	}
}

// value appends the raw text of the next value to dst: a string up to its quote, an
// object or array up to its bracket, anything else up to what ends it. It does not
// tell whether the value is valid. More than most bytes are errLong.
func (s *skimmer) value(dst []byte, most int) ([]byte, error) {
	if _, err := s.peek(); err != nil {
		return dst, err
	}
	depth, quoted, from := 0, false, len(dst)
	for {
		c, err := s.next()
		if err != nil {
			if err == io.EOF && depth == 0 && !quoted && len(dst) > from {
				return dst, nil // a number or a word may end like this
			}
			return dst, unexpected(err)
		}
		if len(dst)-from >= most {
			return dst, errLong
		}
		switch {
		case quoted:
			if c == '\\' {
				dst = append(dst, c)
				if c, err = s.next(); err != nil {
					return dst, unexpected(err)
				}
			} else if c == '"' {
				quoted = false
				if depth == 0 {
					return append(dst, c), nil
				}
			}
		case c == '"':
			if depth == 0 && len(dst) > from {
				s.back()
				return dst, nil
			}
			quoted = true
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			if depth == 0 {
				s.back()
				return dst, nil
			}
			if depth--; depth == 0 {
				return append(dst, c), nil
			}
		case depth == 0 && (c == ',' || c == ':'):
			s.back()
			return dst, nil
		case depth == 0 && (c == ' ' || c == '\t' || c == '\r' || c == '\n'):
			return dst, nil
		}
		dst = append(dst, c)
	}
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// members reads an object's members, from the one that comes next, until the
// object ends (done) or stop is the next member's key and its value an array: then
// the next byte is its bracket. With mend, raw control bytes in strings are
// escaped.
func (s *skimmer) members(first, mend bool, stop string) (fields []field, done bool, err error) {
	for ; ; first = false {
		c, err := s.peek()
		if err != nil {
			return fields, false, s.damage(err, "the header does not end")
		}
		if c == '}' {
			_, err := s.next()
			return fields, true, err
		}
		if !first {
			if c != ',' {
				return fields, false, s.errorf("a comma or } is missing in the header")
			}
			_, _ = s.next()
		}
		f, stopped, err := s.member(mend, stop)
		if err != nil || stopped {
			return fields, false, err
		}
		fields = append(fields, f)
	}
}

func (s *skimmer) member(mend bool, stop string) (f field, stopped bool, err error) {
	c, err := s.peek()
	if err != nil {
		return f, false, s.damage(err, "the header does not end")
	}
	if c != '"' {
		return f, false, s.errorf("a key is missing in the header")
	}
	key, err := s.json(mend)
	if err != nil {
		return f, false, err
	}
	if json.Unmarshal(key, &f.key) != nil {
		return f, false, s.errorf("a key is no string")
	}
	if c, err = s.peek(); err != nil || c != ':' {
		return f, false, s.damage(err, "a colon is missing in the header")
	}
	_, _ = s.next()
	if c, err = s.peek(); err != nil {
		return f, false, s.damage(err, "the header does not end")
	}
	if c == '[' && f.key == stop && stop != "" {
		return f, true, nil
	}
	f.line, f.col = s.line, s.col
	f.raw, err = s.json(mend)
	return f, false, err
}

// json reads a whole, valid value of the header.
func (s *skimmer) json(mend bool) ([]byte, error) {
	line, col := s.line, s.col
	raw, err := s.value(nil, MaxHeader-s.header)
	s.header += len(raw)
	if errors.Is(err, errLong) {
		return nil, &SyntaxError{line, col, fmt.Sprintf("the header is longer than %d bytes", MaxHeader)}
	}
	if err != nil {
		return nil, s.damage(err, "the header does not end")
	}
	if mend && !json.Valid(raw) || mend && validLen(raw) != len(raw) {
		raw = AppendValid(nil, escapeControls(raw))
		s.mended = append(s.mended, SyntaxError{line, col, "raw control bytes or broken UTF-8 in the header"})
	}
	if !json.Valid(raw) || validLen(raw) != len(raw) {
		return nil, &SyntaxError{line, col, "the header is not valid JSON here: " + cut(string(raw))}
	}
	return raw, nil
}

// escapeControls writes raw control bytes in the strings of raw as JSON wants them.
func escapeControls(raw []byte) []byte {
	var out []byte
	quoted := false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted && i+1 < len(raw) && raw[i+1] >= 0x20:
			out = append(out, c)
			i++
		case c < 0x20 && quoted:
			out = fmt.Appendf(out, `\u%04x`, c)
			continue
		}
		out = append(out, raw[i])
	}
	return out
}

// errorf is a syntax error at the next byte.
func (s *skimmer) errorf(reason string) error {
	return &SyntaxError{s.line, s.col, reason}
}

// damage is a syntax error at the next byte, unless err says that reading failed
// for a reason of its own.
func (s *skimmer) damage(err error, reason string) error {
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return err
	}
	return s.errorf(reason)
}
