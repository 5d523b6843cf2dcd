package secret

import "bytes"

// A private key is lines: the PEM of RFC 7468, OpenSSH's form of it, PGP's armour
// with its headers, and PuTTY's. On a screen the lines may be indented, have
// numbers before them, or be drawn beside something; so a line belongs to a key
// when its last word is all base64.

const maxKeyLines = 400

// privateKey is the detector at "-----BEGIN ".
func (s *source) privateKey(at int) verdict {
	b := s.b
	label, ok := keyLabel(b[at:], "-----BEGIN ")
	if !ok {
		if line := b[at:]; !s.final && bytes.IndexByte(line, '\n') < 0 && len(line) < 64 {
			begin := []byte("-----BEGIN ")
			n := min(len(begin), len(line))
			if bytes.Equal(line[:n], begin[:n]) && (at == 0 || b[at-1] != '-') {
				return verdict{state: maybe, kind: PrivateKey, start: at, end: len(b), mask: at}
			}
		}
		return verdict{}
	}
	v := verdict{kind: PrivateKey, start: at}
	// In one line, with \n for newlines: as JSON has it.
	i := at + label
	if !s.final && bytes.IndexByte(b[i:], '\n') < 0 && !ended(b[i:]) {
		v.state, v.end = open, len(b)
		return v
	}
	end := notOf(" \n\r\"'").run(b, i)
	if i < end && bytes.Contains(b[i:end], []byte(`\n`)) || i < end && base64[b[i]] && end-i > 80 {
		if n := bytes.Index(b[i:], []byte("-----END")); n >= 0 && n < maxKeyLines*80 {
			i += n
			last := endOfLine(b, i)
			if j := bytes.Index(b[i+8:last], []byte("-----")); j >= 0 {
				end = i + 8 + j + 5
			}
		}
		v.state, v.end = found, end
		return v
	}
	v.end = s.keyLines(endOfLine(b, i), maxKeyLines)
	v.state = found
	if v.end == len(b) && !s.final && !ended(b[at:]) {
		v.state = open
	}
	return v
}

// keyLabel returns the length of "-----BEGIN … PRIVATE KEY-----", with whatever
// stands for … .
func keyLabel(b []byte, begin string) (int, bool) {
	if !hasPrefix(b, begin) {
		return 0, false
	}
	line := b[:min(len(b), 96)]
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	k := bytes.Index(line, []byte("PRIVATE KEY"))
	if k < 0 {
		return 0, false
	}
	i := bytes.Index(line[k:], []byte("-----"))
	if i < 0 {
		return 0, false
	}
	return k + i + 5, true
}

func ended(b []byte) bool {
	_, ok := keyLabel(b[max(0, bytes.LastIndex(b, []byte("-----END "))):], "-----END ")
	return ok
}

// keyLines returns where the lines of a key that begin behind i end: with its END
// line, or before the first line that is none of a key's.
func (s *source) keyLines(i, most int) int {
	b := s.b
	end := i
	blanks := 0
	for range most {
		if end >= len(b) {
			return len(b)
		}
		next := endOfLine(b, end+1)
		line := b[end+1 : next]
		if bytes.Contains(line, []byte("-----END")) {
			return next
		}
		switch {
		case len(bytes.TrimSpace(line)) == 0:
			if blanks++; blanks > 1 {
				return i
			}
			end = next
			continue
		case !keyLine(line):
			return i
		}
		end, i, blanks = next, next, 0
	}
	return i
}

func endOfLine(b []byte, i int) int {
	if i >= len(b) {
		return len(b)
	}
	if n := bytes.IndexByte(b[i:], '\n'); n >= 0 {
		return i + n
	}
	return len(b)
}

// keyLine tells whether a line can be one of a key: base64, or a header such as
// "Proc-Type: 4,ENCRYPTED".
func keyLine(line []byte) bool {
	line = bytes.TrimSpace(line)
	if i := bytes.IndexByte(line, ':'); i > 0 && wordDash.run(line, 0) == i {
		for _, h := range []string{"Proc-Type", "DEK-Info", "Version", "Comment", "Hash", "Charset", "MessageID"} {
			if string(line[:i]) == h {
				return true
			}
		}
	}
	if i := bytes.LastIndexAny(line, " \t"); i >= 0 {
		if gutter := line[:i]; len(gutter) > 16 || bytes.IndexFunc(gutter, func(r rune) bool { return r < 0x80 && alnum[byte(r)] && (r < '0' || r > '9') }) >= 0 {
			return false
		}
		line = line[i+1:]
	}
	line = bytes.TrimRight(line, "\"',")
	n := base64.run(line, 0)
	return n == len(line) && n > 0 && n <= 256 && (n > 20 || line[0] == '=' || countOf(line).upper+countOf(line).digit > 0)
}

// privateKeyEnd is the detector at "-----END ": of a key whose beginning is out of
// sight. Its lines are those above that are of one length.
func (s *source) privateKeyEnd(at int) verdict {
	b := s.b
	label, ok := keyLabel(b[at:], "-----END ")
	if !ok {
		return verdict{}
	}
	start := bytes.LastIndexByte(b[:at], '\n') + 1
	for range maxKeyLines {
		if start == 0 {
			break
		}
		above := bytes.LastIndexByte(b[:start-1], '\n') + 1
		if !keyLine(b[above : start-1]) {
			break
		}
		start = above
	}
	return verdict{state: found, kind: PrivateKey, start: min(start, at), end: at + label}
}

// puttyKey is the private part of a PuTTY key file: "Private-Lines: 14" and so many
// lines.
func (s *source) puttyKey(at int) verdict {
	if !hasPrefix(s.b[at:], "Private-Lines: ") {
		return verdict{}
	}
	n := 0
	i := at + len("Private-Lines: ")
	for ; i < len(s.b) && s.b[i] >= '0' && s.b[i] <= '9' && n < maxKeyLines; i++ {
		n = n*10 + int(s.b[i]-'0')
	}
	from := endOfLine(s.b, i)
	end := s.keyLines(from, min(n, maxKeyLines))
	if end <= from+1 {
		if !s.final && n > 0 {
			return verdict{state: open, kind: PrivateKey, start: from, end: len(s.b), mask: from}
		}
		return verdict{}
	}
	v := verdict{state: found, kind: PrivateKey, start: from + 1, end: end}
	if end == len(s.b) && !s.final {
		v.state = open
	}
	return v
}
