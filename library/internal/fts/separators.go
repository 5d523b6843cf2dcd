// Package fts clears away what SQLite's FTS5 leaves of deleted text. It knows FTS5's
// tables, which are those of
// https://www.sqlite.org/fts5.html#fts5_data_structures, and nothing of what is in
// them.
//
// FTS5 takes the words of a deleted text out of the leaves of its index
// ('secure-delete'), but not out of the table that leads to the leaves: there, a word
// (or as much of it as was needed) that once was the first of its leaf stays, whether
// anything has it still or not.
//
// The invariant is what FTS5 asks of that table: a word in it is not behind the first
// word of its leaf, and behind all words of the leaf before.
package fts

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// ClearSeparators puts, for each word of deleted texts that leads to a leaf, the word
// in its place that is the first one of the leaf now. It is to be called in the
// transaction that deletes, after that, with what the full-text table was given for
// what was deleted. The table must have no prefix indexes, and one of the tokenizers
// unicode61, with nothing about its token characters changed, and ascii.
func ClearSeparators(ctx context.Context, tx *sql.Tx, table string, deleted []string) error {
	tokens := tokensOf(deleted)
	if len(tokens) == 0 {
		return nil
	}
	// FTS5 keeps what it is told in memory, until a savepoint is set at the latest.
	if _, err := tx.ExecContext(ctx, `SAVEPOINT separators; RELEASE separators`); err != nil {
		return err
	}
	segments, err := segmentsOf(ctx, tx, table)
	if err != nil {
		return err
	}
	find, err := tx.PrepareContext(ctx, `SELECT term, pgno FROM `+table+`_idx WHERE segid = ? AND term <= ? ORDER BY term DESC LIMIT 1`)
	if err != nil {
		return err
	}
	defer find.Close()
	for _, segment := range segments {
		var last []byte
		for _, token := range tokens {
			var term []byte
			var page int64
			err := find.QueryRowContext(ctx, segment, token).Scan(&term, &page)
			if errors.Is(err, sql.ErrNoRows) || err == nil && (len(term) == 0 || bytes.Equal(term, last) || !bytes.HasPrefix(token, term)) {
				continue
			}
			if err != nil {
				return err
			}
			last = term
			if err := clearSeparator(ctx, tx, table, segment, term, page>>1); err != nil {
				return err
			}
		}
	}
	return nil
}

// tokensOf are the different words of texts as FTS5 has them in an index, in order.
// Both tokenizers take for a word what letters, digits and characters for private use
// make; in the text of trigrams, nothing else is but blanks.
func tokensOf(texts []string) [][]byte {
	seen := map[string]bool{}
	for _, text := range texts {
		for _, word := range strings.FieldsFunc(text, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.Is(unicode.Co, r)
		}) {
			seen[word] = true
		}
		for _, word := range strings.Fields(text) {
			seen[word] = true
		}
	}
	const mainIndex = "0" // stands before every word; prefix indexes have other digits
	out := make([][]byte, 0, len(seen))
	for word := range seen {
		out = append(out, []byte(mainIndex+word))
	}
	slices.SortFunc(out, bytes.Compare)
	return out
}

// segmentsOf are the numbers of the segments of an index.
func segmentsOf(ctx context.Context, tx *sql.Tx, table string) ([]int64, error) {
	var out []int64
	for segment := int64(0); ; {
		var next sql.NullInt64
		err := tx.QueryRowContext(ctx, `SELECT min(segid) FROM `+table+`_idx WHERE segid > ?`, segment).Scan(&next)
		if err != nil || !next.Valid {
			return out, err
		}
		segment = next.Int64
		out = append(out, segment)
	}
}

func clearSeparator(ctx context.Context, tx *sql.Tx, table string, segment int64, term []byte, page int64) error {
	const segmentBits = 37 // of a leaf's row: the segment is above, the page below
	var leaf []byte
	err := tx.QueryRowContext(ctx, `SELECT block FROM `+table+`_data WHERE id = ?`, segment<<segmentBits|page).Scan(&leaf)
	if errors.Is(err, sql.ErrNoRows) {
		// A merge that is under way has taken the leaf, and the rows of all leaves go
		// with the segment in the end: until then FTS5 begins at the first that is there.
		_, err = tx.ExecContext(ctx, `DELETE FROM `+table+`_idx WHERE segid = ? AND term = ?`, segment, term)
		return err
	}
	if err != nil {
		return fmt.Errorf("read a leaf of %s: %w", table, err)
	}
	first, ok := firstTerm(leaf)
	if !ok || bytes.HasPrefix(first, term) {
		return nil
	}
	_, err = tx.ExecContext(ctx, `UPDATE `+table+`_idx SET term = ? WHERE segid = ? AND term = ?`, first, segment, term)
	return err
}

// firstTerm reads the first word of a leaf: behind the content of the leaf stands where
// it begins, and there its length and, since it is the first one, all of it.
func firstTerm(leaf []byte) ([]byte, bool) {
	if len(leaf) < 4 {
		return nil, false
	}
	end := int(binary.BigEndian.Uint16(leaf[2:]))
	if end >= len(leaf) {
		return nil, false // no word begins in this leaf
	}
	at, _ := sqliteVarint(leaf[end:])
	if at < 4 || at >= end {
		return nil, false
	}
	n, size := sqliteVarint(leaf[at:end])
	if n <= 0 || at+size+n > end {
		return nil, false
	}
	return leaf[at+size : at+size+n], true
}

// sqliteVarint reads a number of SQLite's: seven bits in a byte, the highest first.
// Numbers here have four bytes at most.
func sqliteVarint(b []byte) (n, size int) {
	for size < min(len(b), 4) {
		c := b[size]
		n, size = n<<7|int(c&0x7f), size+1
		if c < 0x80 {
			break
		}
	}
	return n, size
}
