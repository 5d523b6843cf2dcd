package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"rexec/internal/config"
	"rexec/internal/visible"
	"rexec/library"
	"rexec/library/retention"
	"rexec/tui/widget"
)

func newPrune(a *app) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Let go of recordings as the settings say, or show what would go",
		Long: `Let go of recordings as config.toml says, which rexec does by itself once a day:

  library.retention  what is older goes to the trash
  library.trash      what has been in the trash for that long is deleted for good
  library.max_size   when all recordings together take more, those that have been in the
                     trash for a day at least are deleted for good, the longest there
                     first; if the rest does not fit either, the oldest go to the trash

Recordings that are marked with rexec set --keep stay. With --dry-run nothing is done.`,
		Example: "  rexec prune --dry-run",
		Args:    args(0, 0, "no arguments"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.prune(cmd.Context(), dryRun) },
	}
	cmd.Flags().BoolVarP(&dryRun, "dry-run", "n", false, "only show what would go")
	return cmd
}

// policy is what the settings say about what is kept.
func policy(c config.Library) retention.Policy {
	return retention.Policy{MaxSize: int64(c.MaxSize), Retention: time.Duration(c.Retention), Trash: time.Duration(c.Trash)}
}

func (a *app) prune(ctx context.Context, dryRun bool) error {
	settings, err := a.settings()
	if err != nil {
		return err
	}
	lib, err := a.openLibrary(ctx)
	if err != nil {
		return err
	}
	defer lib.Close()
	p := policy(settings.Library)
	preview, err := lib.Plan(ctx, p)
	if err != nil {
		return err
	}
	names := map[string]string{} // before some of them are gone
	for _, m := range append(preview.Trash, preview.Remove...) {
		if r, err := lib.Get(ctx, m.ID); err == nil {
			names[m.ID] = visible.String(r.Name())
		}
	}
	plan, verb := preview, [2]string{"would go to the trash", "would be deleted for good"}
	if !dryRun {
		verb = [2]string{"went to the trash", "deleted for good"}
		if plan, err = lib.Prune(ctx, p); err != nil {
			return err
		}
	}
	if err := writePlan(a.out, plan, names, verb); err != nil {
		return err
	}
	s, err := lib.Stats(ctx)
	if err != nil {
		return err
	}
	a.sayUse(s, p, plan)
	return nil
}

func writePlan(w io.Writer, plan retention.Plan, names map[string]string, verb [2]string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i, moves := range [][]retention.Move{plan.Trash, plan.Remove} {
		for _, m := range moves {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s: %s\n", m.ID, m.Created.Local().Format("2006-01-02"), widget.Bytes(m.Stored), names[m.ID], verb[i], m.Reason)
		}
	}
	return t.Flush()
}

// sayUse says what the library takes, and whether that is what the settings allow.
func (a *app) sayUse(s library.Stats, p retention.Policy, plan retention.Plan) {
	if plan.Empty() {
		a.say("nothing is to go")
	}
	use := fmt.Sprintf("in the library: %s, %s", widget.Count(s.Recordings, "recording"), widget.Bytes(s.Stored))
	if s.Trashed > 0 {
		use += fmt.Sprintf("; in the trash: %s, %s", widget.Count(s.Trashed, "recording"), widget.Bytes(s.TrashedStored))
	}
	if p.MaxSize > 0 {
		use += fmt.Sprintf("; limit: %s", widget.Bytes(p.MaxSize))
	}
	a.say("%s", use)
	if plan.Over > 0 {
		a.say("%s more than the limit stay: they are kept, being recorded, or in the trash for less than a day", widget.Bytes(plan.Over))
	}
}

// maintain does in the background what prune and compress do, once a day at most, and
// returns what tells about it once it is over.
func (a *app) maintain(ctx context.Context, lib *library.Library, settings config.Config) (tell func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan retention.Plan, 1)
	go func() {
		// After an error it is tried again at the next start; what was done is told all the same.
		plan, _ := lib.Maintain(ctx, library.Chores{Policy: policy(settings.Library), Compress: time.Duration(settings.Library.Compress)})
		done <- plan
	}()
	return func() {
		cancel()
		plan := <-done
		if n := len(plan.Trash); n > 0 {
			a.say("%s went to the trash, as the settings say; rexec trash lists them, rexec restore brings back", widget.Count(n, "recording"))
		}
		if n := len(plan.Remove); n > 0 {
			a.say("%s left the trash for good, as the settings say", widget.Count(n, "recording"))
		}
	}
}
