package library

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// rebuildChild makes the database anew again and again.
func rebuildChild(home string, _ []string) error {
	for {
		_, err := Rebuild(context.Background(), homeDirs(home), Options{}, func(p RebuildProgress) { fmt.Println("rebuilding", p.Done) })
		if err != nil {
			return err
		}
		fmt.Println("rebuilt")
	}
}

// Killed at any point of a rebuild, the library has the old database or the new one.
func TestKillWhileRebuilding(t *testing.T) {
	t.Parallel()
	rounds := 10
	if testing.Short() {
		rounds = 3
	}
	home := t.TempDir()
	l := openLibrary(t, home, Options{})
	for i := range 6 {
		must[Recording](t)(record(t.Context(), l, NewRecording{Title: fmt.Sprint(i)}, fmt.Sprint("wombat", i)))
	}
	if err := l.Trash(t.Context(), all(t, l, "")[0].ID); err != nil {
		t.Fatal(err)
	}
	want := titles(all(t, l, ""))
	l.Close()
	random := rand.New(rand.NewPCG(12, 13))
	for round := range rounds {
		child := startChild(t, "rebuild", home)
		for n := random.IntN(20); n >= 0; n-- {
			child.next(t)
		}
		<-time.After(time.Duration(random.IntN(40)) * time.Millisecond) // where it is then, is chance
		_ = child.Process.Kill()
		_ = child.Wait()
		l := openLibrary(t, home, Options{})
		recovered(t, l)
		if got := titles(all(t, l, "")); got != want {
			t.Fatalf("round %d: listed %q, want %q", round, got, want)
		}
		ills := must[[]Ill](t)(l.Check(t.Context(), CheckOptions{Deep: true}))
		if err := l.Mend(t.Context(), ills, nil); err != nil {
			t.Fatal(err)
		}
		checkWhole(t, l)
		l.Close()
	}
}
