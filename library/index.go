package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"rexec/recording/pack"
)

// indexVersion changes when what is indexed of a cast does: recordings that were
// indexed before are then read again. A change of how chunks are stored, or of what
// the full-text tables are given for a chunk, takes a migration that empties them,
// since a chunk is taken out of them by what was put in.
const indexVersion = summaryVersion<<8 | 2

// IndexProgress is where IndexPending stands.
type IndexProgress struct {
	Recording   Recording // that was read last; the zero value at the end
	Done, Total int       // recordings that are found now, of all
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
		defer l.endIndexing()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := l.indexPending(ctx, progress); err != nil {
		return fmt.Errorf("index the library: %w", err)
	}
	return nil
}

// indexPending reads recordings while those before are written.
func (l *Library) indexPending(ctx context.Context, progress func(IndexProgress)) error {
	if err := l.purgeTexts(ctx); err != nil {
		return err
	}
	w, err := l.newIndexWriter(ctx)
	if err != nil {
		return err
	}
	total, err := l.Pending(ctx)
	if err != nil {
		return err
	}
	reading, stop := context.WithCancel(ctx)
	defer stop()
	parts := make(chan textPart, partsAhead)
	read := make(chan error, 1)
	go func() {
		defer close(parts)
		read <- l.readPending(reading, parts)
	}()
	tell := func(r Recording) {
		if progress != nil {
			progress(IndexProgress{Recording: r, Done: w.done, Total: max(total, w.done)})
		}
	}
	for p := range parts {
		if err != nil {
			continue // what was on its way
		}
		if p.first {
			tell(p.recording)
		}
		if err = w.add(ctx, p); err != nil {
			stop()
		}
	}
	if err == nil {
		err = <-read
	}
	if err == nil {
		err = w.flush(ctx)
	}
	if err == nil {
		total = w.done
		tell(Recording{})
	}
	return err
}

// readPending reads what is not indexed yet, newest first, until ctx ends.
func (l *Library) readPending(ctx context.Context, parts chan<- textPart) error {
	var after *Cursor
	for {
		r, err := l.nextPending(ctx, after)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err == nil {
			err = l.readText(ctx, r, parts)
		}
		if err != nil {
			return err
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

// readText reads a recording again, for the index.
func (l *Library) readText(ctx context.Context, r Recording, parts chan<- textPart) error {
	f, err := pack.Open(r.Path)
	if err != nil {
		return nil // it is missing, which Recover will see
	}
	defer f.Close()
	s, err := l.summarize(ctx, &countingReader{ctx: ctx, r: f}, r.Path, r.SHA256)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	text := textPart{recording: r, commands: s.Commands, replace: true}
	if err != nil { // read again when a rexec comes that may know better
		s, text.replace = Summary{}, false
	}
	return cutText(s, text, func(p textPart) error {
		select {
		case parts <- p:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
}

// indexNew indexes what has just been read. If it fails, or somebody else indexes in
// this process, the recording stays pending.
func (l *Library) indexNew(ctx context.Context, r Recording, c *content) {
	if c.summary == 0 || !l.tryIndexing() {
		return
	}
	defer l.endIndexing()
	w, err := l.newIndexWriter(ctx)
	if err != nil {
		return
	}
	err = cutText(Summary{Commands: c.commands, Lines: c.lines}, textPart{recording: r},
		func(p textPart) error { return w.add(ctx, p) })
	if err == nil {
		_ = w.flush(ctx)
	}
}

// tryIndexing begins to index, unless another goroutine does.
func (l *Library) tryIndexing() bool {
	select {
	case l.indexing <- struct{}{}:
		return true
	default:
		return false
	}
}

func (l *Library) endIndexing() { <-l.indexing }
