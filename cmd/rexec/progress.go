package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"golang.org/x/term"
)

// progress shows on standard error how far long work has come, when that is a
// terminal: a line that replaces itself, and is gone in the end. Work that is done
// at once shows nothing.
type progress struct {
	out  io.Writer // nil: nobody looks
	verb string
	now  func() time.Time

	mu    sync.Mutex
	shown bool
	due   time.Time // of the next line
}

const (
	progressAfter = 500 * time.Millisecond
	progressEvery = 100 * time.Millisecond
)

// progress begins. verb says what is done: "validating demo.cast".
func (a *app) progress(verb string) *progress {
	p := &progress{verb: verb, now: time.Now}
	if term.IsTerminal(int(a.err.Fd())) {
		p.out = a.err
	}
	p.due = p.now().Add(progressAfter)
	return p
}

// set tells how much is done; total 0 or less means that nobody knows of how much.
func (p *progress) set(done, total int64) {
	if p.out == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if now.Before(p.due) {
		return
	}
	p.due, p.shown = now.Add(progressEvery), true
	if total <= 0 {
		fmt.Fprintf(p.out, "\r\x1b[Krexec: %s…", p.verb)
		return
	}
	fmt.Fprintf(p.out, "\r\x1b[Krexec: %s… %d %%", p.verb, min(100, done*100/total))
}

// end takes the line away.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		fmt.Fprint(p.out, "\r\x1b[K")
		p.shown = false
	}
}

// reader counts what is read from r, of total bytes.
func (p *progress) reader(r io.Reader, total int64) io.Reader {
	if p.out == nil {
		return r
	}
	return &progressReader{r: r, p: p, total: total}
}

type progressReader struct {
	r           io.Reader
	p           *progress
	done, total int64
}

func (r *progressReader) Read(b []byte) (int, error) {
	n, err := r.r.Read(b)
	r.done += int64(n)
	r.p.set(r.done, r.total)
	return n, err
}
