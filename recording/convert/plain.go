package convert

import (
	"bufio"
	"bytes"
	"io"
	"strings"

	"rexec/recording/cast"
	"rexec/vt"
)

type rawReader struct {
	src io.Reader
	hdr cast.Header
}

// NewRawReader reads plain output, all of it at time 0.
func NewRawReader(r io.Reader) Reader {
	return &rawReader{r, sized(cast.Header{Version: 2})}
}

func (r *rawReader) Header() cast.Header { return r.hdr }

func (r *rawReader) Next() (cast.Event, error) {
	b := make([]byte, 32<<10)
	n, err := io.ReadFull(r.src, b)
	if n > 0 {
		return cast.Event{Code: cast.Output, Data: string(b[:n])}, nil
	}
	return cast.Event{}, err
}

type rawWriter struct{ w *bufio.Writer }

// NewRawWriter writes output as the program printed it.
func NewRawWriter(w io.Writer) Writer { return &rawWriter{bufio.NewWriterSize(w, 64<<10)} }

func (r *rawWriter) Write(e cast.Event) (bool, error) {
	if e.Code != cast.Output {
		return false, nil
	}
	_, err := r.w.WriteString(e.Data)
	return true, err
}

func (r *rawWriter) Close() error { return r.w.Flush() }

// textWriter writes what a terminal with endless scrollback holds at the end: the
// lines that scrolled off, and those of the last screen. Wrapped rows are one line.
type textWriter struct {
	w    *bufio.Writer
	term *vt.Terminal
	line []byte // of wrapped rows, so far
	gap  int    // empty lines that are written when another one follows
}

// NewTextWriter writes the text of what was printed. Full-screen programs leave none.
func NewTextWriter(w io.Writer, h cast.Header) Writer {
	t := &textWriter{w: bufio.NewWriterSize(w, 64<<10)}
	t.term = vt.New(h.Cols, h.Rows, vt.WithScrolled(t.row), vt.WithScrollback(rewrapped))
	return t
}

func (t *textWriter) Write(e cast.Event) (bool, error) {
	switch e.Code {
	case cast.Output:
		_, _ = t.term.Write([]byte(e.Data))
	case cast.Resize:
		if cols, rows, err := cast.ParseSize(e.Data); err == nil {
			t.resize(cols, rows)
		}
	default:
		return false, nil
	}
	_, err := t.w.Write(nil) // a bufio.Writer keeps the first error
	return true, err
}

// rewrapped is how many rows a resize may push off the screen.
const rewrapped = 10_000

// resize writes what the new size pushes off the screen. The scrollback, which was
// written already, is emptied before, so that nothing comes back from it.
func (t *textWriter) resize(cols, rows int) {
	if t.term.Idle() {
		_, _ = t.term.Write([]byte("\x1b[3J"))
		defer func() {
			s := t.term.SnapshotWithHistory()
			for i := range s.Scrollback() {
				t.row(s.ScrollbackLine(i))
			}
		}()
	}
	t.term.Resize(cols, rows)
}

// row writes a row, when it is the last of its line.
func (t *textWriter) row(l vt.Line) {
	if l.Wrapped() {
		for x := range l.Len() {
			t.line = append(t.line, l.Text(x)...)
		}
		return
	}
	t.line = append(t.line, l.String()...)
	if t.line = bytes.TrimRight(t.line, " "); len(t.line) == 0 {
		t.gap++
		return
	}
	_, _ = t.w.WriteString(strings.Repeat("\n", t.gap))
	_, _ = t.w.Write(append(t.line, '\n'))
	t.line, t.gap = t.line[:0], 0
}

func (t *textWriter) Close() error {
	if t.term.Modes().AltScreen {
		_, _ = t.term.Write([]byte("\x1b[?1049l")) // to what was under the full-screen program
	}
	s := t.term.Snapshot()
	_, rows := s.Size()
	for y := range rows {
		t.row(s.Line(y))
	}
	if len(t.line) > 0 {
		_, _ = t.w.Write(append(t.line, '\n'))
	}
	return t.w.Flush()
}
