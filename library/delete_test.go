package library

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// secretText is text that no other recording has: a word that an index may store in
// parts, and a few Chinese characters.
type secretText struct{ word, han string }

func randomSecret(random *rand.Rand) secretText {
	var s secretText
	for range 24 {
		s.word += string(rune('a' + random.IntN(26)))
	}
	for range 8 {
		s.han += string(rune(0x4e00 + random.IntN(20000)))
	}
	return s
}

// traces are byte strings that nothing but this text explains: the ends of a word too,
// since an index keeps of a word only what the one before does not begin with.
func (s secretText) traces() []string {
	return []string{s.word[:9], s.word[8:17], s.word[len(s.word)-9:], s.han[:9], s.han[len(s.han)-9:]}
}

// secretCast shows a text in a command, in lines and in the middle of many others.
func secretCast(s secretText, lines int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "{\"version\":2,\"width\":100,\"height\":30,\"timestamp\":1700000000,\"title\":%q}\n", "title "+s.word)
	event := func(i int, text string) {
		fmt.Fprintf(&b, "[%d, \"o\", %q]\n", i, text)
	}
	event(0, "\x1b]133;A\x07$ \x1b]133;B\x07echo "+s.word+"\r\n\x1b]133;C\x07")
	for i := range lines {
		event(i, fmt.Sprintf("line %d of the common text, number %d\r\n", i, i*7919))
		if i%5 == 0 {
			event(i, fmt.Sprintf("%s%d %s\r\n", s.word, i, s.han))
		}
	}
	event(lines, "\x1b]133;D;0\x07\x1b]133;A\x07$ \x1b]133;B\x07")
	return b.String()
}

// findTraces looks through every byte of every file of a library, names included.
func findTraces(t testing.TB, home string, traces []string) {
	t.Helper()
	err := filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, trace := range traces {
			if at := bytes.Index(data, []byte(trace)); at >= 0 {
				from, to := max(0, at-24), min(len(data), at+60)
				t.Errorf("%s is left in %s at %d (page %d): %q", trace, path, at, at/4096+1, data[from:to])
				return nil
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What is deleted for good leaves no trace in any file: of its text, commands, title,
// tags and description, while the library is open as well as later.
func TestDeletionLeavesNoTrace(t *testing.T) {
	t.Parallel()
	recordings, lines := 15, 60
	if testing.Short() {
		recordings = 9
	}
	home := t.TempDir()
	ctx := t.Context()
	random := rand.New(rand.NewPCG(11, 22))
	l := openLibrary(t, home, Options{})
	outside := t.TempDir()
	ids, secrets := []string{}, map[string]secretText{}
	for i := range recordings {
		s := randomSecret(random)
		size := lines
		if i%6 == 0 {
			size *= 8
		}
		path := writeText(t, filepath.Join(outside, fmt.Sprintf("%d.cast", i)), secretCast(s, size))
		r := must[Recording](t)(l.Import(ctx, path, nil))
		about, tags := "about "+s.han+" "+s.word, []string{s.word, s.han, "common"}
		must[Recording](t)(l.Update(ctx, r.ID, Patch{Description: &about, Tags: &tags}))
		if len(hits(t, l, SearchOptions{Query: s.word + "0"})) == 0 || len(hits(t, l, SearchOptions{Query: s.han[:6]})) == 0 {
			t.Fatalf("the text is not found before: the test proves nothing: %d, %d, %+v", len(hits(t, l, SearchOptions{Query: s.word + "0"})), len(hits(t, l, SearchOptions{Query: s.han[:6]})), r)
		}
		ids, secrets[r.ID] = append(ids, r.ID), s
	}
	random.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	var gone []string
	for i, id := range ids[:len(ids)*2/3] {
		if i%3 == 0 { // by way of the trash
			if err := l.Trash(ctx, id); err != nil {
				t.Fatal(err)
			}
		}
		if err := l.Delete(ctx, id); err != nil {
			t.Fatal(err)
		}
		gone = append(gone, secrets[id].traces()...)
		if i%4 == 0 {
			findTraces(t, home, gone)
		}
		// What follows is written where the deleted stood, and merges the index.
		if i%2 == 0 {
			s := randomSecret(random)
			path := writeText(t, filepath.Join(outside, fmt.Sprintf("more-%d.cast", i)), secretCast(s, lines))
			must[Recording](t)(l.Import(ctx, path, nil))
		}
	}
	findTraces(t, home, gone)
	if len(hits(t, l, SearchOptions{Query: secrets[ids[len(ids)-1]].word + "0"})) == 0 {
		t.Error("what was not deleted is not found any more")
	}
	checkWhole(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	findTraces(t, home, gone)
}

// A reader that holds an older state cannot be made to let go: then the database
// remembers what is to be done, and the next Recover does it.
func TestScrubOutlivesAReader(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	ctx := t.Context()
	l := openLibrary(t, home, Options{})
	s := randomSecret(rand.New(rand.NewPCG(3, 4)))
	r := must[Recording](t)(l.Import(ctx, writeText(t, filepath.Join(t.TempDir(), "a.cast"), secretCast(s, 50)), nil))
	other := openLibrary(t, home, Options{})
	tx, err := other.db.read.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := tx.QueryRow(`SELECT count(*) FROM recordings`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := l.Delete(short, r.ID); err != nil {
		t.Fatal(err)
	}
	if clean, err := l.scrub(ctx, 0); clean || err != nil {
		t.Fatalf("with a reader at work: %v, %v", clean, err)
	}
	tx.Rollback()
	if found := recovered(t, other); found != nil {
		t.Errorf("recovered %+v", found)
	}
	if clean, err := l.Scrub(ctx); !clean || err != nil {
		t.Errorf("afterwards: %v, %v", clean, err)
	}
	findTraces(t, home, s.traces())
}

// A library of before SQLite was told to overwrite is written anew once.
func TestDeletionInAnOldDatabase(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	s := randomSecret(rand.New(rand.NewPCG(5, 6)))
	db := migrateTo(t, filepath.Join(home, "library.db"), 2)
	for _, statement := range []string{
		`PRAGMA secure_delete = 0`,
		`INSERT INTO recordings (id, path, title, folded, status, source, created_us, cols, rows)
			VALUES ('0197a000-0000-7000-8000-000000000001', 'recordings/a.cast', 'x', 'x', 'complete', 'imported', 1, 80, 24)`,
		`INSERT INTO chunks (key, text, lines) VALUES (1, '` + strings.Repeat(s.word+" ", 2000) + `', x'')`,
		`DELETE FROM chunks`,
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	db.Close()
	if data := must[[]byte](t)(os.ReadFile(filepath.Join(home, "library.db"))); !bytes.Contains(data, []byte(s.word)) {
		t.Fatal("there is no trace to be cleared away: the test proves nothing")
	}
	l := openLibrary(t, home, Options{})
	if err := l.Delete(t.Context(), "0197a000-0000-7000-8000-000000000001"); err != nil {
		t.Fatal(err)
	}
	findTraces(t, home, s.traces())
}
