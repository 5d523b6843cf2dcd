package secret

import (
	"bytes"
	b64 "encoding/base64"
	"net/url"
)

// What programs send to the terminal in sequences is encoded at times, so that nobody
// sees that it is a secret: text for the clipboard (OSC 52), variables (iTerm2's OSC
// 1337), and the command line behind a prompt mark (OSC 133;C, as kitty and fish have
// it). It is masked as a whole when there is one in it; and in a stream that stops in
// its middle, from there on.

const (
	clipboardText Kind = "secret in the clipboard"
	encodedText   Kind = "encoded secret"
)

// clipboard is the body of OSC 52: "52;", which clipboards, ";", base64.
func (s *source) clipboard(at int) verdict {
	b := s.b
	if !hasPrefix(b[at:], "52;") || at > 0 && b[at-1] != '\n' && b[at-1] != ']' {
		return verdict{}
	}
	from := alnum.run(b, at+len("52;"))
	if from >= len(b) || b[from] != ';' {
		return verdict{}
	}
	return s.decoded(from+1, base64, clipboardText)
}

// userVariable is SetUserVar=name=base64.
func (s *source) userVariable(at int) verdict {
	if !hasPrefix(s.b[at:], "SetUserVar=") {
		return verdict{}
	}
	from := wordDash.run(s.b, at+len("SetUserVar="))
	if from >= len(s.b) || s.b[from] != '=' {
		return verdict{}
	}
	return s.decoded(from+1, base64, encodedText)
}

// commandLine is cmdline_url=percent-encoded.
func (s *source) commandLine(at int) verdict {
	if !hasPrefix(s.b[at:], "cmdline_url=") {
		return verdict{}
	}
	return s.decoded(at+len("cmdline_url="), percent, encodedText)
}

var percent = notOf(" \t\n\r;")

// decoded is the verdict on what is encoded in the bytes of a class at a place.
func (s *source) decoded(from int, body *class, kind Kind) verdict {
	b := s.b
	end := body.run(b, from)
	v := verdict{kind: kind, start: from, end: end, mask: from, body: body, eager: true}
	if end == len(b) && !s.final {
		v.state = maybe
		return v
	}
	var plain []byte
	if body == base64 {
		text := bytes.TrimRight(b[from:end], "=")
		plain = make([]byte, b64.RawStdEncoding.DecodedLen(len(text)))
		n, _ := b64.RawStdEncoding.Decode(plain, text)
		plain = plain[:n]
	} else {
		text, err := url.PathUnescape(string(b[from:end]))
		if err != nil || text == string(b[from:end]) {
			return verdict{} // it is read as it stands
		}
		plain = []byte(text)
	}
	// Not this detector in itself, without end.
	if len(plain) == 0 || bytes.Contains(plain, []byte("cmdline_url=")) || len(Append(nil, plain)) == 0 {
		return verdict{}
	}
	v.state = found
	return v
}
