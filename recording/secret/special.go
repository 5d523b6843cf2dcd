package secret

import "bytes"

// isAuthorization tells the names of headers that hold credentials.
func isAuthorization(name []byte) bool {
	if len(name) < 13 || name[len(name)-1]|0x20 != 'n' {
		return false
	}
	return bytes.EqualFold(name[len(name)-13:], []byte("authorization"))
}

// schemes are what may stand before the credentials of an Authorization header
// (RFC 9110, section 11; IANA's registry, and what services made up).
var schemes = [][]byte{
	[]byte("bearer"), []byte("basic"), []byte("token"), []byte("apikey"), []byte("digest"), []byte("negotiate"),
	[]byte("aws4-hmac-sha256"), []byte("key"), []byte("splunk"), []byte("genie key"), []byte("bot"),
}

// authorization judges a header, whose separator stands at a place.
func (s *source) authorization(at int) verdict {
	b := s.b
	i := at + 1
	skip := func(more string) {
		for i < len(b) && i-at < 64 && bytes.IndexByte([]byte(more), b[i]) >= 0 {
			i++
		}
	}
	skip(" \t\"'\\>=")
	from, list := i, false
	end := nonQuoted.run(b, i)
	for _, scheme := range schemes {
		if bytes.EqualFold(b[i:end], scheme) {
			list = len(scheme) > 5 && scheme[0] != 'b' && scheme[0] != 'n'
			i = end
			skip(" \t")
			from = i
			break
		}
	}
	class := nonQuoted
	if list { // name="value", name="value"
		class = notOf("\n\r")
	}
	end = class.run(b, from)
	text := b[from:end]
	v := verdict{kind: Authorization, start: from, end: end, body: class, mask: from}
	if end == len(b) && !s.final {
		if len(text) > 0 && unlikely(text) {
			return verdict{}
		}
		v.state = maybe
		// Until a blank comes, what is there may be the name of the scheme.
		v.eager = from > at+1 && len(text) > 16 || i > at+2 && len(text) > 0 && from == i && beginsWithScheme(b[at+1:from])
		if v.eager && len(text) >= 24 && !placeholder(text) {
			v.state = open
		}
		return v
	}
	c := countOf(text)
	if len(text) < 6 || unlikely(text) || placeholder(text) || c.digit+c.upper+c.other == 0 || code(text) {
		return verdict{}
	}
	v.state = found
	return v
}

func beginsWithScheme(text []byte) bool {
	text = bytes.TrimLeft(text, " \t\"'\\>=")
	for _, scheme := range schemes {
		if len(text) > len(scheme) && bytes.EqualFold(text[:len(scheme)], scheme) {
			return true
		}
	}
	return false
}

// bearer is a token that is named as one, outside of a header.
func (s *source) bearer(at int) verdict {
	b := s.b
	if !hasPrefix(b[at:], "earer ") || at == 0 || b[at-1]|0x20 != 'b' {
		return verdict{}
	}
	from := at + len("earer ")
	end := urlSafe.run(b, from)
	v := verdict{kind: Authorization, start: from, end: end, body: urlSafe, mask: from}
	if end == len(b) && !s.final {
		if v.state = maybe; end-from >= 40 {
			v.state = open
		}
		return v
	}
	c := countOf(b[from:end])
	if end-from < 20 || c.digit == 0 || c.lower+c.upper == 0 || placeholder(b[from:end]) {
		return verdict{}
	}
	v.state = found
	return v
}

// connection is a password in scheme://user:password@host (RFC 3986, section 3.2).
func (s *source) connection(at int) verdict {
	b := s.b
	if !hasPrefix(b[at:], "://") || at == 0 || !alnum[b[at-1]] {
		return verdict{}
	}
	from := at + 3
	limit := min(len(b), from+512)
	colon := notOf(" \t\n\r\"'`<>/@:[?#\\").run(b[:limit], from)
	if colon >= limit || b[colon] != ':' {
		return verdict{}
	}
	start := colon + 1
	end := authority.run(b[:limit], start)
	v := verdict{kind: Connection, start: start, end: end, mask: start, body: passwordBody}
	if end < limit && (b[end] == '?' || b[end] == '#') && classOf("0-9").run(b, start) < end { // no port: it is of the password
		if more := lenient.run(b[:limit], end); bytes.IndexByte(b[end:more], '@') >= 0 || more == len(b) && !s.final {
			end = more
		}
	}
	sign := bytes.LastIndexByte(b[start:end], '@')
	if end == len(b) && !s.final && sign < 0 {
		// A port has digits only: anything else is a password, though it may be the tag
		// of an image until the end is seen.
		v.state, v.eager = maybe, end > start && classOf("0-9").run(b, start) < end && !unlikely(b[start:end])
		return v
	}
	if sign < 0 {
		return verdict{}
	}
	v.end = start + sign
	text := b[start:v.end]
	if len(text) < 3 || unlikely(text) || placeholder(text) || hasPrefix(b[v.end:], "@example.") {
		return verdict{}
	}
	v.state = found
	if t := s.tokenAt(start); t.state == found && t.end == v.end {
		v.kind = t.kind
	}
	return v
}

var (
	lenient      = notOf(" \t\n\r\"'`<>/\\")
	authority    = notOf(" \t\n\r\"'`<>/?#\\")
	passwordBody = notOf(" \t\n\r\"'`<>/\\@")
)

// jwt is a JSON web token: header, payload and signature, the first two JSON
// objects in base64url (RFC 7519).
func (s *source) jwt(at int) verdict {
	b := s.b
	if !hasPrefix(b[at:], "eyJ") {
		if !s.final && len(b)-at < 3 && hasPrefix([]byte("eyJ"), string(b[at:])) && (at == 0 || !word[b[at-1]]) {
			return verdict{state: maybe, kind: JWT, start: at, end: len(b), body: urlSafe}
		}
		return verdict{}
	}
	if at > 0 && alnum[b[at-1]] && !escaped(b, at) { // ghs_1_eyJ… is one
		return verdict{}
	}
	dots := wordDash.and(".")
	end := dots.run(b, at)
	v := verdict{kind: JWT, start: at, end: end, body: dots, mask: at + 3}
	first := bytes.IndexByte(b[at:end], '.')
	if first >= 0 {
		rest := b[at+first+1 : end]
		second := bytes.IndexByte(rest, '.')
		switch {
		case first < 10, len(rest) >= 3 && !hasPrefix(rest, "eyJ") && second < 0, second >= 0 && (second < 4 || !hasPrefix(rest, "eyJ")):
			return verdict{}
		case second >= 0 && len(rest)-second > 8:
			if v.state = found; end == len(b) && !s.final {
				v.state = open
			}
			return v
		}
		v.eager = len(rest) >= 3
	}
	if end == len(b) && !s.final {
		v.state = maybe
		return v
	}
	return verdict{}
}

// option is a password behind an option: --password hunter2.
func (s *source) option(at int) verdict {
	b := s.b
	if !hasPrefix(b[at:], "--") || at > 0 && b[at-1] != ' ' && b[at-1] != '"' && b[at-1] != '\'' {
		return verdict{}
	}
	i := wordDash.run(b, at+2)
	if i >= len(b) || b[i] != ' ' || sensitive(b[at+2:i]) < tokenName {
		return verdict{}
	}
	from := i + 1
	if from < len(b) && (b[from] == '"' || b[from] == '\'') {
		from++
	}
	end := nonQuoted.run(b, from)
	text := b[from:end]
	v := verdict{kind: Option, start: from, end: end, body: nonQuoted, mask: from}
	if len(text) > 0 && (text[0] == '-' || unlikely(text)) {
		return verdict{}
	}
	if end == len(b) && !s.final {
		v.state = maybe
		return v
	}
	c := countOf(text)
	if len(text) < 6 || c.digit == 0 || c.upper+c.lower == 0 || placeholder(text) || code(text) {
		return verdict{}
	}
	v.state = found
	return v
}

func hasPrefix(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && string(b[:len(prefix)]) == prefix
}
