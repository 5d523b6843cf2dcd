package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"rexec/library"
	"rexec/recording/timeline"
	"rexec/tui"
	"rexec/tui/page"
)

func newPlay(a *app) *cobra.Command {
	var at string
	cmd := &cobra.Command{
		Use:   "play FILE|ID|-",
		Short: "Replay a recording in this terminal",
		Long: `Replay a recording in this terminal, full-screen: space pauses, the arrows seek,
/ searches, ? shows all keys, q leaves.`,
		Example: "  rexec play 019\n  rexec play demo.cast --at 1:23",
		Args:    args(1, 1, recordingArg),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.play(cmd.Context(), args[0], at)
		},
	}
	cmd.Flags().StringVar(&at, "at", "0", "begin, paused, at the `TIME`: 12.5, 1:23, 1h2m3s or 50%")
	return cmd
}

func (a *app) play(ctx context.Context, arg, at string) error {
	if err := checkTime("--at", at); err != nil {
		return err
	}
	if !term.IsTerminal(int(a.out.Fd())) {
		return fmt.Errorf("playing needs a terminal to play on; rexec screen %s --at TIME prints one moment", arg)
	}
	reading, stop := untilInterrupted(ctx) // standard input is kept in a file, which is not to stay
	src, err := a.source(reading, arg)
	if reading.Err() != nil {
		return silently(exitInterrupted)
	}
	stop()
	if err != nil {
		return err
	}
	defer src.close()
	dirs, err := library.DefaultDirs(a.home)
	if err != nil {
		dirs = library.Dirs{} // playing a file needs no home, only its log and cache do
	}
	start, err := startOf(ctx, arg, src, dirs, at)
	if err != nil {
		return err
	}
	if err := a.viewed(ctx, src); err != nil {
		return err
	}
	title := src.title
	if title == "" {
		title = a.shown(src.path)
	}
	return tui.Run(ctx, tui.Config{Dirs: dirs, Play: &page.Playback{
		ID: src.id, Title: title, Path: src.path, SHA256: src.sha256, Duration: src.duration, Start: start, Paused: start > 0,
	}})
}

// startOf says what is wrong with a file before the terminal is taken over, and
// where in it a time is.
func startOf(ctx context.Context, name string, src *source, dirs library.Dirs, at string) (time.Duration, error) {
	t, err := timeline.Open(ctx, timeline.File(src.path), timeline.Options{Cache: timeline.CacheOf(dirs.Timelines(), src.path, src.sha256)})
	if err != nil {
		return 0, castError(name, err)
	}
	defer t.Close()
	pos, err := position(ctx, t, at)
	if err != nil {
		return 0, castError(name, err)
	}
	return pos, nil
}
