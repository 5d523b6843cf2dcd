package main

import (
	"context"
	"path/filepath"

	"github.com/spf13/cobra"

	"rexec/internal/visible"
	"rexec/recording/cast"
	"rexec/recording/transcript"
)

// transcriptFlags are what transcript was asked for.
type transcriptFlags struct {
	commands, json, markdown, text bool
}

func newTranscript(a *app) *cobra.Command {
	var f transcriptFlags
	cmd := &cobra.Command{
		Use:   "transcript FILE|ID|-",
		Short: "Print a recording as text: its lines, or its commands",
		Long: `Print the text of a recording: every line that stood on its screen, once, with the
time at which it was first there. With --commands, the commands that were typed, each
with when it ran, how long, its exit status and directory if the shell told them, and
what it printed.

Commands are exact where the shell marks them (OSC 133; bash, zsh and fish that rexec
starts do). In other recordings they are found by what prompts look like. In a
recording of a shell that rexec started, a command that another program marked (a
shell behind ssh, or a file that forges marks) is shown as not verified.

With --json, the output is one object; times are seconds:

  duration, cols, rows   of the recording and its largest screen
  commands               {text, dir, start, end, exit_status, verified, heuristic,
                         output, output_truncated}; exit_status is null if it is not
                         known; verified is true for one that the shell which rexec
                         started marked; heuristic for one found by its prompt
  lines                  {text, first, last, alt_screen}; not with --commands;
                         first and last: when it first and last stood there;
                         alt_screen: on a full-screen program's screen only
  dropped_lines          how many were left out, beyond 500,000 lines or 64 MB`,
		Example: `  rexec transcript 019f7a | less
  rexec transcript demo.cast --commands --markdown > demo.md`,
		Args: args(1, 1, recordingArg),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.transcript(cmd.Context(), args[0], f)
		},
	}
	cmd.Flags().BoolVar(&f.commands, "commands", false, "the commands instead of the lines")
	cmd.Flags().BoolVar(&f.json, "json", false, "print JSON")
	cmd.Flags().BoolVar(&f.markdown, "markdown", false, "print Markdown")
	cmd.Flags().BoolVar(&f.text, "text", false, "print plain text (the default)")
	return cmd
}

func (a *app) transcript(ctx context.Context, arg string, f transcriptFlags) error {
	if f.json && f.markdown || f.json && f.text || f.markdown && f.text {
		return usagef("--json, --markdown and --text exclude each other; take one")
	}
	src, err := a.openRecording(ctx, "reading", arg)
	if err != nil {
		return err
	}
	defer src.close()
	r, err := cast.NewReader(src, cast.Lenient)
	if err != nil {
		return castError(arg, err)
	}
	t, err := transcript.ReadWith(ctx, r, transcript.Options{Output: true})
	src.progress.end()
	if err != nil {
		return castError(arg, err)
	}
	a.tellMended(arg, r)
	part := transcript.AllLines
	if f.commands {
		part = transcript.AllCommands
	}
	switch {
	case f.json:
		return t.WriteJSON(a.out, part)
	case f.markdown:
		return t.WriteMarkdown(a.out, part, src.name(arg, r.Header()))
	}
	if t.Dropped > 0 && !f.commands {
		a.say("%s: %d lines beyond the first %d are left out", arg, t.Dropped, len(t.Lines))
	}
	return t.WriteText(a.out, part)
}

// name is what to call a recording.
func (s *source) name(arg string, h cast.Header) string {
	switch {
	case h.Title != "":
		return h.Title
	case s.title != "":
		return s.title
	}
	return filepath.Base(arg)
}

// tellMended says which lines of a cast were mended or passed over.
func (a *app) tellMended(name string, r *cast.Reader) {
	for _, p := range r.Problems() {
		a.say("%s: %s", name, visible.String(p.String()))
	}
	if n := r.ProblemCount() - len(r.Problems()); n > 0 {
		a.say("%s: and %d more damaged places", name, n)
	}
}
