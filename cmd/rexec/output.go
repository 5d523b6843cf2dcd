package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// output is standard output. It remembers that it could not be written: with that, a
// command has failed, whoever wrote and did not look.
type output struct {
	*os.File
	failed error
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	n, err := o.File.Write(p)
	if err != nil && o.failed == nil {
		o.failed = fmt.Errorf("write to standard output: %w", reasonOf(err))
	}
	return n, err
}

// WriteString implements io.StringWriter.
func (o *output) WriteString(s string) (int, error) { return io.WriteString(writerOnly{o}, s) }

type writerOnly struct{ io.Writer }

// outputError says why a file was not written. What stands in for it until it is whole
// has a name that means nothing to anybody.
func outputError(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("cannot write %s: there is no such folder; make it, or name another", path)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("cannot write %s: %w; name another place", path, reasonOf(err))
	}
	return fmt.Errorf("cannot write %s: %w", path, reasonOf(err))
}

// reasonOf takes the operation and the path off an error of package os.
func reasonOf(err error) error {
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		return p.Err
	}
	return err
}
