package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rexec/recording/cast"
	"rexec/recording/edit"
)

// editFlags are the options of edit as they were typed.
type editFlags struct {
	output string
	force  bool
	trim   string
	cuts   []string
	idle   string
	speed  float64
	concat []string
	title  string
	marks  []string
	drop   bool
	redact []string
	size   string
}

func newEdit(a *app) *cobra.Command {
	var f editFlags
	cmd := &cobra.Command{
		Use:   "edit FILE|ID|- -o OUT",
		Short: "Cut, shorten, join, mark or redact a recording",
		Long: `Write a changed copy of a recording. The recording itself is not touched.

All times are those of the original, whatever the other options do: seconds (12.5),
clock times (1:23), durations (1h2m3s) or parts of the whole (50%). A span A..B may
leave out either end. What is done, in this order:

  --redact   mask a text, a /regular expression/, or with "auto" every password and
             token that rexec secrets finds, on every screen, in titles, typed input,
             markers and the header, from its first character on
  --trim     keep only a span; --cut takes spans out; the screen behind is true
  --idle     shorten pauses
  --speed    2 is twice as fast
  --concat   append other recordings, with pauses, speed and redaction alike

A redacted copy is replayed and searched before it gets its name; if it still showed
anything, there is a message and no copy. The copy says in its header (rexec.derived_from)
what it was made from.`,
		Example: `  rexec edit demo.cast -o short.cast --trim 0:05..1:10 --cut 20..31.5 --idle 2s
  rexec edit 0198c2 -o public.cast --redact auto --redact internal.example.org --drop-input`,
		Args: args(1, 1, recordingArg),
		RunE: func(cmd *cobra.Command, args []string) error {
			var title *string
			if cmd.Flags().Changed("title") {
				title = &f.title
			}
			if cmd.Flags().Changed("speed") && !(f.speed >= edit.MinSpeed && f.speed <= edit.MaxSpeed) {
				return usagef("--speed: %v is not between %v and %v", f.speed, edit.MinSpeed, edit.MaxSpeed)
			}
			return a.edit(cmd.Context(), args[0], f, title)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.output, "output", "o", "", "write to `OUT`; - is standard output")
	overwriteFlag(cmd, &f.force, "replace OUT when it exists")
	flags.StringVar(&f.trim, "trim", "", "keep only `A..B`")
	flags.StringArrayVar(&f.cuts, "cut", nil, "take out `A..B`; may be repeated")
	flags.StringVar(&f.idle, "idle", "", "make no pause longer than `TIME`")
	flags.Float64Var(&f.speed, "speed", 1, "play `X` times as fast")
	flags.StringArrayVar(&f.concat, "concat", nil, "append `FILE`, or a recording of the library; may be repeated")
	flags.StringVar(&f.title, "title", "", "give it a `TITLE`")
	flags.StringArrayVar(&f.marks, "mark", nil, "set a marker, `T=LABEL`; may be repeated")
	flags.BoolVar(&f.drop, "drop-input", false, "leave out what was typed")
	flags.StringArrayVar(&f.redact, "redact", nil, "mask `PATTERN`: a text, /regexp/ or auto; may be repeated")
	flags.StringVar(&f.size, "size", "", "the `COLSxROWS` that the recording should have had")
	return cmd
}

func (a *app) edit(ctx context.Context, arg string, f editFlags, title *string) error {
	if f.output == "" {
		return usagef("-o is missing; name the file to write, or - for standard output")
	}
	// The times are checked before anything is read, but for those that need the length.
	o, err := f.options(time.Hour)
	if err != nil {
		return err
	}
	var inputs []*edit.Input
	for _, name := range append([]string{arg}, f.concat...) {
		src, err := a.source(ctx, name)
		if err != nil {
			return err
		}
		defer src.close()
		if sameFile(src.path, f.output) {
			return usagef("%s is what is read; name another file to write", f.output)
		}
		in, err := edit.Inspect(ctx, edit.File(src.path))
		if err != nil {
			return castError(name, err)
		}
		if in.Problems > 0 {
			a.say("%s has %s, passed over or mended; rexec validate lists them", name, count(in.Problems, "damaged place"))
		}
		if src.id != "" {
			in.ID = src.id
		}
		inputs = append(inputs, in)
	}
	if o, err = f.options(max(inputs[0].Duration, 1)); err != nil {
		return err
	}
	o.Title = title
	return a.writeEdited(ctx, f, inputs, o)
}

func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	y, err2 := os.Stat(b)
	return err == nil && err2 == nil && os.SameFile(x, y)
}

func (a *app) writeEdited(ctx context.Context, f editFlags, inputs []*edit.Input, o edit.Options) error {
	path := f.output
	if path == "-" {
		dir, err := os.MkdirTemp("", "rexec-edit-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		path = filepath.Join(dir, "out.cast")
	}
	p := a.progress("editing")
	o.Progress = p.set
	res, err := edit.ToFile(ctx, path, f.force, inputs, o)
	p.end()
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s exists; name another file, or replace it with --overwrite", f.output)
	case errors.Is(err, edit.ErrNotClean):
		return fmt.Errorf("nothing was written: %w; cut that moment out with --cut", err)
	case errors.Is(err, edit.ErrNothingLeft):
		return fmt.Errorf("%w; keep more of it", err)
	case errors.As(err, new(*fs.PathError)):
		return outputError(f.output, err)
	case err != nil:
		return err
	}
	if f.output == "-" {
		out, err := os.Open(path)
		if err != nil {
			return err
		}
		defer out.Close()
		if _, err := io.Copy(a.out, out); err != nil {
			return err
		}
	}
	masked := ""
	switch {
	case len(o.Redact) == 0:
	case res.Masked == 0:
		masked = "; nothing on its screens had to be masked"
	default:
		masked = "; " + count(res.Masked, "character") + " masked"
	}
	a.say("%s, %s long, %s%s", count(res.Events, "event"), cast.FormatTime(res.Duration), cast.FormatSize(res.Cols, res.Rows), masked)
	return nil
}

// options reads the flags, with parts of the whole of a length.
func (f *editFlags) options(total time.Duration) (o edit.Options, err error) {
	o.Speed, o.DropInput = f.speed, f.drop
	if f.trim != "" {
		s, err := parseSpan(f.trim, total)
		if err != nil {
			return o, usagef("--trim: %w", err)
		}
		o.Trim = &s
	}
	for _, c := range f.cuts {
		s, err := parseSpan(c, total)
		if err != nil {
			return o, usagef("--cut: %w", err)
		}
		o.Cuts = append(o.Cuts, s)
	}
	if f.idle != "" {
		if o.Idle, err = cast.ParseTime(f.idle, 0); err != nil || o.Idle == 0 {
			return o, usagef("--idle: %q is not a time such as 2 or 1.5s", f.idle)
		}
	}
	for _, m := range f.marks {
		at, label, found := strings.Cut(m, "=")
		t, err := cast.ParseTime(at, total)
		if err != nil || !found {
			return o, usagef("--mark: %q is not a time and a label such as 1:23=here", m)
		}
		o.Marks = append(o.Marks, edit.Mark{Time: t, Label: label})
	}
	for _, r := range f.redact {
		p, err := edit.ParsePattern(r)
		if err != nil {
			return o, usagef("--redact: %w", err)
		}
		o.Redact = append(o.Redact, p)
	}
	if f.size != "" {
		if o.Cols, o.Rows, err = cast.ParseSize(f.size); err != nil {
			return o, usagef("--size: %w", err)
		}
	}
	return o, nil
}

// parseSpan reads A..B, where an end that is left out is the recording's.
func parseSpan(s string, total time.Duration) (span edit.Span, err error) {
	from, to, found := strings.Cut(s, "..")
	if !found {
		return span, fmt.Errorf("%q is not a span such as 10..1:20", s)
	}
	span.To = cast.MaxTime
	if from != "" {
		if span.From, err = cast.ParseTime(from, total); err != nil {
			return span, err
		}
	}
	if to != "" {
		if span.To, err = cast.ParseTime(to, total); err != nil {
			return span, err
		}
	}
	if span.From >= span.To {
		return span, fmt.Errorf("%q ends before it begins", s)
	}
	return span, nil
}
