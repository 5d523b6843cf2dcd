// Package transcript reads a recording as text: the lines that stood on its screen
// and the commands that were typed, each with its time. It is what the library
// indexes. It knows no files and keeps no screens; which cell a word stood in is
// package timeline's business.
//
//	cast.Reader ─→ vt.Terminal ─┬→ lines that scroll off ────────────┐
//	                            ├→ the screen, while it stands still ┴→ lineLog    → Lines
//	                            └→ shell integration marks, prompts  ─→ commandLog → Commands
//
// Text goes through the emulator, so that what a program redraws counts once: a
// progress bar is its last state, a line being typed is what it was when it was
// entered, and a full-screen program is the screens that could be read.
//
// Limits. The screen is looked at when it has stood for 50 ms and at least every
// 100 ms of the recording; what a program shows and wipes in between is not seen
// here (timeline's search sees it). Of text that changes in its place, less than a
// second apart and alike but for digits and bars, or sharing half its beginning,
// the last is kept. Lines are distinct by their text. At most MaxLines and MaxText
// are kept, and of a full-screen program 1000 lines that differ in digits only, so
// that an hour of a process monitor stays small.
package transcript

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"rexec/recording/cast"
	"rexec/vt"
)

// Bounds of a transcript.
const (
	MaxLines    = 500_000
	MaxText     = 64 << 20 // bytes of all lines together
	MaxLineText = 64 << 10 // bytes of one line
	MaxCommands = 100_000  // what is beyond is not recorded
	maxCommand  = 16 << 10 // bytes of a command's text
	maxChunk    = 16 << 10 // bytes that are fed at once
	scrollback  = 100      // lines that can come back when the screen grows
	checkEvery  = 1024     // events between two looks at the context
)

// Transcript is a recording as text.
type Transcript struct {
	Commands []Command // by Start
	Lines    []Line    // by First
	Duration time.Duration
	// Cols and Rows are the largest that the screen had.
	Cols, Rows int
	// Dropped counts the lines beyond the bounds, which are not in Lines.
	Dropped int
}

// Line is a line of text that stood on the screen: rows that were wrapped are one.
type Line struct {
	// Text is without blanks at its end, and never empty.
	Text string
	// First and Last are when it first and last stood there. It need not have stood
	// there all the time between.
	First, Last time.Duration
	// Alt says that it was seen on the alternate screen only.
	Alt bool
}

// Command is something that was entered at a shell's prompt.
type Command struct {
	Text string // may have several lines
	Dir  string // the working directory, if the shell told it
	// Start is when it began to run, End when it ended: when the next prompt came, or
	// the recording was over.
	Start, End time.Duration
	Exit       int // the exit status, if HasExit
	HasExit    bool
	// Verified says that the shell which was recorded said so itself, and not some
	// program that printed the like of it (see package shell). It says nothing about
	// who made the recording.
	Verified bool
	// Unverified says that a shell that was taught ran, and this was marked by
	// somebody else: a shell within, or a program that forges. Without either, nobody
	// knows.
	Unverified bool
	// Heuristic says that the shell did not mark its commands (OSC 133), and that this
	// one was found by what prompts look like.
	Heuristic bool
	// Output is what it left on the screen, if that was asked for: lines without blanks
	// at their ends, and without a newline at the end of all. Of a full-screen program
	// there is none. OutputCut says that it is longer than what is kept of it.
	Output    string
	OutputCut bool
}

// Options say what else is wanted of a transcript.
type Options struct {
	Output bool // Command.Output
	// Tap is given every event, and the position at which it begins: for who wants to
	// read along.
	Tap func(cast.Position, cast.Event)
	// Progress is told now and then how far the reading is, and can ask for what was
	// found so far. The last lines and commands may still change.
	Progress func(at time.Duration, soFar func() *Transcript)
}

// Read reads a recording to its end. The error is the context's, or the reader's; a
// lenient reader gives none for damage.
func Read(ctx context.Context, r *cast.Reader) (*Transcript, error) {
	return ReadWith(ctx, r, Options{})
}

// ReadWith is Read with options.
func ReadWith(ctx context.Context, r *cast.Reader, o Options) (*Transcript, error) {
	h := r.Header()
	m := newMachine(h.Cols, h.Rows)
	if h.Rexec != nil {
		m.commands.nonce = h.Rexec.Nonce
	}
	m.outputs.wanted, m.outer.wanted = o.Output, o.Output
	for n := 0; ; n++ {
		if n%checkEvery == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if o.Progress != nil && n > 0 {
				o.Progress(m.now, m.soFar)
			}
		}
		at := r.Position()
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			return m.end(), nil
		}
		if err != nil {
			return nil, err
		}
		if o.Tap != nil {
			o.Tap(at, e)
		}
		m.event(e)
	}
}

// soFar returns a copy of what was found, in the middle of the reading.
func (m *machine) soFar() *Transcript {
	t := m.out
	t.Duration = m.now
	t.Lines, t.Dropped = m.lines.soFar()
	t.Commands = slices.Clone(m.commands.commands)
	if !m.commands.marked {
		t.Commands = m.commands.guess.believed()
	}
	return &t
}

const (
	stillFor    = 50 * time.Millisecond  // how long a screen must stand to be looked at
	sampleEvery = 100 * time.Millisecond // how long it is never not looked at
	promptFor   = 20 * time.Millisecond  // how long a prompt waits at least for a person
)

// machine runs a recording through an emulator and looks at its screen.
type machine struct {
	term     *vt.Terminal
	now      time.Duration // of the last event
	sampled  time.Duration // when the screen was last looked at
	fed      bool          // output came since then
	births   births
	outputs  outputs // of what is guessed, or marked without the nonce
	outer    outputs // of what is marked with it
	buf      []byte
	lines    lineLog
	commands commandLog
	out      Transcript
}

func newMachine(cols, rows int) *machine {
	m := &machine{lines: newLineLog(), commands: newCommandLog("")}
	m.term = vt.New(cols, rows, vt.WithScrolled(m.scrolledOff), vt.WithEvents(m.heard))
	m.out.Cols, m.out.Rows = m.term.Size()
	return m
}

func (m *machine) event(e cast.Event) {
	if m.fed {
		gap := e.Time - m.now
		if gap >= promptFor {
			m.waiting()
		}
		if gap >= stillFor || e.Time-m.sampled >= sampleEvery {
			m.sample(e.Time)
		}
	}
	m.now = e.Time
	switch e.Code {
	case cast.Output:
		m.output(e.Data)
		if !m.term.Modes().AltScreen {
			m.births.reached(m.term.Cursor().Y-1, m.now) // what is above the cursor is complete
		}
	case cast.Resize:
		if cols, rows, err := cast.ParseSize(e.Data); err == nil {
			m.resize(cols, rows)
		}
	}
}

// output feeds the emulator.
func (m *machine) output(data string) {
	m.fed = m.fed || data != ""
	for data != "" {
		n := m.commands.until(data)
		if n == 0 {
			// The user's line is complete, and the newline behind it still to come.
			m.entered()
			continue
		}
		n = min(n, maxChunk)
		m.buf = append(m.buf[:0], data[:n]...)
		data = data[n:]
		_, _ = m.term.Write(m.buf)
		m.commands.fed(m.buf)
	}
}

// scrolledOff is told of a line that scrolls off, in the middle of a Write.
func (m *machine) scrolledOff(l vt.Line) {
	m.outputs.scrolledOff(m.births.scrolled, l)
	m.outer.scrolledOff(m.births.scrolled, l)
	first, ok := m.births.scrolledOff()
	if !ok {
		first = m.now
	}
	m.lines.scrollOff(l, max(first, m.sampled), m.now)
}

// sample looks at the screen, which stands since the last event until a time.
func (m *machine) sample(until time.Duration) {
	m.lines.observe(m.now, until, m.term.Snapshot())
	m.sampled, m.fed = until, false
}

func (m *machine) resize(cols, rows int) {
	m.sample(m.now)
	cursor := m.term.Cursor()
	// What one resize pushes off, the next may bring back. Without one, rows that are
	// kept would only have to be made anew.
	vt.WithScrollback(scrollback)(m.term)
	m.term.Resize(cols, rows)
	m.fed = true
	m.commands.resized()
	// Where outputs begin can only be guessed: as far from the cursor as before.
	m.outputs.row += m.term.Cursor().Y - cursor.Y
	m.outer.row += m.term.Cursor().Y - cursor.Y
	m.births.forget()
	m.lines.resized(m.term.SnapshotWithHistory())
	cols, rows = m.term.Size()
	m.out.Cols, m.out.Rows = max(m.out.Cols, cols), max(m.out.Rows, rows)
}

// heard is told what the program says beside its picture, in the middle of a Write.
func (m *machine) heard(e vt.Event) {
	switch e := e.(type) {
	case vt.PromptEvent:
		m.mark(e)
	case vt.DirectoryEvent:
		m.commands.directory(e.URL)
	}
}

func (m *machine) end() *Transcript {
	if m.fed {
		m.waiting()
	}
	m.closeOutputs()
	m.sample(m.now)
	m.out.Lines, m.out.Dropped = m.lines.end()
	m.out.Commands = m.commands.end(m.now)
	m.out.Duration = m.now
	return &m.out
}

// births knows when the rows of the primary screen were first complete, so that a
// line which scrolls off between two looks has its time. Rows are counted from the
// start of the recording.
type births struct {
	scrolled int     // rows that scrolled off
	rows     []birth // of rows on the screen, downward: at most one each
}

type birth struct {
	row  int
	time time.Duration
}

// reached is told of the last row that is complete, behind an event. Rows below it that were
// reached before may be written anew, and are forgotten.
func (b *births) reached(y int, now time.Duration) {
	row, n := b.scrolled+y, len(b.rows)
	for n > 0 && b.rows[n-1].row > row {
		n--
	}
	b.rows = b.rows[:n]
	if n == 0 || b.rows[n-1].row < row {
		b.rows = append(b.rows, birth{row, now})
	}
}

// scrolledOff is told that the first row scrolls off. It returns when that row was
// first there, false when no event ended while it was.
func (b *births) scrolledOff() (time.Duration, bool) {
	for len(b.rows) > 0 && b.rows[0].row < b.scrolled {
		b.rows = b.rows[1:]
	}
	b.scrolled++
	if len(b.rows) == 0 {
		return 0, false
	}
	return b.rows[0].time, true
}

// forget is told that rows moved.
func (b *births) forget() { b.rows = b.rows[:0] }
