package library

import (
	"context"
	"database/sql"
	"fmt"
)

// There are two ways to take a text out of the indexes so that nothing of it is left.
// FTS5 can look each of its words up and take it out where it stands, which takes some
// tens of microseconds for each word of each chunk, however large the library is. Or it
// can note that the text is gone, and then merge all segments into one, which leaves
// out what is noted as gone: that reads and writes the whole index, but at the speed
// of the disk. A long recording in a small library, or many at once, are swept out that
// way in a fraction of the time.

const (
	// sweepLeaf and sweepText are about how many bytes of text can be taken out word by
	// word in the time that a leaf of the indexes (4 KB) takes to be merged, and a byte
	// of text to be noted as gone: the other way is taken when it is twice as fast.
	sweepLeaf = 6
	sweepText = 10
	// sweepLeast is how much text is never swept: it is gone before one could think.
	sweepLeast = 16 << 10
)

// sweepTexts takes the chunks of recordings that are deleted away by merging, when
// there are enough of them for that, and goes on with what was begun.
func (l *Library) sweepTexts(ctx context.Context) error {
	due, err := l.sweepDue(ctx)
	if err != nil {
		return err
	}
	for _, ord := range due {
		for more := true; more && err == nil; {
			err = l.update(ctx, func(tx *sql.Tx) error {
				more, err = sweepBatch(ctx, tx, ord)
				return err
			})
		}
	}
	if err == nil {
		err = l.endSweep(ctx)
	}
	if isFull(err) {
		return nil // it takes room for a while; what is noted is done when there is some
	}
	return err
}

// sweepDue lists the texts that are to be swept, none when one by one is faster.
func (l *Library) sweepDue(ctx context.Context) (ords []int64, err error) {
	if l.full.Load() != nil {
		return nil, nil
	}
	var leaves, text int64
	err = l.db.read.QueryRowContext(ctx, `SELECT coalesce(sum(bytes), 0) FROM texts WHERE recording IS NULL`).Scan(&text)
	if err != nil || text < sweepLeast {
		return nil, err
	}
	err = l.db.read.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM words_idx) + (SELECT count(*) FROM trigrams_idx)`).Scan(&leaves)
	if err != nil || 2*(leaves*sweepLeaf+text/sweepText) > text {
		return nil, err
	}
	rows, err := l.db.read.QueryContext(ctx, `SELECT ord FROM texts WHERE recording IS NULL`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var ord int64
		if err := rows.Scan(&ord); err != nil {
			return nil, err
		}
		ords = append(ords, ord)
	}
	return ords, rows.Err()
}

// sweepBatch takes some chunks of a deleted recording away, notes in the indexes that
// they are gone, and in the chores that the indexes are to be merged for that.
func sweepBatch(ctx context.Context, tx *sql.Tx, ord int64) (more bool, err error) {
	var n int
	err = tx.QueryRowContext(ctx, `SELECT count(*) FROM texts WHERE ord = ? AND recording IS NULL`, ord).Scan(&n)
	if err != nil || n == 0 {
		return false, err // somebody else is done with it
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO chores (name, due) VALUES ('sweep', 1) ON CONFLICT (name) DO UPDATE SET due = due + 1`)
	if err == nil {
		err = secureDelete(ctx, tx, 0)
	}
	if err != nil {
		return false, err
	}
	words, _, err := takeChunks(ctx, tx, ord)
	if err != nil {
		return false, err
	}
	// What was taken goes to the index before the setting holds again.
	return len(words) > 0, secureDelete(ctx, tx, 1)
}

// secureDelete says whether FTS5 is to look up what is deleted. It writes what it was
// told before, and keeps the answer in the database: in the same transaction it is to
// be told again.
func secureDelete(ctx context.Context, tx *sql.Tx, yes int) error {
	for _, table := range []string{"words", "trigrams"} {
		if _, err := tx.ExecContext(ctx, `INSERT INTO `+table+` (`+table+`, rank) VALUES ('secure-delete', ?)`, yes); err != nil {
			return err
		}
	}
	return nil
}

// endSweep merges the indexes when they hold something that is noted as gone.
func (l *Library) endSweep(ctx context.Context) error {
	var due int64
	err := l.db.write.QueryRowContext(ctx, `SELECT coalesce(sum(due), 0) FROM chores WHERE name = 'sweep'`).Scan(&due)
	if err != nil || due == 0 {
		return err
	}
	// Below zero, FTS5 merges all segments there are, in steps of so many pages.
	if err := l.mergeSegments(ctx, -mergePages); err != nil {
		return err
	}
	err = l.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE chores SET due = 0 WHERE name = 'sweep' AND due = ?`, due)
		return err
	})
	if err != nil {
		return fmt.Errorf("merge the search index: %w", err)
	}
	return nil
}
