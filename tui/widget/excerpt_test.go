package widget

import (
	"strings"
	"testing"

	"rexec/tui/screen"
)

func TestExcerptShowsTheMatch(t *testing.T) {
	long := strings.Repeat("before ", 20)
	for _, c := range []struct {
		name, line, word string
		width            int
		want             string
	}{
		{"fits", "    indented line", "line", 20, "    indented line"},
		{"too long", "    a line that is too long", "line", 12, "a line that…"},
		{"nothing matches", "    a line that is too long", "", 12, "a line that…"},
		{"far behind", long + "match after", "match", 20, "…ore before match a…"},
		{"wide characters", strings.Repeat("日本語", 9) + "端末", "端末", 12, "…日本語端末"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := screen.New(c.width, 1)
			var matches []Part
			if i := strings.Index(c.line, c.word); c.word != "" {
				matches = []Part{{i, i + len(c.word)}}
			}
			s.Spans(0, 0, c.width, Excerpt(s, c.line, matches, c.width, look.Text, look.Match)...)
			if got := strings.TrimRight(s.String(), " \n"); got != c.want {
				t.Errorf("%d columns show %q, want %q", c.width, got, c.want)
			}
		})
	}
}
