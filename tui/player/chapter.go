package player

import (
	"fmt"
	"sort"
	"strings"
	"time"

	"rexec/recording/transcript"
	"rexec/tui/keys"
	"rexec/tui/page"
	"rexec/tui/screen"
	"rexec/tui/widget"
)

// chapterAt returns the command that runs at a position, or was the last before it;
// -1 before the first.
func (m Model) chapterAt(pos time.Duration) int {
	c := m.text.commands
	return sort.Search(len(c), func(i int) bool { return c[i].Start > pos }) - 1
}

// chapterBefore returns the command that going back leads to: the one that runs, if
// it has run for a moment, else the one before it.
func (m Model) chapterBefore(pos time.Duration) int {
	i := m.chapterAt(pos)
	if i >= 0 && pos-m.text.commands[i].Start <= m.near() {
		i--
	}
	return i
}

// near is how close behind a chapter or a marker the previous one is meant.
func (m Model) near() time.Duration {
	if m.clock.Playing() {
		return nearMarker
	}
	return 0
}

// chapterAfter returns the first command behind a position, -1 for none.
func (m Model) chapterAfter(pos time.Duration) int {
	if i := m.chapterAt(pos) + 1; i < len(m.text.commands) {
		return i
	}
	return -1
}

// short is a command's text in a line of its own.
func short(text string) string {
	const most = 60
	text = oneLine(text)
	if r := []rune(text); len(r) > most {
		text = string(r[:most-1]) + "…"
	}
	return screen.Clean(text)
}

func oneLine(text string) string { return strings.ReplaceAll(text, "\n", " ⏎ ") }

// copyChapter copies the command at this moment, or what it printed.
func (m Model) copyChapter(env page.Env, id keys.ID) (Model, page.Action) {
	c := m.text.commands[m.chapterAt(m.position(env))]
	if id == keys.CopyCommand {
		return m, page.Several{page.Copy{Text: c.Text}, page.Done("Copied the command: " + short(c.Text))}
	}
	lines := widget.Count(1+strings.Count(c.Output, "\n"), "line")
	told := page.Done(fmt.Sprintf("Copied %s that %s printed.", lines, short(c.Text)))
	if c.OutputCut {
		told = page.Toast{Kind: widget.ToastWarn, Text: fmt.Sprintf("Copied the first %s that %s printed; of more, nothing is kept.", lines, short(c.Text))}
	}
	return m, page.Several{page.Copy{Text: c.Output}, told}
}

// whyNoChapter tells why a key for commands does nothing now.
func (m Model) whyNoChapter(id keys.ID, pos time.Duration) string {
	if why := m.wantText(); why != "" {
		return why
	}
	at := m.chapterAt(pos)
	switch id {
	case keys.PrevCommand:
		if m.chapterBefore(pos) < 0 {
			return "There is no command before this."
		}
	case keys.NextCommand:
		switch {
		case m.chapterAfter(pos) >= 0:
		case !m.text.done:
			return "One moment: the commands are still being read."
		default:
			return "There is no command after this."
		}
	case keys.CopyCommand:
		if at < 0 {
			return "No command has run yet."
		}
	case keys.CopyOutput:
		switch {
		case at < 0:
			return "No command has run yet."
		case m.text.commands[at].Output == "" && m.text.reading == nil:
			return "What the commands printed is not read yet: c reads it."
		case m.text.commands[at].Output == "" && !m.text.done:
			return "One moment: what it printed is still being read."
		case m.text.commands[at].Output == "":
			return "This command printed nothing that stays."
		}
	}
	return ""
}

// outcome is how a command ended: a glyph, in words, and which style.
type outcome int

const (
	unknown outcome = iota
	succeeded
	failed
)

func outcomeOf(c transcript.Command) (glyph, words string, o outcome) {
	switch {
	case !c.HasExit:
		return "·", "", unknown
	case c.Exit == 0:
		return "✓", "", succeeded
	}
	return "✗", fmt.Sprintf("exit %d", c.Exit), failed
}

// doubt is a glyph for commands that are not certain, and what it means.
func doubt(c transcript.Command) (glyph, words string) {
	switch {
	case c.Heuristic:
		return "~", "~ guessed from the look of the prompt"
	case c.Unverified:
		return "?", "? as the program said: not verified"
	}
	return " ", ""
}

// took writes how long a command ran, in at most six columns.
func took(d time.Duration) string {
	switch {
	case d < 100*time.Millisecond:
		return ""
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	}
	return widget.Clock(d)
}
