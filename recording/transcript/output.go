package transcript

import (
	"bytes"

	"rexec/vt"
)

// Bounds of what commands printed.
const (
	MaxOutput    = 256 << 10 // bytes of one command's output
	maxAllOutput = 64 << 20  // bytes of all of them
)

// outputs collects what commands leave on the primary screen: the rows between the
// one where a command began and the one where the next prompt stands, those that
// scrolled off included. A full-screen program leaves nothing there.
type outputs struct {
	wanted bool
	open   bool // a command runs
	row    int  // where its output begins, counted from the start of the recording
	text   []byte
	cut    bool
	total  int
}

// begin is told that a command's output begins with a row of the screen.
func (o *outputs) begin(row int) {
	o.open, o.row, o.text, o.cut = o.wanted, row, o.text[:0], false
}

// scrolledOff is told of a row that leaves the screen.
func (o *outputs) scrolledOff(row int, l vt.Line) {
	if o.open && row >= o.row {
		o.add(l)
	}
}

func (o *outputs) add(l vt.Line) {
	if len(o.text) >= MaxOutput || o.total+len(o.text) >= maxAllOutput {
		o.cut = true
		return
	}
	o.text = appendRow(o.text, l)
	if !l.Wrapped() {
		o.text = append(bytes.TrimRight(o.text, " "), '\n')
	}
}

// end returns the output of the command that ran. The cursor stands behind it;
// scrolled is how many rows have scrolled off.
func (o *outputs) end(s *vt.Snapshot, scrolled int) (text string, cut bool) {
	if !o.open {
		return "", false
	}
	o.open = false
	if s.Modes().AltScreen {
		return "", false
	}
	at := s.Cursor()
	for y := max(0, o.row-scrolled); y < at.Y || y == at.Y && at.X > 0 && !o.prompted(s, y); y++ {
		o.add(s.Line(y))
	}
	all := bytes.TrimRight(o.text, "\n ")
	if at.Y > 0 && len(all) > 0 && endsInSign(s.Line(at.Y-1)) {
		all = bytes.TrimRight(all[:len(all)-1], " ")
	}
	o.total += len(all)
	return string(all), o.cut
}

// endsInSign tells whether a row ends in what zsh prints, before it tells us of
// the end, behind output without a newline: a bold % or # in reverse (PROMPT_EOL_MARK).
func endsInSign(l vt.Line) bool {
	cells := l.Cells()
	end := len(cells)
	for end > 0 && (cells[end-1].IsBlank() || l.Text(end-1) == " ") {
		end--
	}
	if end == 0 {
		return false
	}
	attrs := cells[end-1].Attrs()
	sign := l.Text(end - 1)
	return (sign == "%" || sign == "#") && attrs&vt.Reverse != 0 && attrs&vt.Bold != 0
}

// prompted tells whether a row holds the prompt that ended the command.
func (o *outputs) prompted(s *vt.Snapshot, y int) bool {
	if m := s.Line(y).Mark(); m != vt.NoMark {
		return m == vt.PromptStart || m == vt.CommandStart
	}
	_, ok := promptKind(cellsText(s.Line(y), 0, s.Cursor().X), true)
	return ok
}

// mark hands a mark to the command log, and sees which command's output it ends and
// begins.
func (m *machine) mark(e vt.PromptEvent) {
	c := &m.commands
	n, running, outer := len(c.commands), c.running, c.outer
	m.closeGuess() // a mark ends it
	c.mark(m.term, m.now, e)
	if running >= 0 && c.running != running {
		m.collect(&m.outputs, &c.commands[running])
	}
	if outer >= 0 && c.outer != outer {
		m.collect(&m.outer, &c.commands[outer])
	}
	switch {
	case len(c.commands) == n:
	case c.outer == n:
		m.outer.begin(m.rowBehind())
	case c.running == n:
		m.outputs.begin(m.rowBehind())
	}
}

// collect gives a command that ended its output.
func (m *machine) collect(o *outputs, c *Command) {
	c.Output, c.OutputCut = o.end(m.term.Snapshot(), m.births.scrolled)
}

// entered hands the end of a typed line to the command log.
func (m *machine) entered() {
	m.commands.entered(m.term, m.now)
	if g := &m.commands.guess; len(g.found) > 0 && !g.ended && m.now == g.found[len(g.found)-1].Start {
		m.outputs.begin(m.births.scrolled + m.term.Cursor().Y + 1)
	}
}

// waiting tells the command log that nothing was printed for a moment.
func (m *machine) waiting() {
	m.commands.waiting(m.term, m.now)
	if m.commands.guess.ended {
		m.closeGuess()
	}
}

// closeGuess gives the last guessed command its output.
func (m *machine) closeGuess() {
	if g := &m.commands.guess; len(g.found) > 0 && m.outputs.open && m.commands.guessing() {
		m.collect(&m.outputs, &g.found[len(g.found)-1].Command)
	}
}

// closeOutputs gives commands that never ended their output.
func (m *machine) closeOutputs() {
	m.closeGuess()
	c := &m.commands
	if c.running >= 0 {
		m.collect(&m.outputs, &c.commands[c.running])
	}
	if c.outer >= 0 {
		m.collect(&m.outer, &c.commands[c.outer])
	}
}

// rowBehind is the first row that nothing stands in yet: the cursor's or the next.
func (m *machine) rowBehind() int {
	at := m.term.Cursor()
	if at.X > 0 {
		at.Y++
	}
	return m.births.scrolled + at.Y
}
