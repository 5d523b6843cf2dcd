package main

import (
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
	var now, yes bool
	cmd := &cobra.Command{
		Use:   "rm ID…",
		Short: "Move recordings to the trash, or delete them for good",
		Long: `Move recordings, named by their ids or by the beginnings of them, to the trash: rexec
restore brings them back, until their time there is over (library.trash in config.toml:
30 days unless it says otherwise).

With --now they are deleted for good, from the library or from the trash: the file, and
everything that the library knows of them, so that no file holds anything of them any
more. This cannot be undone, so it asks first.`,
		Example: "  rexec rm 019f7a 01a0b2\n  rexec rm --now 019f7a",
		Args:    args(1, -1, "at least one id"),
		RunE: func(cmd *cobra.Command, ids []string) error {
			return a.rm(cmd.Context(), ids, now, yes)
		},
	}
	cmd.Flags().BoolVar(&now, "now", false, "delete for good, not to the trash")
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	cmd.Flags().BoolVarP(&yes, "force", "f", false, "the same as --yes")
	return cmd
}

func (a *app) rm(ctx context.Context, args []string, now, yes bool) error {
	lib, err := a.openLibrary(ctx)
	if err != nil {
		return err
	}
	defer lib.Close()
	list, err := a.named(ctx, args, lib.Get)
	if err != nil {
		return err
	}
	if now {
		return a.deleteForGood(ctx, lib, list, yes)
	}
	for _, r := range list {
		if !r.Trashed.IsZero() {
			return fmt.Errorf("recording %s is in the trash already; rexec rm --now deletes it for good", r.ID)
		}
	}
	if err := lib.Trash(ctx, ids(list)...); err != nil {
		return err
	}
	for _, r := range list {
		fmt.Fprintln(a.out, describe(r))
	}
	fmt.Fprintf(a.out, "moved %s to the trash; rexec restore brings back\n", widget.Count(len(list), "recording"))
	return nil
}

// named finds all recordings that arguments name, before anything is done to one.
func (a *app) named(ctx context.Context, args []string, get func(context.Context, string) (library.Recording, error)) ([]library.Recording, error) {
	var list []library.Recording
	seen := map[string]bool{}
	for _, arg := range args {
		r, err := get(ctx, arg)
		if err != nil {
			return nil, notFound(err)
		}
		if !seen[r.ID] {
			seen[r.ID] = true
			list = append(list, r)
		}
	}
	return list, nil
}

func ids(list []library.Recording) []string {
	out := make([]string, len(list))
	for i, r := range list {
		out[i] = r.ID
	}
	return out
}

// deleteForGood asks, deletes, and says whether traces are left.
func (a *app) deleteForGood(ctx context.Context, lib *library.Library, list []library.Recording, yes bool) error {
	if !yes {
		if err := a.confirm(ctx, list); err != nil {
			return err
		}
	}
	if err := lib.Delete(ctx, ids(list)...); err != nil {
		return err
	}
	clean, err := lib.Scrub(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "deleted %s\n", widget.Count(len(list), "recording"))
	if !clean {
		a.say("another rexec is reading the library, so that traces are left in its log; they go when rexec is started next")
	}
	return nil
}

func describe(r library.Recording) string {
	return fmt.Sprintf("%s  %s  %s", r.ID, r.Created.Local().Format("2006-01-02 15:04"), visible.String(r.Name()))
}

// confirm asks on the terminal before recordings are deleted for good.
func (a *app) confirm(ctx context.Context, list []library.Recording) error {
	if !term.IsTerminal(int(a.in.Fd())) {
		return usagef("there is no terminal to ask on; give --yes to delete without being asked")
	}
	for _, r := range list {
		fmt.Fprintln(a.err, describe(r))
	}
	fmt.Fprintf(a.err, "Delete %s for good? [y/N] ", widget.Count(len(list), "recording"))
	answer, err := readLine(ctx, a.in)
	if err != nil {
		fmt.Fprintln(a.err)
		return err
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	}
	a.say("nothing was deleted")
	return silently(exitFailure)
}
