package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"rexec/recording/cast"
)

func newRepair(a *app) *cobra.Command {
	var output string
	var overwrite bool
	cmd := &cobra.Command{
		Use:   "repair FILE|ID|- -o OUT",
		Short: "Write a copy of a damaged recording that every player takes",
		Long: `Write a copy of a recording that is what the asciicast format says, with everything
that can be kept, and say what was done about each damaged place. The recording itself
is not touched.

Raw control bytes in strings are escaped, lines that were torn by a crash are ended
or taken apart, strings that were broken into lines are joined, times that run
backward are set to the time before, a missing size becomes 80x24, a header that is
lost is replaced, and lines that are no events are left out. Version 1 is written as
version 2.`,
		Example: "  rexec repair broken.cast -o mended.cast\n  curl … | rexec repair - -o - | rexec play -",
		Args:    args(1, 1, recordingArg),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.repair(cmd.Context(), args[0], output, overwrite)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "write to `OUT`; - is standard output")
	overwriteFlag(cmd, &overwrite, "replace OUT when it exists")
	return cmd
}

func (a *app) repair(ctx context.Context, arg, output string, overwrite bool) error {
	if output == "" {
		return usagef("-o is missing; name the file to write, or - for standard output")
	}
	f, err := a.openRecording(ctx, "repairing", arg)
	if err != nil {
		return err
	}
	defer f.close()
	n := 0
	var s cast.Summary
	err = a.writeOutput(output, overwrite, f, func(w io.Writer) (err error) {
		s, err = cast.Repair(ctx, w, f, func(r cast.Repaired) {
			f.progress.end()
			if n++; n <= maxDeviations {
				a.say("%s:%d:%d: %s: %s", arg, r.Line, r.Column, r.Reason, r.Remedy)
			}
		})
		return err
	})
	f.progress.end()
	switch {
	case errors.Is(err, cast.ErrNotCast):
		return fmt.Errorf("%s holds nothing of an asciicast that could be kept", arg)
	case err != nil:
		return err
	}
	if n > maxDeviations {
		a.say("%s: and %d more places", arg, n-maxDeviations)
	}
	if n == 0 {
		a.say("%s had nothing to repair; %s written", arg, count(s.Events, "event"))
	} else {
		a.say("%s repaired; %s kept, %s long", count(n, "place"), count(s.Events, "event"), cast.FormatTime(s.Duration))
	}
	return nil
}

// writeOutput lets write fill a file, which appears under its name only when it is
// whole; - is standard output. It must not be in, the file that is being read.
func (a *app) writeOutput(path string, overwrite bool, in *recording, write func(io.Writer) error) error {
	if path == "-" {
		b := bufio.NewWriterSize(a.out, 64<<10)
		return errors.Join(write(b), b.Flush())
	}
	if info, err := os.Stat(path); err == nil {
		if in.isFile(info) {
			return usagef("%s is what is read; name another file to write", path)
		}
		switch {
		case info.IsDir():
			return fmt.Errorf("%s is a folder; name a file in it", path)
		case !overwrite:
			return fmt.Errorf("%s exists; name another file, or replace it with --overwrite", path)
		case !info.Mode().IsRegular(): // a pipe or a device has no name to take over
			return writeTo(path, write)
		}
	}
	part, err := os.CreateTemp(filepath.Dir(path), ".rexec-*")
	if err != nil {
		return outputError(path, err)
	}
	b := bufio.NewWriterSize(part, 64<<10)
	if err = write(b); err == nil {
		err = b.Flush()
	}
	if err = errors.Join(err, part.Close()); err == nil {
		err = os.Rename(part.Name(), path)
	}
	if err == nil {
		return nil
	}
	os.Remove(part.Name())
	if p := (*fs.PathError)(nil); errors.As(err, &p) && p.Path == part.Name() {
		return outputError(path, err)
	}
	return err
}

// overwriteFlag adds --overwrite, and --force for who is used to that.
func overwriteFlag(cmd *cobra.Command, to *bool, about string) {
	cmd.Flags().BoolVar(to, "overwrite", false, about)
	cmd.Flags().BoolVar(to, "force", false, "the same as --overwrite")
	_ = cmd.Flags().MarkHidden("force")
}

func writeTo(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

// seconds writes a time in a form that --at takes back.
func seconds(d time.Duration) string {
	return fmt.Sprintf("%.3fs", d.Seconds())
}
