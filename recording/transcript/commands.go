package transcript

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"rexec/vt"
)

// commandLog finds commands: by the shell's marks, and while there are none by what
// prompts look like. The first mark of a recording ends the guessing, and what was
// guessed is forgotten.
//
// A recording whose shell was taught (package shell) knows the nonce of that shell's
// marks. Only they begin and end its commands, so that what another program prints
// cannot change how one ended. Other marks that come while such a command runs are
// from a shell inside it, behind ssh say, or forged: what they say are commands
// within it, not verified. Inside it, guessing goes on until there are marks.
type commandLog struct {
	nonce    string
	commands []Command
	dir      string
	marked   bool
	running  int // of commands: the one that runs by marks without the nonce; -1: none
	outer    int // the one that runs by marks with it; -1: none
	outerDir string
	inner    bool // marks without the nonce came since outer began

	prompt mark // where the user's text begins: B
	guess  guesses
}

func newCommandLog(nonce string) commandLog {
	return commandLog{nonce: nonce, running: -1, outer: -1}
}

// mark is the place of OSC 133;B.
type mark struct {
	ok        bool
	x, y      int
	time      time.Duration
	secondary int  // prompts for further lines of the same command
	inOther   bool // such a prompt is being printed
}

// mark is told of a shell integration mark while the emulator stands at it.
func (c *commandLog) mark(t *vt.Terminal, now time.Duration, e vt.PromptEvent) {
	if !c.marked {
		c.marked, c.guess = true, guesses{}
	}
	if nonce, ok := param(e.Params, "nonce"); ok && c.nonce != "" && nonce == c.nonce {
		c.ownMark(t, now, e)
		return
	}
	c.inner = true
	switch e.Mark {
	case vt.PromptStart:
		if kind, _ := param(e.Params, "k"); kind == "s" || kind == "c" || kind == "r" {
			if c.prompt.inOther = kind != "r"; c.prompt.inOther {
				c.prompt.secondary++
			}
			return
		}
		c.unstarted(t, true)
		c.finish(now, 0, false)
		c.prompt = mark{}
	case vt.CommandStart:
		if c.prompt.inOther {
			c.prompt.inOther = false
			return
		}
		at := t.Cursor()
		c.prompt.ok, c.prompt.x, c.prompt.y, c.prompt.time = true, at.X, at.Y, now
	case vt.OutputStart:
		c.finish(now, 0, false)
		text := c.text(t, e)
		c.prompt = mark{}
		c.start(Command{Text: text, Dir: c.dir, Start: now})
	case vt.CommandEnd:
		c.unstarted(t, false)
		c.finish(now, e.Status, e.HasStatus)
		c.prompt = mark{}
	}
}

// ownMark is told of a mark that carries the nonce. B never does: it is part of the
// prompt, which children may see.
func (c *commandLog) ownMark(t *vt.Terminal, now time.Duration, e vt.PromptEvent) {
	switch e.Mark {
	case vt.PromptStart:
		c.finishOuter(now, 0, false)
		c.outerDir = c.dir
		c.prompt = mark{}
	case vt.OutputStart:
		c.finishOuter(now, 0, false)
		text := c.text(t, e)
		c.prompt = mark{}
		c.start(Command{Text: text, Dir: c.outerDir, Start: now, Verified: true})
		c.dir, c.inner = "", false // where a shell inside it is, that one says
	case vt.CommandEnd:
		c.finishOuter(now, e.Status, e.HasStatus)
		c.prompt = mark{}
	}
}

// text is the text of the command that a mark begins: the mark's, or what stands on
// the screen.
func (c *commandLog) text(t *vt.Terminal, e vt.PromptEvent) string {
	text, ok := commandLine(e.Params)
	if !ok && c.prompt.ok {
		text = c.typed(t.Snapshot())
	}
	return text
}

// guessing tells whether commands are to be found by their prompts now.
func (c *commandLog) guessing() bool { return !c.marked || c.outer >= 0 && !c.inner }

// unstarted notes a command of a shell that marks its prompt but not the start of
// what runs: bash without a DEBUG trap. When it started is not known.
//
// again says that a prompt begins without a word of the end of a command: perhaps
// it is only drawn again.
func (c *commandLog) unstarted(t *vt.Terminal, again bool) {
	if !c.prompt.ok || c.running >= 0 {
		return
	}
	s := t.Snapshot()
	if y := s.Cursor().Y; y == c.prompt.y && (again || s.Line(y).Mark() == vt.CommandStart) {
		return // nothing was entered
	}
	y := c.row(s)
	if y < 0 {
		return
	}
	text, _ := paragraph(s, c.prompt.x, y)
	cols, _ := s.Size()
	c.start(Command{Text: typedPart(text, c.prompt.x, cols), Dir: c.dir, Start: c.prompt.time})
}

// start notes a command that begins to run.
func (c *commandLog) start(command Command) {
	text := strings.TrimSpace(command.Text)
	if text == "" || len(c.commands) >= MaxCommands {
		return
	}
	if len(text) > maxCommand {
		text = strings.ToValidUTF8(text[:maxCommand], "")
	}
	command.Text, command.End = text, command.Start
	command.Unverified = c.nonce != "" && !command.Verified && !command.Heuristic
	if command.Verified {
		c.outer = len(c.commands)
	} else {
		c.running = len(c.commands)
	}
	c.commands = append(c.commands, command)
}

// finish ends the command that runs by marks without the nonce, if one does.
func (c *commandLog) finish(now time.Duration, status int, hasStatus bool) {
	if c.running >= 0 {
		last := &c.commands[c.running]
		last.End, last.Exit, last.HasExit = now, status, hasStatus
		c.running = -1
	}
}

// finishOuter ends the command that runs by marks with the nonce, and whatever runs
// in it.
func (c *commandLog) finishOuter(now time.Duration, status int, hasStatus bool) {
	c.finish(now, 0, false)
	if c.outer >= 0 {
		c.guess.stop(now)
		o := &c.commands[c.outer]
		o.End, o.Exit, o.HasExit = now, status, hasStatus
		c.outer = -1
	}
}

// row finds the row of B again, which may have scrolled: the row above the cursor
// that carries its mark. It returns -1 when that is gone.
func (c *commandLog) row(s *vt.Snapshot) int {
	skip := c.prompt.secondary
	for y := s.Cursor().Y; y >= 0; y-- {
		if s.Line(y).Mark() != vt.CommandStart {
			continue
		}
		if skip == 0 {
			return y
		}
		skip--
	}
	return -1
}

// typed reads what stands between B and the cursor.
func (c *commandLog) typed(s *vt.Snapshot) string {
	at, y := s.Cursor(), c.row(s)
	cols, _ := s.Size()
	x := c.prompt.x
	if y < 0 {
		if y = c.prompt.y; y > at.Y {
			return "" // it scrolled off, or was wiped
		}
	}
	if y == at.Y { // the mark came before the newline
		text, _ := paragraph(s, x, y)
		return typedPart(text, x, cols)
	}
	var lines []string
	for y < at.Y {
		var text string
		text, y = paragraph(s, x, y)
		lines = append(lines, typedPart(text, x, cols))
		x = 0
	}
	return strings.Join(lines, "\n")
}

// directory is told where the shell is: file://host/path, percent-encoded, or as
// kitty's integrations send it, kitty-shell-cwd://host/path, as it is.
func (c *commandLog) directory(link string) {
	if rest, ok := strings.CutPrefix(link, "kitty-shell-cwd://"); ok {
		if i := strings.IndexByte(rest, '/'); i >= 0 {
			c.dir = clean(rest[i:])
		}
	} else if u, err := url.Parse(link); err == nil && u.Scheme == "file" {
		c.dir = clean(u.Path)
	}
}

// end returns what was found.
func (c *commandLog) end(now time.Duration) []Command {
	c.finishOuter(now, 0, false)
	c.guess.stop(now)
	if guessed := c.guess.believed(); len(guessed) > 0 {
		c.commands = append(c.commands, guessed...)
		slices.SortStableFunc(c.commands, func(a, b Command) int { return cmp.Compare(a.Start, b.Start) })
	}
	return c.commands
}

// commandLine reads the command from a mark's parameters, as kitty's integrations
// send it: cmdline_url is percent-encoded, cmdline quoted for the shell.
func commandLine(params string) (string, bool) {
	if v, ok := param(params, "cmdline_url"); ok {
		text, err := url.PathUnescape(v)
		return clean(text), err == nil
	}
	v, ok := param(params, "cmdline")
	if !ok {
		return "", false
	}
	text, ok := unquote(v)
	return clean(text), ok
}

// unquote undoes what bash's and zsh's printf %q do: backslashes, '…' and $'…'.
func unquote(s string) (string, bool) {
	var b strings.Builder
	escapes := map[byte]byte{'n': '\n', 't': '\t', 'r': '\r', 'e': 0x1b, 'E': 0x1b, 'a': 7, 'b': 8, 'f': 12, 'v': 11}
	for i := 0; i < len(s); i++ {
		ansi := strings.HasPrefix(s[i:], "$'")
		switch {
		case ansi || s[i] == '\'':
			if ansi {
				i++
			}
			for i++; ; i++ {
				if i >= len(s) {
					return "", false
				}
				if s[i] == '\'' {
					break
				}
				if ansi && s[i] == '\\' && i+1 < len(s) {
					i++
					if e, ok := escapes[s[i]]; ok {
						b.WriteByte(e)
						continue
					}
				}
				b.WriteByte(s[i])
			}
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), true
}

// param returns a parameter of "k=v;k=v".
func param(params, key string) (string, bool) {
	for _, p := range strings.Split(params, ";") {
		if v, ok := strings.CutPrefix(p, key+"="); ok {
			return v, true
		}
	}
	return "", false
}

// clean makes valid text without control characters but newlines and tabs.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}
