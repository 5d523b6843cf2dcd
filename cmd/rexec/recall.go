package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"rexec/internal/visible"
	"rexec/library"
	"rexec/library/query"
	"rexec/recording/cast"
	"rexec/recording/pack"
	"rexec/recording/transcript"
	"rexec/tui/widget"
)

const runHelp = `A run is named by one of these:

  ~1, ~2, …    the latest command, the one before it, …
  QUERY        the latest that matches, in the language of rexec search; words without a
               field are looked for in commands: make exit:!0 dir:gateway after:7d
  ID@TIME      the one that ran then in a recording: 019f7a@1:23
  ID:N         the N-th command of a recording`

type recallFlags struct {
	back               digits
	dir                string
	command, copy, all bool
	ansi               bool
	limit              int
}

// digits is the number of a flag such as -12, which is read as -1 and -2.
type digits struct{ text string }

func (d *digits) number() (int, error) {
	if d.text == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(d.text)
	if err != nil || n < 1 {
		return 0, usagef("-%s: the latest command is -1", d.text)
	}
	return n, nil
}

// addTo makes a flag of each digit.
func (d *digits) addTo(cmd *cobra.Command) {
	for i := range 10 {
		name := strconv.Itoa(i)
		f := cmd.Flags().VarPF(&digit{d, name}, "back-"+name, name, "")
		f.NoOptDefVal = name
		f.Hidden = true
	}
}

// digit is one of them.
type digit struct {
	*digits
	name string
}

func (d *digit) Set(string) error { d.text += d.name; return nil }
func (d *digit) String() string   { return "" }
func (d *digit) Type() string     { return "" }

func newRecall(a *app) *cobra.Command {
	var f recallFlags
	cmd := &cobra.Command{
		Use:   "recall [-N] [QUERY…]",
		Short: "Print what an earlier command printed, or the command",
		Long: `Print what an earlier command printed, as it stood on the screen; --command prints the
command itself. Without anything named, that is the latest command in the library, what
is being recorded included.

` + runHelp + `

-1, -2, … are ~1, ~2, …; with a QUERY, they count those that match. --list shows what there
is to choose from. --copy puts the text on the clipboard instead, by way of the terminal
(OSC 52), which works over ssh too, where the terminal allows it.

The exit status is 1 when no command is found.`,
		Example: `  rexec recall
  rexec recall -2 --command
  rexec recall make exit:!0 --dir . --copy
  rexec recall --list git after:7d`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, words []string) error {
			return a.recall(cmd.Context(), searchQuery(words), f)
		},
	}
	fl := cmd.Flags()
	f.back.addTo(cmd)
	fl.StringVar(&f.dir, "dir", "", "only commands run in `DIR` or below; . is the current folder")
	fl.BoolVarP(&f.command, "command", "c", false, "the command, not what it printed")
	fl.BoolVar(&f.ansi, "ansi", false, "with its colours, where it was printed line by line")
	fl.BoolVar(&f.copy, "copy", false, "put it on the clipboard")
	fl.BoolVarP(&f.all, "list", "l", false, "list the commands that match, the latest first")
	fl.IntVar(&f.limit, "limit", 20, "list at most `N`; 0 for all")
	_ = cmd.MarkFlagDirname("dir")
	return cmd
}

func (a *app) recall(ctx context.Context, what string, f recallFlags) error {
	n, err := f.back.number()
	if err != nil {
		return err
	}
	if f.limit < 0 {
		return usagef("--limit takes a number from 0 on")
	}
	if f.ansi && (f.copy || f.command || f.all) {
		return usagef("--ansi is for what a command printed; leave out --copy, --command and --list")
	}
	if f.copy && f.all {
		return usagef("--list prints; it does not go with --copy")
	}
	dir, err := absolute(f.dir)
	if err != nil {
		return err
	}
	lib, err := a.openLibrary(ctx)
	if err != nil {
		return err
	}
	defer lib.Close()
	if err := a.indexPending(ctx, lib); err != nil {
		return err
	}
	finder := &runFinder{lib: lib, dir: dir}
	if f.all {
		return a.listRuns(ctx, finder, what, f.limit)
	}
	run, err := finder.named(ctx, what, n)
	if err != nil {
		return err
	}
	text := run.Command.Text
	if !f.command {
		var cut bool
		if text, cut, err = outputOf(ctx, run); err != nil {
			return err
		}
		if cut {
			a.say("this is not all of what it printed: its beginning, %s", widget.Bytes(int64(len(text))))
		}
		if text == "" {
			a.say("%s left nothing on the screen", visible.String(firstLine(run.Command.Text)))
		}
	}
	if f.copy {
		return a.copyText(text)
	}
	out := bufio.NewWriter(a.out)
	if f.ansi && text != "" {
		rows, ok, err := colouredOutput(ctx, run, text)
		if err != nil {
			return err
		}
		if ok {
			fmt.Fprintln(out, strings.Join(rows, "\n"))
			return out.Flush()
		}
		a.say("its colours cannot be had: it moved about on the screen, or is too long")
	}
	for _, line := range lines(text) {
		fmt.Fprintln(out, visible.String(line))
	}
	return out.Flush()
}

// absolute is a folder's whole path; that of "" is "".
func absolute(dir string) (string, error) {
	if dir == "" {
		return "", nil
	}
	return filepath.Abs(dir)
}

// lines are the lines of a text; an empty one has none.
func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

func firstLine(text string) string {
	line, rest, more := strings.Cut(text, "\n")
	if more && rest != "" {
		line += " …"
	}
	return line
}

// listRuns prints what there is to choose from.
func (a *app) listRuns(ctx context.Context, finder *runFinder, what string, limit int) error {
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	n := 0
	for r, err := range finder.all(ctx, what) {
		if err != nil {
			return err
		}
		if limit > 0 && n == limit {
			a.say("there is more: --limit 0 prints all of it")
			break
		}
		n++
		id, err := finder.lib.ShortID(ctx, r.Recording.ID)
		if err != nil {
			return err
		}
		exit := ""
		if r.Command.Exit != nil {
			exit = fmt.Sprintf("exit %d", *r.Command.Exit)
		}
		fmt.Fprintf(t, "-%d\t%s\t%s@%s\t%s\t%s\t%s\n", n, r.At().Local().Format("2006-01-02 15:04"), id, formatMoment(r.Command.Start),
			exit, visible.String(r.Command.Dir), visible.String(firstLine(r.Command.Text)))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if n == 0 {
		a.say("%v", noRun(what, 1, finder.dir))
		return silently(exitFailure)
	}
	return nil
}

// runFinder finds runs by what names them.
type runFinder struct {
	lib *library.Library
	dir string // absolute; empty: anywhere
}

// all returns the runs that match a query.
func (f *runFinder) all(ctx context.Context, what string) iter.Seq2[library.Run, error] {
	return func(yield func(library.Run, error) bool) {
		for r, err := range f.lib.Runs(ctx, what) {
			if errors.As(err, new(*query.Error)) {
				err = usagef("the query, %w", err)
			}
			if err == nil && !within(f.dir, r.Command.Dir) {
				continue
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// within says that a folder is another one or below it.
func within(dir, path string) bool {
	return dir == "" || path == dir || strings.HasPrefix(path, strings.TrimSuffix(dir, "/")+"/")
}

// find returns the n-th run, from the latest, that what names.
func (f *runFinder) find(ctx context.Context, what string, n int) (library.Run, error) {
	if r, ok, err := f.exact(ctx, what); ok || err != nil {
		return r, err
	}
	wanted := n
	for r, err := range f.all(ctx, what) {
		if err != nil {
			return r, err
		}
		if n--; n == 0 {
			return r, nil
		}
	}
	return library.Run{}, noRun(what, wanted, f.dir)
}

// noRun says that there is no n-th run, from the latest, of what.
func noRun(what string, n int, dir string) error {
	switch {
	case n > 1:
		return fmt.Errorf("there are fewer than %d such commands; rexec recall --list shows those there are", n)
	case what == "" && dir != "":
		return fmt.Errorf("no command was recorded in %s; leave out --dir to look everywhere", visible.String(dir))
	case what == "":
		return errors.New("no command was recorded yet; rexec rec records a shell, and what is typed in it")
	}
	return fmt.Errorf("no command was recorded that matches %s; rexec recall --list shows those there are", visible.String(what))
}

// exact returns the run that ID@TIME or ID:N names; ok is false when what is neither, or
// no recording has that id.
func (f *runFinder) exact(ctx context.Context, what string) (_ library.Run, ok bool, err error) {
	at := strings.LastIndexAny(what, "@:")
	if i := strings.IndexByte(what, '@'); i >= 0 {
		at = i // a time has colons
	}
	if at <= 0 || strings.ContainsAny(what, " \t\"/") {
		return library.Run{}, false, nil
	}
	r, err := f.lib.Get(ctx, what[:at])
	if errors.Is(err, library.ErrNotFound) {
		return library.Run{}, false, nil
	}
	if err != nil {
		return library.Run{}, true, notFound(err)
	}
	commands, err := f.lib.Commands(ctx, r.ID)
	if err != nil {
		return library.Run{}, true, err
	}
	n := 0
	if what[at] == ':' {
		if n, err = strconv.Atoi(what[at+1:]); err != nil {
			return library.Run{}, false, nil
		}
	} else {
		pos, err := cast.ParseTime(what[at+1:], max(r.Duration, 1))
		if err != nil {
			return library.Run{}, true, usagef("%s: %w", what, err)
		}
		for n < len(commands) && commands[n].Start <= pos {
			n++
		}
	}
	if n < 1 || n > len(commands) {
		return library.Run{}, true, fmt.Errorf("%s: the recording has %s, none of them there; rexec transcript --commands %s lists them",
			what, widget.Count(len(commands), "command"), what[:at])
	}
	return library.Run{Recording: r, Command: commands[n-1]}, true, nil
}

// outputOf returns what a command left on the screen; cut says that it is not all.
func outputOf(ctx context.Context, run library.Run) (text string, cut bool, err error) {
	f, err := pack.Open(run.Recording.Path)
	if err != nil {
		return "", false, err
	}
	defer f.Close()
	r, err := cast.NewReader(readerWithContext{ctx, f}, cast.Lenient)
	if err != nil {
		return "", false, castError(run.Recording.ID, err)
	}
	t, err := transcript.ReadWith(ctx, r, transcript.Options{Output: true})
	if err != nil {
		return "", false, castError(run.Recording.ID, err)
	}
	for _, c := range t.Commands {
		// The library keeps microseconds.
		if c.Start.Truncate(time.Microsecond) == run.Command.Start.Truncate(time.Microsecond) {
			return c.Output, c.OutputCut, nil
		}
	}
	return "", false, fmt.Errorf("recording %s no longer has a command at %s; rexec doctor looks into it", run.Recording.ID, formatMoment(run.Command.Start))
}

// maxCopy is how much text is put on the clipboard, in bytes: terminals ignore what is
// much longer.
const maxCopy = 74_000

// copyText asks the terminal to put a text on the clipboard (xterm ctlseqs, OSC 52). The
// terminal is standard output or, when that goes elsewhere, the controlling one.
func (a *app) copyText(text string) error {
	if len(text) > maxCopy {
		return fmt.Errorf("%s are too much for the clipboard of a terminal, which takes %s; print them, and cut them there",
			widget.Bytes(int64(len(text))), widget.Bytes(maxCopy))
	}
	to := a.out.File
	if !term.IsTerminal(int(to.Fd())) {
		name := "/dev/tty"
		if runtime.GOOS == "windows" {
			name = "CONOUT$"
		}
		tty, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return errors.New("there is no terminal that could put it on the clipboard; leave out --copy to print it")
		}
		defer tty.Close()
		to = tty
	}
	if _, err := fmt.Fprintf(to, "\x1b]52;c;%s\a", base64.StdEncoding.EncodeToString([]byte(text))); err != nil {
		return err
	}
	a.say("asked the terminal to put %s on the clipboard (OSC 52)", widget.Count(len(lines(text)), "line"))
	return nil
}
