package secret

import (
	"bytes"
	"math"
)

// Names of variables, fields and options are judged by how they end: DB_PASSWORD,
// dbPassword, "client_secret" and x-api-key hold secrets; password_file,
// max_tokens and token_type do not.
type sensitivity uint8

const (
	harmless   sensitivity = iota
	suspicious             // a value that looks random is a secret
	tokenName              // what a program made: random
	wordName               // what a person made up: may be a plain word
)

// endings are what names end in that hold secrets, in lower case without
// separators.
var endings = []struct {
	text string
	sensitivity
}{
	{"password", wordName}, {"passwd", wordName}, {"passphrase", wordName}, {"passwort", wordName},
	{"userpass", wordName}, {"dbpass", wordName}, {"rootpass", wordName}, {"adminpass", wordName},
	{"pgpass", wordName}, {"mysqlpwd", wordName}, {"dbpwd", wordName}, {"userpwd", wordName}, {"passcode", wordName},
	{"secret", tokenName}, {"token", tokenName}, {"apikey", tokenName}, {"accesskey", tokenName},
	{"secretkey", tokenName}, {"privatekey", tokenName}, {"accountkey", tokenName}, {"sharedkey", tokenName},
	{"encryptionkey", tokenName}, {"signingkey", tokenName}, {"masterkey", tokenName}, {"authkey", tokenName},
	{"licensekey", tokenName}, {"appkey", tokenName}, {"applicationkey", tokenName}, {"writekey", tokenName},
	{"servicekey", tokenName}, {"hmackey", tokenName},
	{"secretkeybase", tokenName}, {"credential", tokenName}, {"credentials", tokenName}, {"creds", tokenName},
	{"xamzsignature", tokenName}, {"xgoogsignature", tokenName},
	{"key", suspicious}, {"auth", suspicious}, {"signature", suspicious}, {"sig", suspicious},
	{"cookie", suspicious}, {"session", suspicious}, {"sessionid", suspicious}, {"jwt", suspicious},
	{"salt", suspicious}, {"pat", suspicious}, {"keydata", suspicious},
}

// mayEnd has the last letters of names that hold secrets.
var mayEnd = func() (c class) {
	for _, e := range endings {
		last := e.text[len(e.text)-1]
		c[last], c[last-'a'+'A'] = true, true
	}
	for _, b := range []byte("0123456789dswk") { // password1, pwd, pass, pw, psk
		c[b] = true
	}
	for _, b := range []byte("nN") { // authorization
		c[b] = true
	}
	return c
}()

// sensitive judges a name.
func sensitive(name []byte) sensitivity {
	var flat [48]byte
	n := len(flat)
	for i := len(name) - 1; i >= 0 && n > 0; i-- {
		switch b := name[i]; {
		case b >= 'A' && b <= 'Z':
			n--
			flat[n] = b + 'a' - 'A'
		case b >= 'a' && b <= 'z', b >= '0' && b <= '9' && n < len(flat):
			n--
			flat[n] = b
		}
	}
	s := flat[n:]
	for _, suffix := range []string{"pwd", "pass", "pw", "psk"} { // only as a word of their own
		if len(name) >= len(suffix) && bytes.EqualFold(name[len(name)-len(suffix):], []byte(suffix)) {
			before := name[:len(name)-len(suffix)]
			if len(before) == 0 && suffix != "pass" && suffix != "psk" || len(before) > 0 && before[len(before)-1] != '_' && before[len(before)-1] != '-' {
				continue
			}
			if !bytes.EqualFold(name, []byte("OLD_PWD")) {
				return wordName
			}
		}
	}
	if len(s) < 3 || bytes.Contains(s, []byte("pub")) { // public keys, publishable ones
		return harmless
	}
	last := s[len(s)-1]
	for i := range endings {
		if e := &endings[i]; e.text[len(e.text)-1] == last && bytes.HasSuffix(s, []byte(e.text)) {
			return e.sensitivity
		}
	}
	return harmless
}

const (
	maxName  = 64
	maxValue = 4 << 10
	maxGap   = 40 // blanks between a name, its separator and the value, as in columns
)

// place is an assignment as it is written.
type place struct {
	name    []byte
	before  byte // what stands in front of the name, 0 at the start
	sep     byte // '=' or ':'
	tight   bool // no blanks around the separator
	quote   byte // around the value, 0 for none
	escaped bool // \"
	from    int  // where the value begins
	shouted bool // NAME, as environment variables are written
	glued   bool // name:value, as programs print their structures
}

// assignment is the detector at "=" and ":".
func (s *source) assignment(at int) verdict {
	p, ok := s.name(at)
	if !ok {
		return verdict{}
	}
	if isAuthorization(p.name) {
		return s.authorization(at)
	}
	how := sensitive(p.name)
	switch {
	case how == harmless && p.before == ';' && bytes.EqualFold(p.name, []byte("pwd")): // Uid=sa;Pwd=x
		how = wordName
	case isValue(p.name):
		how, p.shouted = sensitive(s.label(at)), false
	}
	if how == harmless && !p.shouted {
		return verdict{}
	}
	if !s.valueStart(at, &p) {
		return verdict{}
	}
	return s.value(p, how)
}

// name reads what stands before a separator.
func (s *source) name(at int) (p place, ok bool) {
	b := s.b
	p.sep, p.tight = b[at], true
	i := at
	if p.sep == '=' && i > 0 && b[i-1] == ':' {
		i-- // :=
	}
	for j := 0; j < maxGap && i > 0 && b[i-1] == ' '; j++ {
		i, p.tight = i-1, false
	}
	if p.sep == ':' && i > 0 && b[i-1] == ']' { // Secret Access Key [None]: x
		from := max(0, i-40)
		if j := bytes.LastIndexByte(b[from:i], '['); j > 0 && b[from+j-1] == ' ' {
			i = from + j - 1
		}
	}
	if i > 0 && (b[i-1] == '"' || b[i-1] == '\'' || b[i-1] == ']') {
		i--
		if i > 0 && (b[i-1] == '\\' || b[i-1] == '"' || b[i-1] == '\'') {
			i--
		}
	}
	end := i
	if end == 0 || !mayEnd[b[end-1]] && !upperNum[b[end-1]] && b[end-1] != '_' && !(b[end-1] == 'e' && end > 4 && isValue(b[end-5:end])) {
		return p, false
	}
	for i > 0 && end-i < maxName && (wordDash[b[i-1]] || b[i-1] == '.') {
		i--
	}
	if end-i < 3 {
		return p, false
	}
	p.name = b[i:end]
	if i > 0 {
		p.before = b[i-1]
	}
	p.shouted = true
	for _, c := range p.name {
		p.shouted = p.shouted && (upperNum[c] || c == '_')
	}
	return p, p.before != '$' && p.before != '{' || p.sep == ':'
}

// valueStart finds where the value begins. False says that there is none.
func (s *source) valueStart(at int, p *place) bool {
	b := s.b
	i := at + 1
	if i < len(b) && p.sep == '=' {
		switch b[i] {
		case '=', '~':
			return false
		case '>': // password => "x"
			i, p.tight = i+1, false
		}
	}
	start := i
	for i < len(b) && i-start < maxGap && (b[i] == ' ' || b[i] == '\t') {
		i, p.tight = i+1, false
	}
	if p.sep == ':' && i == start && i < len(b) && b[i] != '"' && b[i] != '\'' && b[i] != '\\' {
		p.from, p.glued = i, true
		return p.tight && (p.before == 0 || bytes.IndexByte([]byte(" \t\n{[(,;\"'"), p.before) >= 0) // not in paths
	}
	if i < len(b) && b[i] == '\\' && i+1 < len(b) && b[i+1] == '"' {
		i, p.escaped = i+1, true
	}
	if i < len(b) && (b[i] == '"' || b[i] == '\'' || b[i] == '`') {
		p.quote = b[i]
		i++
	}
	p.from = i
	return true
}

// ends of values that stand without quotes
var (
	looseEnd   = notOf(" \t\n\r\"'`<>;,)}]|")
	queryEnd   = notOf(" \t\n\r\"'`<>&;,)}]|#")
	nonEscaped = notOf(" \t\n\r\"'`\\")
	yamlEnd    = notOf(" \t\n\r\"'`<>;,)}]")
	shoutEnd   = nonQuoted
)

// body returns the bytes that a value may consist of.
func (p *place) body(how sensitivity) *class {
	switch {
	case p.quote != 0 && how == wordName:
		return quoted[p.quote]
	case p.quote != 0 && p.escaped:
		return nonEscaped
	case p.quote != 0:
		return nonQuoted
	case p.shouted && p.sep == '=' && p.tight:
		return shoutEnd
	case p.sep == ':':
		return yamlEnd
	case p.before == '?' || p.before == '&':
		return queryEnd
	}
	return looseEnd
}

// quoted is what stands between quotes: blanks too.
var quoted = map[byte]*class{
	'"': notOf("\"\n\r"), '\'': notOf("'\n\r"), '`': notOf("`\n\r"), '<': elementText,
}

// value judges what is assigned.
func (s *source) value(p place, how sensitivity) verdict {
	b := s.b
	class := p.body(how)
	limit := min(len(b), p.from+maxValue)
	end := class.run(b[:limit], p.from)
	v := verdict{kind: Assignment, start: p.from, end: end, mask: p.from, body: class}
	text := b[p.from:end]
	strict := p.strict()
	if end == len(b) && !s.final {
		v.state = maybe
		v.eager = how >= tokenName && !strict && !unlikely(text)
		if how == harmless && len(text) == 0 || len(text) > 0 && unlikely(text) {
			return verdict{}
		}
		if how < tokenName { // worth waiting for, not worth masking on suspicion
			v.kind = HighEntropy
		}
		if v.eager && len(text) >= 12 && s.judge(p, how, text) {
			v.state = open
		}
		return v
	}
	text = bytes.TrimRight(text, "\\.")
	v.end = p.from + len(text)
	if !s.judge(p, how, text) {
		return verdict{}
	}
	v.state = found
	if how < tokenName {
		v.kind = HighEntropy
	}
	if t := s.tokenAt(p.from); t.state == found && t.start == p.from {
		v.kind, v.end = t.kind, max(v.end, t.end)
	}
	return v
}

// isValue tells the name of what {"name": …, "value": …} holds.
func isValue(name []byte) bool { return len(name) == 5 && bytes.EqualFold(name, []byte("value")) }

// label returns the name that stands before a value, in its line or the one above:
// {"name": "DB_PASSWORD", "value": "x"}, <add key="DB_PASSWORD" value="x"/>.
func (s *source) label(at int) []byte {
	b := s.b[max(0, at-200):at]
	if i := bytes.LastIndexByte(b, '\n'); i >= 0 {
		b = b[bytes.LastIndexByte(b[:i], '\n')+1:]
	}
	low := bytes.ToLower(b)
	from := 0
	for _, word := range []string{"name", "key"} {
		for _, sep := range []string{":", "\":", "\\\":", "="} {
			if i := bytes.LastIndex(low, []byte(word+sep)); i >= 0 {
				from = max(from, i+len(word)+len(sep))
			}
		}
	}
	for from > 0 && from < len(b) && bytes.IndexByte([]byte(" \"'\\"), b[from]) >= 0 {
		from++
	}
	if from == 0 {
		return nil
	}
	return b[from:wordDot.run(b, from)]
}

var wordDot = wordDash.and(".")

// names tells a line that names a secret, whose value may stand in the next one.
func names(line []byte) bool {
	i := bytes.Index(line, []byte("name"))
	if i < 0 {
		i = bytes.Index(line, []byte("Name"))
	}
	if i < 0 {
		return false
	}
	s := source{b: line[i:min(len(line), i+120)]}
	return sensitive(s.label(len(s.b))) >= tokenName
}

// strict tells whether prose and code are written like this, so that the value
// itself must look like a secret.
func (p *place) strict() bool {
	return p.quote == 0 && (p.sep == ':' || !p.tight && !p.shouted)
}

// judge tells a secret from everything else that is assigned.
func (s *source) judge(p place, how sensitivity, text []byte) bool {
	if unlikely(text) || placeholder(text) {
		return false
	}
	c := countOf(text)
	letters := c.upper + c.lower
	if len(text) <= 18 && hasPrefix(bytes.TrimLeft(text, "-"), "0x") {
		return false // a constant
	}
	mixedUp := letters > 0 && (c.digit > 0 || c.other > 0)
	if how < tokenName {
		return random(text, c, how == suspicious, p.shouted)
	}
	if p.quote == 0 && !(p.shouted && p.tight) && code(text) || p.quote != 0 && codeInQuotes(text) || bytes.Equal(text, p.name) {
		return false
	}
	least := 8
	if how == wordName {
		least = 6
	}
	switch {
	case p.glued:
		return letters > 0 && (how == wordName && len(text) >= least && c.digit > 0 || len(text) >= 20 && c.digit > 1 && !wordy(text)) && !path(text)
	case p.strict():
		if how == tokenName && wordy(text) || p.shouted && bytes.Equal(p.name, []byte("PASS")) { // which tests say
			return false
		}
		return len(text) >= least && letters > 0 && (c.digit > 0 || len(text) >= 8 && c.other > 0 && c.upper > 0 && c.lower > 0 || how == wordName && jumbled(text)) && !path(text)
	case p.quote != 0 && p.sep == ':':
		return len(text) >= 4 && (mixedUp || jumbled(text)) && !sentence(text) && (how == wordName || len(text) >= 8 && c.digit > 0)
	case how == wordName && bytes.IndexByte(text, ' ') >= 0:
		return p.quote != 0 && p.sep == '=' && len(text) >= 12 && !sentence(text)
	case how == wordName:
		return len(text) >= 4 && (c.digit+letters+c.other > c.digit || c.digit >= 6)
	}
	return len(text) >= 8 && c.distinct >= 5 && (letters > 0 && c.digit > 0 || len(text) >= 16 && c.distinct >= 9 && c.upper > 0 && c.lower > 0)
}

// unlikely tells values that say where the secret is, rather than what.
func unlikely(text []byte) bool {
	if len(text) == 0 {
		return true
	}
	switch text[0] {
	case '$', '<', '{', '[', '(', '*', '#', '@', '%', '&', '|', '=':
		return true
	}
	return path(text) || bytes.HasPrefix(text, []byte("\xe2\x96\x92")) // ▒
}

// path tells names of files and addresses.
func path(text []byte) bool {
	for _, p := range []string{"/", "./", "~/", "../", "http://", "https://", "file:", "unix:", "env.", "process.", "X-"} {
		if bytes.HasPrefix(text, []byte(p)) {
			return len(text) < 2 || p != "/" || word[text[1]] && countOf(text).upper == 0
		}
	}
	return false
}

// code tells calls and members: getpass(), os.environ["X"], config.token.
func code(text []byte) bool {
	if bytes.ContainsAny(text, "([{") {
		return true
	}
	dot := bytes.IndexByte(text, '.')
	if dot <= 0 || dot == len(text)-1 {
		return false
	}
	for _, b := range text {
		if !word[b] && b != '.' || b >= '0' && b <= '9' {
			return false
		}
	}
	return true
}

// codeInQuotes tells what stands between two texts rather than in one: ") + name() + ".
func codeInQuotes(text []byte) bool {
	return bytes.Contains(text, []byte("()")) || bytes.Contains(text, []byte(").")) || bytes.HasPrefix(text, []byte(" + "))
}

// changes counts where a text goes from one kind of characters to another; a capital
// letter and the small ones behind it are one word.
func changes(text []byte) (n int) {
	kind := func(b byte) int {
		switch {
		case b >= '0' && b <= '9':
			return 1
		case b >= 'A' && b <= 'Z':
			return 2
		case b >= 'a' && b <= 'z':
			return 3
		}
		return 4
	}
	for i := 1; i < len(text); i++ {
		if was, is := kind(text[i-1]), kind(text[i]); was != is && !(was == 2 && is == 3) {
			n++
		}
	}
	return n
}

// wordy tells names from random texts: testEd25519PrivateKey, NID_aes_256_cbc.
func wordy(text []byte) bool { return len(text) >= 8 && changes(text)*4 < len(text) }

// jumbled tells a text of letters only that no word nor name is: BEdJSrhXUDJDKzAc.
func jumbled(text []byte) bool {
	c := countOf(text)
	return len(text) >= 10 && c.upper > 2 && c.lower > 2 && c.distinct >= 8 && changes(text)*5 >= len(text) && bytes.IndexByte(text, ' ') < 0
}

// sentence tells prose: two blanks, or a word and a blank at its start.
func sentence(text []byte) bool {
	return bytes.Count(text, []byte{' '}) >= 2 && !bytes.ContainsAny(text, "0123456789") ||
		bytes.HasSuffix(text, []byte(".")) || bytes.HasSuffix(text, []byte(":")) || bytes.HasSuffix(text, []byte("?"))
}

// placeholders are what stands in documents in a secret's place.
var placeholders = [][]byte{
	[]byte("example"), []byte("placeholder"), []byte("your_"), []byte("your-"), []byte("yourpassword"), []byte("redacted"),
	[]byte("changeme"), []byte("change_me"), []byte("xxxx"), []byte("****"), []byte("...."), []byte("…"), []byte("▒"),
	[]byte("••"), []byte("1234567890abcdef1234"), []byte("insert-"), []byte("my-secret"), []byte("dummy"),
}

// words are values that are no secrets: types, states, and the name itself.
var words = map[string]bool{
	"true": true, "false": true, "none": true, "null": true, "nil": true, "undefined": true, "yes": true, "no": true,
	"required": true, "optional": true, "string": true, "password": true, "passwd": true, "secret": true, "token": true,
	"prompt": true, "empty": true, "hidden": true, "masked": true, "unset": true, "disabled": true, "enabled": true,
	"invalid": true, "missing": true, "expired": true, "text": true, "bytes": true, "username": true, "default": true,
	"pass": true, "keyring": true, "keychain": true, "vault": true, "file": true, "stdin": true, "auto": true, "self": true,
	"incorrect": true, "wrong": true, "accepted": true, "failed": true, "credentials": true, "userpassword": true,
}

// placeholder tells values that stand for a secret.
func placeholder(text []byte) bool {
	var buf [128]byte
	low := buf[:copy(buf[:], text)]
	for i, b := range low {
		if b >= 'A' && b <= 'Z' {
			low[i] = b + 'a' - 'A'
		}
	}
	if words[string(low)] {
		return true
	}
	for _, p := range placeholders {
		if bytes.Contains(low, p) {
			return true
		}
	}
	return len(text) > 1 && countOf(text).distinct == 1
}

// random tells values that only a program can have made: long, of digits and both
// cases, with the entropy that such texts have. Checksums in hexadecimal and UUIDs
// are not among them. known says that the name asks for it.
func random(text []byte, c counts, known, shouted bool) bool {
	least, bits := 32, 4.3
	if known {
		least, bits = 20, 3.6
	} else if !shouted {
		return false
	}
	if len(text) < least || len(text) > 512 || c.digit < 2 || c.upper < 2 || c.lower < 2 {
		return false
	}
	if base64.and("_.%-").run(text, 0) != len(text) || bytes.IndexByte(bytes.TrimRight(text, "="), '=') >= 0 || wordy(text) || !known && bytes.ContainsAny(text, "./") {
		return false
	}
	if bytes.HasPrefix(text, []byte("sha")) || bytes.HasPrefix(text, []byte("SHA")) || bytes.HasPrefix(text, []byte("AAAA")) {
		return false // digests, public keys of ssh
	}
	return entropy(text) >= bits
}

// entropy is Shannon's, in bits a byte.
func entropy(text []byte) float64 {
	var n [256]int
	for _, b := range text {
		n[b]++
	}
	sum := 0.0
	for _, k := range n {
		if k > 0 {
			p := float64(k) / float64(len(text))
			sum -= p * math.Log2(p)
		}
	}
	return sum
}

// tokenAt looks for a service's token at a place.
func (s *source) tokenAt(at int) verdict {
	if at+1 >= len(s.b) {
		return verdict{}
	}
	whole := source{b: s.b, final: true}
	for _, d := range sets[pairs[uint16(s.b[at])<<8|uint16(s.b[at+1])]] {
		if d.anchor != "=" && d.anchor != ":" {
			if v := d.check(&whole, at); v.state == found {
				return v
			}
		}
	}
	return verdict{}
}
