package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"rexec/library/internal/fts"
	"rexec/library/query"
	"rexec/recording/pack"
)

// indexVersion changes when what is indexed of a cast does: recordings that were
// indexed before are then read again. A change of how chunks are stored, or of what
// the full-text tables are given for a chunk, takes a migration that empties them,
// since a chunk is taken out of them by what was put in.
const indexVersion = summaryVersion<<8 | 2

// indexBatch is how much text is indexed in one transaction, in bytes: others that
// write wait for that long.
const indexBatch = 256 << 10

// IndexProgress is where IndexPending stands.
type IndexProgress struct {
	Recording   Recording // that is about to be read; the zero value at the end
	Done, Total int       // recordings
}

// IndexPending makes all recordings findable that are not yet: those of an older
// rexec, and those whose indexing was cut off, which is done when a recording ends or
// is imported. It takes about a second for a megabyte of text, and may be cancelled
// and killed at any time: what is not indexed in whole is not found, and is pending.
// progress may be nil. Recordings that cannot be read count as without text; the
// error is that of ctx, of the database, or *ErrReadOnly.
//
// One goroutine of a process indexes at a time: another one waits here.
func (l *Library) IndexPending(ctx context.Context, progress func(IndexProgress)) error {
	if err := l.writable(); err != nil {
		return err
	}
	select {
	case l.indexing <- struct{}{}:
		defer func() { <-l.indexing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := l.purgeTexts(ctx); err != nil {
		return fmt.Errorf("index the library: %w", err)
	}
	var after *Cursor
	for done := 0; ; done++ {
		left, err := l.Pending(ctx)
		if err != nil {
			return err
		}
		r, err := l.nextPending(ctx, after)
		if errors.Is(err, sql.ErrNoRows) {
			if progress != nil {
				progress(IndexProgress{Done: done, Total: done})
			}
			return nil
		}
		if err == nil {
			if progress != nil {
				progress(IndexProgress{Recording: r, Done: done, Total: done + left})
			}
			err = l.indexRecording(ctx, r)
		}
		if err != nil {
			return fmt.Errorf("index the library: %w", err)
		}
		after = r.Cursor() // one that another process is at, is not asked for twice
	}
}

// pending are the recordings that Search does not know yet.
const pending = `FROM recordings r LEFT JOIN texts t ON t.recording = r.seq
	WHERE r.status IN ('complete', 'repaired') AND NOT r.missing AND r.trashed_us IS NULL AND coalesce(t.version, 0) <> ?`

// Pending counts the recordings that Search does not find anything in, since they
// are not indexed yet.
func (l *Library) Pending(ctx context.Context) (int, error) {
	if err := l.open(); err != nil {
		return 0, err
	}
	var n int
	if err := l.db.read.QueryRowContext(ctx, `SELECT count(*) `+pending, indexVersion).Scan(&n); err != nil {
		return 0, fmt.Errorf("count what is not indexed: %w", err)
	}
	return n, nil
}

// nextPending returns the newest recording that is to be indexed, and is older than a
// place; or sql.ErrNoRows.
func (l *Library) nextPending(ctx context.Context, after *Cursor) (Recording, error) {
	where, args := "", []any{indexVersion}
	if after != nil {
		where, args = ` AND (r.created_us, r.id) < (?, ?)`, append(args, after.Created.UnixMicro(), after.ID)
	}
	return l.scanRecording(l.db.read.QueryRowContext(ctx,
		`SELECT `+recordingColumns+` `+pending+where+` ORDER BY r.created_us DESC, r.id DESC LIMIT 1`, args...))
}

// indexRecording reads a recording again and indexes it.
func (l *Library) indexRecording(ctx context.Context, r Recording) error {
	f, err := pack.Open(r.Path)
	if err != nil {
		return nil // it is missing, which Recover will see
	}
	defer f.Close()
	s, err := l.summarize(ctx, &countingReader{ctx: ctx, r: f}, r.Path, r.SHA256)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		s = Summary{} // read again when a rexec comes that may know better
	}
	return l.indexSummary(ctx, r.ID, s, err == nil)
}

// indexNew indexes what has just been read. If it fails, or somebody else indexes in
// this process, the recording stays pending.
func (l *Library) indexNew(ctx context.Context, id string, c *content) {
	if c.summary == 0 {
		return
	}
	select {
	case l.indexing <- struct{}{}:
		defer func() { <-l.indexing }()
		_ = l.indexSummary(ctx, id, Summary{Commands: c.commands, Lines: c.lines}, false)
	default:
	}
}

// errTextTaken says that a text is no longer this process's to write: its recording
// was deleted, or is indexed already.
var errTextTaken = errors.New("the text is somebody else's")

// indexSummary writes the text of a recording in batches. The text is found when the
// last one is written, and what a crash leaves of it is cleared away by the next who
// tries. commands says that the recording's commands are to be replaced by the
// summary's, too.
func (l *Library) indexSummary(ctx context.Context, id string, s Summary, commands bool) error {
	owner, err := l.own(ctx)
	if err != nil {
		return err
	}
	w := textWriter{l: l, owner: owner, chunks: newChunker(textLines(s), s.Commands)}
	err = w.claim(ctx, id)
	if err == nil {
		err = l.purgeChunks(ctx, w.ord, owner)
	}
	for last := false; err == nil && !last; {
		err = l.update(ctx, func(tx *sql.Tx) error {
			if last, err = w.batch(ctx, tx); err != nil || !last {
				return err
			}
			if commands {
				if err := setCommands(ctx, tx, id, s.Commands); err != nil {
					return err
				}
				_, err := tx.ExecContext(ctx, `UPDATE recordings SET commands = ?, summary = ? WHERE id = ?`,
					len(s.Commands), summaryVersion, id)
				if err != nil {
					return err
				}
			}
			_, err := tx.ExecContext(ctx, `UPDATE texts SET version = ?, owner = '', lines = ?, bytes = ? WHERE ord = ?`,
				indexVersion, w.lines, w.bytes, w.ord)
			return err
		})
	}
	if errors.Is(err, errTextTaken) {
		return l.purgeTexts(ctx)
	}
	if err != nil {
		return fmt.Errorf("index recording %s: %w", id, err)
	}
	return nil
}

// textWriter writes one recording's text.
type textWriter struct {
	l            *Library
	owner        string
	ord          int64
	chunks       *chunker
	n            int64 // chunks written
	lines, bytes int
}

// claim makes the recording's text this process's to write.
func (w *textWriter) claim(ctx context.Context, id string) error {
	return w.l.update(ctx, func(tx *sql.Tx) error {
		var seq, created, version int64
		var ord sql.NullInt64
		var owner string
		err := tx.QueryRowContext(ctx, `SELECT r.seq, r.created_us, t.ord, coalesce(t.version, 0), coalesce(t.owner, '')
			FROM recordings r LEFT JOIN texts t ON t.recording = r.seq WHERE r.id = ?`, id).Scan(&seq, &created, &ord, &version, &owner)
		if errors.Is(err, sql.ErrNoRows) || err == nil && version == indexVersion {
			return errTextTaken
		}
		if err != nil {
			return err
		}
		if owner != w.owner {
			alive, err := w.l.lives(owner)
			if err != nil {
				return err
			}
			if alive {
				return errTextTaken
			}
		}
		if w.ord = ord.Int64; ord.Valid {
			_, err = tx.ExecContext(ctx, `UPDATE texts SET version = 0, owner = ? WHERE ord = ?`, w.owner, w.ord)
			return err
		}
		if w.ord, err = freeOrd(ctx, tx, created/1e6); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO texts (ord, recording, owner) VALUES (?, ?, ?)`, w.ord, seq, w.owner)
		return err
	})
}

// freeOrd returns the first place from a second on that no text has.
func freeOrd(ctx context.Context, tx *sql.Tx, from int64) (int64, error) {
	var ord int64
	err := tx.QueryRowContext(ctx, `SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM texts WHERE ord = ?1) THEN ?1
		ELSE (SELECT min(a.ord) + 1 FROM texts a WHERE a.ord >= ?1 AND NOT EXISTS (SELECT 1 FROM texts b WHERE b.ord = a.ord + 1)) END`,
		from).Scan(&ord)
	return ord, err
}

// batch writes some chunks, and says whether they were the last.
func (w *textWriter) batch(ctx context.Context, tx *sql.Tx) (last bool, err error) {
	var mine int
	err = tx.QueryRowContext(ctx, `SELECT count(*) FROM texts WHERE ord = ? AND owner = ? AND recording IS NOT NULL`, w.ord, w.owner).Scan(&mine)
	if err != nil {
		return false, err
	}
	if mine == 0 {
		return false, errTextTaken
	}
	var add [3]*sql.Stmt
	for i, insert := range []string{
		`INSERT INTO chunks (key, text, size, marks, lines) VALUES (?, ?, ?, ?, ?)`,
		`INSERT INTO words (rowid, text) VALUES (?, ?)`,
		`INSERT INTO trigrams (rowid, text) VALUES (?, ?)`,
	} {
		if add[i], err = tx.PrepareContext(ctx, insert); err != nil {
			return false, err
		}
		defer add[i].Close()
	}
	for size := 0; size < indexBatch; {
		c, ok, err := w.chunks.next()
		if err != nil || !ok {
			return err == nil, err
		}
		words, trigrams, err := indexed(c.text, c.lines, c.marks)
		if err != nil {
			return false, err
		}
		key := w.ord<<chunkBits | w.n
		if _, err = add[0].ExecContext(ctx, key, c.stored, len(c.text)+len(c.marks), len(c.marks), c.lines); err == nil {
			_, err = add[1].ExecContext(ctx, key, words)
		}
		if err == nil {
			_, err = add[2].ExecContext(ctx, key, trigrams)
		}
		if err != nil {
			return false, err
		}
		w.n++
		w.lines += c.n
		w.bytes += len(c.text)
		size += len(c.text)
	}
	return false, nil
}

// indexed is what the full-text tables are given for a chunk, and what takes it out
// of them again.
func indexed(text string, packed []byte, marks string) (words, trigrams string, err error) {
	lines, err := unpackChunk(text, packed)
	if err != nil {
		return "", "", err
	}
	folded := make([]string, len(lines))
	long := false
	for i, l := range lines {
		folded[i] = query.Fold(l.text)
		long = long || query.IsLongLine(folded[i])
	}
	if long {
		marks += " " + query.LongLineMark
	}
	return query.WordText(strings.Join(folded, "\n")) + "\n" + marks, query.TrigramText(folded), nil
}

// purgeTexts takes away the texts of recordings that are deleted.
func (l *Library) purgeTexts(ctx context.Context) error {
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

func purgeBatch(ctx context.Context, tx *sql.Tx, ord int64) (more bool, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT key, text, size, marks, lines FROM chunks WHERE key BETWEEN ? AND ? LIMIT ?`,
		ord<<chunkBits, (ord+1)<<chunkBits-1, indexBatch/chunkSize)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	type chunk struct {
		key           int64
		stored, lines []byte
		size, marks   int
	}
	var found []chunk
	for rows.Next() {
		var c chunk
		if err := rows.Scan(&c.key, &c.stored, &c.size, &c.marks, &c.lines); err != nil {
			return false, err
		}
		found = append(found, c)
	}
	if err := rows.Err(); err != nil {
		return false, err
	}
	var allWords, allTrigrams []string
	for _, c := range found {
		text, marks, err := unpackText(c.stored, c.size, c.marks)
		if err != nil {
			return false, err
		}
		words, trigrams, err := indexed(text, c.lines, marks)
		if err != nil {
			return false, err
		}
		allWords, allTrigrams = append(allWords, words), append(allTrigrams, trigrams)
		if _, err = tx.ExecContext(ctx, `INSERT INTO words (words, rowid, text) VALUES ('delete', ?, ?)`, c.key, words); err == nil {
			_, err = tx.ExecContext(ctx, `INSERT INTO trigrams (trigrams, rowid, text) VALUES ('delete', ?, ?)`, c.key, trigrams)
		}
		if err == nil {
			_, err = tx.ExecContext(ctx, `DELETE FROM chunks WHERE key = ?`, c.key)
		}
		if err != nil {
			return false, err
		}
	}
	if err := fts.ClearSeparators(ctx, tx, "words", allWords); err != nil {
		return false, err
	}
	return len(found) > 0, fts.ClearSeparators(ctx, tx, "trigrams", allTrigrams)
}
