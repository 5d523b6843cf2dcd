package library

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"strconv"
	"time"

	"rexec/recording/cast"
	"rexec/recording/castfile"
	"rexec/recording/pack"
)

// content is what reading a cast from end to end tells.
type content struct {
	header   cast.Header
	events   int
	duration time.Duration
	exit     *int
	problems int
	size     int64 // of the content
	stored   int64 // of the file
	sha256   string
	unusable error // why nothing of the file can be played: cast.ErrNotCast, *cast.SyntaxError
	commands []Command
	lines    []Line
	summary  int // 0: neither commands nor lines were looked for
}

// status is the state of content that nobody writes any more.
func (c *content) status() Status {
	switch {
	case c.unusable != nil, c.problems > 0 && c.events == 0:
		return StatusDamaged
	case c.problems > 0:
		return StatusRepaired
	}
	return StatusComplete
}

// summaryVersion counts what Summarize finds. A later one may read again what an
// earlier one has read.
const summaryVersion = 2

// inspect reads the cast at path: twice, the second time for its commands. seen is
// told how many bytes were read by each call; it may be nil.
func (l *Library) inspect(ctx context.Context, path string, seen func(n int64)) (*content, error) {
	f, err := pack.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c, err := scan(&countingReader{ctx: ctx, r: f, seen: seen})
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err == nil {
		c.stored = info.Size()
	}
	if c.unusable != nil {
		return c, nil
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	s, err := l.summarize(ctx, &countingReader{ctx: ctx, r: f, seen: seen}, path, c.sha256)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err == nil {
		// A recording that cannot be read as text is a recording all the same.
		c.commands, c.lines, c.summary = s.Commands, s.Lines, summaryVersion
	}
	return c, nil
}

// mend reads a cast that nobody writes, and repairs it when it is one of ours: of
// others, every byte is kept. It returns how many bytes of a torn line it cut off.
func (l *Library) mend(ctx context.Context, path string) (c *content, dropped int64, err error) {
	if c, err = l.inspect(ctx, path, nil); err != nil || c.problems == 0 || c.header.Rexec == nil || isPackedName(path) {
		return c, 0, err
	}
	before := c.sha256
	report, err := castfile.Repair(path)
	if errors.Is(err, fs.ErrPermission) {
		return c, 0, nil // it plays as it is
	}
	if err != nil {
		return nil, 0, err
	}
	problems := c.problems
	if c, err = l.inspect(ctx, path, nil); err != nil {
		return nil, 0, err
	}
	if c.sha256 != before {
		l.dropTimeline(before)
	}
	c.problems = problems // the mended file does not show them any more
	return c, report.DroppedBytes, nil
}

// scan reads a cast and forgives what is damaged in it.
func scan(r io.Reader) (*content, error) {
	hash := sha256.New()
	counted := &counter{w: hash}
	tee := io.TeeReader(r, counted)
	c := &content{}
	if err := c.read(tee); err != nil {
		return nil, err
	}
	// What the reader did not want (after the end of a v1 object, or all of a file
	// that is no cast) is content too.
	if _, err := io.Copy(io.Discard, tee); err != nil {
		return nil, err
	}
	c.size, c.sha256 = counted.n, hex.EncodeToString(hash.Sum(nil))
	return c, nil
}

func (c *content) read(r io.Reader) error {
	in, err := cast.NewReader(r, cast.Lenient)
	var broken *cast.SyntaxError
	if errors.Is(err, cast.ErrNotCast) || errors.As(err, &broken) {
		c.unusable = err
		return nil
	}
	if err != nil {
		return err
	}
	for {
		e, err := in.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		c.events++
		c.duration = e.Time
		if e.Code == cast.Exit {
			if n, err := strconv.Atoi(e.Data); err == nil {
				c.exit = &n
			}
		}
	}
	c.header = in.Header() // in version 1, some of it stands behind the events
	c.problems = in.ProblemCount()
	return nil
}

// counter counts what is written through it.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// countingReader tells how much was read, and ends when ctx does.
type countingReader struct {
	ctx  context.Context
	r    io.Reader
	seen func(n int64)
}

func (c *countingReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.r.Read(p)
	if c.seen != nil && n > 0 {
		c.seen(int64(n))
	}
	return n, err
}

// lacksNewline says that r ends before its first line does. A line of more than
// 64 KB counts as one that ends.
func lacksNewline(r io.Reader) (bool, error) {
	_, err := bufio.NewReaderSize(r, 64<<10).ReadSlice('\n')
	switch {
	case err == io.EOF:
		return true, nil
	case errors.Is(err, bufio.ErrBufferFull):
		return false, nil
	}
	return false, err
}
