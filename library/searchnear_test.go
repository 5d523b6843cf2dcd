package library

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// Words are looked up near one another, and with the marks of the commands around
// them: whatever stands on one line must be found all the same.
func TestNothingIsLostByNarrowing(t *testing.T) {
	l := openLibrary(t, t.TempDir(), Options{})
	long := "alpha " + strings.Repeat("filler ", 80) + "omega"
	middle := "gamma " + strings.Repeat("x.y ", 15) + "delta" // 32 words
	importText(t, l, session("narrow", day,
		[3]string{"git commit -m 'Fix: the ünlikely'", long + "\n" + middle, "0"},
		[3]string{"./run.sh --all", strings.Repeat("filler\n", 200) + "one" + strings.Repeat("世界", 40) + " two", "255"},
		[3]string{"git push", "the end", "-1"}))
	for q, want := range map[string]int{
		"alpha omega": 1, "omega alpha": 1, "gamma delta": 1, "one two": 1, "one 界世 two": 1, "alpha delta": 0,
		`cmd:"git commit" omega`: 1, `cmd:"commit git" omega`: 0, "cmd:unlikely omega": 1, "cmd:com* omega": 1,
		"cmd:run.sh two": 1, "cmd:/R.n/ two": 0, "cmd:/r.n/ two": 1, "cmd:*un.s* two": 1, "cmd:git two": 0,
		"exit:255 two": 1, "exit:!0 two": 1, "exit:0 two": 0, "exit:0 omega": 1, "exit:-1 end": 1, "exit:!255 end": 1,
		"exit:!0 cmd:git": 1, "cmd:git": 2, "cmd:git exit:0": 1, "-exit:0 two": 1, "cmd:git -cmd:push omega": 1,
	} {
		if got := len(hits(t, l, SearchOptions{Query: q})); got != want {
			t.Errorf("%s finds %d, want %d", q, got, want)
		}
	}
}

// The narrowed search finds what reading everything finds.
func TestNarrowingAgreesWithReading(t *testing.T) {
	l := manyLines(t, t.TempDir(), 5, 300)
	for _, words := range [][]string{{"recording", "line"}, {"line", "77"}, {"2", "99", "common"}, {"rare40"}} {
		for _, filter := range []string{"", " exit:0", " exit:!0", " cmd:run", ` cmd:"run 3"`, " cmd:run exit:0"} {
			q := `"` + strings.Join(words, `" "`) + `"` + filter // in quotation marks, no part of a word will do
			var patterns []string
			for _, w := range words {
				patterns = append(patterns, fmt.Sprintf(`/\b%s\b/`, w))
			}
			slow := strings.ReplaceAll(strings.Join(patterns, " ")+filter, "cmd:run", "cmd:/run/")
			slow = strings.ReplaceAll(slow, `cmd:"run 3"`, "cmd:/run.3/")
			text := func(q string) (out []string) {
				for _, h := range hits(t, l, SearchOptions{Query: q}) {
					out = append(out, fmt.Sprint(h.Recording.Title, h.Time, h.Line))
				}
				return out
			}
			if got, want := text(q), text(slow); !reflect.DeepEqual(got, want) {
				t.Errorf("%s finds %d, reading finds %d", q, len(got), len(want))
			}
		}
	}
}
