package library

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Files of which some are read ahead: when nobody takes the results any more, nothing
// is left of those that have none, and what came in is found.
func TestImportIsLeftOff(t *testing.T) {
	l := openLibrary(t, t.TempDir(), Options{})
	dir := t.TempDir()
	var paths []string
	for i := range 12 {
		paths = append(paths, writeText(t, filepath.Join(dir, fmt.Sprintf("%d.cast", i)), castText("a", fmt.Sprintf("word%d", i))))
	}
	n := 0
	for result, err := range l.ImportEach(t.Context(), paths, nil) {
		if err != nil || result.Err != nil || result.Path != paths[n] {
			t.Fatalf("%+v, %v", result, err)
		}
		if n++; n == 5 {
			break
		}
	}
	if list := checkWhole(t, l); len(list) != 5 {
		t.Errorf("%d recordings came in, want 5", len(list))
	}
	if left := must[[]os.DirEntry](t)(os.ReadDir(l.incomingDir())); len(left) > 0 {
		t.Errorf("%v is left of what was read ahead", left)
	}
	for i := range 5 {
		if got := hits(t, l, SearchOptions{Query: fmt.Sprintf("word%d", i)}); len(got) != 1 {
			t.Errorf("word%d is found %d times", i, len(got))
		}
	}
	if n := must[int](t)(l.Pending(t.Context())); n != 0 {
		t.Errorf("%d recordings are pending", n)
	}
}

// A text that takes several transactions, between two small ones, is found from its
// first line to its last, and segments are merged on the way.
func TestBigTextsAreWrittenInParts(t *testing.T) {
	l := openLibrary(t, t.TempDir(), Options{})
	dir := t.TempDir()
	big := func(word string, lines int) string {
		var b strings.Builder
		b.WriteString(castText("big", word))
		for i := range lines {
			fmt.Fprintf(&b, "[%d, \"o\", \"%s line %d of much text, %x\\r\\n\"]\n", i+3, word, i, i*7919)
		}
		return writeText(t, filepath.Join(dir, word+".cast"), b.String())
	}
	lines := 4 * indexBatch / 40
	paths := []string{big("before", 3), big("amid", lines), big("behind", 3)}
	for _, r := range must[[]ImportResult](t)(l.ImportAll(t.Context(), paths, nil)) {
		if r.Err != nil {
			t.Fatal(r.Err)
		}
	}
	var writes int
	if err := l.db.read.QueryRow(`SELECT count(DISTINCT segid) FROM words_idx`).Scan(&writes); err != nil || writes < 3 {
		t.Errorf("%d segments: the text is too small for this test: %v", writes, err)
	}
	for query, want := range map[string]int{
		`"before line"`: 3, `"behind line"`: 3, `"amid line 0"`: 1, fmt.Sprintf(`"amid line %d"`, lines-1): 1, fmt.Sprintf(`"line %d of"`, lines/2): 1,
	} {
		if got := hits(t, l, SearchOptions{Query: query}); len(got) != want {
			t.Errorf("%s: %d hits, want %d", query, len(got), want)
		}
	}
	checkWhole(t, l)
}
