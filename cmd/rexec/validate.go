package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"rexec/internal/visible"
	"rexec/recording/cast"
	"rexec/recording/portable"
)

// maxDeviations is how many deviations of a file are printed without --all.
const maxDeviations = 100

func newValidate(a *app) *cobra.Command {
	var all, compare bool
	cmd := &cobra.Command{
		Use:   "validate FILE|ID|-…",
		Short: "Check recordings against the asciicast format",
		Long: `Name every place where a recording is not what the asciicast format (versions 1, 2
and 3) says, by line and column, and whether players will cope:

  players cope        the known players play it as it is meant
  some players fail   some refuse it, leave a part out, or show it at another time
  unplayable          nobody plays it

The exit status is 0 when all recordings are clean and 1 when not. rexec repair
writes a copy that passes.

With --portable, each recording is also replayed through an older emulator, vt10x,
which stands for terminals that know less than modern ones, and the first moments are
named at which it shows something else. It knows no wide and no combining characters
(CJK, emoji, accents as marks of their own): where these stand, it is expected to
differ, and such moments are only counted. Differences do not change the exit status.`,
		Example: "  rexec validate demo.cast\n  rexec validate --portable *.cast",
		Args:    args(1, -1, recordingArg),
		RunE: func(cmd *cobra.Command, args []string) error {
			clean := true
			for _, arg := range args {
				ok, err := a.validate(cmd.Context(), arg, all, compare)
				switch {
				case cmd.Context().Err() != nil:
					return cmd.Context().Err()
				case err != nil && len(args) == 1:
					return err
				case err != nil: // the others are checked all the same
					a.say("%v", err)
				}
				clean = clean && ok && err == nil
			}
			if !clean {
				return silently(exitFailure)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, fmt.Sprintf("print all deviations, not just the first %d of a recording", maxDeviations))
	cmd.Flags().BoolVar(&compare, "portable", false, "also name the first moments at which an older emulator shows something else")
	return cmd
}

// validate prints what is to be said of a recording, and tells whether it is clean.
func (a *app) validate(ctx context.Context, arg string, all, compare bool) (clean bool, err error) {
	f, err := a.openRecording(ctx, "validating", arg)
	if err != nil {
		return false, err
	}
	defer f.close()
	if clean, err = a.listDeviations(ctx, arg, f, all); err != nil || !compare {
		return clean, err
	}
	if err := f.rewind(); err != nil {
		return clean, err
	}
	return clean, a.comparePortable(ctx, arg, f)
}

// listDeviations prints the deviations of a recording, and tells whether there were
// none.
func (a *app) listDeviations(ctx context.Context, arg string, f *recording, all bool) (clean bool, err error) {
	name, n := visible.String(arg), 0
	s, err := cast.Validate(ctx, f, func(d cast.Deviation) {
		f.progress.end()
		if n++; all || n <= maxDeviations {
			fmt.Fprintf(a.out, "%s:%d:%d: %s (%s)\n", name, d.Line, d.Column, visible.String(d.Reason), d.Effect)
		}
	})
	f.progress.end()
	if err != nil {
		return false, fmt.Errorf("%s: %w", arg, err)
	}
	if !all && n > maxDeviations {
		fmt.Fprintf(a.out, "%s: and %d more; --all prints them\n", name, n-maxDeviations)
	}
	what := fmt.Sprintf("asciicast version %d, %s, %s long", s.Header.Version, count(s.Events, "event"), cast.FormatTime(s.Duration))
	switch {
	case s.Clean():
		fmt.Fprintf(a.out, "%s: valid: %s\n", name, what)
	case s.Deviations[cast.Unplayable] > 0:
		fmt.Fprintf(a.out, "%s: unplayable\n", name)
	case s.Deviations[cast.SomeFail] > 0:
		fmt.Fprintf(a.out, "%s: %s in %s; some players fail, rexec repair mends it\n", name, count(n, "deviation"), what)
	default:
		fmt.Fprintf(a.out, "%s: %s in %s; players cope\n", name, count(n, "deviation"), what)
	}
	return s.Clean(), nil
}

// count writes a number of things.
func count(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}

// comparePortable prints the moments at which an older emulator shows something else.
func (a *app) comparePortable(ctx context.Context, arg string, f *recording) error {
	r, err := cast.NewReader(f, cast.Lenient)
	if err != nil {
		return nil // which was said already
	}
	report, err := portable.Compare(ctx, r, portable.Options{})
	f.progress.end()
	if err != nil {
		return fmt.Errorf("%s: %w", arg, err)
	}
	name := visible.String(arg)
	for _, m := range report.Moments {
		fmt.Fprintf(a.out, "%s: at %s an older emulator shows something else in %s:\n", name, seconds(m.Time), count(len(m.Rows), "row"))
		const most = 3
		for i, row := range m.Rows {
			if i == most {
				fmt.Fprintf(a.out, "  and in %s\n", count(len(m.Rows)-most, "more row"))
				break
			}
			fmt.Fprintf(a.out, "  row %d here: %s\n  row %d there: %s\n", row.Y+1, visible.String(row.Ours), row.Y+1, visible.String(row.Theirs))
		}
	}
	if report.Expected > 0 {
		fmt.Fprintf(a.out, "%s: it differs as expected, in rows with wide or combining characters, at %s, first at %s\n",
			name, count(report.Expected, "moment"), seconds(report.FirstExpected.Time))
	}
	switch {
	case report.Failure != "":
		fmt.Fprintf(a.out, "%s: the older emulator fails at %s: %s\n", name, seconds(report.FailedAt), visible.String(report.Failure))
	case len(report.Moments) == 0:
		fmt.Fprintf(a.out, "%s: portable: nothing else differs in %s\n", name, count(report.Compared, "screen"))
	}
	return nil
}
