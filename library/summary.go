package library

import (
	"context"
	"io"

	"rexec/recording/cast"
	"rexec/recording/transcript"
)

// summarize reads a cast, damaged or not, as lines and commands.
func summarize(ctx context.Context, r io.Reader) (Summary, error) {
	in, err := cast.NewReader(r, cast.Lenient)
	if err != nil {
		return Summary{}, err
	}
	t, err := transcript.Read(ctx, in)
	if err != nil {
		return Summary{}, err
	}
	s := Summary{Commands: make([]Command, len(t.Commands))}
	for i, c := range t.Commands {
		s.Commands[i] = Command{Text: c.Text, Dir: c.Dir, Start: c.Start, End: c.End, Heuristic: c.Heuristic, Unverified: c.Unverified}
		if c.HasExit {
			s.Commands[i].Exit = &c.Exit
		}
	}
	s.Lines = make([]Line, len(t.Lines))
	for i, l := range t.Lines {
		s.Lines[i] = Line{Text: l.Text, First: l.First, Last: l.Last}
	}
	return s, nil
}
