package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"rexec/internal/linediff"
	"rexec/internal/visible"
	"rexec/library"
	"rexec/recording/cast"
)

// exitTrouble is what diff ends with when it could not compare.
const exitTrouble = 2

type diffFlags struct {
	dir     string
	context int
	brief   bool
}

func newDiff(a *app) *cobra.Command {
	var f diffFlags
	cmd := &cobra.Command{
		Use:   "diff A B | QUERY",
		Short: "Compare what two runs of a command printed",
		Long: `Compare what two runs of a command printed, as a unified diff. With one QUERY, these are
the last two runs of the latest command that matches; with A and B, the two that they name.

` + runHelp + `

The exit status is 0 when both printed the same, 1 when not, 2 when they cannot be
compared.`,
		Example: `  rexec diff 'make test'
  rexec diff 'kubectl get pods before:2026-03-14' 'kubectl get pods'
  rexec diff 019f7a@1:23 01a0b2:4`,
		Args: args(1, 2, "two runs, or a query (in quotation marks, if it has blanks)"),
		RunE: func(cmd *cobra.Command, names []string) error {
			changed, err := a.diff(cmd.Context(), names, f)
			switch {
			case err != nil:
				return &exitError{exitTrouble, err}
			case changed:
				return silently(exitFailure)
			}
			return nil
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.dir, "dir", "", "only commands run in `DIR` or below; . is the current folder")
	fl.IntVarP(&f.context, "unified", "U", 3, "print `N` same lines around what changed")
	fl.BoolVarP(&f.brief, "brief", "q", false, "only tell whether they differ")
	_ = cmd.MarkFlagDirname("dir")
	return cmd
}

func (a *app) diff(ctx context.Context, names []string, f diffFlags) (changed bool, err error) {
	if f.context < 0 {
		return false, usagef("--unified takes a number from 0 on")
	}
	finder := &runFinder{}
	if finder.dir, err = absolute(f.dir); err != nil {
		return false, err
	}
	if finder.lib, err = a.openLibrary(ctx); err != nil {
		return false, err
	}
	defer finder.lib.Close()
	if err := a.indexPending(ctx, finder.lib); err != nil {
		return false, err
	}
	var old, new library.Run
	if len(names) == 1 {
		old, new, err = finder.lastTwo(ctx, names[0])
	} else {
		old, new, err = finder.two(ctx, names[0], names[1])
	}
	if err != nil {
		return false, err
	}
	return a.diffRuns(ctx, old, new, f)
}

// two finds the runs that two names stand for.
func (f *runFinder) two(ctx context.Context, a, b string) (old, new library.Run, err error) {
	if old, err = f.named(ctx, a, 1); err == nil {
		new, err = f.named(ctx, b, 1)
	}
	return old, new, err
}

// named is find for a name that may be ~N, too: the N-th from the latest.
func (f *runFinder) named(ctx context.Context, name string, n int) (library.Run, error) {
	if n, ok := strings.CutPrefix(name, "~"); ok {
		back, err := (&digits{n}).number()
		if err != nil {
			return library.Run{}, usagef("%s: the latest command is ~1", name)
		}
		return f.find(ctx, "", back)
	}
	return f.find(ctx, name, n)
}

// lastTwo finds the latest run that a query matches, and the one of the same command
// before it.
func (f *runFinder) lastTwo(ctx context.Context, what string) (old, new library.Run, err error) {
	if new, err = f.find(ctx, what, 1); err != nil {
		return old, new, err
	}
	past := false
	for r, err := range f.all(ctx, what) {
		switch {
		case err != nil:
			return old, new, err
		case r.Recording.ID == new.Recording.ID && r.Command.Start == new.Command.Start:
			past = true
		case past && strings.TrimSpace(r.Command.Text) == strings.TrimSpace(new.Command.Text):
			return r, new, nil
		}
	}
	return old, new, fmt.Errorf("%s ran once only, as far as it was recorded; name two runs, which rexec recall --list shows",
		visible.String(firstLine(new.Command.Text)))
}

func (a *app) diffRuns(ctx context.Context, old, new library.Run, f diffFlags) (changed bool, err error) {
	var texts [2][]string
	for i, r := range []library.Run{old, new} {
		text, cut, err := outputOf(ctx, r)
		if err != nil {
			return false, err
		}
		if cut {
			a.say("%s printed more than is compared", runName(r))
		}
		texts[i] = lines(text)
	}
	hunks := linediff.Hunks(linediff.Lines(texts[0], texts[1]), f.context)
	if len(hunks) == 0 {
		return false, nil
	}
	if f.brief {
		fmt.Fprintf(a.out, "%s and %s printed different things\n", runName(old), runName(new))
		return true, nil
	}
	out := bufio.NewWriter(a.out)
	p := painter{out, a.coloured()}
	p.line("1", "--- "+runTitle(old))
	p.line("1", "+++ "+runTitle(new))
	for _, h := range hunks {
		p.line("36", fmt.Sprintf("@@ -%s +%s @@", span(h.FromA, h.LinesA), span(h.FromB, h.LinesB)))
		for _, l := range h.Lines {
			p.line(diffColours[l.Op], string(l.Op)+visible.String(l.Text))
		}
	}
	return true, out.Flush()
}

var diffColours = map[linediff.Op]string{linediff.Deleted: "31", linediff.Added: "32"}

// span is where a hunk stands in a file, as diff writes it.
func span(from, n int) string {
	if n == 1 {
		return fmt.Sprint(from)
	}
	return fmt.Sprintf("%d,%d", from, n)
}

// runName names a run so that it can be given to recall.
func runName(r library.Run) string { return r.Recording.ID + "@" + formatMoment(r.Command.Start) }

// runTitle is a run as a header of a diff tells of it.
func runTitle(r library.Run) string {
	text := fmt.Sprintf("%s\t%s  %s", runName(r), r.At().Local().Format("2006-01-02 15:04:05"), visible.String(firstLine(r.Command.Text)))
	if e := r.Command.Exit; e != nil && *e != 0 {
		text += fmt.Sprintf("  (exit %d)", *e)
	}
	return text + "  " + cast.FormatTime(r.Command.End-r.Command.Start)
}

// painter writes lines in colour, where there is colour.
type painter struct {
	w      io.Writer
	colour bool
}

func (p painter) line(sgr, text string) {
	if p.colour && sgr != "" {
		text = "\x1b[" + sgr + "m" + text + "\x1b[m"
	}
	fmt.Fprintln(p.w, text)
}
