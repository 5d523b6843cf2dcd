package main

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"rexec/internal/visible"
	"rexec/library"
	"rexec/tui/widget"
)

func newRm(a *app) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "rm ID…",
		Short: "Delete recordings from the library",
		Long: `Delete recordings, named by their ids or by the beginnings of them, from the
library, with their files. This cannot be undone, so it asks first.`,
		Args: args(1, -1, "at least one id"),
		RunE: func(cmd *cobra.Command, ids []string) error {
			return a.rm(cmd.Context(), ids, yes)
		},
	}
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	cmd.Flags().BoolVarP(&yes, "force", "f", false, "the same as --yes")
	return cmd
}

func (a *app) rm(ctx context.Context, args []string, yes bool) error {
	lib, err := a.openLibrary(ctx)
	if err != nil {
		return err
	}
	defer lib.Close()
	var ids, names []string
	seen := map[string]bool{}
	for _, arg := range args { // all are found before any is deleted
		r, err := lib.Get(ctx, arg)
		if err != nil {
			return notFound(err)
		}
		if !seen[r.ID] {
			seen[r.ID] = true
			ids, names = append(ids, r.ID), append(names, describe(r))
		}
	}
	if !yes {
		if err := a.confirm(names); err != nil {
			return err
		}
	}
	if err := lib.Delete(ctx, ids...); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "deleted %s\n", widget.Count(len(ids), "recording"))
	return nil
}

func describe(r library.Recording) string {
	return fmt.Sprintf("%s  %s  %s", r.ID, r.Created.Local().Format("2006-01-02 15:04"), visible.String(r.Name()))
}

// confirm asks on the terminal before the named recordings are deleted.
func (a *app) confirm(names []string) error {
	if !term.IsTerminal(int(a.in.Fd())) {
		return usagef("there is no terminal to ask on; give --yes to delete without being asked")
	}
	for _, name := range names {
		fmt.Fprintln(a.err, name)
	}
	fmt.Fprintf(a.err, "Delete %s for good? [y/N] ", widget.Count(len(names), "recording"))
	answer, _ := bufio.NewReader(a.in).ReadString('\n')
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	}
	a.say("nothing was deleted")
	return silently(exitFailure)
}
