package convert

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"rexec/internal/visible"
	"rexec/recording/cast"
)

// util-linux script keeps a recording in two or three files: the typescript, with a
// line in front and one behind; the timing; and perhaps a log of what was typed. The
// timing is "classic", lines of "delay bytes", or "advanced" (script.c and
// scriptreplay(1) of util-linux 2.35 and later):
//
//	H 0.000000 NAME value      about the session; COLUMNS, LINES, TERM, COMMAND, …
//	O 0.260384 22              so many bytes of the typescript, so long after the line before
//	I 0.000037 6               so many bytes of the input log
//	S 1.500000 SIGWINCH ROWS=24 COLS=80
const (
	scriptStarted = "Script started on "
	scriptDone    = "Script done on "
	scriptTime    = "2006-01-02 15:04:05-07:00"
)

// ScriptFiles are the parts of what script wrote, or of what is to be written.
type ScriptFiles[T any] struct {
	Typescript T
	Timing     T
	Input      T // may be nil: input is left out
}

type scriptWriter struct {
	out, timing, in *bufio.Writer
	classic         bool
	clock           int64 // microseconds, of the last line of timing
	start           time.Time
	exit            string
}

// NewScriptWriter writes what scriptreplay plays. The advanced timing keeps resizes,
// the exit status and, where files has a place for it, input; the classic one, which
// every scriptreplay knows, output only.
func NewScriptWriter(files ScriptFiles[io.Writer], h cast.Header, classic bool) (Writer, error) {
	s := &scriptWriter{
		out: bufio.NewWriterSize(files.Typescript, 64<<10), timing: bufio.NewWriterSize(files.Timing, 64<<10),
		classic: classic, start: h.Timestamp,
	}
	if s.start.IsZero() {
		s.start = time.Unix(0, 0).UTC()
	}
	began := scriptStarted + s.start.Format(scriptTime) + " [" + attributes(h) + "]\n"
	_, err := s.out.WriteString(began)
	if files.Input != nil && !classic {
		s.in = bufio.NewWriterSize(files.Input, 64<<10)
		_, err = s.in.WriteString(began)
	}
	if classic || err != nil {
		return s, err
	}
	head := func(name, value string) {
		if value != "" {
			_, err = fmt.Fprintf(s.timing, "H 0.000000 %s %s\n", name, visible.String(value))
		}
	}
	head("START_TIME", s.start.Format(scriptTime))
	head("TERM", termOf(h))
	head("COLUMNS", fmt.Sprint(h.Cols))
	head("LINES", fmt.Sprint(h.Rows))
	head("SHELL", h.Env["SHELL"])
	head("COMMAND", h.Command)
	return s, err
}

func termOf(h cast.Header) string {
	if h.TermType != "" {
		return h.TermType
	}
	return h.Env["TERM"]
}

// attributes is what stands in brackets in a typescript's first line.
func attributes(h cast.Header) string {
	var parts []string
	add := func(name, value string) {
		if value != "" {
			parts = append(parts, name+`="`+visible.String(value)+`"`)
		}
	}
	add("COMMAND", h.Command)
	add("TERM", termOf(h))
	add("COLUMNS", fmt.Sprint(h.Cols))
	add("LINES", fmt.Sprint(h.Rows))
	return strings.Join(parts, " ")
}

func (s *scriptWriter) Write(e cast.Event) (bool, error) {
	switch {
	case e.Code == cast.Output:
		return true, s.stream('O', s.out, e)
	case e.Code == cast.Input && s.in != nil:
		return true, s.stream('I', s.in, e)
	case e.Code == cast.Resize && !s.classic:
		cols, rows, err := cast.ParseSize(e.Data)
		if err != nil {
			return false, nil
		}
		_, err = fmt.Fprintf(s.timing, "S %s SIGWINCH ROWS=%d COLS=%d\n", s.delay(e.Time), rows, cols)
		return true, err
	case e.Code == cast.Exit && !s.classic:
		s.exit = visible.String(e.Data)
		return true, nil
	}
	return false, nil
}

func (s *scriptWriter) stream(name byte, to *bufio.Writer, e cast.Event) error {
	if e.Data == "" {
		return nil // scriptreplay takes no bytes for the end
	}
	if !s.classic {
		_, _ = s.timing.Write([]byte{name, ' '})
	}
	_, _ = to.WriteString(e.Data)
	_, err := fmt.Fprintf(s.timing, "%s %d\n", s.delay(e.Time), len(e.Data))
	return err
}

// delay moves the clock on, and returns by how much.
func (s *scriptWriter) delay(to time.Duration) string {
	now := max(s.clock, microseconds(to))
	d := now - s.clock
	s.clock = now
	return interval(d)
}

func (s *scriptWriter) Close() error {
	status := s.exit
	if status == "" {
		status = "0"
	}
	done := fmt.Sprintf("\n%s%s [COMMAND_EXIT_CODE=\"%s\"]\n", scriptDone,
		s.start.Add(time.Duration(s.clock)*time.Microsecond).Format(scriptTime), status)
	_, _ = s.out.WriteString(done)
	if s.in != nil {
		_, _ = s.in.WriteString(done)
		if err := s.in.Flush(); err != nil {
			return err
		}
	}
	if !s.classic {
		fmt.Fprintf(s.timing, "H 0.000000 DURATION %s\n", interval(s.clock))
		if s.exit != "" {
			fmt.Fprintf(s.timing, "H 0.000000 EXIT_CODE %s\n", s.exit)
		}
	}
	if err := s.out.Flush(); err != nil {
		return err
	}
	return s.timing.Flush()
}
