package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"rexec/internal/config"
	"rexec/library"
	"rexec/tui/widget"
)

type compressFlags struct {
	older  string
	all    bool
	dryRun bool
}

func newCompress(a *app) *cobra.Command {
	var f compressFlags
	cmd := &cobra.Command{
		Use:   "compress [ID…]",
		Short: "Keep old recordings compressed",
		Long: `Compress recordings in the library (zstd, seekable): those that are named, or all that
are older than the setting library.compress, --older or, with --all, whatever their age.
Everything reads them as before, and rexec export gives the same bytes back. What is
being recorded is left alone, and so is what is smaller than 16 kB.

Ctrl+C ends the work at any time; a recording is compressed or it is not.`,
		Example: `  rexec compress --dry-run
  rexec compress --older 90d
  rexec compress 019f7a`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, ids []string) error {
			return a.compress(cmd.Context(), ids, f)
		},
	}
	cmd.Flags().StringVar(&f.older, "older", "", "only what was recorded longer ago than `AGE`: 12h, 30d, 2w, 1y")
	cmd.Flags().BoolVar(&f.all, "all", false, "whatever its age")
	cmd.Flags().BoolVarP(&f.dryRun, "dry-run", "n", false, "only say what would be compressed")
	return cmd
}

func (a *app) compress(ctx context.Context, ids []string, f compressFlags) error {
	o, err := a.compressOptions(ids, f)
	if err != nil {
		return err
	}
	lib, err := a.openLibrary(ctx)
	if err != nil {
		return err
	}
	defer lib.Close()
	if len(ids) > 0 {
		recordings, err := findRecordings(ctx, lib, ids)
		if err != nil {
			return err
		}
		for _, r := range recordings {
			o.IDs = append(o.IDs, r.ID)
		}
	}
	if f.dryRun {
		return a.listCompressible(ctx, lib, o)
	}
	p := a.progress("compressing")
	o.Progress = func(c library.CompressProgress) { p.set(c.Done, c.Total) }
	results, err := lib.Compress(ctx, o)
	p.end()
	n, failed := 0, 0
	var before, after int64
	for _, c := range results {
		if c.Err != nil {
			failed++
			a.say("%s (%s): %v", c.Recording.ID, c.Recording.Name(), c.Err)
			continue
		}
		n, before, after = n+1, before+c.Recording.Size, after+c.Recording.Stored
	}
	if err != nil && ctx.Err() == nil {
		return err
	}
	text := widget.Count(n, "recording") + " compressed"
	if n > 0 {
		text += fmt.Sprintf(": %s are now %s", widget.Bytes(before), widget.Bytes(after))
	}
	fmt.Fprintln(a.out, text)
	switch {
	case ctx.Err() != nil:
		a.say("interrupted; run it again to go on")
		return silently(exitInterrupted)
	case failed > 0:
		return silently(exitFailure)
	}
	return nil
}

// compressOptions finds out how old recordings have to be.
func (a *app) compressOptions(ids []string, f compressFlags) (o library.CompressOptions, err error) {
	if f.all && f.older != "" {
		return o, usagef("--all and --older exclude each other; take one")
	}
	if f.all || len(ids) > 0 && f.older == "" {
		return o, nil
	}
	age := time.Duration(0)
	if f.older != "" {
		if age, err = config.ParseDuration(f.older); err != nil || age <= 0 {
			return o, usagef("--older: %q is no age such as 12h, 30d, 2w or 1y", f.older)
		}
	} else {
		settings, err := a.settings()
		if err != nil {
			return o, err
		}
		if age = time.Duration(settings.Library.Compress); age <= 0 {
			return o, errors.New("the setting library.compress is off; name an age with --older, recordings by their ids, or --all")
		}
	}
	o.Before = time.Now().Add(-age)
	return o, nil
}

func (a *app) listCompressible(ctx context.Context, lib *library.Library, o library.CompressOptions) error {
	list, err := lib.Compressible(ctx, o)
	if err != nil {
		return err
	}
	var bytes int64
	for _, r := range list {
		bytes += r.Size
	}
	if len(list) > 0 {
		if err := writeList(a.out, list, shortestIDs(list)); err != nil {
			return err
		}
	}
	a.say("%s of %s would be compressed", widget.Count(len(list), "recording"), widget.Bytes(bytes))
	return nil
}
