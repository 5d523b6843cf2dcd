package library

import (
	"context"
	"io"

	"rexec/recording/cast"
	"rexec/recording/timeline"
	"rexec/recording/transcript"
)

// summarize reads the cast r, damaged or not, as lines and commands. On the way it
// makes the index by which a big cast opens at once; path and sha256 are the cast's.
func (l *Library) summarize(ctx context.Context, r io.Reader, path, sha256 string) (Summary, error) {
	if l.options.Summarize != nil {
		return l.options.Summarize(ctx, r)
	}
	in, err := cast.NewReader(r, cast.Lenient)
	if err != nil {
		return Summary{}, err
	}
	index := timeline.Cache{} // none
	if sha256 != "" && l.ReadOnly() == nil {
		index = timeline.CacheOf(l.dirs.Timelines(), path, sha256)
	}
	x := timeline.NewIndexer(timeline.File(path), in.Header(), index)
	defer x.Close()
	t, err := transcript.ReadWith(ctx, in, transcript.Options{Tap: x.Add})
	if err != nil {
		return Summary{}, err
	}
	_ = x.Finish(in) // without an index, it is opened by reading it
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
