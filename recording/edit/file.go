package edit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"rexec/recording/cast"
)

// Result is what ToFile made.
type Result struct {
	Duration time.Duration
	Size     int64 // bytes
	Events   int
	Cols     int
	Rows     int
	Masked   int // characters that were redacted, of output and input
}

// ErrNotClean says, wrapped, that a result would still have shown what was to be
// redacted. There is no result then.
var ErrNotClean = errors.New("the result would still show what is to be redacted")

// maxRounds is how often a result is redacted again before that is given up. A
// second round happens when masks bring a pattern about.
const maxRounds = 3

// ToFile edits the first of the inputs, appends the others, and puts the result at
// path: whole, or not at all. A file that is there is an error, fs.ErrExist, unless
// force is set. The result may have the path of an input.
func ToFile(ctx context.Context, path string, force bool, inputs []*Input, o Options) (*Result, error) {
	if len(inputs) == 0 {
		return nil, errors.New("there is nothing to edit")
	}
	if err := o.check(inputs[0]); err != nil {
		return nil, err
	}
	if _, err := os.Lstat(path); err == nil && !force {
		return nil, &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	}
	passes := int64(1)
	if len(o.Redact) > 0 {
		passes = 4
	}
	o.done = new(int64)
	for _, in := range inputs {
		o.all += passes * in.Size
	}
	h, err := o.header(inputs)
	if err != nil {
		return nil, err
	}
	temp := &temporary{dir: filepath.Dir(path)}
	defer temp.remove()
	res, err := produce(ctx, temp, h, inputs, o)
	if err != nil {
		return nil, err
	}
	if len(o.Redact) > 0 {
		if err := clean(ctx, temp, res, o); err != nil {
			return nil, err
		}
	}
	return res, temp.keep(path, force)
}

// produce makes a result in a temporary file.
func produce(ctx context.Context, temp *temporary, h cast.Header, inputs []*Input, o Options) (*Result, error) {
	res := &Result{}
	var plans []*plan
	if len(o.Redact) > 0 {
		for i, in := range inputs {
			po := o
			if i > 0 {
				po.Cols, po.Rows = 0, 0
			}
			p, err := planFor(ctx, in, po)
			if err != nil {
				return nil, err
			}
			plans = append(plans, p)
			res.Masked += len(p.glyphs) + len(p.typed)
		}
		maskHeader(&finder{patterns: o.Redact}, &h)
	}
	f, err := temp.create()
	if err != nil {
		return nil, err
	}
	p, err := write(ctx, f, h, inputs, plans, o)
	if err == nil {
		err = f.Sync()
	}
	if info, statErr := f.Stat(); statErr == nil {
		res.Size = info.Size()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	res.Duration, res.Events, res.Cols, res.Rows = p.end, p.count, p.header.Cols, p.header.Rows
	return res, nil
}

// planFor finds out what to mask: quickly first, since most recordings have nothing.
func planFor(ctx context.Context, in *Input, o Options) (*plan, error) {
	p, err := examine(ctx, in, o, false)
	if err != nil || p.empty() {
		return p, err
	}
	return examine(ctx, in, o, true)
}

// clean replays the result and searches it. What masks have brought about is masked
// again; what cannot be masked is ErrNotClean.
func clean(ctx context.Context, temp *temporary, res *Result, o Options) error {
	again := Options{Redact: o.Redact, Progress: o.Progress, done: o.done, all: o.all}
	for round := 0; ; round++ {
		in := &Input{Source: File(temp.path), Duration: res.Duration, Size: res.Size}
		found, err := examine(ctx, in, again, false)
		if err != nil {
			return err
		}
		if found.empty() {
			return nil
		}
		if round == maxRounds {
			return fmt.Errorf("%w: %s", ErrNotClean, found.first)
		}
		f, err := in.Open()
		if err != nil {
			return err
		}
		r, err := cast.NewReader(f, cast.Strict)
		f.Close()
		if err != nil {
			return err
		}
		old := temp.path
		next, err := produce(ctx, temp, r.Header(), []*Input{in}, again)
		os.Remove(old)
		if err != nil {
			return err
		}
		next.Masked += res.Masked
		*res = *next
	}
}

// temporary is a file beside the one that it is to become.
type temporary struct {
	dir, path string
}

func (t *temporary) create() (*os.File, error) {
	f, err := os.CreateTemp(t.dir, ".rexec-edit-*.cast") // mode 0600
	if err == nil {
		t.path = f.Name()
	}
	return f, err
}

func (t *temporary) remove() {
	if t.path != "" {
		os.Remove(t.path)
	}
}

// keep gives the file its name. Without force, a file that came there meanwhile is
// left alone where the system can tell.
func (t *temporary) keep(path string, force bool) error {
	if !force {
		err := os.Link(t.path, path)
		if err == nil || errors.Is(err, fs.ErrExist) {
			return err
		}
		if _, err := os.Lstat(path); err == nil {
			return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
		}
	}
	err := os.Rename(t.path, path)
	if err == nil {
		t.path = ""
	}
	return err
}
