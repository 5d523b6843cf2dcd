package secret

import "bytes"

// commandOptions are the short options that take a password, by the command they
// belong to: the command stands earlier in the line, whole or as the beginning of a
// word (mysqldump, ldapsearch).
var commandOptions = []struct {
	command, option string
	how             argument
}{
	{"curl", "-u", pair}, {"curl", "--user", pair}, {"curl", "-U", pair}, {"smbclient", "-U", pair},
	{"http", "-a", pair},
	{"mysql", "-p", glued}, {"mariadb", "-p", glued}, {"7z", "-p", glued},
	{"sshpass", "-p", either}, {"docker login", "-p", either}, {"podman login", "-p", either},
	{"az login", "-p", either}, {"mongo", "-p", either}, {"cqlsh", "-p", either}, {"zip", "-P", either},
	{"sqlcmd", "-P", either}, {"ipmitool", "-P", either}, {"mosquitto_", "-P", either},
	{"redis-cli", "-a", either}, {"ldap", "-w", either}, {"htpasswd", "-b", third},
}

// argument is how a password is given to an option.
type argument uint8

const (
	either argument = iota // -p x, -px
	glued                  // -px: a blank means that it is asked for
	pair                   // -u name:x, smbclient's name%x
	third                  // -b file name x
)

// commandOption is a password behind a short option of a known command.
func (s *source) commandOption(at int) verdict {
	b := s.b
	if at == 0 || b[at-1] != ' ' {
		return verdict{}
	}
	line := b[max(0, at-300):at]
	if i := bytes.LastIndexByte(line, '\n'); i >= 0 {
		line = line[i+1:]
	}
	for i := range commandOptions {
		o := &commandOptions[i]
		if hasPrefix(b[at:], o.option) && hasCommand(line, o.command) {
			if v := s.argument(at+len(o.option), o.how); v.state != none {
				return v
			}
		}
	}
	return verdict{}
}

// hasCommand tells whether a word of the line begins with the command's name.
func hasCommand(line []byte, command string) bool {
	for from := 0; ; {
		i := bytes.Index(line[from:], []byte(command))
		if i < 0 {
			return false
		}
		if i += from; i == 0 || !word[line[i-1]] && line[i-1] != '-' && line[i-1] != '.' {
			return true
		}
		from = i + 1
	}
}

// argument is the password behind an option that ends at a place.
func (s *source) argument(i int, how argument) verdict {
	b := s.b
	from := i
	for i < len(b) && i < from+2 && (b[i] == ' ' || b[i] == '=') {
		i++
	}
	if how == glued && i > from {
		return verdict{}
	}
	skip := 0
	if how == third {
		skip = 2
	}
	for ; skip > 0; skip-- {
		if i = nonQuoted.run(b, i); i >= len(b) || b[i] != ' ' {
			return verdict{}
		}
		i++
	}
	body := nonQuoted
	if i < len(b) && (b[i] == '"' || b[i] == '\'') {
		body = quoted[b[i]]
		i++
	}
	if how == pair {
		colon := notOf(" \t\n\r\"'`:%").run(b, i)
		if colon >= len(b) || b[colon] != ':' && b[colon] != '%' || colon == i {
			return verdict{}
		}
		i = colon + 1
	}
	return s.word(i, body, Option, how == pair || how == glued)
}

// word is the verdict on a password that stands alone at a place.
func (s *source) word(from int, body *class, kind Kind, eager bool) verdict {
	end := body.run(s.b, from)
	text := s.b[from:end]
	v := verdict{kind: kind, start: from, end: end, body: body, mask: from}
	if len(text) > 0 && (unlikely(text) || text[0] == '-') {
		return verdict{}
	}
	if end == len(s.b) && !s.final {
		v.state, v.eager = maybe, eager && len(text) > 0
		return v
	}
	if c := countOf(text); len(text) < 4 || placeholder(text) || c.digit == len(text) || code(text) {
		return verdict{}
	}
	v.state = found
	return v
}

// piped is a password that echo hands to a program: echo x | docker login
// --password-stdin. What reads it stands behind it, so that a stream has let the
// password go when it is known for one, unless all came at once.
func (s *source) piped(at int) verdict {
	b := s.b
	if !hasPrefix(b[at:], "echo ") || at > 0 && word[b[at-1]] {
		return verdict{}
	}
	line := b[:endOfLine(b, at)]
	i := at + len("echo ")
	if hasPrefix(line[i:], "-n ") {
		i += 3
	}
	body := nonQuoted
	if i < len(line) && (line[i] == '"' || line[i] == '\'') {
		body = quoted[line[i]]
		i++
	}
	end := body.run(line, i)
	rest := line[end:min(len(line), end+200)]
	pipe := bytes.IndexByte(rest, '|')
	if pipe < 0 || pipe > 3 {
		return verdict{}
	}
	for _, reader := range []string{"-stdin", "chpasswd", "sudo -S", "--with-token", "passwd --stdin"} {
		if !bytes.Contains(rest, []byte(reader)) {
			continue
		}
		if j := bytes.IndexByte(line[i:end], ':'); j >= 0 && reader == "chpasswd" {
			i += j + 1
		}
		whole := source{b: line, final: true}
		v := whole.word(i, body, Option, false)
		v.end = min(v.end, end)
		return v
	}
	return verdict{}
}

// setCommand is an assignment of fish or csh: set -x NAME x, setenv NAME x.
func (s *source) setCommand(at int) verdict {
	b := s.b
	i := at + len("set ")
	switch {
	case at > 0 && word[b[at-1]]:
		return verdict{}
	case hasPrefix(b[at:], "setenv "):
		i = at + len("setenv ")
	case !hasPrefix(b[at:], "set "):
		return verdict{}
	}
	if i == at+len("set ") && (i >= len(b) || b[i] != '-') {
		return verdict{} // "set token to" is prose
	}
	for i < len(b) && b[i] == '-' { // its options
		if i = wordDash.run(b, i); i < len(b) && b[i] == ' ' {
			i++
		}
	}
	end := wordDash.run(b, i)
	if end-i < 3 || end >= len(b) || b[end] != ' ' {
		return verdict{}
	}
	p := place{name: b[i:end], sep: '=', tight: true, shouted: true, from: end + 1}
	how := sensitive(p.name)
	if how < tokenName {
		return verdict{}
	}
	if p.from < len(b) && (b[p.from] == '"' || b[p.from] == '\'') {
		p.quote = b[p.from]
		p.from++
	}
	return s.value(p, how)
}
