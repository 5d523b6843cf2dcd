package transcript

import (
	"bytes"
	"regexp"
	"strings"
	"time"

	"rexec/vt"
)

// guesses finds commands in recordings whose shell marks none. It waits until the
// screen stands still with the cursor behind what looks like a prompt, takes what
// stands behind that prompt when the line is ended, and believes it when the same
// prompt came more than once, or when it could hardly be anything else.
type guesses struct {
	waiting bool // the cursor stands at a prompt
	prompt  string
	x       int // where the typed text begins
	y       int // the row of the prompt
	found   []guess
	ended   bool // the last of found has ended
	// newlines counts those since a line was entered, up to 2: a prompt right behind
	// the first may ask for more of the same command.
	newlines int
	count    map[string]int // prompts, by their kind
}

type guess struct {
	Command
	kind string
}

// until returns how much of data may be fed before something has to be looked at:
// up to the newline that ends a line which is being typed.
func (c *commandLog) until(data string) int {
	if !c.guess.waiting || !c.guessing() {
		return len(data)
	}
	if i := strings.IndexByte(data, '\n'); i >= 0 {
		if i > 0 && data[i-1] == '\r' {
			i-- // the cursor is still where the text ended
		}
		return i
	}
	return len(data)
}

// waiting is told that nothing was printed for a moment.
func (c *commandLog) waiting(t *vt.Terminal, since time.Duration) {
	g := &c.guess
	if g.waiting || !c.guessing() || t.Modes().AltScreen || !t.Idle() {
		return
	}
	at := t.Cursor()
	if at.X < 2 {
		return
	}
	s := t.Snapshot()
	prompt := cellsText(s.Line(at.Y), 0, at.X)
	kind, ok := promptKind(prompt, t.Modes().BracketedPaste)
	if !ok {
		return
	}
	if g.count == nil {
		g.count = map[string]int{}
	}
	more := prompt == "> " && g.newlines == 1 && len(g.found) > 0 && g.found[len(g.found)-1].kind != kind
	if more {
		kind = ""
	} else if g.count[kind]++; len(g.found) > 0 && !g.ended {
		g.found[len(g.found)-1].End = since
		g.ended = true
	}
	g.waiting, g.prompt, g.x, g.y = true, kind, at.X, at.Y
}

// entered is told that a newline comes while the cursor stands in the user's line.
func (c *commandLog) entered(t *vt.Terminal, now time.Duration) {
	g := &c.guess
	g.waiting = false
	s := t.Snapshot()
	y := paragraphStart(s, s.Cursor().Y)
	if s.Modes().AltScreen || y > g.y || !endsIn(cellsText(s.Line(y), 0, g.x), commonEnds+fancyEnds) {
		return
	}
	text, _ := paragraph(s, g.x, y)
	cols, _ := s.Size()
	text = strings.TrimSpace(typedPart(text, g.x, cols))
	g.newlines = 0
	if text == "" || len(g.found) >= MaxCommands || len(text) > maxCommand {
		return
	}
	if g.prompt == "" { // a further line
		last := &g.found[len(g.found)-1]
		if len(last.Text)+len(text) < maxCommand {
			last.Text += "\n" + text
		}
		last.Start = now
		return
	}
	g.found = append(g.found, guess{Command{Text: text, Dir: c.dir, Start: now, End: now, Heuristic: true}, g.prompt})
	g.ended = false
}

// fed is told of what was printed.
func (c *commandLog) fed(p []byte) {
	if g := &c.guess; g.newlines < 2 && c.guessing() {
		g.newlines += bytes.Count(p, []byte{'\n'})
	}
}

// resized forgets the prompt that waits: nobody knows where it went.
func (c *commandLog) resized() { c.guess.waiting = false }

// stop ends the command that runs, and forgets the prompt that waits.
func (g *guesses) stop(now time.Duration) {
	if len(g.found) > 0 && !g.ended {
		g.found[len(g.found)-1].End = now
		g.ended = true
	}
	g.waiting = false
}

// believed returns the commands whose prompts are believed.
func (g *guesses) believed() []Command {
	var commands []Command
	for _, f := range g.found {
		if g.count[f.kind] > 1 || certain.MatchString(f.kind) {
			commands = append(commands, f.Command)
		}
	}
	return commands
}

// certain are the prompts that are believed when they come once: with user and host,
// or a shell's own default.
var certain = regexp.MustCompile(`^[\[(]?[\w.-]+@[\w.-]+|^(ba|z|da|k)?sh-?[\d.]*[$#%]$`)

// promptKind returns what stays of a prompt when the directory changes: its first
// word and its end. With an editor that has bracketed paste on, which shells have
// while they wait, more ends are known.
func promptKind(prompt string, editing bool) (string, bool) {
	if !endsIn(prompt, commonEnds) && !(editing && endsIn(prompt, fancyEnds)) {
		return "", false
	}
	words := strings.Fields(prompt)
	last := words[len(words)-1]
	if len(words) == 1 && len(last) > 1 && strings.Trim(last, ">.") == "" {
		return "", false // >>> is Python's
	}
	if len(words) == 1 {
		return last, true
	}
	r := []rune(last)
	return words[0] + " " + string(r[len(r)-1]), true
}

// What the prompts of shells end in, before a space.
const (
	commonEnds = "$#%>❯"
	fancyEnds  = "✗➜λ›»"
)

func endsIn(text, ends string) bool {
	text, ok := strings.CutSuffix(text, " ")
	if !ok || text == "" {
		return false
	}
	for _, e := range ends {
		if strings.HasSuffix(text, string(e)) {
			return true
		}
	}
	return false
}
