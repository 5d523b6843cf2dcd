package convert

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"rexec/recording/cast"
)

// maxScriptLine bounds the lines of a timing and the first lines of logs.
const maxScriptLine = 64 << 10

type scriptReader struct {
	out, timing, in *bufio.Reader // in may be nil
	hdr             cast.Header
	held            []byte // a line of timing that was read for the header's sake
	line            int
	advanced        bool
	sharedInput     bool // input stands in the typescript too
	clock           time.Duration
	left            int64 // bytes of the piece being given
	code            string
	from            *bufio.Reader
	exited, torn    bool
}

// NewScriptReader reads what script wrote; see ScriptFiles. Without a timing all
// output is at time 0. Input that the timing counts is skipped when there is no log
// of it.
func NewScriptReader(files ScriptFiles[io.Reader]) (Reader, error) {
	s := &scriptReader{out: bufio.NewReaderSize(files.Typescript, 64<<10), hdr: cast.Header{Version: 2}}
	first, err := s.firstLine(s.out)
	if err != nil {
		return nil, err
	}
	s.about(first)
	if files.Input != nil {
		s.in = bufio.NewReaderSize(files.Input, 64<<10)
		if _, err := s.firstLine(s.in); err != nil {
			return nil, err
		}
	}
	if files.Timing != nil {
		s.timing = bufio.NewReaderSize(files.Timing, maxScriptLine)
		if err := s.heads(); err != nil {
			return nil, err
		}
	}
	s.hdr = sized(s.hdr)
	return s, nil
}

// firstLine takes the line that script puts in front of a log.
func (s *scriptReader) firstLine(r *bufio.Reader) (string, error) {
	if head, _ := r.Peek(len(scriptStarted)); string(head) != scriptStarted {
		return "", nil // a log without it
	}
	line, err := r.ReadSlice('\n')
	if err == io.EOF {
		err = nil
	}
	if err != nil {
		return "", fmt.Errorf("the first line of the typescript: %w", err)
	}
	return strings.TrimSpace(string(line)), nil
}

var scriptAttribute = regexp.MustCompile(`([A-Z_]+)="((?:[^"]|"[^ \]])*)"`)

// about reads the typescript's first line.
func (s *scriptReader) about(line string) {
	rest, _ := strings.CutPrefix(line, scriptStarted)
	when, _, _ := strings.Cut(rest, " [")
	s.head("START_TIME", when)
	for _, m := range scriptAttribute.FindAllStringSubmatch(rest, -1) {
		s.head(m[1], m[2])
	}
}

// head takes what is told of the session.
func (s *scriptReader) head(name, value string) {
	switch name {
	case "START_TIME":
		if t, err := time.Parse(scriptTime, strings.TrimSpace(value)); err == nil && t.Unix() > 0 {
			s.hdr.Timestamp = t.UTC()
		}
	case "COLUMNS":
		s.hdr.Cols, _ = strconv.Atoi(value)
	case "LINES":
		s.hdr.Rows, _ = strconv.Atoi(value)
	case "TERM", "SHELL":
		if s.hdr.Env == nil {
			s.hdr.Env = map[string]string{}
		}
		s.hdr.Env[name] = string(cast.AppendValid(nil, []byte(value)))
	case "COMMAND":
		s.hdr.Command = string(cast.AppendValid(nil, []byte(value)))
	}
}

// heads reads the timing up to the first line that takes time or bytes.
func (s *scriptReader) heads() error {
	logs := map[string]string{}
	for {
		line, err := s.readLine()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		name, value, ok := headLine(line)
		if !ok {
			s.advanced = s.advanced || line[0] >= 'A'
			s.held = append([]byte(nil), line...)
			break
		}
		s.advanced = true
		logs[name] = value
		s.head(name, value)
	}
	s.sharedInput = logs["INPUT_LOG"] != "" && logs["INPUT_LOG"] == logs["OUTPUT_LOG"]
	return nil
}

// headLine takes "H 0.000000 NAME value" apart.
func headLine(line []byte) (name, value string, ok bool) {
	if !bytes.HasPrefix(line, []byte("H ")) {
		return "", "", false
	}
	_, rest, _ := strings.Cut(string(line[2:]), " ")
	name, value, _ = strings.Cut(rest, " ")
	return name, value, true
}

// readLine returns the next line of the timing that is not empty.
func (s *scriptReader) readLine() ([]byte, error) {
	if held := s.held; held != nil {
		s.held = nil
		return held, nil
	}
	for {
		line, err := s.timing.ReadSlice('\n')
		if len(line) > 0 {
			s.line++
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			return nil, fmt.Errorf("line %d of the timing is too long", s.line)
		}
		if err != nil && (err != io.EOF || len(line) == 0) {
			return nil, err
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			return line, nil
		}
	}
}

func (s *scriptReader) Header() cast.Header { return s.hdr }

func (s *scriptReader) Next() (cast.Event, error) {
	if s.timing == nil {
		return s.untimed()
	}
	for {
		if s.torn {
			return cast.Event{}, ErrTorn
		}
		if s.left > 0 {
			e, err := s.piece()
			if err != nil || e.Code != "" {
				return e, err
			}
			continue
		}
		line, err := s.readLine()
		if err != nil {
			return cast.Event{}, err
		}
		e, err := s.entry(line)
		if err != nil {
			return cast.Event{}, fmt.Errorf("line %d of the timing, %q: %w", s.line, shorten(line), err)
		}
		if e.Code != "" {
			return e, nil
		}
	}
}

func shorten(line []byte) []byte { return line[:min(len(line), 60)] }

// piece gives some of the bytes that the timing announced.
func (s *scriptReader) piece() (cast.Event, error) {
	b := make([]byte, min(s.left, 1<<20))
	n, err := io.ReadFull(s.from, b)
	s.left -= int64(n)
	switch s.torn = err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF); {
	case s.torn && n == 0:
		return cast.Event{}, ErrTorn
	case err != nil && !s.torn:
		return cast.Event{}, err
	}
	if s.code == "" {
		return cast.Event{}, nil // passed over
	}
	return cast.Event{Time: s.clock, Code: s.code, Data: string(b[:n])}, nil
}

var (
	errEntry = errors.New("it is no entry: a letter, a delay and a number are expected, or a delay and a number")
	winch    = regexp.MustCompile(`ROWS=([0-9]{1,5}) COLS=([0-9]{1,5})`)
)

// entry takes a line of the timing. An event without a code means that none follows
// from it at once.
func (s *scriptReader) entry(line []byte) (cast.Event, error) {
	if name, value, ok := headLine(line); ok {
		if name == "EXIT_CODE" && !s.exited {
			s.exited = true
			return cast.Event{Time: s.clock, Code: cast.Exit, Data: value}, nil
		}
		return cast.Event{}, nil
	}
	kind := byte('O')
	if s.advanced {
		if kind = line[0]; len(line) < 2 || line[1] != ' ' {
			return cast.Event{}, errEntry
		}
		line = line[2:]
	}
	delay, rest, _ := strings.Cut(string(line), " ")
	seconds, err := strconv.ParseFloat(delay, 64)
	if err != nil || !(seconds >= 0 && seconds <= cast.MaxTime.Seconds()) {
		return cast.Event{}, errEntry
	}
	s.clock = min(s.clock+time.Duration(seconds*1e6+0.5)*time.Microsecond, cast.MaxTime)
	switch kind {
	case 'O', 'I':
		n, err := strconv.ParseInt(strings.TrimSpace(rest), 10, 63)
		if err != nil || n < 0 {
			return cast.Event{}, errEntry
		}
		s.left, s.code, s.from = n, cast.Output, s.out
		if kind == 'I' {
			s.announceInput()
		}
	case 'S':
		if m := winch.FindStringSubmatch(rest); m != nil {
			return cast.Event{Time: s.clock, Code: cast.Resize, Data: m[2] + "x" + m[1]}, nil
		}
	}
	return cast.Event{}, nil
}

// announceInput says where the input that follows stands.
func (s *scriptReader) announceInput() {
	s.code = cast.Input
	switch {
	case s.sharedInput:
	case s.in != nil:
		s.from = s.in
	default:
		s.left = 0
	}
}

// untimed gives all output at time 0, but for the line that script puts behind it.
func (s *scriptReader) untimed() (cast.Event, error) {
	b, err := s.out.Peek(32 << 10)
	if len(b) == 0 {
		return cast.Event{}, err
	}
	if err == nil { // more follows: the last line may go on there
		if i := bytes.LastIndexByte(b, '\n'); i > 0 {
			b = b[:i]
		}
	} else if i := bytes.LastIndex(b, []byte("\n"+scriptDone)); i >= 0 {
		e := cast.Event{Code: cast.Output, Data: string(b[:i])}
		_, err = s.out.Discard(len(b))
		return e, err
	}
	e := cast.Event{Code: cast.Output, Data: string(b)}
	_, err = s.out.Discard(len(b))
	return e, err
}
