package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Trash moves recordings to the trash. Their files stay where they are, but nothing
// lists or finds them until Restore; EmptyTrash and Delete remove them for good. What
// is in the trash already stays as it is. All or nothing: an error that wraps
// ErrNotFound, or *ErrBusy for one that is being written, means that none was moved.
func (l *Library) Trash(ctx context.Context, ids ...string) error {
	now := nullTime(truncated(l.options.Now()))
	trash := func(tx *sql.Tx, r Recording) error {
		if !r.Trashed.IsZero() {
			return nil
		}
		if err := l.checkIdle(ctx, tx, r); err != nil {
			return err
		}
		if r.Status == StatusRecording {
			return &ErrBusy{ID: r.ID} // Recover or Finish has to end it first
		}
		if err := setTrashed(ctx, tx, r.ID, now); err != nil {
			return err
		}
		return l.auditRecording(ctx, tx, AuditTrashed, r)
	}
	return l.makingRoom(func() error { return l.move(ctx, ids, trash) })
}

// Restore takes recordings out of the trash. What is not there stays as it is. All or
// nothing: an error that wraps ErrNotFound means that none was restored.
func (l *Library) Restore(ctx context.Context, ids ...string) error {
	return l.move(ctx, ids, func(tx *sql.Tx, r Recording) error {
		if r.Trashed.IsZero() {
			return nil
		}
		if err := setTrashed(ctx, tx, r.ID, sql.NullInt64{}); err != nil {
			return err
		}
		return l.auditRecording(ctx, tx, AuditRestored, r)
	})
}

// setTrashed moves one recording. The server has to hear of it, if it knows it.
func setTrashed(ctx context.Context, tx *sql.Tx, id string, when sql.NullInt64) error {
	_, err := tx.ExecContext(ctx, `UPDATE recordings SET trashed_us = ?, sidecar_due = 1,
		sync_state = CASE sync_state WHEN 'synced' THEN 'pending' ELSE sync_state END WHERE id = ?`, when, id)
	if err != nil {
		return fmt.Errorf("move recording %s: %w", id, err)
	}
	return nil
}

// move changes recordings in one transaction, and then writes their sidecars.
func (l *Library) move(ctx context.Context, ids []string, change func(*sql.Tx, Recording) error) error {
	err := l.update(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			r, err := l.byID(ctx, tx, id)
			if err != nil {
				return err
			}
			if err := change(tx, r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	var failed []error
	for _, id := range ids {
		failed = append(failed, l.flushSidecar(ctx, id))
	}
	return errors.Join(failed...)
}

// trashed returns what has been in the trash for longer than a time, or all of it for
// 0; the longest there come first.
func (l *Library) trashed(ctx context.Context, olderThan time.Duration) ([]Recording, error) {
	until := l.options.Now().Add(-max(olderThan, 0)).UnixMicro()
	if olderThan <= 0 {
		until = 1<<63 - 1 // also what a clock that was wrong put there
	}
	rows, err := l.db.read.QueryContext(ctx, `SELECT `+recordingColumns+` FROM recordings r
		WHERE r.trashed_us <= ? ORDER BY r.trashed_us, r.id`, until)
	if err != nil {
		return nil, err
	}
	return l.scanRecordings(rows)
}

// EmptyTrash deletes for good what has been in the trash for longer than a time, or
// all of it for 0, and returns what that was. See Delete.
func (l *Library) EmptyTrash(ctx context.Context, olderThan time.Duration) ([]Recording, error) {
	if err := l.deletable(); err != nil {
		return nil, err
	}
	list, err := l.trashed(ctx, olderThan)
	if err != nil {
		return nil, fmt.Errorf("empty the trash: %w", err)
	}
	var ids []string
	for _, r := range list {
		ids = append(ids, r.ID)
	}
	if err := l.Delete(ctx, ids...); err != nil {
		return nil, fmt.Errorf("empty the trash: %w", err)
	}
	return list, nil
}
