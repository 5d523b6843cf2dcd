package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"rexec/recording/cast"
	"rexec/recording/convert"
)

// convertFlags are the flags of convert.
type convertFlags struct {
	output, from, to string
	timing, inputLog string
	classic          bool
	size             string
	overwrite        bool
}

// extensions tell the format of a file to write.
var extensions = map[string]convert.Format{
	".cast": convert.V2, ".json": convert.V1, ".ttyrec": convert.TTYRec, ".tty": convert.TTYRec,
	".typescript": convert.Script, ".raw": convert.Raw, ".txt": convert.Text,
}

var (
	readable = []string{"cast", "ttyrec", "script", "raw"}
	writable = []string{"v1", "v2", "v3", "ttyrec", "script", "raw", "text"}
)

func newConvert(a *app) *cobra.Command {
	var f convertFlags
	cmd := &cobra.Command{
		Use:   "convert FILE|ID|- -o OUT",
		Short: "Turn a recording into another format, or another program's into a cast",
		Long: `Turn a recording into another format. What is read is recognised; what is written is
told by OUT's extension or by --to:

  v1      .json        asciicast version 1: output only
  v2      .cast        asciicast version 2
  v3                   asciicast version 3
  ttyrec  .ttyrec .tty ttyrec: output and sizes
  script  .typescript  util-linux script: OUT, and the timing in OUT.timing, for
                       scriptreplay -T OUT.timing -O OUT
  raw     .raw         the bytes that were printed, without times
  text    .txt         the text that was printed, without times

Of a typescript, the timing is looked for in FILE.timing; --timing names another
file. Without one, all output is at the start. With --input-log, the log of what was
typed is read or written too.

Plain output (raw) is read with --from raw. Formats that know no size get --size,
or 80x24.`,
		Example: `  rexec convert old.ttyrec -o old.cast
  rexec convert typescript --timing timing.log -o session.cast
  rexec convert 019f7a -o demo.typescript && scriptreplay -T demo.typescript.timing -O demo.typescript`,
		Args: args(1, 1, recordingArg),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.convert(cmd.Context(), args[0], f)
		},
	}
	fl := cmd.Flags()
	fl.StringVarP(&f.output, "output", "o", "", "write to `OUT`; - is standard output")
	fl.StringVar(&f.to, "to", "", "the `FORMAT` to write: "+strings.Join(writable, ", "))
	fl.StringVar(&f.from, "from", "", "the `FORMAT` that is read: "+strings.Join(readable, ", "))
	fl.StringVar(&f.timing, "timing", "", "the `FILE` with the timing of a typescript")
	fl.StringVar(&f.inputLog, "input-log", "", "the `FILE` with what was typed, beside a typescript")
	fl.BoolVar(&f.classic, "classic", false, "write the timing as scriptreplay before 2.35 reads it: output only")
	fl.StringVar(&f.size, "size", "", "the screen's size as `COLSxROWS`, where the format that is read does not know it")
	overwriteFlag(cmd, &f.overwrite, "replace OUT when it exists")
	return cmd
}

func (a *app) convert(ctx context.Context, arg string, f convertFlags) error {
	to, err := f.target()
	if err != nil {
		return err
	}
	in, err := a.openRecording(ctx, "converting", arg)
	if err != nil {
		return err
	}
	defer in.close()
	src := bufio.NewReaderSize(in, 64<<10)
	from := convert.Format(f.from)
	if from == "" {
		if from, err = convert.Detect(src); errors.Is(err, convert.ErrUnknown) {
			return fmt.Errorf("%s is in no format that rexec recognises; name it with --from (%s)", arg, strings.Join(readable, ", "))
		} else if err != nil {
			return fmt.Errorf("%s: %w", arg, err)
		}
	}
	if from == convert.Script && to == convert.Script {
		return usagef("%s is a typescript already; convert it to a cast first", arg)
	}
	r, closeIn, err := a.reader(in.path, arg, src, from, f)
	if err != nil {
		return err
	}
	defer closeIn()
	h := r.Header()
	if f.size != "" && from != convert.Cast {
		if h.Cols, h.Rows, err = cast.ParseSize(f.size); err != nil || h.Cols > cast.MaxCols || h.Rows > cast.MaxRows {
			return usagef("--size: %q is not a size such as 80x24", f.size)
		}
	}
	var s convert.Summary
	err = a.writeOutput(f.output, f.overwrite, in, func(w io.Writer) error {
		return a.writeAs(w, to, h, f, in, func(w convert.Writer) (err error) {
			s, err = convert.Copy(ctx, w, r)
			return err
		})
	})
	in.progress.end()
	if err != nil {
		return fmt.Errorf("%s: %w", arg, err)
	}
	if s.Torn {
		a.say("%s ends in the middle of a record; what was there is kept", arg)
	}
	if c, ok := r.(*cast.Reader); ok {
		a.tellMended(arg, c)
	}
	a.say("%s: %s, %s long, written as %s%s", arg, count(s.Events, "event"), cast.FormatTime(s.Duration), to, leftOut(s.Left))
	return nil
}

// target is the format to write.
func (f *convertFlags) target() (convert.Format, error) {
	to := convert.Format(f.to)
	if f.output == "" {
		return "", usagef("-o is missing; name the file to write, or - for standard output")
	}
	if to == "" {
		if to = extensions[strings.ToLower(filepath.Ext(f.output))]; to == "" {
			return "", usagef("the format to write is not clear from %q; name it with --to (%s)", f.output, strings.Join(writable, ", "))
		}
	}
	switch {
	case !slices.Contains(writable, string(to)):
		return "", usagef("there is no format %q to write; take %s", f.to, strings.Join(writable, ", "))
	case f.from != "" && !slices.Contains(readable, f.from):
		return "", usagef("there is no format %q to read; take %s", f.from, strings.Join(readable, ", "))
	case to == convert.Script && f.output == "-" && f.timing == "":
		return "", usagef("a typescript has its timing in a file beside it; name that with --timing")
	case f.classic && to != convert.Script:
		return "", usagef("--classic is for --to script")
	case f.classic && f.inputLog != "":
		return "", usagef("the classic timing has no place for input; leave out --classic or --input-log")
	}
	return to, nil
}

// reader opens what is read.
func (a *app) reader(path, arg string, src io.Reader, from convert.Format, f convertFlags) (r convert.Reader, done func(), err error) {
	done = func() {}
	switch from {
	case convert.Cast:
		r, err = cast.NewReader(src, cast.Lenient)
		if err != nil {
			err = castError(arg, err)
		}
	case convert.TTYRec:
		r, err = convert.NewTTYRecReader(src)
	case convert.Raw:
		r = convert.NewRawReader(src)
	case convert.Script:
		return a.scriptReader(path, arg, src, f)
	}
	if err != nil && from != convert.Cast {
		err = fmt.Errorf("%s: %w", arg, err)
	}
	return r, done, err
}

func (a *app) scriptReader(path, arg string, src io.Reader, f convertFlags) (convert.Reader, func(), error) {
	files := convert.ScriptFiles[io.Reader]{Typescript: src}
	var open []*os.File
	done := func() {
		for _, o := range open {
			o.Close()
		}
	}
	timing := f.timing
	if beside := path + ".timing"; timing == "" {
		if _, err := os.Stat(beside); err == nil {
			timing = beside
		} else {
			a.say("%s has no timing beside it: all output is at the start; name the timing with --timing", arg)
		}
	}
	for _, p := range []struct {
		path string
		to   *io.Reader
	}{{timing, &files.Timing}, {f.inputLog, &files.Input}} {
		if p.path == "" {
			continue
		}
		file, err := os.Open(p.path)
		if err != nil {
			done()
			return nil, nil, err
		}
		open = append(open, file)
		*p.to = file
	}
	r, err := convert.NewScriptReader(files)
	if err != nil {
		done()
		return nil, nil, fmt.Errorf("%s: %w", arg, err)
	}
	return r, done, nil
}

// writeAs gives write a Writer of a format on w, and for a typescript on the files
// beside it.
func (a *app) writeAs(w io.Writer, to convert.Format, h cast.Header, f convertFlags, in *recording, write func(convert.Writer) error) error {
	var cw convert.Writer
	var err error
	switch to {
	case convert.V1:
		cw, err = convert.NewV1Writer(w, h)
	case convert.V2, convert.V3:
		cw, err = convert.NewCastWriter(w, h, to)
	case convert.TTYRec:
		cw, err = convert.NewTTYRecWriter(w, h)
	case convert.Raw:
		cw = convert.NewRawWriter(w)
	case convert.Text:
		cw = convert.NewTextWriter(w, h)
	case convert.Script:
		return a.writeScript(w, h, f, in, write)
	}
	if err != nil {
		return err
	}
	return write(cw)
}

func (a *app) writeScript(w io.Writer, h cast.Header, f convertFlags, in *recording, write func(convert.Writer) error) error {
	timing := f.timing
	if timing == "" {
		timing = f.output + ".timing"
	}
	return a.writeOutput(timing, f.overwrite, in, func(t io.Writer) error {
		withInput := func(input io.Writer) error {
			cw, err := convert.NewScriptWriter(convert.ScriptFiles[io.Writer]{Typescript: w, Timing: t, Input: input}, h, f.classic)
			if err != nil {
				return err
			}
			return write(cw)
		}
		if f.inputLog == "" {
			return withInput(nil)
		}
		return a.writeOutput(f.inputLog, f.overwrite, in, withInput)
	})
}

// leftOut names the events that a format has no place for.
func leftOut(left map[string]int) string {
	names := map[string]string{cast.Input: "input", cast.Marker: "marker", cast.Resize: "resize", cast.Exit: "exit status"}
	var parts []string
	for _, code := range slices.Sorted(maps.Keys(left)) {
		name := names[code]
		if name == "" {
			name = "unknown"
		}
		parts = append(parts, count(left[code], name+" event"))
	}
	if parts == nil {
		return ""
	}
	return "; it has no place for " + strings.Join(parts, " and ")
}
