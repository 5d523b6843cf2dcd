package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"rexec/internal/visible"
	"rexec/library"
	"rexec/tui/widget"
)

type setFlags struct {
	title, description, visibility string
	tags, untags                   []string
	keep, noKeep                   bool
}

func newSet(a *app) *cobra.Command {
	var f setFlags
	cmd := &cobra.Command{
		Use:   "set ID…",
		Short: "Change title, tags and the like of recordings",
		Long: `Change what is known of recordings beside their content. Recordings are named by their
ids or the beginnings of them. Either all of them are found, or none is changed.

--keep spares a recording from retention and from the limit on the library's size.
--visibility says who may see it once it is on a server: private, unlisted (who has the
link) or public.`,
		Example: `  rexec set 019f7a --title "Deploy of the new gateway" --tag prod --tag gateway
  rexec set 019f7a --untag prod --keep
  rexec search --json title:demo | jq -r '.[].id' | xargs rexec set --tag demo`,
		Args: args(1, -1, "at least one id"),
		RunE: func(cmd *cobra.Command, ids []string) error {
			p, err := f.patch(cmd)
			if err != nil {
				return err
			}
			return a.set(cmd.Context(), ids, p)
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.title, "title", "", "the title; \"\" for none")
	fl.StringVar(&f.description, "description", "", "the description; \"\" for none")
	fl.StringArrayVar(&f.tags, "tag", nil, "add a `TAG`; may be given several times")
	fl.StringArrayVar(&f.untags, "untag", nil, "take a `TAG` away")
	fl.BoolVar(&f.keep, "keep", false, "spare it from retention")
	fl.BoolVar(&f.noKeep, "no-keep", false, "spare it no longer")
	fl.StringVar(&f.visibility, "visibility", "", "`WHO` may see it: private, unlisted, public")
	_ = cmd.RegisterFlagCompletionFunc("visibility", cobra.FixedCompletions([]string{"private", "unlisted", "public"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// patch is what the flags that were given ask for.
func (f *setFlags) patch(cmd *cobra.Command) (p library.Patch, err error) {
	given := cmd.Flags().Changed
	if given("title") {
		p.Title = &f.title
	}
	if given("description") {
		p.Description = &f.description
	}
	p.Tag, p.Untag = f.tags, f.untags
	for _, t := range append(append([]string{}, f.tags...), f.untags...) {
		if strings.TrimSpace(t) == "" {
			return p, usagef("a tag has at least one letter")
		}
	}
	switch {
	case f.keep && f.noKeep:
		return p, usagef("--keep and --no-keep exclude each other; take one")
	case given("keep") || given("no-keep"):
		keep := given("keep") && f.keep || given("no-keep") && !f.noKeep
		p.Keep = &keep
	}
	if given("visibility") {
		v := library.Visibility(f.visibility)
		switch v {
		case library.VisibilityPrivate, library.VisibilityUnlisted, library.VisibilityPublic:
		default:
			return p, usagef("--visibility: %q is none of private, unlisted and public", f.visibility)
		}
		p.Visibility = &v
	}
	if p.Title == nil && p.Description == nil && p.Tag == nil && p.Untag == nil && p.Keep == nil && p.Visibility == nil {
		return p, usagef("nothing to change was named; see rexec set --help")
	}
	return p, nil
}

func (a *app) set(ctx context.Context, args []string, p library.Patch) error {
	lib, err := a.openLibrary(ctx)
	if err != nil {
		return err
	}
	defer lib.Close()
	recordings, err := findRecordings(ctx, lib, args)
	if err != nil {
		return err
	}
	for _, r := range recordings {
		r, err := lib.Update(ctx, r.ID, p)
		if errors.Is(err, library.ErrNotFound) {
			return fmt.Errorf("%s was deleted in the meantime", r.ID)
		}
		if err != nil {
			return err
		}
		fmt.Fprintln(a.out, changed(r))
	}
	return nil
}

// findRecordings finds all recordings that are named, or none; each comes once.
func findRecordings(ctx context.Context, lib *library.Library, args []string) ([]library.Recording, error) {
	var found []library.Recording
	seen := map[string]bool{}
	for _, arg := range args {
		r, err := lib.Get(ctx, arg)
		if err != nil {
			return nil, notFound(err)
		}
		if !seen[r.ID] {
			seen[r.ID] = true
			found = append(found, r)
		}
	}
	return found, nil
}

// changed is a recording in a line, as it is now.
func changed(r library.Recording) string {
	text := r.ID + "  " + visible.String(r.Name())
	for _, t := range r.Tags {
		text += "  #" + visible.String(t)
	}
	if r.Visibility != library.VisibilityPrivate {
		text += "  " + string(r.Visibility)
	}
	if r.Keep {
		text += "  kept"
	}
	if r.Description != "" {
		text += "  (" + widget.Count(len([]rune(r.Description)), "character") + " of description)"
	}
	return text
}
