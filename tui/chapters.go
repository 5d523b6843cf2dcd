package tui

import (
	"context"

	"rexec/library"
	"rexec/recording/transcript"
)

// commands returns what the player asks for the commands of a recording, nil without
// a library.
func commands(l *library.Library) func(context.Context, string) ([]transcript.Command, error) {
	if l == nil {
		return nil
	}
	return func(ctx context.Context, id string) ([]transcript.Command, error) {
		known, err := l.Commands(ctx, id)
		if err != nil {
			return nil, err
		}
		out := make([]transcript.Command, len(known))
		for i, c := range known {
			out[i] = transcript.Command{Text: c.Text, Dir: c.Dir, Start: c.Start, End: c.End, Heuristic: c.Heuristic, Unverified: c.Unverified}
			if c.Exit != nil {
				out[i].Exit, out[i].HasExit = *c.Exit, true
			}
		}
		return out, nil
	}
}
