package library

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// bigLibrary makes a home with n recordings of about ten commands each: rows, and
// files with names but hardly any content, since nothing below reads it.
func bigLibrary(t testing.TB, n int) (home string) {
	t.Helper()
	home = t.TempDir()
	l := openLibrary(t, home, Options{})
	random := rand.New(rand.NewPCG(1, 2))
	words := []string{"git", "status", "make", "deploy", "kubectl", "build", "test", "vim", "config", "server", "ssh", "log"}
	pick := func() string { return words[random.IntN(len(words))] }
	created := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	err := l.update(t.Context(), func(tx *sql.Tx) error {
		for i := range n {
			created = created.Add(time.Duration(random.IntN(100)) * time.Minute)
			id := must[string](t)(newUUID())
			r := Recording{
				ID: id, Title: fmt.Sprintf("%s %s %d", pick(), pick(), i), Status: StatusComplete, Source: SourceRecorded,
				Created: created, Cols: 120, Rows: 40, Shell: "/bin/bash", Host: "box", Path: l.castPath(id, created),
			}
			c := &content{events: 1, duration: time.Minute, size: 3, sha256: fmt.Sprintf("%064x", i), summary: summaryVersion}
			for j := range 10 {
				c.commands = append(c.commands, Command{Text: fmt.Sprintf("%s %s --%s=%d", pick(), pick(), pick(), j), Dir: "/src"})
			}
			if err := l.insert(t.Context(), tx, r, ""); err != nil {
				return err
			}
			if err := setContent(t.Context(), tx, id, c, nil); err != nil {
				return err
			}
			writeText(t, r.Path, "{}\n")
			writeText(t, sidecarPath(r.Path), "{}\n")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return home
}

const many = 10_000

func BenchmarkStart(b *testing.B) {
	home := bigLibrary(b, many)
	for b.Loop() {
		l := must[*Library](b)(Open(b.Context(), homeDirs(home), Options{}))
		if found, err := l.Recover(b.Context()); err != nil || found != nil {
			b.Fatal(found, err)
		}
		if n := len(must[[]Recording](b)(l.List(b.Context(), ListOptions{}))); n != defaultLimit {
			b.Fatal(n)
		}
		l.Close()
	}
}

func BenchmarkOpen(b *testing.B) {
	home := bigLibrary(b, many)
	for b.Loop() {
		must[*Library](b)(Open(b.Context(), homeDirs(home), Options{})).Close()
	}
}

func BenchmarkRecoverNothing(b *testing.B) {
	l := openLibrary(b, bigLibrary(b, many), Options{})
	for b.Loop() {
		if found, err := l.Recover(b.Context()); err != nil || found != nil {
			b.Fatal(found, err)
		}
	}
}

func BenchmarkList(b *testing.B) {
	l := openLibrary(b, bigLibrary(b, many), Options{})
	middle := must[[]Recording](b)(l.List(b.Context(), ListOptions{Limit: many / 2}))
	after := middle[len(middle)-1].Cursor()
	for _, c := range []struct {
		name string
		o    ListOptions
	}{
		{"first page", ListOptions{}},
		{"page in the middle", ListOptions{After: after}},
		{"common word", ListOptions{Query: "deploy"}},
		{"three words", ListOptions{Query: "deploy kubectl vim"}},
		{"word that is nowhere", ListOptions{Query: "zebra"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				must[[]Recording](b)(l.List(b.Context(), c.o))
			}
		})
	}
}

func BenchmarkVersion(b *testing.B) {
	l := openLibrary(b, b.TempDir(), Options{})
	for b.Loop() {
		must[int64](b)(l.Version(b.Context()))
	}
}

func BenchmarkGetByPrefix(b *testing.B) {
	l := openLibrary(b, bigLibrary(b, many), Options{})
	id := must[[]Recording](b)(l.List(b.Context(), ListOptions{Limit: 1}))[0].ID
	for b.Loop() {
		must[Recording](b)(l.Get(b.Context(), id))
	}
}

func BenchmarkImport(b *testing.B) {
	l := openLibrary(b, b.TempDir(), Options{})
	path := filepath.Join(b.TempDir(), "a.cast")
	i := 0
	for b.Loop() {
		i++
		if err := os.WriteFile(path, []byte(castText("t", fmt.Sprint(i))), 0o600); err != nil {
			b.Fatal(err)
		}
		must[Recording](b)(l.Import(b.Context(), path, nil))
	}
}
