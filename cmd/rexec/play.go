package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"rexec/library"
	"rexec/recording/timeline"
	"rexec/tui"
	"rexec/tui/page"
)

func newPlay(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "play FILE|ID|-",
		Short: "Replay a recording in this terminal",
		Long: `Replay a recording in this terminal, full-screen: space pauses, the arrows seek,
/ searches, ? shows all keys, q leaves.`,
		Args: args(1, 1, recordingArg),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.play(cmd.Context(), args[0])
		},
	}
}

func (a *app) play(ctx context.Context, arg string) error {
	if !term.IsTerminal(int(a.out.Fd())) {
		return fmt.Errorf("playing needs a terminal to play on; rexec screen %s --at TIME prints one moment", arg)
	}
	src, err := a.source(ctx, arg)
	if err != nil {
		return err
	}
	defer src.close()
	if err := checkCast(ctx, arg, src.path); err != nil {
		return err
	}
	title := src.title
	if title == "" {
		title = a.shown(src.path)
	}
	dirs, err := library.DefaultDirs(a.home)
	if err != nil {
		dirs = library.Dirs{} // playing a file needs no home, only its log does
	}
	return tui.Run(ctx, tui.Config{Dirs: dirs, Play: &page.Playback{ID: src.id, Title: title, Path: src.path, Duration: src.duration}})
}

// checkCast says what is wrong with a file before the terminal is taken over.
func checkCast(ctx context.Context, name, path string) error {
	t, err := timeline.Open(ctx, timeline.File(path), timeline.Options{})
	if err != nil {
		return castError(name, err)
	}
	return t.Close()
}
