package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"rexec/internal/visible"
	"rexec/library"
	"rexec/library/query"
	"rexec/recording/cast"
	"rexec/tui/widget"
)

const searchHelp = `Find moments in all recordings: lines that stood on a screen, and commands. The
newest come first. Each is printed with the id of its recording and its time:
rexec screen ID --at TIME shows the screen as it was then.

A query is one or more of these, and all of them must be true of one line:

  word             a whole word, in any case and with or without accents
  "a phrase"       text as it stands; a blank is any number of blanks
  pre* *end *in*   a star opens a word on its side
  /regexp/         a regular expression; case counts when it has upper case
  cmd:X            in and below commands whose text matches X
  out:X            X in output only
  title:X host:X dir:X tag:X   in recordings with that title, host, directory, tag
  exit:0 exit:!0 exit:N        by exit status of the command
  before:T after:T   recorded before T, or from T on: 2026, 2026-03, 2026-03-14,
                   2026-03-14T15:04, today, yesterday, 12h, 7d, 3w
  longer:T         recordings longer than T: 90, 1:30, 1h2m
  is:private is:unlisted is:public is:unsynced
  is:imported is:recorded is:keep is:trash
  -X               not X

X is a word, a phrase, a word with stars or a regular expression. When no line has
the words as whole words, they are looked for inside of words. A query that only
speaks of recordings finds recordings.

The exit status is 1 when nothing is found.`

type searchFlags struct {
	json, group    bool
	sort           string
	limit, context int
}

func newSearch(a *app) *cobra.Command {
	var f searchFlags
	cmd := &cobra.Command{
		Use:   "search QUERY…",
		Short: "Find what was on a screen, or a command",
		Long:  searchHelp,
		Example: `  rexec search connection refused
  rexec search 'cmd:"git push" exit:!0 after:7d'
  rexec search -- -deprecated cmd:make`,
		Args: args(1, -1, "something to look for"),
		RunE: func(cmd *cobra.Command, words []string) error {
			if f.limit < 0 || f.context < 0 {
				return usagef("--limit and --context take numbers from 0 on")
			}
			if f.sort != "newest" && f.sort != "relevance" {
				return usagef("--sort takes newest or relevance, not %q", f.sort)
			}
			return a.search(cmd.Context(), searchQuery(words), f)
		},
	}
	cmd.Flags().BoolVar(&f.json, "json", false, "print a JSON array")
	cmd.Flags().BoolVar(&f.group, "group", false, "print what was found by recording")
	cmd.Flags().StringVar(&f.sort, "sort", "newest", "the `ORDER` of what is found: newest, or relevance for the best of the newest 2000")
	cmd.Flags().IntVar(&f.limit, "limit", 100, "print at most `N` moments (with --group: recordings); 0 for all")
	cmd.Flags().IntVarP(&f.context, "context", "C", 0, "print `N` lines above and below, too")
	return cmd
}

// searchQuery puts together what the shell took apart. An argument that holds a
// blank was in quotation marks for the shell: when it is one of several, it is a
// phrase.
func searchQuery(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	quoted := make([]string, len(words))
	for i, w := range words {
		if quoted[i] = w; strings.ContainsAny(w, " \t") && !strings.ContainsAny(w, `"/:`) {
			quoted[i] = `"` + w + `"`
		}
	}
	return strings.Join(quoted, " ")
}

func (a *app) search(ctx context.Context, text string, f searchFlags) error {
	if _, err := query.Parse(text, time.Now()); err != nil {
		return usagef("the query, %w", err)
	}
	lib, err := a.openLibrary(ctx)
	if err != nil {
		return err
	}
	defer lib.Close()
	if err := a.indexPending(ctx, lib); err != nil {
		return err
	}
	out := bufio.NewWriter(a.out)
	w := &hitWriter{ctx: ctx, lib: lib, out: out, colour: a.coloured(), flags: f}
	if err := w.search(text); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	switch {
	case w.more:
		a.say("there is more: --limit 0 prints all of it")
	case w.found == 0 && !f.json:
		a.say("nothing is found")
		return silently(exitFailure)
	case w.found == 0:
		return silently(exitFailure)
	}
	return nil
}

// indexPending makes recordings findable that are not yet: a search tells all.
func (a *app) indexPending(ctx context.Context, lib *library.Library) error {
	n, err := lib.Pending(ctx)
	if err != nil || n == 0 {
		return err
	}
	if why := lib.ReadOnly(); why != nil {
		a.say("%s cannot be searched: %v", widget.Count(n, "recording"), why)
		return nil
	}
	a.say("indexing %s", widget.Count(n, "recording"))
	return lib.IndexPending(ctx, nil)
}

// coloured says that what is found may be marked with colour.
func (a *app) coloured() bool {
	return term.IsTerminal(int(a.out.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// hitWriter prints what is found as it comes.
type hitWriter struct {
	ctx    context.Context
	lib    *library.Library
	out    *bufio.Writer
	colour bool
	flags  searchFlags
	found  int
	more   bool // than the limit
	id     string
	short  string // beginning of id
}

func (w *hitWriter) search(text string) error {
	o := library.SearchOptions{Query: text, Context: w.flags.context}
	if w.flags.sort == "relevance" {
		o.Order = library.ByRelevance
	}
	if w.flags.limit > 0 {
		o.Limit = w.flags.limit + 1
	}
	if w.flags.json {
		w.out.WriteString("[")
	}
	err := w.each(o)
	if w.flags.json && err == nil {
		if w.found > 0 {
			w.out.WriteString("\n")
		}
		w.out.WriteString("]\n")
	}
	return err
}

func (w *hitWriter) each(o library.SearchOptions) error {
	if w.flags.group {
		for g, err := range w.lib.SearchGroups(w.ctx, o, 0) {
			if err != nil || w.full() {
				return err
			}
			if err := w.group(g); err != nil {
				return err
			}
		}
		return nil
	}
	for h, err := range w.lib.Search(w.ctx, o) {
		if err != nil || w.full() {
			return err
		}
		if err := w.hit(h); err != nil {
			return err
		}
	}
	return nil
}

// full says that the limit is reached, and counts otherwise. The first ones are
// shown at once.
func (w *hitWriter) full() bool {
	if w.flags.limit > 0 && w.found == w.flags.limit {
		w.more = true
		return true
	}
	w.found++
	return false
}

// shorten returns the beginning of an id that will do.
func (w *hitWriter) shorten(id string) (string, error) {
	var err error
	if w.id != id {
		w.id = id
		w.short, err = w.lib.ShortID(w.ctx, id)
	}
	return w.short, err
}

func (w *hitWriter) hit(h library.Hit) error {
	if w.flags.json {
		return w.json(jsonHit(h))
	}
	id, err := w.shorten(h.Recording.ID)
	if err != nil {
		return err
	}
	if w.flags.context > 0 && w.found > 1 {
		w.out.WriteString("--\n")
	}
	return w.lines(id+"  ", h)
}

func (w *hitWriter) group(g library.Group) error {
	if w.flags.json {
		return w.json(jsonGroup(g))
	}
	id, err := w.shorten(g.Recording.ID)
	if err != nil {
		return err
	}
	if w.found > 1 {
		w.out.WriteString("\n")
	}
	r := g.Recording
	fmt.Fprintf(w.out, "%s  %s  %s  %s\n", id, r.Created.Local().Format("2006-01-02 15:04"), cast.FormatTime(r.Duration), visible.String(r.Name()))
	for _, h := range g.Hits {
		if h.Kind == library.HitRecording {
			continue
		}
		if err := w.lines("  ", h); err != nil {
			return err
		}
	}
	return w.out.Flush()
}

// lines prints a hit with what is around it.
func (w *hitWriter) lines(prefix string, h library.Hit) error {
	at := formatMoment(h.Time)
	indent := strings.Repeat(" ", len(prefix)+len(at)+2)
	for _, line := range h.Above {
		fmt.Fprintf(w.out, "%s%s\n", indent, visible.String(line))
	}
	fmt.Fprintf(w.out, "%s%s  %s\n", prefix, at, w.marked(h))
	for _, line := range h.Below {
		fmt.Fprintf(w.out, "%s%s\n", indent, visible.String(line))
	}
	return w.out.Flush()
}

// marked is a hit's line, with what matches in bold red where there is colour.
func (w *hitWriter) marked(h library.Hit) string {
	if !w.colour {
		return visible.String(h.Line)
	}
	var b strings.Builder
	at := 0
	for _, s := range h.Spans {
		b.WriteString(visible.String(h.Line[at:s.Start]))
		b.WriteString("\x1b[1;31m" + visible.String(h.Line[s.Start:s.End]) + "\x1b[m")
		at = s.End
	}
	b.WriteString(visible.String(h.Line[at:]))
	return b.String()
}

// formatMoment writes a time exactly, so that --at takes it to the same screen.
func formatMoment(d time.Duration) string {
	text := cast.FormatTime(d)
	if us := d % time.Second / time.Microsecond; us > 0 {
		text += strings.TrimRight(fmt.Sprintf(".%06d", us), "0")
	}
	return text
}

// json prints the next element of the array.
func (w *hitWriter) json(v any) error {
	separator := ",\n"
	if w.found == 1 {
		separator = "\n"
	}
	w.out.WriteString(separator)
	if err := encode(w.out, v); err != nil {
		return err
	}
	return w.out.Flush()
}

// encode writes JSON on one line, without a line feed at its end.
func encode(w io.Writer, v any) error {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(w, strings.TrimSuffix(b.String(), "\n"))
	return err
}

// foundHit is a moment as search --json prints it. Names and meaning of the fields
// are kept: programs read them.
type foundHit struct {
	Kind      string        `json:"kind"` // line, command, recording
	ID        string        `json:"id"`
	Title     string        `json:"title"`
	CreatedAt time.Time     `json:"created_at"`
	Time      float64       `json:"time"` // seconds
	Last      float64       `json:"last"` // seconds: when the line last stood there
	Line      string        `json:"line"`
	Spans     [][2]int      `json:"spans"` // of line: from and to, in bytes
	Above     []string      `json:"above"`
	Below     []string      `json:"below"`
	Command   *foundCommand `json:"command"` // null: none is known
	Loose     bool          `json:"loose"`   // inside of words
}

type foundCommand struct {
	Text  string  `json:"text"`
	Dir   string  `json:"dir"`
	Start float64 `json:"start"` // seconds
	End   float64 `json:"end"`   // seconds
	Exit  *int    `json:"exit"`  // null: not known
}

type foundGroup struct {
	ID        string     `json:"id"`
	Title     string     `json:"title"`
	CreatedAt time.Time  `json:"created_at"`
	Duration  float64    `json:"duration"` // seconds
	Hits      []foundHit `json:"hits"`
}

func jsonHit(h library.Hit) foundHit {
	f := foundHit{
		Kind: string(h.Kind), ID: h.Recording.ID, Title: h.Recording.Title, CreatedAt: h.Recording.Created,
		Time: h.Time.Seconds(), Last: h.Last.Seconds(), Line: h.Line, Spans: [][2]int{},
		Above: append([]string{}, h.Above...), Below: append([]string{}, h.Below...), Loose: h.Loose,
	}
	for _, s := range h.Spans {
		f.Spans = append(f.Spans, [2]int{s.Start, s.End})
	}
	if c := h.Command; c != nil {
		f.Command = &foundCommand{Text: c.Text, Dir: c.Dir, Start: c.Start.Seconds(), End: c.End.Seconds(), Exit: c.Exit}
	}
	return f
}

func jsonGroup(g library.Group) foundGroup {
	f := foundGroup{ID: g.Recording.ID, Title: g.Recording.Title, CreatedAt: g.Recording.Created, Duration: g.Recording.Duration.Seconds()}
	for _, h := range g.Hits {
		f.Hits = append(f.Hits, jsonHit(h))
	}
	return f
}
