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
	"time"

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
	size      string
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
rows, or what --size says.`,
		Example: "  rexec rec --title 'how to rebase'\n  rexec rec -o build.cast -- make -j4",
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, command []string) error {
			return a.rec(cmd.Context(), o, command)
		},
	}
	f := cmd.Flags()
	f.SetInterspersed(false) // what follows the command is the command's
	f.StringVarP(&o.title, "title", "t", "", "the recording's `TITLE`")
	f.StringVarP(&o.output, "output", "o", "", "write to `FILE` instead of the library")
	f.BoolVar(&o.overwrite, "overwrite", false, "replace FILE when it exists")
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
	c := live.Config{
		Command: command, Cols: outer.cols, Rows: outer.rows, Term: outer.term, Tee: a.out,
		// Where a terminal shows the output, it also answers the child. Elsewhere
		// our emulator does.
		NoScreen: outer.shows, Answer: !outer.shows,
	}
	if c.Integration, err = a.integration(); err != nil {
		return err
	}
	if err := live.Check(c); err != nil {
		return hostError(err)
	}
	dest, err := a.recDestination(ctx, o, c)
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
		a.say("recording; type exit or press ctrl+d to end")
	}
	outer.makeRaw()
	// Carrying bytes is work for one processor: on two, waking the other one for each
	// key takes as long again as all the rest.
	processors := runtime.GOMAXPROCS(1)
	go a.feed(s, outer)
	killed := a.attend(s, outer, signals)
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
	case errors.Is(err, live.ErrUnsupported):
		return fmt.Errorf("%w; here, rexec can play, list, import and export recordings", err)
	}
	return err
}

// catchSignals makes the signals that would end us wait for the recording to be
// saved. SIGPIPE is caught so that writing to a closed pipe is an error instead.
func catchSignals() chan os.Signal {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGHUP, syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGPIPE)
	notifyResize(signals)
	return signals
}

// attend does what signals say until the session ends. It returns the signal that
// ended it, 0 when it ended by itself.
func (a *app) attend(s *live.Session, outer *outerTerminal, signals <-chan os.Signal) (killed syscall.Signal) {
	events := s.Events()
	for {
		select {
		case <-s.Done():
			return killed
		case e, ok := <-events:
			if !ok {
				events = nil
			}
			if failed, ok := e.(live.RecordingEndedEvent); ok {
				a.warn("the recording has ended: %v; the terminal goes on", failed.Result.Err)
			}
		case sig := <-signals:
			switch sig {
			case syscall.SIGHUP, syscall.SIGTERM:
				if killed == 0 {
					killed = sig.(syscall.Signal)
					go s.Close()
				}
			case syscall.SIGINT: // sent to us, not typed: what typing it would do
				s.Write([]byte{0x03})
			case syscall.SIGQUIT:
				s.Write([]byte{0x1c})
			case syscall.SIGPIPE:
			default: // the window changed its size
				if cols, rows, ok := outer.resized(); ok {
					s.Resize(cols, rows)
				}
			}
		}
	}
}

// feed copies what is typed to the child. When that comes from a file or a pipe,
// its end is typed too, again and again: whoever reads finds the end there.
func (a *app) feed(s *live.Session, outer *outerTerminal) {
	buf := make([]byte, 32<<10)
	for {
		n, err := a.in.Read(buf)
		if n > 0 && s.WriteAll(context.Background(), buf[:n]) != nil {
			return
		}
		if err != nil {
			break
		}
	}
	if outer.types {
		s.Close() // our terminal is gone
		return
	}
	const endOfFile = 0x04 // VEOF
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		if s.InputEmpty() {
			s.Write([]byte{endOfFile})
		}
		select {
		case <-tick.C:
		case <-s.Done():
			return
		}
	}
}

// recDestination is where rec records to.
type recDestination struct {
	record  live.RecordOptions
	id      string           // of the recording
	library *library.Library // nil for a file
}

// recDestination prepares the file, or a recording in the library.
func (a *app) recDestination(ctx context.Context, o recOptions, c live.Config) (*recDestination, error) {
	env := map[string]string{"TERM": live.TermOf(c)}
	shell := os.Getenv("SHELL")
	if shell != "" {
		env["SHELL"] = shell
	}
	dir, _ := os.Getwd()
	if o.output != "" {
		path, err := outputPath(o)
		if err != nil {
			return nil, err
		}
		host, _ := os.Hostname()
		return &recDestination{record: live.RecordOptions{Path: path, File: castfile.Options{Overwrite: o.overwrite}, Header: cast.Header{
			Title: o.title, Command: commandLine(c.Command), Env: env, TermType: env["TERM"],
			Rexec: &cast.Rexec{Host: host, Shell: shell, Dir: dir},
		}}}, nil
	}
	if o.overwrite {
		return nil, usagef("--overwrite is about the file of -o; name it")
	}
	lib, err := a.openLibrary(ctx)
	if err != nil {
		return nil, err
	}
	rec, header, err := lib.Begin(ctx, library.NewRecording{
		Title: o.title, Command: commandLine(c.Command), Shell: shell, Dir: dir, Cols: c.Cols, Rows: c.Rows, Env: env,
	})
	if err != nil {
		lib.Close()
		return nil, err
	}
	header.TermType = env["TERM"]
	return &recDestination{record: live.RecordOptions{Path: rec.Path, Header: header}, id: rec.ID, library: lib}, nil
}

// outputPath checks the file of -o before anything is started.
func outputPath(o recOptions) (string, error) {
	path, err := filepath.Abs(o.output)
	if err != nil {
		return "", err
	}
	info, err := os.Stat(path)
	switch {
	case err != nil: // not there, or creating it will say what is wrong
		return path, nil
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("%s is not a file that can be recorded to; name another one", o.output)
	case !o.overwrite:
		return "", fmt.Errorf("%s exists; name another file, or replace it with --overwrite", o.output)
	}
	return path, nil
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

func (d *recDestination) close() {
	if d.library != nil {
		d.library.Close()
	}
}

// discard takes back a recording that has not begun.
func (d *recDestination) discard(ctx context.Context) error {
	if d.library == nil {
		return nil
	}
	return d.library.Delete(ctx, d.id)
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
	a.say("saved %s (%s); replay it with: rexec play %s", cast.FormatTime(length), widget.Bytes(result.Bytes), name)
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
