// Package secret finds the credentials that people leak into terminals: the tokens
// of well-known services, private keys, passwords in connection strings, in headers
// and in assignments. Scan looks at a text, Search at all that a recording ever
// showed, and Filter masks a stream while it goes by. It knows no policy: what is to
// be done about a finding is the caller's to say.
//
// A detector begins with an anchor, a short literal that a table finds with two bytes
// in hand ("gh" of ghp_, "ey" of eyJ, any "=" or ":" of an assignment); only there its
// check runs. Text that holds no anchor costs one look at each byte.
//
//	text ─→ table of byte pairs ─→ detectors at that place ─→ verdict
//	                                                          none | found | open | maybe
//
// "open" and "maybe" exist for streams: a token that reaches the end of what is there
// may go on, and the beginning of one may become one.
//
// What is ordinary in terminals is no finding: hashes, UUIDs, checksums, images in
// base64, placeholders (<token>, $TOKEN, xxxx, …EXAMPLE), and what is masked already.
package secret

// Kind says what was found, in the words of a report: "github token". Programs may
// compare kinds; they do not change.
type Kind string

// The kinds that are not tokens of one service. Those of the services stand in the
// table of tokens.
const (
	PrivateKey    Kind = "private key"
	JWT           Kind = "json web token"
	Connection    Kind = "password in a connection string"
	Authorization Kind = "authorization header"
	Assignment    Kind = "password or token assignment"
	HighEntropy   Kind = "high-entropy assignment"
	Option        Kind = "password in a command line"
)

// Finding is a secret in a text: the bytes Start to End-1 of it. The name of an
// assignment and the user of a connection string are not part of it.
type Finding struct {
	Kind       Kind
	Start, End int
}

// Scan returns the secrets in a text, in order, none overlapping another. Lines are
// separated by newlines; only private keys go beyond one.
func Scan(text string) []Finding { return Append(nil, []byte(text)) }

// Append is Scan that appends to dst.
func Append(dst []Finding, text []byte) []Finding {
	s := source{b: text, final: true}
	for at := 0; ; {
		v := s.next(at)
		if v.state != found {
			return dst
		}
		dst = append(dst, Finding{v.kind, v.start, v.end})
		at = v.end
	}
}

// state is how sure a verdict is.
type state uint8

const (
	none  state = iota
	found       // start..end is a secret, and ends there
	open        // start..end is a secret and may go on: the text ends
	maybe       // what begins at start may become a secret: the text ends
)

// verdict is what a detector says of the text at its anchor.
type verdict struct {
	state      state
	kind       Kind
	start, end int
	// body is what may go on: for open, and for maybe. nil stands for a private
	// key, which goes on in lines.
	body *class
	// eager says of a maybe that it is recognised: whoever can wait no longer masks
	// it from mask on.
	eager bool
	mask  int
}

// source is a text that is looked at. final says that nothing will follow it;
// otherwise verdicts may be open and maybe.
type source struct {
	b     []byte
	final bool
}

// next returns the first verdict at or behind a place: its state is none when there
// is none to the end of the text.
func (s *source) next(at int) verdict {
	b := s.b
	for i := at; i < len(b); i++ {
		if i+1 == len(b) {
			if v := s.tail(i); v.state != none {
				return v
			}
			break
		}
		set := pairs[uint16(b[i])<<8|uint16(b[i+1])]
		if set == 0 {
			continue
		}
		for _, d := range sets[set] {
			if d.third != 0 && i+2 < len(b) && b[i+2] != d.third {
				continue // which spares most calls: "do", "li" and "sh" are frequent
			}
			v := d.check(s, i)
			if v.state != none && v.end > at && v.start >= at {
				return v
			}
		}
	}
	return verdict{}
}

// tail is next for the last byte, whose pair is not complete.
func (s *source) tail(i int) verdict {
	if s.final && s.b[i] != '=' {
		return verdict{}
	}
	for _, d := range single[s.b[i]] {
		if v := d.check(s, i); v.state != none {
			return v
		}
	}
	return verdict{}
}

// detector finds secrets at an anchor.
type detector struct {
	anchor string // at least two bytes, or one for "any byte behind it"
	check  func(s *source, at int) verdict
	third  byte // of the anchor, 0 when it is shorter
}

// The tables of detectors by the first two bytes of their anchors.
var (
	pairs  [1 << 16]uint8 // index into sets; 0 is the empty set
	sets   [][]*detector
	single [256][]*detector // by the first byte alone
)

func init() {
	byPair := map[uint16][]*detector{}
	for _, d := range detectors() {
		first := d.anchor[0]
		if len(d.anchor) > 2 {
			d.third = d.anchor[2]
		}
		single[first] = append(single[first], d)
		if len(d.anchor) > 1 {
			key := uint16(first)<<8 | uint16(d.anchor[1])
			byPair[key] = append(byPair[key], d)
			continue
		}
		for second := range 256 {
			key := uint16(first)<<8 | uint16(second)
			byPair[key] = append(byPair[key], d)
		}
	}
	sets = make([][]*detector, 1)
	known := map[*detector]uint8{} // sets of one, which most are
	for key, list := range byPair {
		if n := known[list[0]]; n != 0 && len(list) == 1 {
			pairs[key] = n
			continue
		}
		sets = append(sets, list)
		pairs[key] = uint8(len(sets) - 1)
		if len(list) == 1 {
			known[list[0]] = pairs[key]
		}
	}
	if len(sets) > 256 {
		panic("more sets of detectors than a byte counts")
	}
}

func detectors() []*detector {
	var all []*detector
	for i := range tokens {
		t := &tokens[i]
		all = append(all, &detector{anchor: t.prefix, check: t.check})
	}
	return append(all,
		&detector{anchor: "-----BEGIN ", check: (*source).privateKey},
		&detector{anchor: "-----END ", check: (*source).privateKeyEnd},
		&detector{anchor: "Private-Lines: ", check: (*source).puttyKey},
		&detector{anchor: "eyJ", check: (*source).jwt},
		&detector{anchor: "://", check: (*source).connection},
		&detector{anchor: "earer ", check: (*source).bearer},
		&detector{anchor: "--", check: (*source).option},
		&detector{anchor: "-u", check: (*source).commandOption},
		&detector{anchor: "-U", check: (*source).commandOption},
		&detector{anchor: "-p", check: (*source).commandOption},
		&detector{anchor: "-P", check: (*source).commandOption},
		&detector{anchor: "-a", check: (*source).commandOption},
		&detector{anchor: "-w", check: (*source).commandOption},
		&detector{anchor: "-b", check: (*source).commandOption},
		&detector{anchor: "--user", check: (*source).commandOption},
		&detector{anchor: "echo ", check: (*source).piped},
		&detector{anchor: "set ", check: (*source).setCommand},
		&detector{anchor: "setenv ", check: (*source).setCommand},
		&detector{anchor: "machine ", check: (*source).netrc},
		&detector{anchor: "BY '", check: (*source).sql},
		&detector{anchor: "by '", check: (*source).sql},
		&detector{anchor: "PASSWORD '", check: (*source).sql},
		&detector{anchor: "password '", check: (*source).sql},
		&detector{anchor: "-> \"", check: (*source).changed},
		&detector{anchor: "@tcp(", check: (*source).dataSource},
		&detector{anchor: "@unix(", check: (*source).dataSource},
		&detector{anchor: ":AA", check: (*source).telegram},
		&detector{anchor: ".atlasv1.", check: (*source).terraform},
		&detector{anchor: "52;", check: (*source).clipboard},
		&detector{anchor: "SetUserVar=", check: (*source).userVariable},
		&detector{anchor: "cmdline_url=", check: (*source).commandLine},
		&detector{anchor: ">", check: (*source).element},
		&detector{anchor: "=", check: (*source).assignment},
		&detector{anchor: ":", check: (*source).assignment},
	)
}

// class is a set of bytes.
type class [256]bool

func classOf(ranges string) *class {
	var c class
	for i := 0; i < len(ranges); i++ {
		if i+2 < len(ranges) && ranges[i+1] == '-' {
			for b := int(ranges[i]); b <= int(ranges[i+2]); b++ {
				c[b] = true
			}
			i += 2
			continue
		}
		c[ranges[i]] = true
	}
	return &c
}

func (c *class) and(more string) *class {
	d := *c
	for b, on := range classOf(more) {
		d[b] = d[b] || on
	}
	return &d
}

// run returns where the bytes of a class that begin at i end.
func (c *class) run(b []byte, i int) int {
	for i < len(b) && c[b[i]] {
		i++
	}
	return i
}

var (
	alnum     = classOf("A-Za-z0-9")
	word      = alnum.and("_")
	wordDash  = word.and("--")
	base64    = alnum.and("+/=")
	urlSafe   = wordDash.and(".~+/=")
	hex       = classOf("0-9a-f")
	upperNum  = classOf("A-Z0-9")
	nonQuoted = notOf(" \t\n\r\"'`")
)

func notOf(bytes string) *class {
	var c class
	for b := 0x20; b < 256; b++ {
		c[b] = b != 0x7f
	}
	for _, b := range []byte(bytes) {
		c[b] = false
	}
	return &c
}
