package convert

import (
	"bufio"
	"encoding/json"
	"io"
	"unicode/utf8"

	"rexec/recording/cast"
)

// v1Writer writes asciicast version 1: one JSON object, with intervals. The duration,
// which is known last, stands last.
type v1Writer struct {
	w     *bufio.Writer
	clock int64 // microseconds, of the last event
	some  bool
	carry []byte // the beginning of a character
	err   error
}

// NewV1Writer writes asciicast version 1. Only output is kept.
func NewV1Writer(w io.Writer, h cast.Header) (Writer, error) {
	v := &v1Writer{w: bufio.NewWriterSize(w, 64<<10)}
	v.text(`{"version": 1, "width": `)
	v.json(h.Cols)
	v.text(`, "height": `)
	v.json(h.Rows)
	if h.Command != "" {
		v.text(`, "command": `)
		v.json(h.Command)
	}
	if h.Title != "" {
		v.text(`, "title": `)
		v.json(h.Title)
	}
	if len(h.Env) > 0 {
		v.text(`, "env": `)
		v.json(h.Env)
	}
	v.text(`, "stdout": [`)
	return v, v.err
}

func (v *v1Writer) text(s string) {
	if v.err == nil {
		_, v.err = v.w.WriteString(s)
	}
}

func (v *v1Writer) json(x any) {
	b, err := json.Marshal(x)
	if err != nil && v.err == nil {
		v.err = err
	}
	v.text(string(b))
}

func (v *v1Writer) Write(e cast.Event) (bool, error) {
	if e.Code != cast.Output {
		return false, v.err
	}
	data := append(v.carry, e.Data...)
	cut := incomplete(data)
	if whole := data[:len(data)-cut]; len(whole) > 0 || e.Data == "" {
		v.frame(max(v.clock, microseconds(e.Time)), whole)
	}
	v.carry = append([]byte(nil), data[len(data)-cut:]...)
	return true, v.err
}

func (v *v1Writer) frame(now int64, data []byte) {
	if v.some {
		v.text(",")
	}
	v.some = true
	v.text("\n[" + interval(now-v.clock) + ", ")
	v.json(string(cast.AppendValid(nil, data)))
	v.text("]")
	v.clock = now
}

func (v *v1Writer) Close() error {
	if len(v.carry) > 0 {
		v.frame(v.clock, v.carry)
	}
	v.text("\n], \"duration\": " + interval(v.clock) + "}\n")
	if v.err != nil {
		return v.err
	}
	return v.w.Flush()
}

// incomplete returns the length of the character that b ends in the middle of.
func incomplete(b []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if utf8.RuneStart(b[len(b)-n]) {
			if utf8.FullRune(b[len(b)-n:]) {
				return 0
			}
			return n
		}
	}
	return 0
}
