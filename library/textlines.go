package library

import (
	"slices"
	"sort"
	"strings"
	"time"
)

// textLines makes what is indexed of a summary: its commands, each as the line in
// which it was entered, and all other lines, by time. A line belongs to the command
// that ran when it came.
func textLines(s Summary) []textLine {
	entered := map[string]bool{} // texts of lines that are commands
	out := make([]textLine, 0, len(s.Lines)+len(s.Commands))
	echoes := echoesOf(s.Lines)
	until := time.Duration(-1)
	for i, c := range s.Commands {
		l := textLine{text: bounded(c.Text, maxCommand), first: c.Start, last: max(c.Start, c.End), command: i, entered: true}
		if echo, ok := echoes.find(c); ok {
			entered[echo.Text] = true
			l.text = bounded(echo.Text, maxCommand)
			if echo.First > until && echo.First < c.Start {
				l.first = echo.First // nobody entered it before
			}
		}
		until = c.Start
		if l.text != "" {
			out = append(out, l)
		}
	}
	for _, line := range s.Lines {
		if entered[line.Text] || line.Text == "" {
			continue
		}
		out = append(out, textLine{
			text: bounded(line.Text, maxCommand), first: line.First, last: line.Last,
			command: commandAt(s.Commands, line.First),
		})
	}
	slices.SortStableFunc(out, func(a, b textLine) int { return int(a.first - b.first) })
	return out
}

// commandAt returns the number of the command that ran at a time, or -1.
func commandAt(commands []Command, at time.Duration) int {
	i := sort.Search(len(commands), func(i int) bool { return commands[i].Start > at }) - 1
	if i >= 0 && at <= commands[i].End {
		return i
	}
	return -1
}

// echoes finds the line in which a command was entered: prompt and command.
type echoes map[string][]Line // by their last word

func echoesOf(lines []Line) echoes {
	e := echoes{}
	for _, l := range lines {
		w := lastWord(l.Text)
		e[w] = append(e[w], l)
	}
	return e
}

func lastWord(text string) string {
	text = strings.TrimRight(text, " ")
	return text[strings.LastIndexByte(text, ' ')+1:]
}

// find returns the shortest line that ends in a command and stood when it began.
func (e echoes) find(c Command) (best Line, ok bool) {
	const slack = 100 * time.Millisecond // lines are looked at that often
	if strings.Contains(c.Text, "\n") {
		return Line{}, false
	}
	for _, l := range e[lastWord(c.Text)] {
		stood := l.First <= c.Start+slack && c.Start <= l.Last+slack
		if stood && strings.HasSuffix(l.Text, c.Text) && (!ok || len(l.Text) < len(best.Text)) {
			best, ok = l, true
		}
	}
	return best, ok
}
