package convert

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"time"

	"rexec/recording/cast"
)

// ttyrec is what ttyrec, termrec and game servers write: records of a header, three
// little-endian 32-bit numbers (seconds, microseconds, length), and output. It has no
// place for a size; as termrec does, the sequence that asks a terminal for one (xterm
// ctlseqs, CSI 8 ; rows ; cols t) stands as a record of its own.
const (
	ttyrecHeader = 12
	maxRecord    = 64 << 20
)

// plausible is when times of records are taken as times of day: 2001 and later.
const plausible = 1_000_000_000

var sizeRequest = regexp.MustCompile(`\x1b\[8;([0-9]{1,5});([0-9]{1,5})t`)

type ttyrecReader struct {
	src   *bufio.Reader
	hdr   cast.Header
	base  time.Duration
	first *cast.Event // read for the header's sake
	last  time.Duration
	torn  bool
}

// NewTTYRecReader reads ttyrec. The size is what the first record asks for, or 80x24.
func NewTTYRecReader(r io.Reader) (Reader, error) {
	t := &ttyrecReader{src: bufio.NewReaderSize(r, 64<<10), hdr: cast.Header{Version: 2}}
	at, data, err := t.record()
	if err == io.EOF {
		t.hdr = sized(t.hdr)
		return t, nil
	}
	if err != nil {
		return nil, err
	}
	t.base = at
	if at >= plausible*time.Second {
		t.hdr.Timestamp = time.Unix(int64(at/time.Second), 0).UTC()
	}
	if m := sizeRequest.FindSubmatch(data); m != nil {
		t.hdr.Rows, _ = strconv.Atoi(string(m[1]))
		t.hdr.Cols, _ = strconv.Atoi(string(m[2]))
	}
	t.hdr = sized(t.hdr)
	e := event(0, data)
	if e.Code != cast.Resize {
		t.first = &e
	}
	return t, nil
}

func (t *ttyrecReader) Header() cast.Header { return t.hdr }

func (t *ttyrecReader) Next() (cast.Event, error) {
	if e := t.first; e != nil {
		t.first = nil
		return *e, nil
	}
	at, data, err := t.record()
	if err != nil {
		return cast.Event{}, err
	}
	t.last = max(t.last, at-t.base)
	return event(t.last, data), nil
}

// event makes an event of a record.
func event(at time.Duration, data []byte) cast.Event {
	if m := sizeRequest.FindSubmatchIndex(data); m != nil && m[0] == 0 && m[1] == len(data) {
		rows, cols := string(data[m[2]:m[3]]), string(data[m[4]:m[5]])
		return cast.Event{Time: at, Code: cast.Resize, Data: cols + "x" + rows}
	}
	return cast.Event{Time: at, Code: cast.Output, Data: string(data)}
}

func (t *ttyrecReader) record() (time.Duration, []byte, error) {
	if t.torn {
		return 0, nil, ErrTorn
	}
	var h [ttyrecHeader]byte
	if _, err := io.ReadFull(t.src, h[:]); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = ErrTorn
		}
		return 0, nil, err
	}
	sec, usec, size := binary.LittleEndian.Uint32(h[:]), binary.LittleEndian.Uint32(h[4:]), binary.LittleEndian.Uint32(h[8:])
	if usec >= 1e6 || size > maxRecord {
		return 0, nil, fmt.Errorf("no ttyrec: a record of %d bytes at %d.%06d", size, sec, usec)
	}
	// What is claimed is not allocated before it is there.
	data, err := io.ReadAll(io.LimitReader(t.src, int64(size)))
	if t.torn = err == nil && len(data) < int(size); t.torn && len(data) == 0 {
		err = ErrTorn
	}
	return time.Duration(sec)*time.Second + time.Duration(usec)*time.Microsecond, data, err
}

type ttyrecWriter struct {
	w    *bufio.Writer
	base int64 // microseconds
}

// NewTTYRecWriter writes ttyrec. Output is kept, and sizes as above.
func NewTTYRecWriter(w io.Writer, h cast.Header) (Writer, error) {
	t := &ttyrecWriter{w: bufio.NewWriterSize(w, 64<<10)}
	if s := h.Timestamp.Unix(); !h.Timestamp.IsZero() && s > 0 && s < 1<<32-1<<28 {
		t.base = s * 1e6
	}
	return t, t.record(0, sizeSequence(h.Cols, h.Rows))
}

func sizeSequence(cols, rows int) string { return fmt.Sprintf("\x1b[8;%d;%dt", rows, cols) }

func (t *ttyrecWriter) Write(e cast.Event) (bool, error) {
	switch e.Code {
	case cast.Output:
		if e.Data == "" {
			return true, nil // a record without output is none
		}
		return true, t.record(e.Time, e.Data)
	case cast.Resize:
		cols, rows, err := cast.ParseSize(e.Data)
		if err != nil {
			return false, nil
		}
		return true, t.record(e.Time, sizeSequence(cols, rows))
	}
	return false, nil
}

func (t *ttyrecWriter) record(at time.Duration, data string) error {
	us := t.base + microseconds(at)
	var h [ttyrecHeader]byte
	binary.LittleEndian.PutUint32(h[:], uint32(us/1e6))
	binary.LittleEndian.PutUint32(h[4:], uint32(us%1e6))
	binary.LittleEndian.PutUint32(h[8:], uint32(len(data)))
	_, _ = t.w.Write(h[:])
	_, err := t.w.WriteString(data) // a bufio.Writer keeps the first error
	return err
}

func (t *ttyrecWriter) Close() error { return t.w.Flush() }
