package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"rexec/internal/visible"
	"rexec/library"
	"rexec/recording/cast"
	"rexec/tui/widget"
)

func newLs(a *app) *cobra.Command {
	var asJSON, bySize bool
	cmd := &cobra.Command{
		Use:     "ls [WORD…]",
		Aliases: []string{"list"},
		Short:   "List the recordings, newest first",
		Long: `List the recordings in the library, newest first; with words, those that have each
of them in their title or in a command. With --size the largest come first, with what
each takes on the disk, and all together.`,
		Example: `  rexec ls
  rexec ls deploy gateway
  rexec ls --json | jq -r '.[] | select(.exit_status != 0) | .id'`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, words []string) error {
			return a.ls(cmd.Context(), strings.Join(words, " "), asJSON, bySize)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON array")
	cmd.Flags().BoolVar(&bySize, "size", false, "sort by size on the disk, and sum up")
	return cmd
}

func (a *app) ls(ctx context.Context, query string, asJSON, bySize bool) error {
	lib, err := a.openLibrary(ctx)
	if err != nil {
		return err
	}
	defer lib.Close()
	recordings, err := a.listRecovered(ctx, lib, query)
	if bySize {
		slices.SortStableFunc(recordings, func(a, b library.Recording) int { return cmp.Compare(b.Stored, a.Stored) })
	}
	switch {
	case err != nil:
		return err
	case asJSON:
		return writeListJSON(a.out, recordings)
	case len(recordings) == 0 && query != "":
		a.say("no recording has that in its title or commands")
		return nil
	case len(recordings) == 0:
		a.say("there are no recordings; rexec rec makes one")
		return nil
	}
	all := recordings
	if query != "" { // the ids must mean one recording of all
		if all, err = listAll(ctx, lib, ""); err != nil {
			return err
		}
	}
	if err := writeList(a.out, recordings, shortestIDs(all)); err != nil || !bySize {
		return err
	}
	var size int64
	for _, r := range recordings {
		size += r.Stored
	}
	_, err = fmt.Fprintf(a.out, "%s, %s\n", widget.Count(len(recordings), "recording"), widget.Bytes(size))
	return err
}

// listRecovered lists the recordings that match. When one of them seems to be
// written, what a crash left open is ended first: it may be just that.
func (a *app) listRecovered(ctx context.Context, lib *library.Library, query string) ([]library.Recording, error) {
	recordings, err := listAll(ctx, lib, query)
	open := func(r library.Recording) bool { return r.Status == library.StatusRecording }
	if err != nil || !slices.ContainsFunc(recordings, open) {
		return recordings, err
	}
	if _, err := lib.Recover(ctx); err != nil {
		a.say("%v", err)
	}
	return listAll(ctx, lib, query)
}

// listAll returns all recordings that match.
func listAll(ctx context.Context, lib *library.Library, query string) ([]library.Recording, error) {
	const page = 500
	var all []library.Recording
	o := library.ListOptions{Query: query, Limit: page}
	for {
		recordings, err := lib.List(ctx, o)
		if err != nil {
			return nil, err
		}
		all = append(all, recordings...)
		if len(recordings) < page {
			return all, nil
		}
		o.After = recordings[len(recordings)-1].Cursor()
	}
}

// writeList writes a table, with the ids cut to a width.
func writeList(w io.Writer, recordings []library.Recording, width int) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tDATE\tLENGTH\tSIZE\tSCREEN\tTITLE")
	for _, r := range recordings {
		name := visible.String(r.Name())
		if r.Status != library.StatusComplete {
			name += " (" + string(r.Status) + ")"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", r.ID[:min(width, len(r.ID))], r.Created.Local().Format("2006-01-02 15:04"),
			cast.FormatTime(r.Duration), widget.Bytes(r.Stored), cast.FormatSize(r.Cols, r.Rows), name)
	}
	return t.Flush()
}

// shortestIDs returns how many characters tell the ids apart, at least 8.
func shortestIDs(recordings []library.Recording) int {
	for width := 8; ; width++ {
		seen := make(map[string]bool, len(recordings))
		longer := false
		for _, r := range recordings {
			longer = longer || len(r.ID) > width
			seen[r.ID[:min(width, len(r.ID))]] = true
		}
		if len(seen) == len(recordings) || !longer {
			return width
		}
	}
}

// listed is a recording as ls --json prints it. Names and meaning of the fields
// are kept: programs read them.
type listed struct {
	ID          string    `json:"id"`
	Title       string    `json:"title"`
	Description string    `json:"description"`
	Tags        []string  `json:"tags"`
	Status      string    `json:"status"` // recording, complete, repaired, damaged, missing
	Source      string    `json:"source"` // recorded, imported
	CreatedAt   time.Time `json:"created_at"`
	Duration    float64   `json:"duration"` // seconds
	Size        int64     `json:"size"`     // bytes
	Cols        int       `json:"cols"`
	Rows        int       `json:"rows"`
	Commands    int       `json:"commands"`
	Command     string    `json:"command"`
	Shell       string    `json:"shell"`
	Host        string    `json:"host"`
	Dir         string    `json:"dir"`
	ExitStatus  *int      `json:"exit_status"` // null: not known
	SHA256      string    `json:"sha256"`
	Path        string    `json:"path"`

	Stored       int64      `json:"stored"` // bytes on the disk
	Visibility   string     `json:"visibility"`
	Keep         bool       `json:"keep"`
	TrashedAt    *time.Time `json:"trashed_at"` // null: it is not in the trash
	SyncState    string     `json:"sync_state"` // empty, pending, synced
	Dirs         []string   `json:"dirs"`
	Participants []string   `json:"participants"`
}

func writeListJSON(w io.Writer, recordings []library.Recording) error {
	list := make([]listed, len(recordings))
	for i, r := range recordings {
		list[i] = listed{
			ID: r.ID, Title: r.Title, Description: r.Description, Tags: append([]string{}, r.Tags...),
			Status: string(r.Status), Source: string(r.Source), CreatedAt: r.Created, Duration: r.Duration.Seconds(),
			Size: r.Size, Cols: r.Cols, Rows: r.Rows, Commands: r.Commands, Command: r.Command, Shell: r.Shell,
			Host: r.Host, Dir: r.Dir, ExitStatus: r.ExitStatus, SHA256: r.SHA256, Path: r.Path,
			Stored: r.Stored, Visibility: string(r.Visibility), Keep: r.Keep, SyncState: string(r.SyncState),
			Dirs: append([]string{}, r.Dirs...), Participants: append([]string{}, r.Participants...),
		}
		if !r.Trashed.IsZero() {
			list[i].TrashedAt = &r.Trashed
		}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(list)
}
