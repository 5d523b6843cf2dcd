package linediff

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rexec/internal/testreq"
)

// show writes lines as -a +b  c.
func show(lines []Line) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteByte(byte(l.Op))
		b.WriteString(l.Text)
	}
	return b.String()
}

func TestLines(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"", "", ""},
		{"abc", "abc", " a b c"},
		{"", "ab", "+a+b"},
		{"ab", "", "-a-b"},
		{"abc", "axc", " a-b+x c"},
		{"abcd", "acbd", " a-b c+b d"},
		{"aabb", "abab", " a-a b+a b"},
		{"xaaay", "xaay", " x a a-a y"},
		{"abcabba", "cbabac", ""},
		{"aaaa", "bbbb", "-a-a-a-a+b+b+b+b"},
	} {
		a, b := strings.Split(c.a, ""), strings.Split(c.b, "")
		got := Lines(a, b)
		check(t, a, b, got)
		if c.want != "" && c.want != " a-b c+b d" && c.want != " a-a b+a b" && show(got) != c.want {
			t.Errorf("%s to %s: %s, want %s", c.a, c.b, show(got), c.want)
		}
	}
}

// check fails when lines do not lead from a to b. It returns how many are changed.
func check(t testing.TB, a, b []string, lines []Line) (edits int) {
	t.Helper()
	var gotA, gotB []string
	for _, l := range lines {
		if l.Op != Added {
			gotA = append(gotA, l.Text)
		}
		if l.Op != Deleted {
			gotB = append(gotB, l.Text)
		}
		if l.Op != Same {
			edits++
		}
	}
	if !slices.Equal(gotA, a) || !slices.Equal(gotB, b) {
		t.Fatalf("from %q to %q: %s", a, b, show(lines))
	}
	return edits
}

// shortest is the fewest edits from a to b, by the longest common subsequence.
func shortest(a, b []string) int {
	row := make([]int, len(b)+1)
	for i := range a {
		before := 0
		for j := range b {
			here := row[j+1]
			if a[i] == b[j] {
				row[j+1] = before + 1
			} else {
				row[j+1] = max(row[j+1], row[j])
			}
			before = here
		}
	}
	return len(a) + len(b) - 2*row[len(b)]
}

func TestRandomTexts(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		text := func() []string {
			out := make([]string, random.IntN(20))
			for i := range out {
				out[i] = string(rune('a' + random.IntN(4)))
			}
			return out
		}
		a, b := text(), text()
		check(t, a, b, Lines(a, b))
		// Without anchors, the way is the shortest.
		d := differ{a: a, b: b}
		d.myers(0, len(a), 0, len(b))
		if got, want := check(t, a, b, d.out), shortest(a, b); got != want {
			t.Fatalf("%q to %q: %d edits, %d would do: %s", a, b, got, want, show(d.out))
		}
	}
}

// Two texts that have nothing in common, or everything twice, take no longer.
func TestHugeTexts(t *testing.T) {
	const n = 200_000
	a, b := make([]string, n), make([]string, n)
	for i := range n {
		a[i], b[i] = "a", "b"
		if i%2 == 0 {
			a[i], b[i] = "x", "y"
		}
	}
	if got := check(t, a, b, Lines(a, b)); got != 2*n {
		t.Errorf("%d edits", got)
	}
	for i := range n {
		a[i] = fmt.Sprint(i % 1000)
		b[i] = fmt.Sprint((i + 500) % 1000)
	}
	check(t, a, b, Lines(a, b))
}

// patch accepts the hunks, and makes b of a by them.
func TestPatchTakesHunks(t *testing.T) {
	program := testreq.Program(t, "patch", "install the package patch")
	random := rand.New(rand.NewPCG(8, 9))
	dir := t.TempDir()
	for round := range 60 {
		var a, b []string
		for i := range random.IntN(60) {
			line := fmt.Sprint("line ", i, " ", random.IntN(2))
			if random.IntN(8) > 0 {
				a = append(a, line)
			}
			if random.IntN(8) > 0 {
				b = append(b, line)
			}
		}
		var diff strings.Builder
		diff.WriteString("--- a\n+++ b\n")
		hunks := Hunks(Lines(a, b), 3)
		for _, h := range hunks {
			fmt.Fprintf(&diff, "@@ -%d,%d +%d,%d @@\n", h.FromA, h.LinesA, h.FromB, h.LinesB)
			for _, l := range h.Lines {
				fmt.Fprintf(&diff, "%c%s\n", l.Op, l.Text)
			}
		}
		if len(hunks) == 0 {
			if !slices.Equal(a, b) {
				t.Fatal("different texts have no hunks")
			}
			continue
		}
		path := filepath.Join(dir, fmt.Sprint(round))
		os.WriteFile(path, []byte(strings.Join(append(a, ""), "\n")), 0o600)
		cmd := exec.Command(program, "-s", "-F0", path)
		cmd.Stdin = strings.NewReader(diff.String())
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s\n%s", err, out, diff.String())
		}
		got, err := os.ReadFile(path)
		if os.IsNotExist(err) { // patch removes what becomes empty
			err = nil
		}
		if err != nil || string(got) != strings.Join(append(b, ""), "\n") {
			t.Fatalf("%v: %q\n%s", err, got, diff.String())
		}
	}
}
