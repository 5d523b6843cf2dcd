package browser

import (
	"context"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"rexec/library"
	"rexec/library/query"
	"rexec/tui/page"
	"rexec/tui/say"
	"rexec/tui/widget"
)

const (
	// typePause is how long nothing must be typed before a search begins.
	typePause = 40 * time.Millisecond
	// pageHits is how many moments one question to the library asks for.
	pageHits = 200
	// maxHits is where a search stops: nobody walks through more.
	maxHits = 20_000
	// maxNames is how many recordings are told by their names besides moments.
	maxNames = 20
	// perRecording is how many moments of one recording are told by recording.
	perRecording = 5
	// lookEvery is how often it is looked what a search has found; the first time
	// comes sooner, so that what is there at once is shown at once.
	lookFirst, lookEvery = 25 * time.Millisecond, 100 * time.Millisecond
	// slowSearch is when a search is said to be under way.
	slowSearch = 200 * time.Millisecond
)

// finds is what the page knows of a search. The zero value is none.
type finds struct {
	number int    // generation of the newest question
	text   string // what is in force; "": none
	bad    *query.Error
	run    *run // under way, or nil
	more   bool // run looks for what comes behind the hits

	names, hits []library.Hit // recordings, moments
	complete    bool          // there are no more behind them
	failed      string
	begun       time.Time
	known       bool // the first answer to any question of this search has come
	top         bool // the next answer is shown from its beginning

	list widget.List[entry]
	note string // about what is typed, for when nothing is found
}

func (f finds) active() bool { return f.text != "" }

// report is how far a search is.
type report struct {
	names, hits []library.Hit
	done        bool
	err         error
}

// run is a search under way, which its commands share. Update never looks into it.
type run struct {
	mu     sync.Mutex
	report report
	ended  chan struct{}
	stop   context.CancelFunc
	over   bool // it was stopped, perhaps before it began
}

func (r *run) look() report {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.report
}

// cancel returns the command that ends the search.
func (r *run) cancel() page.Action {
	if r == nil {
		return nil
	}
	return do(func() tea.Msg {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.over = true
		if r.stop != nil {
			r.stop()
		}
		return nil
	})
}

// find carries a search out, to its end.
func (r *run) find(ctx context.Context, s Store, o library.SearchOptions, names bool) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r.mu.Lock()
	r.stop = cancel
	over := r.over
	r.mu.Unlock()
	defer close(r.ended)
	if over {
		return
	}
	var err error
	take := func(hits iter.Seq2[library.Hit, error], into *[]library.Hit) {
		for h, failed := range hits {
			if err = failed; err != nil {
				return
			}
			r.mu.Lock()
			*into = append(*into, h)
			r.mu.Unlock()
		}
	}
	if names {
		named := o
		named.Limit = maxNames
		take(s.SearchNames(ctx, named), &r.report.names)
	}
	if err == nil {
		take(s.Search(ctx, o), &r.report.hits)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.err, r.report.done = err, true
}

// Messages of searches.
type (
	typedMsg struct{ search int } // nothing was typed for a while
	foundMsg struct {
		search int
		report report
		limit  int
	}
)

// search puts a query in force. What was found before stays until the first answer.
func (m Model) search(env page.Env, text string) (Model, page.Action) {
	text = strings.TrimSpace(text)
	if text == m.found.text {
		return m, nil
	}
	if text == "" {
		return m.clearSearch()
	}
	m.found.text, m.found.known, m.found.top = text, false, true
	return m.ask(env, typePause)
}

// clearSearch goes back to the list.
func (m Model) clearSearch() (Model, page.Action) {
	stop := m.found.run.cancel()
	m.found = finds{number: m.found.number + 1, list: widget.NewList(entry.key)}
	m.list = m.list.SetHeight(m.listRows())
	return m, stop
}

// ask asks the library anew, after a pause.
func (m Model) ask(env page.Env, pause time.Duration) (Model, page.Action) {
	f := &m.found
	stop := f.run.cancel()
	f.number++
	f.run, f.more, f.failed, f.begun = nil, false, "", env.Now
	q, err := query.Parse(f.text, env.Now)
	f.bad, f.note = nil, ""
	if err != nil {
		f.bad, _ = err.(*query.Error)
		m.found.list = m.found.list.SetHeight(m.listRows())
		return m, stop
	}
	f.note = unknownField(f.text, q)
	m.found.list = m.found.list.SetHeight(m.listRows())
	if pause == 0 {
		m, begin := m.begin(nil)
		return m, page.Several{stop, begin}
	}
	return m, page.Several{stop, page.Do{Cmd: m.config.After(pause, typedMsg{f.number})}}
}

// begin asks for the first moments, or for those after a place.
func (m Model) begin(after *library.HitCursor) (Model, page.Action) {
	f := &m.found
	o := library.SearchOptions{Query: f.text, Limit: pageHits, After: after}
	if after == nil {
		o.Limit = max(pageHits, min((len(f.hits)+pageHits-1)/pageHits*pageHits, maxHits)) // as many as are known
	}
	if !m.flat {
		o.PerRecording = perRecording
	}
	if m.relevant {
		o.Order = library.ByRelevance
	}
	r := &run{ended: make(chan struct{})}
	f.run, f.more = r, after != nil
	ctx, store, number, limit := m.ctx, m.config.Store, f.number, o.Limit
	return m, page.Several{
		do(func() tea.Msg { r.find(ctx, store, o, after == nil); return nil }),
		m.watchSearch(r, number, limit, lookFirst),
	}
}

// watchSearch waits for what the search finds.
func (m Model) watchSearch(r *run, number, limit int, every time.Duration) page.Action {
	ctx := m.ctx
	return do(func() tea.Msg {
		wait := time.NewTimer(every)
		defer wait.Stop()
		select {
		case <-r.ended:
		case <-wait.C:
		case <-ctx.Done():
			return nil
		}
		return foundMsg{number, r.look(), limit}
	})
}

// typed begins the search that was typed, when no more was.
func (m Model) typed(msg typedMsg) (Model, page.Action) {
	if msg.search != m.found.number || !m.found.active() {
		return m, page.Unchanged{}
	}
	m, begin := m.begin(nil)
	return m, page.Several{page.Unchanged{}, begin}
}

// took takes what a search has found so far.
func (m Model) tookFound(msg foundMsg) (Model, page.Action) {
	f := &m.found
	if msg.search != f.number || f.run == nil {
		return m, page.Unchanged{}
	}
	got := msg.report
	var next page.Action
	if !got.done {
		next = m.watchSearch(f.run, f.number, msg.limit, lookEvery)
		if len(got.hits)+len(got.names) == 0 || f.more {
			return m, next // nothing new to be shown, but that it is still searched
		}
	}
	if f.more {
		f.hits = append(f.hits[:len(f.hits):len(f.hits)], got.hits...)
	} else {
		f.names, f.hits = got.names, got.hits
	}
	if got.done {
		f.run = nil
		f.complete = len(got.hits) < msg.limit || len(f.hits) >= maxHits
		if got.err != nil && m.ctx.Err() == nil {
			f.failed, f.complete = say.Error(got.err), true
		}
	}
	f.known = true
	rows := m.rowsOf(*f)
	if f.top {
		f.list, f.top = widget.NewList(entry.key), false
	}
	f.list = f.list.Replace(rows, f.complete).SetHeight(m.listRows())
	if f.list.Cursor() == 0 && len(rows) > 1 && rows[0].kind == heading {
		f.list = f.list.Go(1) // what was looked for, not what it is in
	}
	return m, next
}

// moreFound asks for more moments when the cursor nears the end of what is known.
func (m Model) moreFound() (Model, page.Action) {
	f := m.found
	if !f.active() || !f.known || f.run != nil || f.complete || f.bad != nil || len(f.hits) == 0 || !f.list.NeedsMore() {
		return m, nil
	}
	return m.begin(f.hits[len(f.hits)-1].Cursor())
}

// rowsOf makes the rows of what was found: recordings by name first, then moments,
// each below its recording unless the list is flat.
func (m Model) rowsOf(f finds) []entry {
	var rows []entry
	var order []string
	groups := map[string][]entry{}
	for i := range f.hits {
		h := &f.hits[i]
		e := entry{recording: h.Recording, kind: moment, hit: h}
		switch {
		case h.Kind == library.HitRecording:
			e.kind = named
			rows = append(rows, e)
		case m.flat:
			rows = append(rows, e)
		default:
			if groups[h.Recording.ID] == nil {
				order = append(order, h.Recording.ID)
			}
			groups[h.Recording.ID] = append(groups[h.Recording.ID], e)
		}
	}
	called := map[string]*library.Hit{}
	var names []entry
	for i := range f.names {
		h := &f.names[i]
		called[h.Recording.ID] = h
		if groups[h.Recording.ID] == nil { // else its moments stand below it
			names = append(names, entry{recording: h.Recording, kind: named, hit: h})
		}
	}
	rows = append(names, rows...)
	for _, id := range order {
		g := groups[id]
		rows = append(rows, entry{recording: g[0].recording, kind: heading, hit: g[0].hit, name: called[id]})
		rows = append(rows, g...)
	}
	return rows
}

// counted says how much was found.
func (f finds) counted(flat bool) string {
	moments, of := 0, map[string]int{}
	names := len(f.names)
	capped := false
	for _, h := range f.hits {
		if h.Kind == library.HitRecording {
			names++
			continue
		}
		moments++
		of[h.Recording.ID]++
		capped = capped || !flat && of[h.Recording.ID] == perRecording
	}
	plus := ""
	if !f.complete || capped {
		plus = "+"
	}
	count := func(n int, plus, thing string) string {
		if plus == "" {
			return widget.Count(n, thing)
		}
		return strings.Replace(widget.Count(max(n, 2), thing), " ", "+ ", 1)
	}
	var parts []string
	if moments > 0 {
		parts = append(parts, count(moments, plus, "moment"))
	}
	if names > 0 {
		behind := ""
		if moments == 0 {
			behind = plus
		}
		parts = append(parts, count(names, behind, "recording"))
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// sought is what the player should look for on the screens of a recording in which a
// moment was found: a leading slash makes it a regular expression there.
func sought(h *library.Hit) string {
	if h == nil || h.Kind == library.HitRecording {
		return ""
	}
	texts := matchedTexts(h)
	if len(texts) == 1 && !strings.HasPrefix(texts[0], "/") {
		return texts[0]
	}
	return alternatives(texts)
}

// matchedTexts are the texts that match in a moment's line, in lower case, the
// longest first.
func matchedTexts(h *library.Hit) []string {
	var texts []string
	for _, s := range h.Spans {
		text := strings.TrimSpace(h.Line[s.Start:s.End])
		if !strings.Contains(text, "\n") && text != "" {
			if lower := strings.ToLower(text); !slices.Contains(texts, lower) {
				texts = append(texts, lower)
			}
		}
	}
	slices.SortStableFunc(texts, func(a, b string) int { return len(b) - len(a) })
	return texts[:min(len(texts), 8)]
}
