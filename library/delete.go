package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"rexec/recording/pack"
	"rexec/recording/timeline"
)

// Delete removes recordings for good: files, rows, text and caches, so that no file
// of the library holds anything of them any more; see Scrub. It is all or nothing:
// an error that wraps ErrNotFound, or *ErrBusy for one that somebody writes, means
// that none was removed. A recording that this library began, and whose file is not
// or no longer being written, can be deleted: so ends one that could not start.
//
// On a full disk Delete works where nothing else does.
func (l *Library) Delete(ctx context.Context, ids ...string) error {
	if len(ids) == 0 {
		return l.deletable()
	}
	return l.makingRoom(func() error { return l.delete(ctx, ids) })
}

func (l *Library) delete(ctx context.Context, ids []string) error {
	var paths []string
	err := l.update(ctx, func(tx *sql.Tx) error {
		paths = paths[:0]
		for _, id := range ids {
			r, err := l.byID(ctx, tx, id)
			if err != nil {
				return err
			}
			if err := l.checkIdle(ctx, tx, r); err != nil {
				return err
			}
			paths = append(paths, r.Path)
			if err := l.dropRow(ctx, tx, r); err != nil {
				return err
			}
			if err := l.auditRecording(ctx, tx, AuditDeleted, r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = errors.Join(l.finishRemovals(ctx, paths), l.purgeTexts(ctx))
	if err == nil {
		_, err = l.scrub(ctx, scrubPatience)
	}
	return err
}

// checkIdle returns *ErrBusy when somebody other than this library has begun the
// recording and lives, or anybody is writing its file.
func (l *Library) checkIdle(ctx context.Context, tx *sql.Tx, r Recording) error {
	var who string
	if err := tx.QueryRowContext(ctx, `SELECT owner FROM recordings WHERE id = ?`, r.ID).Scan(&who); err != nil {
		return fmt.Errorf("read recording %s: %w", r.ID, err)
	}
	l.mu.Lock()
	mine := who == l.owner.id
	l.mu.Unlock()
	if !mine {
		alive, err := l.lives(who)
		if err != nil {
			return err
		}
		if alive {
			return &ErrBusy{ID: r.ID}
		}
	}
	locked, err := isLocked(r.Path)
	if err != nil {
		return err
	}
	if locked {
		return &ErrBusy{ID: r.ID}
	}
	return nil
}

// dropRow deletes a recording's rows, and writes down that its files are to go and
// that traces of it are to be cleared away.
func (l *Library) dropRow(ctx context.Context, tx *sql.Tx, r Recording) error {
	path, err := l.rel(r.Path)
	if err == nil {
		_, err = tx.ExecContext(ctx, `INSERT OR REPLACE INTO removals (path, sha256) VALUES (?, ?)`, path, r.SHA256)
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, `INSERT INTO chores (name, due) VALUES ('scrub', 1) ON CONFLICT (name) DO UPDATE SET due = due + 1`)
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, `DELETE FROM recordings WHERE id = ?`, r.ID)
	}
	if err != nil {
		return fmt.Errorf("delete recording %s: %w", r.ID, err)
	}
	return nil
}

// finishRemovals removes casts whose rows are gone, with their sidecars and caches,
// and the note that this was to be done. The note is looked for in the same
// transaction: without it, somebody else has done so, and what is there now is
// another recording.
func (l *Library) finishRemovals(ctx context.Context, paths []string) error {
	var failed []error
	err := l.update(ctx, func(tx *sql.Tx) error {
		for _, path := range paths {
			rel, err := l.rel(path)
			if err != nil {
				return err
			}
			var sum string
			err = tx.QueryRowContext(ctx, `SELECT sha256 FROM removals WHERE path = ?`, rel).Scan(&sum)
			if errors.Is(err, sql.ErrNoRows) {
				continue
			}
			if err == nil {
				if err := l.removeFiles(path, sum); err != nil {
					failed = append(failed, fmt.Errorf("delete recording: %w", err))
					continue
				}
				_, err = tx.ExecContext(ctx, `DELETE FROM removals WHERE path = ?`, rel)
			}
			if err != nil {
				return fmt.Errorf("delete recording: %w", err)
			}
		}
		return nil
	})
	return errors.Join(append(failed, err)...)
}

// removeFiles removes all that is named after a recording.
func (l *Library) removeFiles(cast, sha256 string) error {
	return errors.Join(remove(cast), remove(pack.Twin(cast)), remove(sidecarPath(cast)), l.dropTimeline(sha256))
}

// dropTimeline removes the index of a cast, which holds its screens.
func (l *Library) dropTimeline(sha256 string) error {
	dir := l.dirs.Timelines()
	if dir == "" || sha256 == "" {
		return nil
	}
	return timeline.DropCache(dir, timeline.ContentKey(sha256))
}

// removalDue says that the cast at path is to be removed.
func (l *Library) removalDue(ctx context.Context, q querier, path string) (bool, error) {
	rel, err := l.rel(path)
	if err != nil {
		return false, err
	}
	var n int
	if err := q.QueryRowContext(ctx, `SELECT count(*) FROM removals WHERE path = ?`, rel).Scan(&n); err != nil {
		return false, fmt.Errorf("look for deletions: %w", err)
	}
	return n > 0, nil
}

// scrubPatience is how long Delete waits for readers that hold an older state.
const scrubPatience = 2 * time.Second

// Scrub clears away the traces that deleted recordings left in the database, as
// Delete does itself unless it is cut off or somebody reads for too long: SQLite
// overwrites with zeros what it deletes, but its log keeps the pages as they were
// until all readers are past them. clean says that there are no traces (any more);
// without it, the database remembers that this is due, and Recover tries again.
func (l *Library) Scrub(ctx context.Context) (clean bool, err error) {
	if err := l.deletable(); err != nil {
		return false, err
	}
	return l.scrub(ctx, busyTimeout)
}

func (l *Library) scrub(ctx context.Context, patience time.Duration) (clean bool, err error) {
	var due, vacuum, undone int64
	err = l.db.write.QueryRowContext(ctx, `SELECT coalesce((SELECT due FROM chores WHERE name = 'scrub'), 0),
		coalesce((SELECT due FROM chores WHERE name = 'vacuum'), 0),
		(SELECT count(*) FROM removals) + (SELECT count(*) FROM texts WHERE recording IS NULL)
			+ (SELECT count(*) FROM chores WHERE name = 'sweep' AND due > 0)`).Scan(&due, &vacuum, &undone)
	if err != nil {
		return false, fmt.Errorf("clear away what was deleted: %w", err)
	}
	if due == 0 {
		return true, nil
	}
	if undone > 0 {
		return false, nil // that comes first
	}
	if vacuum > 0 {
		// Pages of the time before SQLite was told to overwrite hold anything.
		if _, err := l.db.write.ExecContext(ctx, `VACUUM`); err != nil {
			if isBusy(err) || isFull(err) {
				return false, nil
			}
			return false, fmt.Errorf("clear away what was deleted: %w", err)
		}
	}
	if clean, err = l.truncateLog(ctx, patience); err != nil || !clean {
		return false, err
	}
	err = l.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE chores SET due = 0 WHERE name = 'scrub' AND due = ? OR name = 'vacuum'`, due)
		return err
	})
	return err == nil, err
}

// truncateLog copies the log into the database and empties it, which takes that
// nobody reads an older state; whoever does is waited for a while.
func (l *Library) truncateLog(ctx context.Context, patience time.Duration) (done bool, err error) {
	deadline := time.Now().Add(patience)
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, 200*time.Millisecond) {
		var busy, pages, copied int
		err := l.db.checkpoint.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &copied)
		switch {
		case err == nil && busy == 0:
			return true, nil
		case err != nil && !isBusy(err):
			return false, fmt.Errorf("clear away what was deleted: %w", err)
		case time.Now().After(deadline):
			return false, nil
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(wait):
		}
	}
}
