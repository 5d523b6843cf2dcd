package cast

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"
)

// Header is what a cast says of itself. The zero value of a field means that the
// cast does not say it.
type Header struct {
	Version    int // 1, 2 or 3
	Cols, Rows int
	// Timestamp is when the recording started, in whole seconds.
	Timestamp time.Time
	// Duration is the length of the recording as the header has it: always in v1,
	// seldom in v2 and v3. The last event's time is the truth.
	Duration time.Duration
	// IdleTimeLimit is the longest pause that a player should keep. Times of events
	// are not affected.
	IdleTimeLimit time.Duration
	Command       string
	Title         string
	Env           map[string]string
	Theme         *Theme
	// TermType is TERM, TermVersion the terminal's answer to XTVERSION: v3, where
	// they stand in the object "term". A v2 header that we write has that object too.
	TermType, TermVersion string
	// Rexec is what our own recordings add.
	Rexec *Rexec
	// Unknown holds the fields that this package does not know, as they stood.
	Unknown map[string]json.RawMessage
	// UnknownTerm holds those of the object "term".
	UnknownTerm map[string]json.RawMessage
}

// Rexec is the header object "rexec" of our own recordings.
type Rexec struct {
	ID    string // of the recording, a UUIDv7
	Host  string // where it was made
	Shell string // path of the shell
	Dir   string // working directory at the start
	// Nonce is what the marks of the shell's integration carry if they are the
	// shell's own (see package shell). Empty: nothing taught the shell.
	Nonce string
	// Unknown holds the fields that this package does not know.
	Unknown map[string]json.RawMessage
}

// RGB is a colour: red, green, blue.
type RGB [3]uint8

// String returns the colour as themes have it: "#rrggbb".
func (c RGB) String() string { return fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2]) }

// Theme is the colours of the terminal that was recorded.
type Theme struct {
	FG, BG RGB
	// Palette is the colours 0 to 15. A cast that names only eight has them twice.
	Palette [16]RGB
}

// field is a member of a header's object.
type field struct {
	key       string
	raw       []byte // its value: JSON of any kind
	line, col int    // where the value stands
}

// isNull tells whether the field is there in name only, which is the same as not
// being there: asciinema writes "title": null.
func (f field) isNull() bool { return string(f.raw) == "null" }

// report is told of each deviation in a header. A strict reader returns an error,
// which ends the reading.
type report func(line, col int, reason string) error

// decodeHeader makes a header of its fields.
func decodeHeader(fields []field, tell report) (Header, error) {
	h := Header{}
	for _, f := range fields {
		if f.key == "version" {
			h.Version, _ = strconv.Atoi(string(f.raw))
		}
	}
	size := field{line: 1, col: 1}
	at := map[string]field{}
	for _, f := range fields {
		if !f.isNull() || !knownField(f.key) {
			if err := h.decodeField(f, tell); err != nil {
				return h, err
			}
		}
		if isOurs(f.key, h.Version) && (f.key == "term" || f.key == "width" || f.key == "height") {
			size, at[f.key] = f, f
		}
	}
	place := func(key string) field {
		if f, ok := at[key]; ok {
			return f
		}
		return size
	}
	return h, h.checkSize(place("width"), place("height"), tell)
}

func knownField(key string) bool {
	switch key {
	case "version", "width", "height", "term", "timestamp", "duration", "idle_time_limit",
		"command", "title", "env", "theme", "rexec":
		return true
	}
	return false
}

func knownTerm(key string) bool {
	switch key {
	case "cols", "rows", "theme", "type", "version":
		return true
	}
	return false
}

// isOurs tells whether a field of a version can never be one of Header.Unknown.
func isOurs(key string, version int) bool {
	switch key {
	case "width", "height":
		return version != 3
	case "term":
		return version == 3
	case "rexec":
		return false
	}
	return knownField(key)
}

func (h *Header) decodeField(f field, tell report) (err error) {
	switch f.key {
	case "version":
	case "width":
		if h.Version == 3 {
			return h.keep(f)
		}
		h.Cols, err = f.integer(tell)
	case "height":
		if h.Version == 3 {
			return h.keep(f)
		}
		h.Rows, err = f.integer(tell)
	case "term":
		return h.decodeTerm(f, tell)
	case "timestamp":
		var seconds int
		if seconds, err = f.integer(tell); seconds != 0 {
			h.Timestamp = time.Unix(int64(seconds), 0).UTC()
		}
	case "duration":
		h.Duration, err = f.seconds(tell)
	case "idle_time_limit":
		h.IdleTimeLimit, err = f.seconds(tell)
	case "command":
		h.Command, err = f.text(tell)
	case "title":
		h.Title, err = f.text(tell)
	case "env":
		return h.decodeEnv(f, tell)
	case "theme":
		h.Theme, err = f.theme(tell)
	case "rexec":
		return h.decodeRexec(f, tell)
	default:
		return h.keep(f)
	}
	return err
}

// keep puts a field aside that has no place of its own.
func (h *Header) keep(f field) error {
	put(&h.Unknown, f)
	return nil
}

func put(m *map[string]json.RawMessage, f field) {
	if *m == nil {
		*m = map[string]json.RawMessage{}
	}
	(*m)[f.key] = compact(f.raw)
}

// compact copies JSON onto one line.
func compact(raw []byte) json.RawMessage {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return json.RawMessage("null") // not reached: fields are valid JSON
	}
	return b.Bytes()
}

func (h *Header) decodeTerm(f field, tell report) error {
	members, err := f.object()
	if err != nil {
		if h.Version == 3 {
			return tell(f.line, f.col, "term is not an object")
		}
		return h.keep(f)
	}
	for _, m := range members {
		if m.isNull() {
			continue
		}
		v3 := h.Version == 3
		switch {
		case m.key == "cols" && v3:
			h.Cols, err = m.integer(tell)
		case m.key == "rows" && v3:
			h.Rows, err = m.integer(tell)
		case m.key == "theme" && v3:
			h.Theme, err = m.theme(tell)
		case m.key == "type" && (v3 || m.raw[0] == '"'):
			h.TermType, err = m.text(tell)
		case m.key == "version" && (v3 || m.raw[0] == '"'):
			h.TermVersion, err = m.text(tell)
		default:
			put(&h.UnknownTerm, m)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (h *Header) decodeEnv(f field, tell report) error {
	members, err := f.object()
	if err != nil {
		return tell(f.line, f.col, "env is not an object")
	}
	env := make(map[string]string, len(members))
	for _, m := range members {
		if m.isNull() {
			continue // written by asciinema 2 for a variable that was not set
		}
		value, err := m.text(tell)
		if err != nil {
			return err
		}
		if m.raw[0] == '"' {
			env[m.key] = value
		}
	}
	if h.Env = nil; len(env) > 0 {
		h.Env = env
	}
	return nil
}

func (h *Header) decodeRexec(f field, tell report) error {
	members, err := f.object()
	if err != nil {
		return h.keep(f) // someone else's
	}
	x := &Rexec{}
	known := map[string]*string{"id": &x.ID, "host": &x.Host, "shell": &x.Shell, "dir": &x.Dir, "nonce": &x.Nonce}
	for _, m := range members {
		if p := known[m.key]; p == nil {
			put(&x.Unknown, m)
		} else if !m.isNull() {
			if *p, err = m.text(tell); err != nil {
				return err
			}
		}
	}
	h.Rexec = x
	return nil
}

// checkSize puts the default in the place of a size that is missing, and bounds
// one that is absurd.
func (h *Header) checkSize(width, height field, tell report) error {
	fix := func(at field, n *int, def, most int, what string) error {
		switch {
		case *n == 0:
			*n = def
			return tell(at.line, at.col, "the header has no "+what+", or 0")
		case *n < 0:
			*n = def
			return tell(at.line, at.col, "the header's "+what+" is negative")
		case *n > most:
			reason := fmt.Sprintf("the header's %s is %d, above %d", what, *n, most)
			*n = most
			return tell(at.line, at.col, reason)
		}
		return nil
	}
	if err := fix(width, &h.Cols, DefaultCols, MaxCols, "width"); err != nil {
		return err
	}
	return fix(height, &h.Rows, DefaultRows, MaxRows, "height")
}

// text reads a string.
func (f field) text(tell report) (s string, err error) {
	if f.isNull() {
		return "", nil
	}
	if json.Unmarshal(f.raw, &s) != nil {
		err = tell(f.line, f.col, f.key+" is not a string")
	}
	return s, err
}

// integer reads a whole number. Lenient readers get the whole part of any.
func (f field) integer(tell report) (int, error) {
	if n, err := strconv.ParseInt(string(f.raw), 10, 53); err == nil {
		return int(n), nil
	}
	err := tell(f.line, f.col, f.key+" is not a whole number")
	var n float64
	if json.Unmarshal(f.raw, &n) != nil || math.Abs(n) > 1<<52 {
		return 0, err
	}
	return int(n), err
}

// seconds reads a time.
func (f field) seconds(tell report) (time.Duration, error) {
	s := scanner{b: f.raw}
	if !s.number() || len(s.faults) > 0 || s.i != len(f.raw) {
		return 0, tell(f.line, f.col, f.key+" is not a number of seconds")
	}
	return time.Duration(s.time), nil
}

// object reads the members of an object. Their positions are the object's own.
func (f field) object() ([]field, error) {
	d := json.NewDecoder(bytes.NewReader(f.raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("%s is not an object", f.key)
	}
	var members []field
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, err
		}
		members = append(members, field{key.(string), raw, f.line, f.col})
	}
	return members, nil
}

// theme reads colours. An empty object is no theme.
func (f field) theme(tell report) (*Theme, error) {
	var raw struct{ FG, BG, Palette *string }
	if json.Unmarshal(f.raw, &raw) != nil {
		return nil, tell(f.line, f.col, "theme is not an object of strings")
	}
	if raw.FG == nil && raw.BG == nil && raw.Palette == nil {
		return nil, nil
	}
	var t Theme
	if raw.FG == nil || raw.BG == nil || raw.Palette == nil ||
		!t.FG.parse(*raw.FG) || !t.BG.parse(*raw.BG) || !t.parsePalette(*raw.Palette) {
		return nil, tell(f.line, f.col, "theme is not two colours #rrggbb and a palette of 8 or 16")
	}
	return &t, nil
}

func (c *RGB) parse(s string) bool {
	if len(s) != 7 || s[0] != '#' {
		return false
	}
	n, err := strconv.ParseUint(s[1:], 16, 24)
	*c = RGB{uint8(n >> 16), uint8(n >> 8), uint8(n)}
	return err == nil
}

func (t *Theme) parsePalette(s string) bool {
	const each = len("#rrggbb:")
	n := (len(s) + 1) / each
	if (len(s)+1)%each != 0 || n != 8 && n != 16 {
		return false
	}
	for i := range t.Palette {
		at := i % n * each
		if !t.Palette[i].parse(s[at:at+each-1]) || at > 0 && s[at-1] != ':' {
			return false
		}
	}
	return true
}
