package transcript

import (
	"bytes"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

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
	more := kind == bare && g.newlines == 1 && len(g.found) > 0 && g.found[len(g.found)-1].kind != kind
	if !ok || kind == bare && !more && (c.marked || len(g.count) > 0 && g.count[bare] == 0) {
		return
	}
	if g.count == nil {
		g.count = map[string]int{}
	}
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
	if s.Modes().AltScreen || y > g.y {
		return
	}
	if _, ok := promptKind(cellsText(s.Line(y), 0, g.x), true); !ok {
		return // it was wiped
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
var certain = regexp.MustCompile(`^[\[(]?[\w.-]+@[\w.-]+|^(ba|z|da|k)?sh-?[\d.]*[$#%]$|^PS >$|^C:\\>$`)

// promptKind returns what stays of a prompt when the directory and the time change:
// its first word and its end. With an editor that has bracketed paste on, which shells
// have while they wait, more ends are known. What other programs ask with (>>>,
// sqlite>, db=#, 50%) is no prompt of a shell.
func promptKind(prompt string, editing bool) (string, bool) {
	if windowsPrompt.MatchString(prompt) {
		return `C:\>`, true
	}
	text, spaced := strings.CutSuffix(prompt, " ")
	words := strings.Fields(text)
	if !spaced || len(words) == 0 {
		return "", false
	}
	if len(words) > 1 && environment.MatchString(words[0]) {
		words = words[1:]
	}
	if editing && words[0] == "➜" { // its end is the directory
		return "➜", true
	}
	if !endsIn(prompt, commonEnds) && !(editing && endsInFancy(prompt)) {
		return "", false
	}
	last := []rune(words[len(words)-1])
	end, before := last[len(last)-1], string(last[:len(last)-1])
	switch {
	case end == '>' && text != bare && words[0] != "PS" && !strings.ContainsAny(strings.Join(words, ""), `~/\@`):
		return "", false
	case end == '#' && before != "" && strings.ContainsAny(before[len(before)-1:], "=-*('\"!^"):
		return "", false
	case end == '%' && before != "" && strings.Trim(before, "0123456789.") == "":
		return "", false
	}
	if len(words) == 1 {
		return steady(before) + string(end), true
	}
	return steady(words[0]) + " " + string(end), true
}

// bare is the prompt of few shells, of all shells for a further line, and of other
// programs: it is a shell's if there was none else.
const bare = ">"

var (
	// windowsPrompt is cmd.exe's, which has no space behind it.
	windowsPrompt = regexp.MustCompile(`^[A-Za-z]:\\[^<>|"*?]*>$`)
	// environment is what Python's and conda's put in front of a prompt.
	environment = regexp.MustCompile(`^\([\w./-]+\)$`)
	digits      = regexp.MustCompile(`\d`)
)

// steady returns a word without what changes from prompt to prompt: the path from
// where it begins, and what digits there are.
func steady(word string) string {
	if i := strings.IndexAny(word, "~/"); i >= 0 {
		word = word[:i] + "~"
	}
	return digits.ReplaceAllString(word, "0")
}

// What the prompts of shells end in, before a space. Fancy ones may also end in a
// powerline separator: U+E0B0 to U+E0BF, of a font's own.
const (
	commonEnds = "$#%>❯"
	fancyEnds  = "✗➜λ›»〉⟩▶⚡"
)

func endsInFancy(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(strings.TrimSuffix(text, " "))
	return endsIn(text, fancyEnds) || strings.HasSuffix(text, " ") && r >= 0xe0b0 && r <= 0xe0bf
}

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
