package transcript

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"rexec/internal/visible"
	"rexec/recording/cast"
)

// Part says what of a transcript is written.
type Part int

const (
	AllLines    Part = iota // the lines, by the time they first stood on the screen
	AllCommands             // the commands, each with what it printed
)

// WriteText writes a transcript for reading: each line behind its time; each command
// behind its time and "$", and under it how it ended and what it printed. Control
// characters are made visible.
func (t *Transcript) WriteText(w io.Writer, part Part) error {
	b := bufio.NewWriter(w)
	if part == AllLines {
		for _, l := range t.Lines {
			fmt.Fprintf(b, "%s  %s\n", cast.FormatTime(l.First), visible.String(l.Text))
		}
		return b.Flush()
	}
	for i, c := range t.Commands {
		if i > 0 {
			_ = b.WriteByte('\n')
		}
		for j, line := range strings.Split(c.Text, "\n") {
			if j == 0 {
				fmt.Fprintf(b, "%s $ %s\n", cast.FormatTime(c.Start), visible.String(line))
			} else {
				fmt.Fprintf(b, "%*s > %s\n", len(cast.FormatTime(c.Start)), "", visible.String(line))
			}
		}
		fmt.Fprintf(b, "(%s)\n", visible.String(t.summary(&c)))
		c.writeOutput(b)
	}
	return b.Flush()
}

// summary says how a command ended: "3.2s, exit 1, in /tmp".
func (t *Transcript) summary(c *Command) string {
	s := briefly(c.End - c.Start)
	if c.HasExit {
		s += fmt.Sprintf(", exit %d", c.Exit)
	}
	if c.Dir != "" {
		s += ", in " + c.Dir
	}
	switch {
	case c.Heuristic:
		s += ", found by its prompt"
	case c.Unverified:
		s += ", not verified"
	}
	return s
}

func briefly(d time.Duration) string {
	if d < 10*time.Second {
		return d.Round(10 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

func (c *Command) writeOutput(b *bufio.Writer) {
	if c.Output == "" {
		return
	}
	for line := range strings.SplitSeq(c.Output, "\n") {
		_, _ = b.WriteString(visible.String(line))
		_ = b.WriteByte('\n')
	}
	if c.OutputCut {
		fmt.Fprintf(b, "… (only the first %d KB are kept)\n", MaxOutput>>10)
	}
}

// WriteMarkdown writes a transcript as a document with a title: the lines as one
// block, or a section for each command with what it printed as a block.
func (t *Transcript) WriteMarkdown(w io.Writer, part Part, title string) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "# %s\n\n%s on a screen of %s\n", markdownText(title), cast.FormatTime(t.Duration), cast.FormatSize(t.Cols, t.Rows))
	if part == AllLines {
		var all strings.Builder
		for _, l := range t.Lines {
			all.WriteString(visible.String(l.Text))
			all.WriteByte('\n')
		}
		writeFenced(b, "text", all.String())
		return b.Flush()
	}
	for _, c := range t.Commands {
		first, _, several := strings.Cut(c.Text, "\n")
		fmt.Fprintf(b, "\n## %s\n\n%s, %s\n", codeSpan(visible.String(first)), cast.FormatTime(c.Start), markdownText(t.summary(&c)))
		if several {
			var all strings.Builder
			for line := range strings.SplitSeq(c.Text, "\n") {
				all.WriteString(visible.String(line) + "\n")
			}
			writeFenced(b, "sh", all.String())
		}
		if c.Output != "" {
			var all strings.Builder
			inner := bufio.NewWriter(&all)
			c.writeOutput(inner)
			_ = inner.Flush() // into memory
			writeFenced(b, "text", all.String())
		}
	}
	return b.Flush()
}

// writeFenced writes a block, fenced by more backticks than it holds in a row
// (CommonMark 0.31, section 4.5).
func writeFenced(b *bufio.Writer, language, text string) {
	fence := strings.Repeat("`", max(3, longestRun(text)+1))
	fmt.Fprintf(b, "\n%s%s\n%s%s\n", fence, language, text, fence)
}

// codeSpan writes text as code in a line (CommonMark 0.31, section 6.1).
func codeSpan(text string) string {
	n := longestRun(text)
	if n == 0 {
		return "`" + text + "`"
	}
	ticks := strings.Repeat("`", n+1)
	return ticks + " " + text + " " + ticks
}

// longestRun is the longest run of backticks in text.
func longestRun(text string) int {
	longest, run := 0, 0
	for _, c := range []byte(text) {
		if c != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// markdownText escapes what means something in Markdown or HTML.
func markdownText(s string) string {
	var b strings.Builder
	for _, r := range visible.String(s) {
		if strings.ContainsRune("\\`*_{}[]<>()#!|&~", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// The elements of the JSON form. The names and meaning of their fields are kept:
// programs read them. Times are seconds.
type (
	jsonCommand struct {
		Text      string  `json:"text"`
		Dir       string  `json:"dir"`
		Start     float64 `json:"start"`
		End       float64 `json:"end"`
		Exit      *int    `json:"exit_status"` // null: not known
		Verified  bool    `json:"verified"`
		Heuristic bool    `json:"heuristic"`
		Output    string  `json:"output"`
		OutputCut bool    `json:"output_truncated"`
	}
	jsonLine struct {
		Text  string  `json:"text"`
		First float64 `json:"first"`
		Last  float64 `json:"last"`
		Alt   bool    `json:"alt_screen"`
	}
)

// WriteJSON writes a transcript as one JSON object, each command and line on a line of
// its own; the lines are in it for AllLines only.
func (t *Transcript) WriteJSON(w io.Writer, part Part) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "{\n\"duration\": %v,\n\"cols\": %d,\n\"rows\": %d,\n\"commands\": [", t.Duration.Seconds(), t.Cols, t.Rows)
	for i, c := range t.Commands {
		j := jsonCommand{
			Text: c.Text, Dir: c.Dir, Start: c.Start.Seconds(), End: c.End.Seconds(),
			Verified: c.Verified, Heuristic: c.Heuristic, Output: c.Output, OutputCut: c.OutputCut,
		}
		if c.HasExit {
			j.Exit = &c.Exit
		}
		if err := writeElement(b, i, j); err != nil {
			return err
		}
	}
	if part == AllLines {
		fmt.Fprintf(b, "\n],\n\"dropped_lines\": %d,\n\"lines\": [", t.Dropped)
		for i, l := range t.Lines {
			if err := writeElement(b, i, jsonLine{l.Text, l.First.Seconds(), l.Last.Seconds(), l.Alt}); err != nil {
				return err
			}
		}
	}
	_, _ = b.WriteString("\n]\n}\n")
	return b.Flush()
}

// writeElement writes element i of an array.
func writeElement(b *bufio.Writer, i int, v any) error {
	if i > 0 {
		_ = b.WriteByte(',')
	}
	_ = b.WriteByte('\n')
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := b.Write(bytes.TrimSuffix(text.Bytes(), []byte("\n")))
	return err
}
