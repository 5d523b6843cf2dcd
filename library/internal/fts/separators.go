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
	suspects, err := suspects(ctx, tx, table, tokens)
	if err != nil {
		return err
	}
	for _, s := range suspects {
		if err := s.clear(ctx, tx, table); err != nil {
			return err
		}
	}
	return nil
}

// separator is a row of the table that leads to leaves.
type separator struct {
	segment, page int64
	term          []byte
}

// few is how many words are looked up one by one; of more, it takes less to read all
// of the table, which has a row for each 4 KB of the index.
const few = 200

// suspects are the separators that one of the words may have made.
func suspects(ctx context.Context, tx *sql.Tx, table string, tokens [][]byte) ([]separator, error) {
	if len(tokens) > few {
		return allSuspects(ctx, tx, table, tokens)
	}
	segments, err := segmentsOf(ctx, tx, table)
	if err != nil {
		return nil, err
	}
	find, err := tx.PrepareContext(ctx, `SELECT term, pgno / 2 FROM `+table+`_idx WHERE segid = ? AND term <= ? ORDER BY term DESC LIMIT 1`)
	if err != nil {
		return nil, err
	}
	defer find.Close()
	var out []separator
	for _, segment := range segments {
		for _, token := range tokens {
			s := separator{segment: segment}
			err := find.QueryRowContext(ctx, segment, token).Scan(&s.term, &s.page)
			if errors.Is(err, sql.ErrNoRows) {
				continue
			}
			if err != nil {
				return nil, err
			}
			if len(s.term) > 0 && bytes.HasPrefix(token, s.term) {
				out = append(out, s)
			}
		}
	}
	return out, nil
}

func allSuspects(ctx context.Context, tx *sql.Tx, table string, tokens [][]byte) ([]separator, error) {
	rows, err := tx.QueryContext(ctx, `SELECT segid, pgno / 2, term FROM `+table+`_idx`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []separator
	var term sql.RawBytes
	for rows.Next() {
		var s separator
		if err := rows.Scan(&s.segment, &s.page, &term); err != nil {
			return nil, err
		}
		at, _ := slices.BinarySearchFunc(tokens, term, func(a []byte, b sql.RawBytes) int { return bytes.Compare(a, b) })
		if len(term) > 0 && at < len(tokens) && bytes.HasPrefix(tokens[at], term) {
			s.term = bytes.Clone(term)
			out = append(out, s)
		}
	}
	return out, rows.Err()
}

// tokensOf are the different words of texts as FTS5 has them in an index, in order.
// The tokenizer unicode61 takes for a word what letters, digits and characters for
// private use make; what stands between blanks in the text of trigrams is one.
func tokensOf(texts []string) [][]byte {
	seen := map[string]bool{}
	for _, text := range texts {
		for _, word := range strings.FieldsFunc(text, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.Is(unicode.Co, r)
		}) {
			seen[word] = true
		}
		for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\n' }) {
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

// clear puts the first word of the leaf in the place of one that is no longer there.
func (s separator) clear(ctx context.Context, tx *sql.Tx, table string) error {
	const segmentBits = 37 // of a leaf's row: the segment is above, the page below
	var leaf []byte
	err := tx.QueryRowContext(ctx, `SELECT block FROM `+table+`_data WHERE id = ?`, s.segment<<segmentBits|s.page).Scan(&leaf)
	if errors.Is(err, sql.ErrNoRows) {
		// A merge that is under way has taken the leaf, and the rows of all leaves go
		// with the segment in the end: until then FTS5 begins at the first that is there.
		_, err = tx.ExecContext(ctx, `DELETE FROM `+table+`_idx WHERE segid = ? AND term = ?`, s.segment, s.term)
		return err
	}
	if err != nil {
		return fmt.Errorf("read a leaf of %s: %w", table, err)
	}
	first, ok := firstTerm(leaf)
	if !ok || bytes.HasPrefix(first, s.term) {
		return nil
	}
	_, err = tx.ExecContext(ctx, `UPDATE `+table+`_idx SET term = ? WHERE segid = ? AND term = ?`, first, s.segment, s.term)
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
