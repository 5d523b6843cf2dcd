package main

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rexec/internal/visible"
	"rexec/recording/cast"
	"rexec/recording/export"
	"rexec/recording/timeline"
	"rexec/vt"
)

// screenFormats write a screen as it is at a time.
var screenFormats = map[string]func(io.Writer, *vt.Snapshot, time.Duration) error{
	"text": func(w io.Writer, s *vt.Snapshot, _ time.Duration) error { return export.WriteScreenText(w, s) },
	"ansi": func(w io.Writer, s *vt.Snapshot, _ time.Duration) error { return export.WriteScreenANSI(w, s) },
	"json": export.WriteScreenJSON,
}

func newScreen(a *app) *cobra.Command {
	var at, format string
	cmd := &cobra.Command{
		Use:   "screen FILE|ID|-",
		Short: "Print the screen at a moment of a recording",
		Long: `Print what the screen of a recording shows at a moment.

The moment is seconds (12.5), a clock time (1:23), a duration (1h2m3s) or a part of
the whole (50%); one behind the end is the end.

With --format json, the output is one object:

  time        seconds
  size        {cols, rows}
  cursor      {col, row, visible, shape, blink}; col and row count from 0
  title       the window title
  alt_screen  whether a full-screen program is on the screen
  rows        for each row {wrapped, runs}; wrapped: its text goes on in the next
              row; runs, from column 0 on without gaps: neighbouring cells that
              look alike, {text, width, char_width, fg, bg, attributes, underline,
              underline_color, link}; width in columns; char_width 1 or 2;
              colours "default", "0" to "255" or "#rrggbb"; fields from
              attributes on only where they apply`,
		Example: `  rexec screen 019f7a
  rexec screen demo.cast --at 1:23 --format ansi`,
		Args: args(1, 1, recordingArg),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.screen(cmd.Context(), args[0], at, format)
		},
	}
	cmd.Flags().StringVar(&at, "at", "100%", "the `TIME`: 12.5, 1:23, 1h2m3s or 50%")
	cmd.Flags().StringVar(&format, "format", "text", "text, ansi or json")
	return cmd
}

func (a *app) screen(ctx context.Context, arg, at, format string) error {
	write := screenFormats[format]
	if write == nil {
		return usagef("there is no format %q; take text, ansi or json", format)
	}
	if err := checkTime("--at", at); err != nil {
		return err
	}
	src, err := a.source(ctx, arg)
	if err != nil {
		return err
	}
	defer src.close()
	t, err := timeline.Open(ctx, timeline.File(src.path), timeline.Options{})
	if err != nil {
		return castError(arg, err)
	}
	defer t.Close()
	pos, err := position(ctx, t, at)
	if err != nil {
		return castError(arg, err)
	}
	frame, err := t.At(ctx, pos)
	if err != nil {
		return castError(arg, err)
	}
	if t.Indexed() {
		pos = min(pos, t.Duration())
	}
	a.tellProblems(arg, t)
	return write(a.out, frame.Snapshot, pos)
}

// checkTime tells whether a flag's value is a time, before any file is opened.
func checkTime(flag, at string) error {
	if _, err := cast.ParseTime(at, time.Hour); err != nil {
		return usagef("%s: %w", flag, err)
	}
	return nil
}

// position is the moment of a recording that a checked time names. Only a part of
// the whole needs the whole to be read.
func position(ctx context.Context, t *timeline.Timeline, at string) (time.Duration, error) {
	if strings.HasSuffix(at, "%") {
		if err := t.Index(ctx, nil); err != nil {
			return 0, err
		}
	}
	return cast.ParseTime(at, max(t.Duration(), 1))
}

// tellProblems says which lines of a cast were mended or passed over.
func (a *app) tellProblems(name string, t *timeline.Timeline) {
	problems, n := t.Problems()
	for _, p := range problems {
		a.say("%s: %s", name, visible.String(p.String()))
	}
	if n > len(problems) {
		a.say("%s: and %d more damaged places", name, n-len(problems))
	}
}
