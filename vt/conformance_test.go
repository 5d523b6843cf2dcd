package vt

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"rexec/internal/testreq"
)

// conformanceCase is a case of the corpus: input bytes, a size, resizes on the
// way, and what the screen shows at the end.
type conformanceCase struct {
	name       string
	input      []byte
	cols, rows int
	resizes    []resizeAt
	expect     string // the whole screen, or
	partial    string // "cursor ROW COL" and "row N TEXT" lines
}

type resizeAt struct{ offset, cols, rows int }

func loadCases(t testing.TB, suite string) []conformanceCase {
	dir := testreq.Corpus(t, "vt/"+suite)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var cases []conformanceCase
	for _, e := range entries {
		read := func(name string) string {
			b, err := os.ReadFile(filepath.Join(dir, e.Name(), name))
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			return string(b)
		}
		c := conformanceCase{name: e.Name(), input: []byte(read("input")), expect: read("expect.txt"), partial: read("expect_partial.txt")}
		if _, err := fmt.Sscan(read("size"), &c.cols, &c.rows); err != nil {
			t.Fatalf("%s: size: %v", e.Name(), err)
		}
		for _, line := range strings.Split(strings.TrimSpace(read("resizes.txt")), "\n") {
			var r resizeAt
			if n, _ := fmt.Sscan(line, &r.offset, &r.cols, &r.rows); n == 3 {
				c.resizes = append(c.resizes, r)
			}
		}
		cases = append(cases, c)
	}
	return cases
}

// feed writes input from one offset to another, with the resizes between them:
// those at an offset come before its byte.
func (c *conformanceCase) feed(t *Terminal, from, to int, done *int) {
	for ; *done < len(c.resizes) && c.resizes[*done].offset <= to; *done++ {
		r := c.resizes[*done]
		t.Write(c.input[from:r.offset])
		from = r.offset
		t.Resize(r.cols, r.rows)
	}
	t.Write(c.input[from:to])
}

// diff returns how the screen differs from what is expected, "" when it does not.
func (c *conformanceCase) diff(t *Terminal) string {
	s := t.Snapshot()
	if c.expect != "" {
		want := strings.TrimRight(c.expect, "\n")
		got := strings.TrimRight(s.Text(), "\n")
		if got != want {
			return fmt.Sprintf("screen:\n%s\nwant:\n%s", quoteRows(got), quoteRows(want))
		}
		return ""
	}
	var out strings.Builder
	for _, line := range strings.Split(strings.TrimRight(c.partial, "\n"), "\n") {
		var y, x int
		if n, _ := fmt.Sscanf(line, "cursor %d %d", &y, &x); n == 2 {
			if got := s.Cursor(); got.X != x || got.Y != y {
				fmt.Fprintf(&out, "cursor row %d column %d, want row %d column %d\n", got.Y, got.X, y, x)
			}
		} else if rest, ok := strings.CutPrefix(line, "row "); ok {
			number, want, _ := strings.Cut(rest, " ")
			y, _ := strconv.Atoi(number)
			if got := s.Line(y).String(); got != strings.TrimRight(want, " ") {
				fmt.Fprintf(&out, "row %d: %q, want %q\n", y, got, want)
			}
		}
	}
	return out.String()
}

func quoteRows(s string) string {
	rows := strings.Split(s, "\n")
	for i := range rows {
		rows[i] = fmt.Sprintf("  %2d %q", i, rows[i])
	}
	return strings.Join(rows, "\n")
}

// exceptions are the cases in which this terminal differs on purpose, each with
// the reason.
var exceptions = map[string]map[string]string{
	"xtermjs": {},
	"libvterm": {
		"11state_movecursor_061_Horizontal-Position-Backward":          "HPB: xterm does not know it, and xterm.js t0032 asks that it does nothing",
		"11state_movecursor_065_Vertical-Position-Backward":            "VPB: xterm does not know it, and xterm.js t0033 asks that it does nothing",
		"13state_edit_113_IL":                                          "IL moves to the left margin in xterm and xterm.js t0051; libvterm keeps the column",
		"16state_resize_171_Resize-shrink-moves-cursor":                "the case runs without reflow; here the text that no longer fits wraps, and takes the cursor along",
		"28state_dbl_wh_204_Double-Width-Single-Height":                "DECDWL: no terminal program in use draws double-width lines; they show in single width",
		"63screen_resize_232_Resize-taller-attempts-to-pop-scrollback": "the expected rows come from callbacks of the suite's own harness, not from the input",
	},
}

func TestConformance(t *testing.T) {
	for suite, except := range exceptions {
		t.Run(suite, func(t *testing.T) {
			passed, cases := 0, loadCases(t, suite)
			for _, c := range cases {
				term := New(c.cols, c.rows)
				done := 0
				c.feed(term, 0, len(c.input), &done)
				diff := c.diff(term)
				reason, excepted := except[c.name]
				switch {
				case diff == "":
					passed++
					if excepted {
						t.Errorf("%s passes, but is listed as an exception: %s", c.name, reason)
					}
				case !excepted:
					t.Errorf("%s: %s\ninput %q", c.name, diff, c.input)
				}
			}
			t.Logf("%s: %d of %d", suite, passed, len(cases))
		})
	}
}
