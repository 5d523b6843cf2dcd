package main

import (
	"context"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

func newPlay(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "play FILE|ID|-",
		Short: "Replay a recording in this terminal",
		Args:  args(1, 1, recordingArg),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.play(cmd.Context(), args[0])
		},
	}
}

func (a *app) play(ctx context.Context, arg string) error {
	if !term.IsTerminal(int(a.out.Fd())) {
		return usagef("playing needs a terminal to play on; rexec screen %s --at TIME prints one moment", arg)
	}
	src, err := a.source(ctx, arg)
	if err != nil {
		return err
	}
	defer src.close()
	return a.openApp(ctx)
}
