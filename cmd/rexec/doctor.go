package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"rexec/internal/visible"
	"rexec/library"
	"rexec/tui/widget"
)

func newDoctor(a *app) *cobra.Command {
	var o doctorOptions
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check the library, mend it, or rebuild its database",
		Long: `Check the library: casts, the sidecars beside them and the database against each other,
what died processes left over, the search index, and who may read the files. Nothing is
changed; the exit status is 1 when something is wrong.

  --deep     read every cast and compare its SHA-256, and every page of the database
  --fix      mend what can be mended: files are believed before the database, and
             nothing of a recording is thrown away
  --rebuild  make the database anew from casts and sidecars, as after its loss; the old
             one stays until the new one is whole. The audit log is taken over as far as
             it can be read. Quit other rexecs first: they cannot go on with the old one.`,
		Example: "  rexec doctor\n  rexec doctor --deep --fix",
		Args:    args(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.rebuild {
				return a.rebuild(cmd.Context(), o)
			}
			return a.doctor(cmd.Context(), o)
		},
	}
	cmd.Flags().BoolVar(&o.fix, "fix", false, "mend what can be mended")
	cmd.Flags().BoolVar(&o.deep, "deep", false, "read every cast in full")
	cmd.Flags().BoolVar(&o.rebuild, "rebuild", false, "make the database anew")
	cmd.Flags().BoolVar(&o.json, "json", false, "print what is wrong as a JSON array")
	cmd.MarkFlagsMutuallyExclusive("fix", "rebuild")
	return cmd
}

type doctorOptions struct{ fix, deep, rebuild, json bool }

func (a *app) doctor(ctx context.Context, o doctorOptions) error {
	lib, err := a.openAsItIs(ctx)
	if err != nil {
		return err
	}
	defer lib.Close()
	ills, err := a.check(ctx, lib, o.deep)
	if err != nil {
		return err
	}
	mended := 0
	if o.fix && len(ills) > 0 {
		before := ills
		if ills, err = a.mend(ctx, lib, ills, o.deep); err != nil {
			return err
		}
		mended = max(len(before)-len(ills), 0)
		if !o.json {
			for _, i := range before {
				if !contains(ills, i) {
					fmt.Fprintf(a.out, "mended: %s\n", a.ill(lib, i))
				}
			}
		}
	}
	if o.json {
		if err := a.illsJSON(ills); err != nil {
			return err
		}
	} else {
		for _, i := range ills {
			fmt.Fprintln(a.out, a.ill(lib, i))
		}
	}
	switch {
	case len(ills) == 0 && mended == 0:
		a.say("the library is in good health")
		return nil
	case len(ills) == 0:
		a.say("%s mended; the library is in good health", widget.Count(mended, "thing"))
		return nil
	case o.fix:
		a.say("%s mended, %s cannot be", widget.Count(mended, "thing"), widget.Count(len(ills), "thing"))
	default:
		a.say("%s wrong; rexec doctor --fix mends what can be mended", are(len(ills)))
	}
	for _, i := range ills {
		if i.Ailment == library.AilmentDatabase {
			a.say("the database itself is damaged; rexec doctor --rebuild makes it anew from the recordings")
			break
		}
	}
	return silently(exitFailure)
}

func are(n int) string {
	if n == 1 {
		return "1 thing is"
	}
	return fmt.Sprintf("%d things are", n)
}

func contains(ills []library.Ill, i library.Ill) bool {
	for _, other := range ills {
		if other.Ailment == i.Ailment && other.ID == i.ID && other.Path == i.Path {
			return true
		}
	}
	return false
}

func (a *app) check(ctx context.Context, lib *library.Library, deep bool) ([]library.Ill, error) {
	p := a.progress("checking the library")
	defer p.end()
	return lib.Check(ctx, library.CheckOptions{Deep: deep, Progress: func(_ string, done, total int64) { p.set(done, total) }})
}

// mend mends, and returns what is left.
func (a *app) mend(ctx context.Context, lib *library.Library, ills []library.Ill, deep bool) ([]library.Ill, error) {
	p := a.progress("mending the library")
	err := lib.Mend(ctx, ills, func(i library.IndexProgress) { p.set(int64(i.Done), int64(i.Total)) })
	p.end()
	if err != nil {
		return nil, err
	}
	return a.check(ctx, lib, deep)
}

// ill is one thing that is wrong, as a line.
func (a *app) ill(lib *library.Library, i library.Ill) string {
	where := i.ID
	if i.Path != "" {
		where = i.Path
		if rel, err := filepath.Rel(lib.Dirs().Data, i.Path); err == nil && filepath.IsLocal(rel) {
			where = rel
		}
	}
	return visible.String(fmt.Sprintf("%s: %s: %s", i.Ailment, where, i.Detail))
}

func (a *app) illsJSON(ills []library.Ill) error {
	type ill struct {
		Kind   string `json:"kind"`
		ID     string `json:"id"`
		Path   string `json:"path"`
		Detail string `json:"detail"`
	}
	list := make([]ill, len(ills))
	for n, i := range ills {
		list[n] = ill{string(i.Ailment), i.ID, i.Path, i.Detail}
	}
	e := json.NewEncoder(a.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(list)
}

func (a *app) rebuild(ctx context.Context, o doctorOptions) error {
	dirs, err := library.DefaultDirs(a.home)
	if err != nil {
		return err
	}
	p := a.progress("rebuilding the library")
	found, err := library.Rebuild(ctx, dirs, library.Options{}, func(r library.RebuildProgress) { p.set(r.Bytes, r.All) })
	p.end()
	if errors.Is(err, context.Canceled) {
		a.say("interrupted; the old database is as it was")
		return silently(exitInterrupted)
	}
	if err != nil {
		return err
	}
	failed := 0
	for _, r := range found {
		if r.Action == library.ActionFailed {
			failed++
			a.say("%s: %v", r.Recording.Path, r.Err)
		}
	}
	a.say("the database is made anew, with %s", widget.Count(len(found)-failed, "recording"))
	return a.doctor(ctx, doctorOptions{deep: o.deep, json: o.json})
}
