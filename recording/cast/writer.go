package cast

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// writeSize is how many bytes a Writer gathers before it writes.
const writeSize = 64 << 10

// maxData is how many bytes of data always fit an event, whatever their escapes.
const maxData = MaxEvent / 8

// Writer writes a cast as a stream of whole lines: each Write of the underlying
// writer gets one or more lines with their newlines.
//
// A character that is cut at the end of an event is carried over to the next event
// of the same code, separately for Output and Input. Bytes that are not UTF-8
// become U+FFFD.
type Writer struct {
	w     io.Writer
	v3    bool
	buf   []byte
	clock int64         // of the last event written: µs in v2, ms in v3
	last  time.Duration // of the last event given
	carry [2]carry      // output, input
	err   error
}

// carry is the beginning of a character whose rest is still to come.
type carry struct {
	b [utf8.UTFMax]byte
	n int
}

// NewWriter writes the header, which must have a size and Version 2 or 3; 0 stands
// for 2. Fields in h.Unknown that the header has a place for are left out. Nothing
// reaches w before the first Flush, or 64 KB.
func NewWriter(w io.Writer, h Header) (*Writer, error) {
	c := &Writer{w: w, v3: h.Version == 3}
	var err error
	if c.buf, err = AppendHeader(nil, h); err != nil {
		return nil, err
	}
	return c, nil
}

// NewWriterBehindHeader is NewWriter for a cast whose header is there already, and
// was h.
func NewWriterBehindHeader(w io.Writer, h Header) (*Writer, error) {
	c, err := NewWriter(w, h)
	if err == nil {
		c.buf = c.buf[:0]
	}
	return c, err
}

// Check tells why a Writer refuses an event: it has no code, it is a Resize to what
// is no size, or it is too long.
func (e Event) Check() error {
	switch {
	case e.Code == "":
		return errors.New("an event needs a code")
	case e.Code != Output && e.Code != Input && len(e.Code)+len(e.Data) > maxData:
		return fmt.Errorf("an event of %d bytes is too long", len(e.Data))
	case e.Code == Resize:
		cols, rows, err := ParseSize(e.Data)
		if err == nil && (cols > MaxCols || rows > MaxRows) {
			err = fmt.Errorf("size %s is above %dx%d", e.Data, MaxCols, MaxRows)
		}
		return err
	}
	return nil
}

// Write appends an event. A time before the last event's is taken as the last
// event's. More than 8 MB of Output or Input become several events. An event that
// Check refuses is an error, and changes nothing.
//
// After an error of the underlying writer, every call returns it.
func (w *Writer) Write(e Event) error {
	if w.err != nil {
		return w.err
	}
	if err := e.Check(); err != nil {
		return err
	}
	w.last = min(max(w.last, e.Time), MaxTime)
	switch e.Code {
	case Output:
		writeStream(w, &w.carry[0], Output, e.Data)
	case Input:
		writeStream(w, &w.carry[1], Input, e.Data)
	default:
		writeLine(w, nil, e.Code, e.Data)
	}
	return w.flushFrom(writeSize)
}

// WriteOutput is Write of an Output event that never was a string.
func (w *Writer) WriteOutput(t time.Duration, data []byte) error {
	if w.err != nil {
		return w.err
	}
	w.last = min(max(w.last, t), MaxTime)
	writeStream(w, &w.carry[0], Output, data)
	return w.flushFrom(writeSize)
}

// Flush hands everything to the underlying writer, but for characters that are cut.
func (w *Writer) Flush() error { return w.flushFrom(1) }

// Close writes what was carried as broken characters, and flushes. It does not
// close the underlying writer.
func (w *Writer) Close() error {
	for i, code := range []string{Output, Input} {
		if c := &w.carry[i]; c.n > 0 && w.err == nil {
			writeLine(w, c.b[:c.n], code, "")
			c.n = 0
		}
	}
	return w.Flush()
}

func (w *Writer) flushFrom(size int) error {
	if w.err == nil && len(w.buf) >= size {
		_, w.err = w.w.Write(w.buf)
		if cap(w.buf) > 4*writeSize {
			w.buf = nil
		}
		w.buf = w.buf[:0]
	}
	return w.err
}

// writeStream appends an event of a stream, less a character that is cut at its end.
func writeStream[T string | []byte](w *Writer, c *carry, code string, data T) {
	if len(data) == 0 {
		writeLine(w, nil, code, data) // an empty event is an event
		return
	}
	for len(data) > maxData {
		writeStream(w, c, code, data[:maxData])
		data = data[maxData:]
	}
	held, n := c.b, c.n
	for n > 0 && len(data) > 0 && !utf8.RuneStart(data[0]) && !utf8.FullRune(held[:n]) {
		held[n] = data[0]
		n++
		data = data[1:]
	}
	if n > 0 && len(data) == 0 && !utf8.FullRune(held[:n]) {
		c.b, c.n = held, n
		return
	}
	cut := incomplete(tail(data))
	c.n = copy(c.b[:], data[len(data)-cut:])
	data = data[:len(data)-cut]
	if n > 0 || len(data) > 0 {
		writeLine(w, held[:n], code, data)
	}
}

// tail returns the last bytes of data, in which a character may be cut.
func tail[T string | []byte](data T) []byte {
	var b [utf8.UTFMax]byte
	n := copy(b[:], data[max(0, len(data)-len(b)):])
	return b[:n]
}

// writeLine appends an event's line: head and data are one text.
func writeLine[T string | []byte](w *Writer, head []byte, code string, data T) {
	w.buf = append(w.buf, '[')
	w.appendTime()
	w.buf = append(w.buf, `, "`...)
	w.buf = appendText(w.buf, code)
	w.buf = append(w.buf, `", "`...)
	if len(head) > 0 {
		w.buf = appendText(w.buf, head)
	}
	w.buf = appendText(w.buf, data)
	w.buf = append(w.buf, "\"]\n"...)
}

// appendTime appends the time of the event given last. In v3 each interval is
// counted from what the intervals before it add up to, so that their rounding never
// adds up.
func (w *Writer) appendTime() {
	unit, digits := time.Microsecond, 6
	if w.v3 {
		unit, digits = time.Millisecond, 3
	}
	now := int64((w.last + unit/2) / unit)
	t := now
	if w.v3 {
		t -= w.clock
	}
	w.clock = now
	second := int64(time.Second / unit)
	w.buf = strconv.AppendInt(w.buf, t/second, 10)
	w.buf = append(w.buf, '.')
	for t, unit := t%second, second/10; digits > 0; digits, unit = digits-1, unit/10 {
		w.buf = append(w.buf, byte('0'+t/unit%10))
	}
}

const hexDigits = "0123456789abcdef"

// appendText appends text as the inside of a JSON string.
func appendText[T string | []byte](dst []byte, text T) []byte {
	const most = len(`\u0000`) // that one byte becomes
	for len(text) > 0 {
		// Room is made for a part of the text at once, and filled by index: this is
		// the hottest loop of a recorder.
		part := min(len(text), 1024)
		n := len(dst)
		dst = slices.Grow(dst, part*most+most)
		out := dst[:cap(dst)]
		i := 0
		for i < part {
			c := text[i]
			if plainASCII[c] {
				out[n] = c
				n++
				i++
				continue
			}
			if c >= utf8.RuneSelf {
				var wrote int
				i, wrote = copyRune(out[n:], text, i)
				n += wrote
				continue
			}
			if e := shortEscape[c]; e != 0 {
				out[n], out[n+1] = '\\', e
				n += 2
			} else {
				n += copy(out[n:], []byte{'\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15]})
			}
			i++
		}
		dst, text = out[:n], text[i:]
	}
	return dst
}

// copyRune copies the character at i to out, which has room for it: as U+FFFD when
// it is broken. It returns where the next one stands.
func copyRune[T string | []byte](out []byte, text T, i int) (next, wrote int) {
	var b [utf8.UTFMax]byte
	n := copy(b[:], text[i:])
	r, size := utf8.DecodeRune(b[:n])
	if r == utf8.RuneError && size == 1 {
		return i + brokenLen(b[:n]), copy(out, replacement)
	}
	return i + size, copy(out, b[:size])
}

// shortEscape has what stands behind the backslash for bytes with an escape of two.
var shortEscape = [256]byte{
	'"': '"', '\\': '\\', '\n': 'n', '\r': 'r', '\t': 't', '\b': 'b', '\f': 'f',
}

// plainASCII marks what needs neither an escape nor a look at the next byte.
var plainASCII = func() (t [256]bool) {
	for c := 0x20; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// AppendHeader appends the header's line, with its newline, as NewWriter writes it.
func AppendHeader(dst []byte, h Header) ([]byte, error) {
	switch {
	case h.Version != 0 && h.Version != 2 && h.Version != 3:
		return nil, fmt.Errorf("asciicast version %d is not written; 2 and 3 are", h.Version)
	case h.Cols < 1 || h.Rows < 1 || h.Cols > MaxCols || h.Rows > MaxRows:
		return nil, fmt.Errorf("%dx%d is not a size between 1x1 and %dx%d", h.Cols, h.Rows, MaxCols, MaxRows)
	}
	o := object{buf: append(dst, '{')}
	term := object{}
	if h.Version == 3 {
		o.value("version", 3)
		term.value("cols", h.Cols)
		term.value("rows", h.Rows)
	} else {
		o.value("version", 2)
		o.value("width", h.Cols)
		o.value("height", h.Rows)
	}
	term.text("type", h.TermType)
	term.text("version", h.TermVersion)
	if h.Theme != nil && h.Version == 3 {
		term.raw("theme", h.Theme.json())
	}
	term.rest(h.UnknownTerm, func(key string) bool { return h.Version == 3 && knownTerm(key) })
	o.object("term", term)
	if !h.Timestamp.IsZero() {
		o.value("timestamp", h.Timestamp.Unix())
	}
	o.seconds("duration", h.Duration)
	o.seconds("idle_time_limit", h.IdleTimeLimit)
	o.text("command", h.Command)
	o.text("title", h.Title)
	if len(h.Env) > 0 {
		env := object{}
		for _, k := range slices.Sorted(maps.Keys(h.Env)) {
			env.value(k, h.Env[k])
		}
		o.object("env", env)
	}
	if h.Theme != nil && h.Version != 3 {
		o.raw("theme", h.Theme.json())
	}
	if x := h.Rexec; x != nil {
		own := object{}
		own.text("id", x.ID)
		own.text("host", x.Host)
		own.text("shell", x.Shell)
		own.text("dir", x.Dir)
		own.text("nonce", x.Nonce)
		own.rest(x.Unknown, func(string) bool { return false })
		o.object("rexec", own)
	}
	o.rest(h.Unknown, func(key string) bool { return isOurs(key, h.Version) })
	if len(o.buf)-len(dst) > MaxHeader-1 {
		return nil, fmt.Errorf("the header is longer than %d bytes", MaxHeader)
	}
	return append(o.buf, "}\n"...), o.err
}

// object writes the members of a JSON object, leaving out keys it already has.
type object struct {
	buf  []byte
	seen []string
	err  error
}

func (o *object) raw(key string, value []byte) {
	if slices.Contains(o.seen, key) {
		return
	}
	if len(o.seen) > 0 {
		o.buf = append(o.buf, ", "...)
	}
	o.seen = append(o.seen, key)
	o.buf = append(appendText(append(o.buf, '"'), key), `": `...)
	o.buf = append(o.buf, value...)
}

func (o *object) value(key string, value any) {
	if s, ok := value.(string); ok {
		o.raw(key, append(appendText([]byte{'"'}, s), '"'))
		return
	}
	o.raw(key, fmt.Append(nil, value))
}

// text writes a string that says something.
func (o *object) text(key, value string) {
	if value != "" {
		o.value(key, value)
	}
}

// seconds writes a time that says something.
func (o *object) seconds(key string, d time.Duration) {
	if d > 0 {
		o.raw(key, strconv.AppendFloat(nil, d.Seconds(), 'f', -1, 64))
	}
}

func (o *object) object(key string, m object) {
	if len(m.seen) > 0 {
		o.raw(key, append(append([]byte{'{'}, m.buf...), '}'))
	}
	o.err = errors.Join(o.err, m.err)
}

// rest writes fields as they stood, less those that have a place of their own.
func (o *object) rest(fields map[string]json.RawMessage, placed func(key string) bool) {
	for _, k := range slices.Sorted(maps.Keys(fields)) {
		if placed(k) {
			continue
		}
		var b bytes.Buffer
		if err := json.Compact(&b, fields[k]); err != nil || !utf8.Valid(b.Bytes()) {
			o.err = errors.Join(o.err, fmt.Errorf("the header field %q is not JSON", cut(k)))
			continue
		}
		o.raw(k, b.Bytes())
	}
}

func (t *Theme) json() []byte {
	p := []byte{}
	for i, c := range t.Palette {
		if i > 0 {
			p = append(p, ':')
		}
		p = append(p, c.String()...)
	}
	return fmt.Appendf(nil, `{"fg": "%s", "bg": "%s", "palette": "%s"}`, t.FG, t.BG, p)
}
