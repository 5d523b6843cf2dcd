package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"rexec/internal/visible"
	"rexec/library"
	"rexec/recording/cast"
	"rexec/recording/castfile"
	"rexec/recording/live"
	"rexec/tui/widget"
)

// recOptions are the flags of rec.
type recOptions struct {
	title     string
	output    string
	overwrite bool
	appendTo  string
	size      string
	env       []string
	input     bool
	noMask    bool
	idle      string
	limit     string
	pauseKey  string
	markKey   string
	set       func(name string) bool // the flag was given
}

func newRec(a *app) *cobra.Command {
	var o recOptions
	cmd := &cobra.Command{
		Use:   "rec [flags] [-- COMMAND [ARGUMENT…]]",
		Short: "Record in this terminal",
		Long: `Record a command, or your shell, in this terminal. The recording goes into the
library or, with -o, into a file. It ends when the command does, and rec ends
with the command's exit status.

Without a terminal (in a pipe, in CI) the command gets one of 80 columns and 24
rows, or what --size says.

Known secrets (tokens, keys, passwords in commands) are replaced by ▒ before they
are written. What is typed is recorded only with --input, and even then not what
is typed at a password prompt, or anywhere else where the screen does not show
it: one ▒ stands for that.

While it records, SIGUSR1 pauses and goes on, and SIGUSR2 sets a marker: for
example kill -USR1 PID. --pause-key and --mark-key give that a key each, which
the command then does not get. Of a pause nothing is kept but how long it was.

When the recording is as long as --limit says it is saved, and the command goes
on without it. --append continues a recording: with a clean screen, and a marker
that says when.

What holds without flags can be set in config.toml, section recording: mask,
input, idle, limit, env.`,
		Example: `  rexec rec --title 'how to rebase'
  rexec rec -o build.cast --idle 2s -- make -j4
  rexec rec --pause-key 'ctrl+\' --append build.cast`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, command []string) error {
			o.set = cmd.Flags().Changed
			return a.rec(cmd.Context(), o, command)
		},
	}
	f := cmd.Flags()
	f.SetInterspersed(false) // what follows the command is the command's
	f.StringVarP(&o.title, "title", "t", "", "the recording's `TITLE`")
	f.StringVarP(&o.output, "output", "o", "", "write to `FILE` instead of the library")
	overwriteFlag(cmd, &o.overwrite, "replace FILE when it exists")
	f.StringVar(&o.appendTo, "append", "", "continue the recording `FILE|ID`")
	f.StringSliceVar(&o.env, "env", nil, "keep these variables in the recording: `NAME,…` (default SHELL,TERM)")
	f.BoolVar(&o.input, "input", false, "record what is typed, too, where the screen shows it")
	f.BoolVar(&o.noMask, "no-mask", false, "write secrets as they are")
	f.StringVar(&o.idle, "idle", "", "keep `MAX` of a pause in which nothing happens: 2s, off")
	f.StringVar(&o.limit, "limit", "", "end the recording after `DURATION`: 90s, 1h, off")
	f.StringVar(&o.pauseKey, "pause-key", "", "pause and go on with `KEY`: ctrl+\\, ctrl+p")
	f.StringVar(&o.markKey, "mark-key", "", "set a marker with `KEY`")
	f.StringVar(&o.size, "size", "", "the terminal's size as `COLSxROWS`, instead of this terminal's")
	return cmd
}

// rec records a command in the terminal this process runs in.
func (a *app) rec(ctx context.Context, o recOptions, command []string) error {
	outer, err := a.outerTerminal(o.size)
	if err != nil {
		return err
	}
	defer outer.restore()
	keys, err := recKeysOf(o)
	if err != nil {
		return err
	}
	record, names, err := a.recSettings(o)
	if err != nil {
		return err
	}
	c := live.Config{
		Command: command, Cols: outer.cols, Rows: outer.rows, Term: outer.term, Tee: a.out.File,
		// Where a terminal shows the output, it also answers the child. Elsewhere
		// our emulator does. To see what shows of what is typed takes a screen, too.
		NoScreen: outer.shows && !record.Input, Answer: !outer.shows,
	}
	if c.Integration, err = a.integration(); err != nil {
		return err
	}
	if err := live.Check(c); err != nil {
		return hostError(err)
	}
	dest, err := a.recDestination(ctx, o, c, record, names)
	if err != nil {
		return err
	}
	defer dest.close()
	if outer := os.Getenv("REXEC_SESSION"); outer != "" {
		a.say("this terminal is one of Rexec's already (session %s); recording inside it", outer)
	}
	c.Record = &dest.record
	c.ID = dest.id

	signals := catchSignals()
	defer signal.Stop(signals)
	s, err := live.Start(ctx, c)
	if err != nil {
		return hostError(errors.Join(err, dest.discard(ctx)))
	}
	if outer.shows && outer.types {
		a.say("recording; type exit or press ctrl+d to end%s", keys.hint())
	}
	outer.makeRaw()
	// Carrying bytes is work for one processor: on two, waking the other one for each
	// key takes as long again as all the rest.
	processors := runtime.GOMAXPROCS(1)
	go a.feed(s, outer, keys)
	killed := a.attend(ctx, s, outer, dest, signals, keys)
	runtime.GOMAXPROCS(processors)
	outer.restore()
	return a.saveRec(context.WithoutCancel(ctx), s, dest, killed)
}

// hostError adds the next step to why a terminal could not be hosted.
func hostError(err error) error {
	var command *live.CommandError
	switch {
	case errors.As(err, &command) && command.Shell:
		return fmt.Errorf("%w; set SHELL to your shell, or name a command: rexec rec -- COMMAND", err)
	case errors.As(err, &command) && !command.Dir:
		return fmt.Errorf("%w; check its name and PATH", err)
	case errors.Is(err, castfile.ErrVersion1), errors.Is(err, castfile.ErrPacked):
		return fmt.Errorf("%w; rexec convert makes one of version 2 of it, which can be", err)
	case errors.Is(err, castfile.ErrLocked):
		return fmt.Errorf("%w; end that recording first", err)
	case errors.Is(err, live.ErrUnsupported):
		return fmt.Errorf("%w; here, rexec can play, list, import and export recordings", err)
	}
	return err
}

// commandLine is a command as it would be typed into a shell.
func commandLine(args []string) string {
	quoted := make([]string, len(args))
	for i, arg := range args {
		if arg == "" || strings.ContainsFunc(arg, func(r rune) bool {
			return !strings.ContainsRune("-_./:=@%+,", r) && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r < 0x80
		}) {
			arg = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
		quoted[i] = arg
	}
	return strings.Join(quoted, " ")
}

// saveRec says where the recording is, and returns the child's exit status.
func (a *app) saveRec(ctx context.Context, s *live.Session, dest *recDestination, killed syscall.Signal) error {
	result, failed := s.StopRecording()
	status := s.Exit()
	name, length := a.shown(result.Path), result.Duration
	if dest.library != nil {
		rec, err := dest.library.Finish(ctx, dest.id, library.FinishInfo{ExitStatus: &status.Code})
		if err != nil {
			return fmt.Errorf("the recording is in %s, but not in the library: %w; the next start of rexec adds it", name, err)
		}
		name, length = rec.ID, rec.Duration
	}
	a.say("saved %s (%s)%s; replay it with: rexec play %s", cast.FormatTime(length), widget.Bytes(result.Bytes), maskedText(result.Masked+dest.masked), name)
	switch {
	case failed != nil:
		return fmt.Errorf("the recording ends early: %w; what came before is saved", failed)
	case killed != 0:
		return silently(128 + int(killed))
	case status.Code != 0:
		return silently(status.Code)
	}
	return nil
}

// maskedText tells how many secrets were masked, if any were.
func maskedText(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return ", 1 secret was masked"
	}
	return fmt.Sprintf(", %d secrets were masked", n)
}

// shown is how a path is printed: from the working directory when that is shorter.
func (a *app) shown(path string) string {
	if dir, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(dir, path); err == nil && len(rel) < len(path) {
			path = rel
		}
	}
	return visible.String(path)
}

// warn is say in the middle of another program's output, on a terminal that may be
// raw.
func (a *app) warn(format string, args ...any) {
	fmt.Fprint(a.err, "\r\n\a")
	a.say(format, args...)
	fmt.Fprint(a.err, "\r")
}
