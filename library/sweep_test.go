package library

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
)

// swept is how often texts were swept out of a library, and whether that is due.
func swept(t *testing.T, l *Library) (n, due int) {
	t.Helper()
	err := l.db.read.QueryRowContext(t.Context(), `SELECT count(*), coalesce(sum(due), 0) FROM chores WHERE name = 'sweep'`).Scan(&n, &due)
	if err != nil {
		t.Fatal(err)
	}
	return n, due
}

// secretLibrary has recordings with a secret each.
func secretLibrary(t *testing.T, home string, recordings, lines int) (l *Library, ids []string, secrets map[string]secretText) {
	t.Helper()
	l = openLibrary(t, home, Options{})
	random := rand.New(rand.NewPCG(5, 6))
	outside := t.TempDir()
	secrets = map[string]secretText{}
	for i := range recordings {
		s := randomSecret(random)
		path := writeText(t, filepath.Join(outside, fmt.Sprintf("%d.cast", i)), secretCast(s, lines))
		r := must[Recording](t)(l.Import(t.Context(), path, nil))
		ids, secrets[r.ID] = append(ids, r.ID), s
	}
	return l, ids, secrets
}

// Much that is deleted at once goes by merging the indexes; that leaves as little of it
// as taking out each word does, and all of the rest.
func TestSweepLeavesNoTrace(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	l, ids, secrets := secretLibrary(t, home, 6, 500)
	var gone []string
	for _, id := range ids[1:5] {
		gone = append(gone, secrets[id].traces()...)
	}
	if err := l.Delete(t.Context(), ids[1:5]...); err != nil {
		t.Fatal(err)
	}
	if n, due := swept(t, l); n != 1 || due != 0 {
		t.Fatalf("nothing was swept out, or not to its end: the test proves nothing: %d, %d due", n, due)
	}
	findTraces(t, home, gone)
	for _, id := range []string{ids[0], ids[5]} {
		if len(hits(t, l, SearchOptions{Query: secrets[id].word + "0"})) == 0 || len(hits(t, l, SearchOptions{Query: secrets[id].han[:6]})) == 0 {
			t.Errorf("what was not deleted is not found any more")
		}
	}
	for _, id := range ids[1:5] {
		if found := hits(t, l, SearchOptions{Query: secrets[id].word + "0"}); len(found) > 0 {
			t.Errorf("what was deleted is found: %v", found)
		}
	}
	for _, table := range []string{"words", "trigrams"} {
		var secure int
		err := l.db.read.QueryRowContext(t.Context(), `SELECT v FROM `+table+`_config WHERE k = 'secure-delete'`).Scan(&secure)
		if err != nil || secure != 1 {
			t.Errorf("%s: secure-delete is %d after that, %v", table, secure, err)
		}
	}
	if err := l.Delete(t.Context(), ids[0]); err != nil {
		t.Fatal(err)
	}
	checkWhole(t, l)
	findTraces(t, home, secrets[ids[0]].traces())
}

// A process that dies between noting what is gone and merging leaves that to the next.
func TestSweepIsEndedByTheNext(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	ctx := t.Context()
	l, ids, secrets := secretLibrary(t, home, 3, 500)
	r := must[Recording](t)(l.Get(ctx, ids[1]))
	err := l.update(ctx, func(tx *sql.Tx) error {
		var ord int64
		err := tx.QueryRowContext(ctx, `SELECT ord FROM texts WHERE recording = (SELECT seq FROM recordings WHERE id = ?)`, r.ID).Scan(&ord)
		if err == nil {
			err = l.dropRow(ctx, tx, r)
		}
		if err == nil {
			_, err = sweepBatch(ctx, tx, ord)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, due := swept(t, l); due == 0 {
		t.Fatal("nothing is due: the test proves nothing")
	}
	if clean, err := l.Scrub(ctx); err != nil || clean {
		t.Errorf("Scrub says clean %v, %v, while the index holds what is gone", clean, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}

	l = openLibrary(t, home, Options{})
	if _, err := l.Recover(ctx); err != nil {
		t.Fatal(err)
	}
	if _, due := swept(t, l); due != 0 {
		t.Errorf("%d sweeps are due still", due)
	}
	findTraces(t, home, secrets[r.ID].traces())
	checkWhole(t, l)
	if len(hits(t, l, SearchOptions{Query: secrets[ids[2]].word + "0"})) == 0 {
		t.Error("what was not deleted is not found any more")
	}
}
