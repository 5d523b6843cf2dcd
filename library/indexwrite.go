package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

const (
	// indexBatch is how much text is written in one transaction, in bytes: others that
	// write wait for that long, a fifth of a second. Each is a segment of the indexes:
	// the more text it has, the fewer there are to merge.
	indexBatch = 512 << 10
	// maxWaiting is how many recordings are written in one transaction at most.
	maxWaiting = 64
	// partsAhead is how many parts of text wait to be written, and partSize how much
	// text each has.
	partsAhead = 4
	partSize   = indexBatch / 4
	// mergePages is how many pages of an index are merged in one transaction.
	mergePages = 256
	// After turns transactions, a second or so, there are none for a pause: another
	// process that waits for its turn looks for it every tenth of a second.
	turns = 10
	pause = 100 * time.Millisecond
)

// textPart is some of a recording's text, made ready to be written.
type textPart struct {
	recording Recording
	// commands are to take the place of those that are known, if replace says so.
	commands []Command
	replace  bool

	chunks      []readyChunk
	size        int  // bytes of text
	first, last bool // of the recording's parts
}

// cutText yields the text of a summary in parts, all of them with what is in about.
func cutText(s Summary, about textPart, yield func(textPart) error) error {
	chunks := newChunker(textLines(s), s.Commands)
	about.first = true
	for p := about; ; {
		c, ok, err := chunks.ready()
		if err != nil {
			return err
		}
		if p.last = !ok; ok {
			p.chunks = append(p.chunks, c)
			p.size += len(c.text)
		}
		if p.last || p.size >= partSize {
			if err := yield(p); err != nil || p.last {
				return err
			}
			p, about.first = about, false
			p.first = false
		}
	}
}

// indexWriter writes the texts of recordings, some of them in one transaction. A text
// is found when its last part is written, and what a crash leaves of it is cleared
// away by the next who tries. It is used by one goroutine, which has l.indexing.
type indexWriter struct {
	l     *Library
	owner string
	texts []*writtenText // whose parts wait; only the last may be incomplete
	size  int            // bytes of text that wait
	done  int            // texts that are findable, or somebody else's
	turns *turnTaker
}

// writtenText is a text that is being written.
type writtenText struct {
	textPart       // what waits of it
	ord      int64 // its place
	n        int64 // chunks that are written
	lines    int
	bytes    int
	claimed  bool // it has its place
	lost     bool // it is somebody else's to write, or nobody's any more
}

func (l *Library) newIndexWriter(ctx context.Context) (*indexWriter, error) {
	owner, err := l.own(ctx)
	if err != nil {
		return nil, err
	}
	return &indexWriter{l: l, owner: owner, turns: &turnTaker{l: l}}, nil
}

// add takes the next part of a text; those of one text come one behind the other.
func (w *indexWriter) add(ctx context.Context, p textPart) error {
	if p.first {
		w.texts = append(w.texts, &writtenText{textPart: p})
	} else {
		t := w.texts[len(w.texts)-1]
		t.chunks, t.last = append(t.chunks, p.chunks...), p.last
	}
	w.size += p.size
	if w.size < indexBatch && len(w.texts) < maxWaiting {
		return nil
	}
	return w.flush(ctx)
}

// flush writes what waits.
func (w *indexWriter) flush(ctx context.Context) error {
	if len(w.texts) == 0 {
		return nil
	}
	for _, t := range w.texts {
		if !t.claimed {
			if err := w.clear(ctx, t); err != nil {
				return fmt.Errorf("index recording %s: %w", t.recording.ID, err)
			}
		}
	}
	if err := w.turns.update(ctx, func(tx *sql.Tx) error { return w.write(ctx, tx) }); err != nil {
		return err
	}
	return errors.Join(w.settle(ctx), w.turns.merge(ctx, mergePages))
}

// turnTaker leaves other processes their turns among many transactions.
type turnTaker struct {
	l *Library
	n int // transactions since the pause
}

func (t *turnTaker) update(ctx context.Context, f func(tx *sql.Tx) error) error {
	if t.n++; t.n > turns {
		t.n = 1
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
	return t.l.update(ctx, f)
}

// settle forgets what is written.
func (w *indexWriter) settle(ctx context.Context) error {
	lost := false
	var open []*writtenText
	for _, t := range w.texts {
		lost = lost || t.lost
		if t.last {
			w.done++
		} else {
			t.chunks = nil
			open = append(open, t)
		}
	}
	w.texts, w.size = open, 0
	if lost {
		return w.l.purgeTexts(ctx)
	}
	return nil
}

// clear takes away what somebody who is gone has left of a text, or an older rexec
// has written. Then it has its place already.
func (w *indexWriter) clear(ctx context.Context, t *writtenText) error {
	var known int
	err := w.l.db.read.QueryRowContext(ctx, `SELECT count(*) FROM texts t JOIN recordings r ON r.seq = t.recording WHERE r.id = ?`,
		t.recording.ID).Scan(&known)
	if err != nil || known == 0 {
		return err
	}
	err = w.l.update(ctx, func(tx *sql.Tx) error { return w.claim(ctx, tx, t) })
	if err != nil || t.lost {
		return err
	}
	return w.l.purgeChunks(ctx, t.ord, w.owner)
}

// claim makes a recording's text this process's to write.
func (w *indexWriter) claim(ctx context.Context, tx *sql.Tx, t *writtenText) error {
	var seq, created, version int64
	var ord sql.NullInt64
	var owner string
	err := tx.QueryRowContext(ctx, `SELECT r.seq, r.created_us, t.ord, coalesce(t.version, 0), coalesce(t.owner, '')
		FROM recordings r LEFT JOIN texts t ON t.recording = r.seq WHERE r.id = ?`, t.recording.ID).Scan(&seq, &created, &ord, &version, &owner)
	if t.lost = errors.Is(err, sql.ErrNoRows) || err == nil && version == indexVersion; t.lost {
		return nil
	}
	if err != nil {
		return err
	}
	if owner != w.owner {
		if t.lost, err = w.l.lives(owner); err != nil || t.lost {
			return err
		}
	}
	t.claimed = true
	if t.ord = ord.Int64; ord.Valid {
		_, err = tx.ExecContext(ctx, `UPDATE texts SET version = 0, owner = ? WHERE ord = ?`, w.owner, t.ord)
		return err
	}
	if t.ord, err = freeOrd(ctx, tx, created/1e6); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO texts (ord, recording, owner) VALUES (?, ?, ?)`, t.ord, seq, w.owner)
	return err
}

// freeOrd returns the first place from a second on that no text has.
func freeOrd(ctx context.Context, tx *sql.Tx, from int64) (int64, error) {
	var ord int64
	err := tx.QueryRowContext(ctx, `SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM texts WHERE ord = ?1) THEN ?1
		ELSE (SELECT min(a.ord) + 1 FROM texts a WHERE a.ord >= ?1 AND NOT EXISTS (SELECT 1 FROM texts b WHERE b.ord = a.ord + 1)) END`,
		from).Scan(&ord)
	return ord, err
}

// write writes what waits of all texts.
func (w *indexWriter) write(ctx context.Context, tx *sql.Tx) (err error) {
	var add adder
	if err := add.prepare(ctx, tx); err != nil {
		return err
	}
	defer add.close()
	for _, t := range w.texts {
		if err := w.writeText(ctx, tx, &add, t); err != nil {
			return fmt.Errorf("index recording %s: %w", t.recording.ID, err)
		}
	}
	return nil
}

func (w *indexWriter) writeText(ctx context.Context, tx *sql.Tx, add *adder, t *writtenText) error {
	if !t.claimed && !t.lost {
		// Somebody may have begun with it since clear looked.
		var known int
		err := tx.QueryRowContext(ctx, `SELECT count(*) FROM texts t JOIN recordings r ON r.seq = t.recording WHERE r.id = ?`,
			t.recording.ID).Scan(&known)
		if err != nil {
			return err
		}
		if t.lost = known > 0; !t.lost {
			if err := w.claim(ctx, tx, t); err != nil {
				return err
			}
		}
	} else if !t.lost {
		var mine int
		err := tx.QueryRowContext(ctx, `SELECT count(*) FROM texts WHERE ord = ? AND owner = ? AND recording IS NOT NULL`, t.ord, w.owner).Scan(&mine)
		if err != nil {
			return err
		}
		t.lost = mine == 0
	}
	if t.lost {
		return nil
	}
	for _, c := range t.chunks {
		if err := add.add(ctx, t, c); err != nil {
			return err
		}
	}
	if !t.last {
		return nil
	}
	if t.replace {
		if err := setCommands(ctx, tx, t.recording.ID, t.commands); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE recordings SET commands = ?, summary = ? WHERE id = ?`,
			len(t.commands), summaryVersion, t.recording.ID)
		if err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `UPDATE texts SET version = ?, owner = '', lines = ?, bytes = ? WHERE ord = ?`,
		indexVersion, t.lines, t.bytes, t.ord)
	return err
}

// adder has the statements that add chunks.
type adder struct{ chunk, words, trigrams *sql.Stmt }

func (a *adder) prepare(ctx context.Context, tx *sql.Tx) (err error) {
	for _, s := range []struct {
		to     **sql.Stmt
		insert string
	}{
		{&a.chunk, `INSERT INTO chunks (key, text, size, marks, lines) VALUES (?, ?, ?, ?, ?)`},
		{&a.words, `INSERT INTO words (rowid, text) VALUES (?, ?)`},
		{&a.trigrams, `INSERT INTO trigrams (rowid, text) VALUES (?, ?)`},
	} {
		if *s.to, err = tx.PrepareContext(ctx, s.insert); err != nil {
			a.close()
			return err
		}
	}
	return nil
}

func (a *adder) close() {
	for _, s := range []*sql.Stmt{a.chunk, a.words, a.trigrams} {
		if s != nil {
			s.Close()
		}
	}
}

// add adds the next chunk of a text.
func (a *adder) add(ctx context.Context, t *writtenText, c readyChunk) error {
	key := t.ord<<chunkBits | t.n
	_, err := a.chunk.ExecContext(ctx, key, c.stored, len(c.text)+len(c.marks), len(c.marks), c.lines)
	if err == nil {
		_, err = a.words.ExecContext(ctx, key, c.words)
	}
	if err == nil {
		_, err = a.trigrams.ExecContext(ctx, key, c.trigrams)
	}
	t.n++
	t.lines += c.n
	t.bytes += len(c.text)
	return err
}

// mergeSegments is merge for who does nothing else.
func (l *Library) mergeSegments(ctx context.Context, pages int) error {
	return (&turnTaker{l: l}).merge(ctx, pages)
}

// merge merges segments of the full-text indexes where there are many, in steps of so
// many pages, which are transactions of their own. Fewer than none stand for as many,
// but of all segments together, however few.
func (t *turnTaker) merge(ctx context.Context, pages int) error {
	for _, table := range []string{"words", "trigrams"} {
		for more := true; more; {
			err := t.update(ctx, func(tx *sql.Tx) error {
				var before, after int
				err := tx.QueryRowContext(ctx, `SELECT total_changes()`).Scan(&before)
				if err == nil {
					_, err = tx.ExecContext(ctx, `INSERT INTO `+table+` (`+table+`, rank) VALUES ('merge', ?)`, pages)
				}
				if err == nil {
					err = tx.QueryRowContext(ctx, `SELECT total_changes()`).Scan(&after)
				}
				more = after-before > 1 // the statement itself counts as one: see FTS5's documentation of merge
				return err
			})
			if err != nil {
				return fmt.Errorf("merge the index %s: %w", table, err)
			}
		}
	}
	return nil
}
