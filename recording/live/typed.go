package live

import (
	"regexp"
	"time"
	"unicode/utf8"

	"rexec/recording/secret"
	"rexec/vt"
)

const (
	// echoLimit is how long the screen may take to show what was typed.
	echoLimit = 250 * time.Millisecond

	// maxUndecided bounds the keys that wait for their echo; of a larger paste, what
	// does not fit is a gap.
	maxUndecided = 16 << 10
)

// gap stands in a recording's input for what was typed and is not told, however
// much it was.
var gap = []byte(string(secret.Mask))

// discipline is what a terminal's line discipline does with what is typed.
type discipline struct {
	canonical bool // whole lines, edited by the system: ICANON
	echo      bool // shown by the system: ECHO
}

// hidden tells that what is typed is a password: a line that does not show.
func (d discipline) hidden() bool { return d.canonical && !d.echo }

// verdict is what becomes of a key.
type verdict uint8

const (
	undecided verdict = iota
	keep
	drop
)

// key is one thing that was typed: a character, a control, or a sequence.
type key struct {
	at      time.Time
	data    []byte
	char    rune // what the screen shows of it; 0 for other keys
	verdict verdict
	echoed  bool      // it is the screen that decides, not the line discipline
	until   time.Time // for the screen's answer; zero while the child's terminal has not taken it
	cursor  vt.Cursor // when it was typed
}

// typist decides what of the input can be told. It belongs to the owner. Keys are
// told in the order in which they were typed; one that is undecided holds up those
// behind it.
//
// What is told: with ICANON and ECHO on, everything. With ICANON on and ECHO off,
// nothing. With ICANON off the program shows what is typed, or does not: a
// character is told when it appears at the cursor, within echoLimit, and the
// cursor goes on behind it; another key, when the screen answers at all. A line
// that is typed behind what looks like a question for a password is never told.
type typist struct {
	split keys
	keys  []key

	// hush drops keys until the line ends: its first was typed at a question for a
	// password.
	hush bool
	// shown says that the screen showed a character of this line as itself. Until
	// then, a star may stand for a character of a password, and so may what masks is.
	shown bool
	masks string // the text that was shown for another character
	// after is where the last character was shown. The next one may be typed while the
	// program has the cursor elsewhere, at a status line.
	after *vt.Cursor
	gap   bool // the last that was told is a gap
}

// typing takes what is about to be written to the child's terminal.
func (t *typist) typing(at time.Time, p []byte, d discipline, term *vt.Terminal) {
	cursor := term.Cursor()
	t.split.take(p, func(data []byte, char rune) {
		k := key{at: at, data: data, char: char, cursor: cursor, echoed: !d.canonical}
		if !t.hush && len(t.keys) == 0 {
			t.hush = asksForSecret(term.Snapshot())
		}
		if t.hush || d.hidden() || len(t.keys) >= maxUndecided || data == nil {
			k.verdict = drop
		}
		if endsLine(data) {
			t.hush = false
		}
		t.keys = append(t.keys, k)
	})
}

// typed is told that the child's terminal has taken what was announced by typing.
func (t *typist) typed(at time.Time, d discipline) {
	for i := range t.keys {
		k := &t.keys[i]
		switch {
		case k.verdict != undecided || !k.until.IsZero():
		case k.echoed:
			k.until = at.Add(echoLimit)
		case d.hidden():
			k.verdict = drop // the program turned the echo off just now
		default:
			k.verdict = keep
		}
	}
}

// waits tells whether the screen must be watched.
func (t *typist) waits() bool {
	for i := range t.keys {
		if t.keys[i].verdict == undecided {
			return true
		}
	}
	return false
}

// saw looks at the screen after a byte of output. What is shown is the echo of one
// key; those that were typed before it, and were not shown, will not be.
func (t *typist) saw(term *vt.Terminal, b byte) {
	for i := range t.keys {
		k := &t.keys[i]
		if k.verdict != undecided {
			continue
		}
		answered := t.answered(k, term, b)
		if !k.echoed && k.verdict == drop { // it is not the screen's to say
			k.verdict, answered = undecided, false
		}
		if !answered {
			continue
		}
		for j := range t.keys[:i] {
			if early := &t.keys[j]; early.verdict == undecided && early.echoed {
				if early.verdict = keep; early.char != 0 {
					early.verdict = drop
				}
			}
		}
		if k.char != 0 {
			c := term.Cursor()
			t.after = &c
			return // one byte shows no more than one character
		}
		if i+1 < len(t.keys) { // typed ahead: its place is behind this one
			t.keys[i+1].cursor = term.Cursor()
		}
	}
}

// answered tells whether the screen has decided on a key, and does so.
func (t *typist) answered(k *key, term *vt.Terminal, b byte) bool {
	c := term.Cursor()
	switch {
	case k.char == 0 && endsLine(k.data):
		if b != '\n' && c.Y == k.cursor.Y && (c.X == k.cursor.X || c.X == 0) {
			return false
		}
		k.verdict = keep
		t.shown, t.masks, t.after = false, "", nil
		return true
	case k.char == 0:
		k.verdict, t.after = keep, nil
		return true
	}
	x, ok := behind(k.char, k.cursor, c, term)
	if !ok && t.after != nil {
		x, ok = behind(k.char, *t.after, c, term)
	}
	if !ok {
		return false
	}
	text := term.Snapshot().Line(c.Y).Text(x)
	switch {
	case text != string(k.char):
		if text != " " && text != "" && k.char != ' ' {
			t.masks, k.verdict = text, drop
			return true
		}
		return false
	case text == t.masks, !t.shown && text == "*":
		k.verdict = drop
	default:
		k.verdict = keep
		t.shown = t.shown || text != "*"
	}
	return true
}

// behind returns the column of the character before the cursor, when the cursor
// stands where it goes when the character r is printed at the place at.
func behind(r rune, at, c vt.Cursor, term *vt.Terminal) (x int, ok bool) {
	w := max(vt.RuneWidth(r), 1)
	cols, _ := term.Size()
	switch {
	case c.Y == at.Y && c.X == at.X+w:
		return c.X - w, true
	case c.Y == at.Y && c.X == cols-1 && at.X == cols-w:
		return cols - w, true // the cursor stays in the last column
	case (c.Y == at.Y+1 || c.Y == at.Y) && c.X == w && at.X+w >= cols:
		return 0, true // it went on in the next row
	}
	return 0, false
}

// due returns when a key was not echoed in time, the zero time for never.
func (t *typist) due() time.Time {
	for i := range t.keys {
		if t.keys[i].verdict == undecided {
			return t.keys[i].until
		}
	}
	return time.Time{}
}

// expire drops what the screen did not show in time, and tells what is decided.
func (t *typist) expire(r *recorder, now time.Time) error {
	for i := range t.keys {
		k := &t.keys[i]
		if k.verdict == undecided && !k.until.IsZero() && !k.until.After(now) {
			k.verdict = drop
		}
	}
	return t.tell(r)
}

// giveUp drops what is undecided.
func (t *typist) giveUp() {
	for i := range t.keys {
		if t.keys[i].verdict == undecided {
			t.keys[i].verdict = drop
		}
	}
}

// end tells the last of it.
func (t *typist) end(r *recorder) error {
	t.giveUp()
	return t.tell(r)
}

// tell records the keys that are decided. What was typed at one time is one event.
func (t *typist) tell(r *recorder) error {
	n := 0
	var at time.Time
	var data []byte
	for ; n < len(t.keys) && t.keys[n].verdict != undecided; n++ {
		k := t.keys[n]
		told := k.data
		if k.verdict == drop {
			if told = gap; t.gap {
				told = nil
			}
		}
		t.gap = k.verdict == drop && !endsLine(k.data)
		if len(data) > 0 && !k.at.Equal(at) {
			if err := r.typed(at, data); err != nil {
				return err
			}
			data = nil
		}
		at, data = k.at, append(data, told...)
	}
	t.keys = t.keys[:copy(t.keys, t.keys[n:])]
	return r.typed(at, data)
}

// endsLine tells whether a key ends the line that is typed: enter, interrupt, end of
// file, quit, suspend.
func endsLine(data []byte) bool {
	if len(data) != 1 {
		return false
	}
	switch data[0] {
	case '\r', '\n', 0x03, 0x04, 0x1a, 0x1c:
		return true
	}
	return false
}

// question is how programs ask for what must not be seen.
var question = regexp.MustCompile(`(?i)(passwor[dt]|passwd|passphrase|passcode|\bpin\b|secret|verification code|one-time|\botp\b|\btoken\b|api key|contraseña|mot de passe|kennwort)[^:?]{0,80}[:?]\s*$`)

// asksForSecret tells whether the cursor stands behind a question for a password.
func asksForSecret(screen *vt.Snapshot) bool {
	line, _ := beforeCursor(screen)
	return question.Match(line)
}

// keys cuts input into keys.
type keys struct {
	rest []byte // of one that is not complete
}

// maxKey bounds the sequence that a key sends.
const maxKey = 64

// take cuts p, and what was left of the last piece. data is nil for what is no key
// but an answer of the terminal.
func (s *keys) take(p []byte, key func(data []byte, char rune)) {
	p = append(s.rest, p...)
	s.rest = nil
	for len(p) > 0 {
		n, char, isKey := firstKey(p)
		if n == 0 {
			s.rest = append([]byte(nil), p...)
			return
		}
		data := append([]byte(nil), p[:n]...)
		p = p[n:]
		if !isKey {
			continue
		}
		key(data, char)
	}
}

// firstKey returns the length of the first key of p; 0 when it is not complete.
func firstKey(p []byte) (n int, char rune, isKey bool) {
	if p[0] != 0x1b {
		if p[0] < 0x20 || p[0] == 0x7f {
			return 1, 0, true
		}
		if !utf8.FullRune(p) {
			return 0, 0, true
		}
		r, n := utf8.DecodeRune(p)
		return n, r, true
	}
	if len(p) == 1 {
		return 1, 0, true // the key itself: sequences come in one piece
	}
	switch p[1] {
	case '[':
		for i := 2; i < len(p) && i < maxKey; i++ {
			if p[i] >= 0x40 && p[i] <= 0x7e && (p[i] != '[' || i > 2) {
				return i + 1, 0, !isAnswer(p[2 : i+1])
			}
		}
		if len(p) < maxKey {
			return 0, 0, true
		}
		return 2, 0, true
	case 'O':
		if len(p) == 2 {
			return 2, 0, true
		}
		return 3, 0, true
	case ']', 'P', '_', '^':
		for i := 2; i < len(p); i++ {
			if p[i] == 0x07 || p[i] == '\\' && p[i-1] == 0x1b {
				return i + 1, 0, false
			}
		}
		return len(p), 0, false
	case 0x1b:
		return 1, 0, true
	}
	if !utf8.FullRune(p[1:]) {
		return 0, 0, true
	}
	_, n = utf8.DecodeRune(p[1:]) // with alt
	return n + 1, 0, true
}

// isAnswer tells a terminal's replies from keys, by what follows CSI: device
// attributes, the cursor's position, modes, sizes. (F3 with a modifier looks like a
// position; it is not told.)
func isAnswer(csi []byte) bool {
	switch csi[len(csi)-1] {
	case 'c', 'n', 'y', 't', 'R':
		return true
	case 'u':
		return csi[0] == '?'
	}
	return false
}
