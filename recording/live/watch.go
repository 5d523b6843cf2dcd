package live

import (
	"io"
	"time"
)

// watchPiece bounds what is written at once while input is recorded, in bytes, so
// that the line discipline is asked often enough.
const watchPiece = 1 << 10

// watchInput lets the input's writer tell the owner what is typed, or not.
func (o *owner) watchInput() {
	o.watching.Store(o.rec != nil && o.rec.typist != nil)
}

// inputWriter writes what is typed to the PTY. While that is recorded, the owner is
// told before, so that it knows what to look for when the echo comes, and after,
// when the line discipline is what the program wanted it to be.
type inputWriter struct{ *Session }

// Write writes what the emulator answered.
func (w inputWriter) Write(p []byte) (int, error) { return w.proc.pty.Write(p) }

// WriteTyped writes what somebody typed.
func (w inputWriter) WriteTyped(p []byte) (int, error) {
	if !w.watching.Load() {
		return w.proc.pty.Write(p)
	}
	written := 0
	for len(p) > 0 {
		piece := p[:min(len(p), watchPiece)]
		at := w.now()
		before := w.proc.discipline()
		w.do(func(o *owner) { o.typing(at, piece, before) })
		n, err := w.proc.pty.Write(piece)
		after := w.proc.discipline()
		w.do(func(o *owner) { o.typed(after) })
		written += n
		if err != nil {
			return written, err
		}
		p = p[len(piece):]
	}
	return written, nil
}

// typedWriter is what the input's queue writes to.
type typedWriter interface {
	io.Writer
	WriteTyped(p []byte) (int, error)
}

// typing is told what is about to be typed.
func (o *owner) typing(at time.Time, p []byte, d discipline) {
	if o.rec == nil || o.rec.typist == nil || o.rec.paused || o.term == nil {
		return
	}
	o.consume() // what was on the screen before
	if o.rec == nil {
		return
	}
	o.rec.typist.typing(at, p, d, o.term)
	o.check(o.rec.typist.tell(o.rec))
}

// typed is told that it was.
func (o *owner) typed(d discipline) {
	if o.rec == nil || o.rec.typist == nil {
		return
	}
	o.rec.typist.typed(o.now(), d)
	o.check(o.rec.typist.tell(o.rec))
}

// show feeds the emulator. While keys wait for their echo, it looks after each
// byte: later the character may have moved, or something else stand there.
func (o *owner) show(data []byte) {
	r := o.rec
	if r == nil || r.typist == nil || r.paused {
		o.term.Write(data)
		return
	}
	i := 0
	for ; i < len(data) && r.typist.waits(); i++ {
		o.term.Write(data[i : i+1])
		r.typist.saw(o.term, data[i])
	}
	o.term.Write(data[i:])
	o.check(r.typist.tell(r))
}
