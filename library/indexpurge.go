package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"rexec/library/internal/fts"
	"rexec/library/query"
)

// purgeTexts takes away the texts of recordings that are deleted.
func (l *Library) purgeTexts(ctx context.Context) error {
	if err := l.sweepTexts(ctx); err != nil {
		return fmt.Errorf("delete text of the index: %w", err)
	}
	for {
		var ord int64
		err := l.db.read.QueryRowContext(ctx, `SELECT ord FROM texts WHERE recording IS NULL LIMIT 1`).Scan(&ord)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err == nil {
			err = l.purgeChunks(ctx, ord, "")
		}
		if err == nil {
			err = l.update(ctx, func(tx *sql.Tx) error {
				_, err := tx.ExecContext(ctx, `DELETE FROM texts WHERE ord = ? AND recording IS NULL
					AND NOT EXISTS (SELECT 1 FROM chunks WHERE key BETWEEN ord << ? AND (ord + 1 << ?) - 1)`, ord, chunkBits, chunkBits)
				return err
			})
		}
		if err != nil {
			return fmt.Errorf("delete text of the index: %w", err)
		}
	}
}

// purgeChunks takes a text's chunks away, in batches, for as long as its recording
// is deleted, or it is owner's to write: another process may be done with it first,
// and then the place may be another recording's.
func (l *Library) purgeChunks(ctx context.Context, ord int64, owner string) error {
	for more := true; more; {
		err := l.update(ctx, func(tx *sql.Tx) error {
			var n int
			err := tx.QueryRowContext(ctx, `SELECT count(*) FROM texts WHERE ord = ?1
				AND CASE ?2 WHEN '' THEN recording IS NULL ELSE owner = ?2 END`, ord, owner).Scan(&n)
			if more = n > 0; err != nil || !more {
				return err
			}
			more, err = purgeBatch(ctx, tx, ord)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// purgeSize is how many chunks are taken away in one transaction.
const purgeSize = 40

func purgeBatch(ctx context.Context, tx *sql.Tx, ord int64) (more bool, err error) {
	words, trigrams, err := takeChunks(ctx, tx, ord)
	if err == nil {
		err = fts.ClearSeparators(ctx, tx, "words", words)
	}
	if err == nil {
		err = fts.ClearSeparators(ctx, tx, "trigrams", trigrams)
	}
	return len(words) > 0, err
}

// takeChunks takes the first chunks of a text away. It returns what the indexes were
// given for them.
func takeChunks(ctx context.Context, tx *sql.Tx, ord int64) (words, trigrams []string, err error) {
	found, err := storedChunks(ctx, tx, ord<<chunkBits, (ord+1)<<chunkBits-1)
	if err != nil {
		return nil, nil, err
	}
	for i, c := range found {
		words, trigrams = append(words, wordsOf(c.folded, c.marks)), append(trigrams, query.TrigramText(c.folded))
		_, err = tx.ExecContext(ctx, `INSERT INTO words (words, rowid, text) VALUES ('delete', ?, ?)`, c.key, words[i])
		if err == nil {
			_, err = tx.ExecContext(ctx, `INSERT INTO trigrams (trigrams, rowid, text) VALUES ('delete', ?, ?)`, c.key, trigrams[i])
		}
		if err == nil {
			_, err = tx.ExecContext(ctx, `DELETE FROM chunks WHERE key = ?`, c.key)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return words, trigrams, nil
}

// storedChunk is a chunk as the indexes know it.
type storedChunk struct {
	key    int64
	folded []string // its lines
	marks  string
}

// storedChunks reads the first chunks of a range.
func storedChunks(ctx context.Context, tx *sql.Tx, from, to int64) ([]storedChunk, error) {
	rows, err := tx.QueryContext(ctx, `SELECT key, text, size, marks, lines FROM chunks WHERE key BETWEEN ? AND ? ORDER BY key LIMIT ?`,
		from, to, purgeSize)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []storedChunk
	for rows.Next() {
		var c storedChunk
		var stored, packed sql.RawBytes
		var size, marks int
		if err := rows.Scan(&c.key, &stored, &size, &marks, &packed); err != nil {
			return nil, err
		}
		text, more, err := unpackText(stored, size, marks)
		if err != nil {
			return nil, err
		}
		lines, err := unpackChunk(text, packed)
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			c.folded = append(c.folded, query.Fold(l.text))
		}
		c.marks = more
		out = append(out, c)
	}
	return out, rows.Err()
}
