package library

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode"

	"rexec/library/query"
	"rexec/recording/pack"
)

// Run is a command that was run in a recording.
type Run struct {
	Recording Recording
	Command   Command
}

// At is when it was run, as far as the recording had no pauses.
func (r Run) At() time.Time { return r.Recording.Created.Add(r.Command.Start) }

// maxLive bounds the recordings that are read while they are being written, in bytes.
const maxLive = 32 << 20

// Runs returns the commands that match a query, each once, those of the newest recording
// first, and of a recording the latest first. Words without a field are looked for in
// commands: make is cmd:make. Without a query it returns all commands but those
// that leave a shell, those of recordings that are still being written included. An error is the last thing that
// comes; *query.Error tells what is wrong with the query.
//
// When no command has the words as whole words, those that have them inside of words
// are returned.
func (l *Library) Runs(ctx context.Context, text string) iter.Seq2[Run, error] {
	return func(yield func(Run, error) bool) {
		var err error
		if strings.TrimSpace(text) == "" {
			err = l.allRuns(ctx, yield)
		} else {
			err = l.findRuns(ctx, text, yield)
		}
		if err != nil {
			yield(Run{}, err)
		}
	}
}

func (l *Library) allRuns(ctx context.Context, all func(Run, error) bool) error {
	yield := func(r Run, err error) bool {
		switch strings.TrimSpace(r.Command.Text) {
		case "exit", "logout":
			return true // with it every recording ends, and nobody means it
		}
		return all(r, err)
	}
	o := ListOptions{Limit: 50}
	for {
		page, err := l.List(ctx, o)
		if err != nil {
			return err
		}
		for _, r := range page {
			if more, err := l.runsOf(ctx, r, yield); err != nil || !more {
				return err
			}
		}
		if len(page) < o.Limit {
			return nil
		}
		o.After = page[len(page)-1].Cursor()
	}
}

// runsOf yields the commands of a recording, the last one first; more is false when no
// more are wanted.
func (l *Library) runsOf(ctx context.Context, r Recording, yield func(Run, error) bool) (more bool, err error) {
	commands, err := l.commandsNow(ctx, r)
	if err != nil {
		return false, err
	}
	for _, c := range slices.Backward(commands) {
		if !yield(Run{Recording: r, Command: c}, nil) {
			return false, nil
		}
	}
	return true, nil
}

// commandsNow are the commands of a recording, as far as it goes. One that still runs
// is left out: it may be the one that asks.
func (l *Library) commandsNow(ctx context.Context, r Recording) ([]Command, error) {
	if r.Status != StatusRecording {
		return l.Commands(ctx, r.ID)
	}
	if r.Size > maxLive {
		return nil, nil
	}
	f, err := pack.Open(r.Path)
	if err != nil {
		return nil, nil // nothing is written yet
	}
	defer f.Close()
	s, err := l.summarize(ctx, &countingReader{ctx: ctx, r: f}, r.Path, "")
	if err != nil {
		return nil, ctx.Err()
	}
	if n := len(s.Commands); n > 0 && s.Commands[n-1].Exit == nil {
		s.Commands = s.Commands[:n-1]
	}
	return s.Commands, nil
}

func (l *Library) findRuns(ctx context.Context, text string, yield func(Run, error) bool) error {
	q, err := query.Parse(text, l.options.Now())
	if err != nil {
		return err
	}
	found := false
	one := func(r Run, err error) bool {
		found = true
		return yield(r, err)
	}
	err = l.searchRuns(ctx, aboutCommands(text, q, false), one)
	if loose := aboutCommands(text, q, true); err == nil && !found && loose != text {
		err = l.searchRuns(ctx, loose, one)
	}
	return err
}

func (l *Library) searchRuns(ctx context.Context, text string, yield func(Run, error) bool) error {
	type key struct {
		id    string
		start time.Duration
	}
	// Of a recording, hits of one command follow one another, but not always at once.
	seen := map[key]bool{}
	last := ""
	for h, err := range l.Search(ctx, SearchOptions{Query: text}) {
		if err != nil {
			return err
		}
		if h.Recording.ID != last {
			last = h.Recording.ID
			clear(seen)
		}
		switch {
		case h.Kind == HitRecording:
			if more, err := l.runsOf(ctx, h.Recording, yield); err != nil || !more {
				return err
			}
		case h.Command == nil || seen[key{last, h.Command.Start}]:
		default:
			seen[key{last, h.Command.Start}] = true
			if !yield(Run{Recording: h.Recording, Command: *h.Command}, nil) {
				return nil
			}
		}
	}
	return nil
}

// aboutCommands writes cmd: before the words of a query that have no field, and with
// loose, stars around those that are plain words.
func aboutCommands(text string, q *query.Query, loose bool) string {
	runes := []rune(text)
	for i := len(q.Terms) - 1; i >= 0; i-- {
		t := q.Terms[i]
		at := t.Column - 1
		if t.Field != query.Any || at < 0 || at >= len(runes) {
			continue
		}
		if runes[at] == '-' && t.Not {
			at++
		}
		field := []rune("cmd:")
		if end := wordEnd(runes, at); loose && end > at {
			runes = slices.Insert(runes, end, '*')
			field = []rune("cmd:*")
		}
		runes = slices.Insert(runes, at, field...)
	}
	return string(runes)
}

// wordEnd is where a word ends that begins at a place, or that place when what begins
// there is more than letters, digits and the like.
func wordEnd(text []rune, at int) int {
	for i := at; i < len(text); i++ {
		switch r := text[i]; {
		case r == ' ':
			return i
		case !unicode.In(r, unicode.L, unicode.N) && !strings.ContainsRune("-_.", r):
			return at
		}
	}
	return len(text)
}
