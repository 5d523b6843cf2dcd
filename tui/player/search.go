package player

import (
	"context"
	"errors"
	"fmt"
	"regexp/syntax"
	"sort"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"rexec/recording/timeline"
	"rexec/tui/keys"
	"rexec/tui/page"
	"rexec/tui/say"
	"rexec/tui/screen"
)

// maxHits is where a search stops: nobody walks through more.
const maxHits = 20_000

// search is what the page knows of a search. The zero value with current -1 is
// none.
type search struct {
	number  int // generation
	text    string
	matcher *timeline.Matcher
	run     *run
	hits    []timeline.Hit // in order of time
	at      time.Duration  // how far it has come
	done    bool
	begun   time.Time
	origin  time.Duration // where playback stood when it began
	stay    bool          // what is searched for may stand there already
	jumped  bool          // it has gone to its first hit
	current int           // the hit that playback was sent to, or -1
}

func (s search) active() bool { return s.matcher != nil }

// place returns where the current hit stands.
func (s search) place() (timeline.Place, bool) {
	if s.current < 0 || s.current >= len(s.hits) {
		return timeline.Place{}, false
	}
	return s.hits[s.current].Place, true
}

// report is how far a search is.
type report struct {
	hits []timeline.Hit
	at   time.Duration
	done bool
	err  error
}

// run is a search under way, which its commands share.
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

// find carries the search out, to its end.
func (r *run) find(ctx context.Context, t *timeline.Timeline, q timeline.Query) {
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
	err := t.Search(ctx, q, func(h timeline.Hit) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.report.hits = append(r.report.hits, h)
		if len(r.report.hits) >= maxHits {
			cancel()
		}
	}, func(pos time.Duration) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.report.at = pos
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	if !errors.Is(err, context.Canceled) {
		r.report.err = err
	}
	r.report.done = true
}

// query reads what was typed: a leading slash means a regular expression.
func query(text string) timeline.Query {
	if expr, ok := strings.CutPrefix(text, "/"); ok {
		return timeline.Query{Text: expr, Regexp: true}
	}
	return timeline.Query{Text: text}
}

// typeSearch edits the search line.
func (m Model) typeSearch(env page.Env, k tea.KeyPressMsg) (Model, page.Action) {
	b, _ := env.Keys.Match(keys.Search, k)
	switch b.ID {
	case keys.Cancel:
		m.typing = false
		return m.wake(env).schedule(env)
	case keys.Accept:
		m = m.wake(env)
		text := m.input.Value()
		if query(text).Text == "" {
			m.typing = false
			return m.clearSearch(env)
		}
		if _, err := query(text).Compile(); err != nil {
			return m, why(err) // to be mended
		}
		m.typing = false
		return m.startSearch(env, text, m.position(env))
	case keys.Regexp:
		expr, is := strings.CutPrefix(m.input.Value(), "/")
		if !is {
			expr = "/" + expr
		}
		m.input = m.input.SetValue(expr)
		return m, nil
	}
	m.input = m.input.Update(k)
	return m, nil
}

// startSearch looks through the whole recording and goes to the first hit from a
// position on.
func (m Model) startSearch(env page.Env, text string, from time.Duration) (Model, page.Action) {
	q := query(text)
	matcher, err := q.Compile()
	if err != nil {
		return m, why(err)
	}
	old := m.search
	r := &run{ended: make(chan struct{})}
	m.search = search{
		number: old.number + 1, text: text, matcher: matcher, run: r,
		begun: env.Now, origin: from, current: -1,
	}
	ctx, t := m.ctx, m.tape
	find := do(func() tea.Msg { r.find(ctx, t, q); return nil })
	// The frame that is shown may hold it already.
	m, there := m.goTo(env, from)
	return m, page.Several{old.run.cancel(), find, m.watchSearch(), there}
}

// why says in words why a query cannot be.
func why(err error) page.Action {
	var bad *syntax.Error
	if errors.As(err, &bad) {
		return page.Fail(fmt.Sprintf("This is no regular expression: %s: %s", bad.Code, screen.Clean(bad.Expr)))
	}
	return page.Fail(say.Error(err))
}

// searchThere searches for what a hit of the library was found by, whose moment is
// known: it stays there when the text is on the screen.
func (m Model) searchThere(env page.Env, text string, at time.Duration) (Model, page.Action) {
	m, action := m.startSearch(env, text, at)
	m.search.stay = at > 0
	return m, action
}

// arrived is told of hits, and of the frame on the screen: it goes to the first hit
// from where the search began, once.
func (m Model) arrived(env page.Env) (Model, page.Action) {
	s := &m.search
	if s.jumped || !s.active() || s.stay && m.going {
		return m, nil
	}
	i := sort.Search(len(s.hits), func(i int) bool { return s.hits[i].Time > s.origin })
	if s.stay && len(m.marks) > 0 && m.position(env) == s.origin {
		// It came onto the screen at the last hit before, and stands there still.
		if known := s.done || s.at >= s.origin || i < len(s.hits); !known {
			return m, nil
		}
		s.jumped, s.current = true, i-1
		return m, nil
	}
	for i > 0 && s.hits[i-1].Time == s.origin {
		i--
	}
	if s.stay && m.position(env) == s.origin {
		// The library knows a moment better than a search that may read letters another
		// way (accents): only a hit close behind it is that moment.
		if i == len(s.hits) || s.hits[i].Time > s.origin+nearHit {
			s.jumped = s.done || s.at > s.origin+nearHit || i < len(s.hits)
			return m, nil
		}
	}
	var told page.Action
	switch {
	case i < len(s.hits):
	case !s.done || len(s.hits) == 0:
		return m, nil
	default:
		i, told = 0, page.Info("Not found from here on: this is the first match.")
	}
	m, jump := m.jump(env, i)
	return m, page.Several{told, jump}
}

// nearHit is how much later than the library says a text may be on the screen: it
// looks at screens that stand.
const nearHit = time.Second

// watchSearch waits for what the search finds.
func (m Model) watchSearch() page.Action {
	r, number, ctx := m.search.run, m.search.number, m.ctx
	return do(func() tea.Msg {
		wait := time.NewTimer(searchEvery)
		defer wait.Stop()
		select {
		case <-r.ended:
		case <-wait.C:
		case <-ctx.Done():
			return nil
		}
		return searchMsg{number, r.look()}
	})
}

// clearSearch forgets the search and its marks.
func (m Model) clearSearch(env page.Env) (Model, page.Action) {
	stop := m.search.run.cancel()
	m.search = search{number: m.search.number + 1, current: -1}
	m.marks = nil
	m, next := m.schedule(env)
	return m, page.Several{stop, next}
}

// found takes what a search has found so far.
func (m Model) found(env page.Env, msg searchMsg) (Model, page.Action) {
	if msg.search != m.search.number {
		return m, page.Unchanged{}
	}
	s := &m.search
	s.hits, s.at, s.done = msg.report.hits, msg.report.at, msg.report.done
	var actions page.Several
	if !s.done {
		actions = append(actions, m.watchSearch())
	}
	if msg.report.err != nil {
		actions = append(actions, page.Fail("The search ended early. "+say.Error(msg.report.err)))
	}
	m, jump := m.arrived(env)
	return m, append(actions, jump)
}

// jump goes to a hit and stands there.
func (m Model) jump(env page.Env, i int) (Model, page.Action) {
	m.search.jumped, m.search.current = true, i
	m = m.stop(env)
	m.ended = false
	return m.goTo(env, m.search.hits[i].Time)
}

// nextHit goes to the next hit in a direction. When playback was moved since the
// last one, it counts from where it stands.
func (m Model) nextHit(env page.Env, way int) (Model, page.Action) {
	s := m.search
	pos, n := m.position(env), len(s.hits)
	i := -1
	switch {
	case s.current >= 0 && s.hits[s.current].Time == pos:
		i = s.current + way
	case way > 0:
		i = sort.Search(n, func(i int) bool { return s.hits[i].Time > pos })
	default:
		i = sort.Search(n, func(i int) bool { return s.hits[i].Time >= pos }) - 1
	}
	var told page.Action
	switch {
	case i >= n && !s.done:
		return m, page.Info("Still searching: nothing more was found so far.")
	case i >= n:
		i, told = 0, page.Info("That was the last match: this is the first.")
	case i < 0 && !s.done:
		return m, page.Info("Still searching: this is the first match so far.")
	case i < 0:
		i, told = n-1, page.Info("That was the first match: this is the last.")
	}
	m, jump := m.jump(env, i)
	return m, page.Several{told, jump}
}
