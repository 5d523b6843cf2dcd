package transcript

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"rexec/recording/cast"
)

// withOutput is read, with what commands printed.
func (s *story) withOutput(t *testing.T, cols, rows int) *Transcript {
	t.Helper()
	r, err := cast.NewReader(strings.NewReader(s.cast(t, cols, rows)), cast.Strict)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := ReadWith(context.Background(), r, Options{Output: true})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func wantOutputs(t *testing.T, tr *Transcript, want ...string) {
	t.Helper()
	var got []string
	for _, c := range tr.Commands {
		got = append(got, c.Output)
	}
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("outputs %q, want %q", got, want)
	}
}

func TestMarkedCommandsHaveTheirOutput(t *testing.T) {
	numbers := ""
	for i := range 100 {
		numbers += fmt.Sprintf("%d a line that wraps\r\n", i)
	}
	s := new(story).
		out(0, promptA+"$ "+promptB+"true\r\n"+outputC+doneD(";0")).
		out(0, promptA+"$ "+promptB+"ls").out(time.Second, "\r\n"+outputC+"a\r\n\r\nb\r\n"+doneD(";0")).
		out(0, promptA+"$ "+promptB+"seq\r\n"+outputC).out(time.Millisecond, numbers+doneD("")).
		out(0, promptA+"$ "+promptB+"vim\r\n"+outputC+"\x1b[?1049h\x1b[Htext").out(time.Second, "\x1b[?1049l"+doneD("")).
		out(0, promptA+"$ "+promptB+"printf x\r\n"+outputC+"x"+doneD("")).
		out(0, "\r\n"+promptA+"$ "+promptB+"sleep 9\r\n"+outputC+"so far")
	wantOutputs(t, s.withOutput(t, 15, 6),
		"", "a\n\nb", strings.TrimSpace(strings.ReplaceAll(numbers, "\r", "")), "", "x", "so far")
	if tr := s.read(t, 15, 6); tr.Commands[1].Output != "" {
		t.Errorf("output that nobody asked for: %q", tr.Commands[1].Output)
	}
}

func TestGuessedCommandsHaveTheirOutput(t *testing.T) {
	s := new(story)
	prompt := func() { s.out(time.Second, "me@host:~$ ").out(time.Second, "") }
	prompt()
	s.typed("ls").out(time.Second, "\r\na  b\r\nc\r\n")
	prompt()
	s.typed("true").out(time.Second, "\r\n")
	prompt()
	s.typed("cat").out(time.Second, "\r\n").out(time.Second, strings.Repeat("x\r\n", 30))
	prompt()
	tr := s.withOutput(t, 80, 10)
	wantOutputs(t, tr, "a  b\nc", "", strings.TrimSpace(strings.Repeat("x\n", 30)))
}

func TestOutputIsBounded(t *testing.T) {
	s := new(story).out(0, promptA+"$ "+promptB+"yes\r\n"+outputC)
	for range 100 {
		s.out(time.Millisecond, strings.Repeat("a line of the flood\r\n", 1000))
	}
	tr := s.out(0, doneD("")).withOutput(t, 80, 24)
	if c := tr.Commands[0]; !c.OutputCut || len(c.Output) > MaxOutput+MaxLineText || len(c.Output) < MaxOutput {
		t.Errorf("%d bytes, cut: %v", len(c.Output), c.OutputCut)
	}
}

func TestMarkdownCannotBeBrokenOutOf(t *testing.T) {
	tr := &Transcript{Commands: []Command{{Text: "echo `x`\nsecond", Output: "```\n# no heading\x1b[2J\n````", Dir: "/a*b*"}}}
	var b strings.Builder
	if err := tr.WriteMarkdown(&b, AllCommands, "<b>\x1b*t*"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# \\<b\\>␛\\*t\\*\n", "## `` echo `x` ``\n", "in /a\\*b\\*\n", "\n`````text\n```\n# no heading␛[2J\n````\n`````\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in:\n%s", want, b.String())
		}
	}
}
