package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"rexec/internal/visible"
	"rexec/library"
	"rexec/tui/widget"
)

func newRestore(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "restore ID…",
		Short: "Take recordings out of the trash",
		Long: `Take recordings, named by their ids or by the beginnings of them, out of the trash. They
are again where they were. rexec trash lists what is there.`,
		Example: "  rexec restore 019f7a",
		Args:    args(1, -1, "at least one id"),
		RunE:    func(cmd *cobra.Command, ids []string) error { return a.restore(cmd.Context(), ids) },
	}
}

func (a *app) restore(ctx context.Context, args []string) error {
	lib, err := a.openLibrary(ctx)
	if err != nil {
		return err
	}
	defer lib.Close()
	list, err := a.named(ctx, args, func(ctx context.Context, id string) (library.Recording, error) {
		r, err := lib.GetTrashed(ctx, id)
		if errors.Is(err, library.ErrNotFound) {
			err = fmt.Errorf("%s is not in the trash; rexec trash lists what is", id)
		}
		return r, err
	})
	if err != nil {
		return err
	}
	if err := lib.Restore(ctx, ids(list)...); err != nil {
		return err
	}
	for _, r := range list {
		fmt.Fprintln(a.out, describe(r))
	}
	fmt.Fprintf(a.out, "restored %s\n", widget.Count(len(list), "recording"))
	return nil
}

func newTrash(a *app) *cobra.Command {
	var empty, yes, asJSON bool
	cmd := &cobra.Command{
		Use:   "trash",
		Short: "List the trash, or empty it",
		Long: `List the recordings in the trash, the newest first, with the day from which on each may
be deleted for good: library.trash in config.toml says after how long.

With --empty all of them are deleted for good at once, as rexec rm --now does. It asks
first.`,
		Example: "  rexec trash\n  rexec trash --empty",
		Args:    args(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if empty {
				return a.emptyTrash(cmd.Context(), yes)
			}
			return a.trash(cmd.Context(), asJSON)
		},
	}
	cmd.Flags().BoolVar(&empty, "empty", false, "delete what is in the trash for good")
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON array")
	return cmd
}

func (a *app) trash(ctx context.Context, asJSON bool) error {
	settings, err := a.settings()
	if err != nil {
		return err
	}
	lib, err := a.openLibrary(ctx)
	if err != nil {
		return err
	}
	defer lib.Close()
	list, err := allTrashed(ctx, lib)
	switch {
	case err != nil:
		return err
	case asJSON:
		return writeListJSON(a.out, list)
	case len(list) == 0:
		a.say("the trash is empty")
		return nil
	}
	return writeTrash(a.out, list, time.Duration(settings.Library.Trash))
}

func writeTrash(w io.Writer, list []library.Recording, keeps time.Duration) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tTRASHED\tUNTIL\tSIZE\tTITLE")
	width := shortestIDs(list)
	var size int64
	for _, r := range list {
		until := "-"
		if keeps > 0 {
			until = r.Trashed.Add(keeps).Local().Format("2006-01-02")
		}
		size += r.Stored
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", r.ID[:min(width, len(r.ID))], r.Trashed.Local().Format("2006-01-02 15:04"), until,
			widget.Bytes(r.Stored), visible.String(r.Name()))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%s, %s\n", widget.Count(len(list), "recording"), widget.Bytes(size))
	return err
}

// allTrashed lists the trash, what came there last first.
func allTrashed(ctx context.Context, lib *library.Library) ([]library.Recording, error) {
	o := library.ListOptions{Trashed: true, Limit: 500}
	var all []library.Recording
	for {
		page, err := lib.List(ctx, o)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < o.Limit {
			slices.SortStableFunc(all, func(a, b library.Recording) int { return b.Trashed.Compare(a.Trashed) })
			return all, nil
		}
		o.After = page[len(page)-1].Cursor()
	}
}

func (a *app) emptyTrash(ctx context.Context, yes bool) error {
	lib, err := a.openLibrary(ctx)
	if err != nil {
		return err
	}
	defer lib.Close()
	list, err := allTrashed(ctx, lib)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		a.say("the trash is empty")
		return nil
	}
	return a.deleteForGood(ctx, lib, list, yes)
}
