package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"rexec/internal/visible"
	"rexec/recording/cast"
	"rexec/recording/secret"
)

func newSecrets(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "secrets FILE|ID|-",
		Short: "Find passwords and tokens in a recording",
		Long: `List the credentials that a recording shows or holds: tokens of well-known
services, private keys, passwords in connection strings, Authorization headers and
assignments such as PASSWORD=…, on every screen it ever showed, in window titles,
typed input, markers and the header.

Each is listed once, with the time at which it was first complete, and the line it
stands in with all secrets masked. rexec edit --redact auto masks them.

The exit status is 0 when nothing was found, 1 when something was (or the recording
could not be read; then there is a message), so that a script can refuse to publish.

With --json, the output is an array of objects: kind, where (screen, title, input,
marker, header), time in seconds, and excerpt.`,
		Example: `  rexec secrets 019f7a
  rexec secrets demo.cast && rexec export demo.cast -o public/`,
		Args: args(1, 1, recordingArg),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.secrets(cmd.Context(), args[0], asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (a *app) secrets(ctx context.Context, arg string, asJSON bool) error {
	f, err := a.openRecording(ctx, "searching", arg)
	if err != nil {
		return err
	}
	defer f.close()
	r, err := cast.NewReader(f, cast.Lenient)
	if err != nil {
		return castError(arg, err)
	}
	leaks, err := secret.Search(ctx, r)
	f.progress.end()
	if err != nil {
		return castError(arg, err)
	}
	write := writeLeaks
	if asJSON {
		write = writeLeaksJSON
	}
	if err := write(a.out, leaks); err != nil {
		return err
	}
	if len(leaks) > 0 {
		return silently(exitFailure)
	}
	return nil
}

func writeLeaks(w io.Writer, leaks []secret.Leak) error {
	if len(leaks) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "TIME\tKIND\tWHERE\tTEXT")
	for _, l := range leaks {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", leakTime(l.Time), l.Kind, l.Where, visible.String(l.Excerpt))
	}
	return t.Flush()
}

// leakTime is a time as --at takes it, to the tenth, rounded up so that the secret is
// there.
func leakTime(d time.Duration) string {
	const tenth = time.Second / 10
	d = (d + tenth - 1) / tenth * tenth
	return fmt.Sprintf("%s.%d", cast.FormatTime(d), d%time.Second/tenth)
}

// leak is a secret as secrets --json prints it. Names and meaning of the fields are
// kept: programs read them.
type leak struct {
	Kind    string  `json:"kind"`
	Where   string  `json:"where"`
	Time    float64 `json:"time"` // seconds
	Excerpt string  `json:"excerpt"`
}

func writeLeaksJSON(w io.Writer, leaks []secret.Leak) error {
	list := make([]leak, len(leaks))
	for i, l := range leaks {
		list[i] = leak{string(l.Kind), string(l.Where), l.Time.Seconds(), visible.String(l.Excerpt)}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(list)
}
