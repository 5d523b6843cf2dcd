package secret

import "bytes"

// What says in other ways than name=value that a value is a secret: elements,
// statements, and the files and addresses of some programs.

// element is <password>x</password>, at its first ">".
func (s *source) element(at int) verdict {
	b := s.b
	if at < 4 || !mayEnd[b[at-1]] {
		return verdict{}
	}
	i := at
	for i > 0 && at-i < maxName && (wordDash[b[i-1]] || b[i-1] == '.' || b[i-1] == ':') {
		i--
	}
	if i == 0 || b[i-1] != '<' {
		return verdict{}
	}
	how := sensitive(b[i:at])
	if how < tokenName {
		return verdict{}
	}
	p := place{name: b[i:at], sep: ':', quote: '<', from: at + 1}
	end := elementText.run(b, p.from)
	if end < len(b) && b[end] != '<' {
		return verdict{}
	}
	return s.value(p, how)
}

var elementText = notOf("<\n\r")

// sql is a statement that sets a password: IDENTIFIED BY 'x', WITH PASSWORD 'x'.
func (s *source) sql(at int) verdict {
	b := s.b
	quote := bytes.IndexByte(b[at:min(len(b), at+len("password '"))], '\'')
	if quote < 0 {
		return verdict{}
	}
	i := at + quote
	before := b[max(0, i-len("identified by ")):i]
	if !bytes.EqualFold(before, []byte("identified by ")) && !bytes.EqualFold(before[max(0, len(before)-len("password ")):], []byte("password ")) {
		return verdict{}
	}
	return s.value(place{sep: ':', quote: '\'', from: i + 1}, wordName)
}

// changed is the second value of password = "x" -> "y", as Terraform shows a plan.
func (s *source) changed(at int) verdict {
	b := s.b
	if !hasPrefix(b[at:], `-> "`) {
		return verdict{}
	}
	line := max(bytes.LastIndexByte(b[:at], '\n')+1, at-400)
	eq := bytes.IndexByte(b[line:at], '=')
	if eq < 0 {
		return verdict{}
	}
	p, ok := s.name(line + eq)
	if !ok {
		return verdict{}
	}
	how := sensitive(p.name)
	if how == harmless {
		return verdict{}
	}
	p.quote, p.from, p.tight = '"', at+len(`-> "`), false
	return s.value(p, how)
}

// netrc is a line of ~/.netrc: machine host login name password x.
func (s *source) netrc(at int) verdict {
	b := s.b
	if !hasPrefix(b[at:], "machine ") || at > 0 && word[b[at-1]] {
		return verdict{}
	}
	line := b[at:endOfLine(b, min(len(b), at))]
	line = line[:min(len(line), 300)]
	i := bytes.Index(line, []byte(" password "))
	if i < 0 || !bytes.Contains(line[:i], []byte(" login ")) {
		return verdict{}
	}
	return s.word(at+i+len(" password "), nonQuoted, Assignment, true)
}

// dataSource is a password in the address of a database as Go's drivers write it:
// name:password@tcp(host:port)/x.
func (s *source) dataSource(at int) verdict {
	b := s.b
	if !hasPrefix(b[at:], "@tcp(") && !hasPrefix(b[at:], "@unix(") {
		return verdict{}
	}
	i := at
	for i > 0 && at-i < 128 && nonQuoted[b[i-1]] && b[i-1] != '=' {
		i--
	}
	colon := bytes.IndexByte(b[i:at], ':')
	if colon < 1 || at-i-colon-1 < 3 {
		return verdict{}
	}
	text := b[i+colon+1 : at]
	if unlikely(text) || placeholder(text) {
		return verdict{}
	}
	return verdict{state: found, kind: Connection, start: i + colon + 1, end: at}
}

// telegram is a bot's token: its number, a colon, and 35 characters.
func (s *source) telegram(at int) verdict {
	return s.around(at, ":AA", classOf("0-9"), 8, 10, wordDash, 33, 33, "telegram token")
}

// terraform is a token of Terraform Cloud.
func (s *source) terraform(at int) verdict {
	return s.around(at, ".atlasv1.", alnum, 14, 14, wordDash.and("="), 60, 70, "terraform token")
}

// around is a token that is known by what stands in its middle: least to most
// characters of a class before it, and behind it.
func (s *source) around(at int, anchor string, before *class, least, most int, behind *class, min, max int, kind Kind) verdict {
	b := s.b
	if !hasPrefix(b[at:], anchor) {
		return verdict{}
	}
	from := at
	for from > 0 && before[b[from-1]] && at-from <= most {
		from--
	}
	if at-from == most+1 && escaped(b, from+1) {
		from++ // the n of \\n
	}
	end := behind.run(b, at+len(anchor))
	n := end - at - len(anchor)
	if at-from < least || at-from > most || from > 0 && word[b[from-1]] && !escaped(b, from) || n > max {
		return verdict{}
	}
	v := verdict{kind: kind, start: from, end: end, body: behind, mask: at + len(anchor), eager: true}
	switch {
	case n < min && end == len(b) && !s.final:
		v.state = maybe
	case n >= min && !placeholder(b[from:end]):
		if v.state = found; n < max && end == len(b) && !s.final {
			v.state = open
		}
	}
	return v
}
