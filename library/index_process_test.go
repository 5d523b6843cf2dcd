package library

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// indexChild indexes what is pending, and says which recording it begins with.
func indexChild(home string, _ []string) error {
	ctx := context.Background()
	l, err := Open(ctx, homeDirs(home), Options{})
	if err != nil {
		return err
	}
	defer l.Close()
	return l.IndexPending(ctx, func(p IndexProgress) { fmt.Println("indexing", p.Done) })
}

// forgetIndex makes all recordings of a library pending.
func forgetIndex(t testing.TB, l *Library) {
	t.Helper()
	for _, statement := range []string{
		`DELETE FROM chunks`, `INSERT INTO words (words) VALUES ('delete-all')`,
		`INSERT INTO trigrams (trigrams) VALUES ('delete-all')`, `DELETE FROM texts`,
	} {
		if _, err := l.db.write.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
}

// TestKillWhileIndexing kills indexing processes in the middle, with recordings of
// several batches each, and two of them at a time. What was not indexed in whole is
// never found, and in the end everything is.
func TestKillWhileIndexing(t *testing.T) {
	t.Parallel()
	recordings, lines, rounds := 5, 5000, 8
	if testing.Short() {
		recordings, lines, rounds = 3, 4000, 4
	}
	home := t.TempDir()
	l := manyLines(t, home, recordings, lines)
	forgetIndex(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(8, 9))
	for range rounds {
		a, b := startChild(t, "index", home), startChild(t, "index", home)
		for range 1 + random.IntN(2) {
			a.next(t)
		}
		<-time.After(time.Duration(random.IntN(200)) * time.Millisecond) // where it is then, is chance
		for _, c := range []*childProcess{a, b} {
			_ = c.Process.Kill()
			_ = c.Wait()
		}
		l := openLibrary(t, home, Options{})
		found := map[string]int{}
		for _, h := range hits(t, l, SearchOptions{Query: "common"}) {
			found[h.Recording.Title]++
		}
		for title, n := range found {
			if n != lines {
				t.Fatalf("of %s, %d lines of %d are found", title, n, lines)
			}
		}
		l.Close()
	}
	l = openLibrary(t, home, Options{})
	if _, err := l.Recover(t.Context()); err != nil { // it clears away the locks of the dead
		t.Fatal(err)
	}
	checkWhole(t, l)
	if n := len(hits(t, l, SearchOptions{Query: "common"})); n != recordings*lines {
		t.Errorf("%d lines are found, want %d", n, recordings*lines)
	}
}
