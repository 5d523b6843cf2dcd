package library

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
)

// Reopen makes a finished recording one that is being written again, so that more
// can be recorded behind its end (castfile.Continue). The caller writes the file at
// its path, closes it, and calls Finish, which reads all of it anew; also when
// nothing could be written. A crash in between is repaired as that of a new
// recording is.
//
// Errors: one that wraps ErrNotFound, *ErrBusy when it is being written already,
// *ErrTrashed, and what the system says.
func (l *Library) Reopen(ctx context.Context, id string) (Recording, error) {
	if err := l.writable(); err != nil {
		return Recording{}, err
	}
	owner, err := l.own(ctx)
	if err != nil {
		return Recording{}, err
	}
	var r Recording
	err = l.update(ctx, func(tx *sql.Tx) error {
		if r, err = l.byID(ctx, tx, id); err != nil {
			return err
		}
		switch {
		case r.Status == StatusRecording:
			return &ErrBusy{ID: r.ID}
		case r.Status == StatusDamaged, r.Status == StatusMissing:
			return fmt.Errorf("recording %s is %s", r.ID, r.Status)
		case !r.Trashed.IsZero():
			return &ErrTrashed{ID: r.ID}
		case filepath.Ext(r.Path) == ".zst":
			return fmt.Errorf("recording %s is compressed, and cannot be continued; rexec export makes a file of it that can be", r.ID)
		}
		if err := l.checkIdle(ctx, tx, r); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE recordings SET status = ?, owner = ?, sha256 = '' WHERE id = ?`, StatusRecording, owner, r.ID)
		if err == nil {
			err = l.dropTimeline(r.SHA256)
		}
		if err == nil { // its text is read anew
			_, err = tx.ExecContext(ctx, `UPDATE texts SET version = 0 WHERE recording = (SELECT seq FROM recordings WHERE id = ?)`, r.ID)
		}
		return err
	})
	if err != nil {
		return Recording{}, fmt.Errorf("continue a recording: %w", err)
	}
	r.Status, r.SHA256 = StatusRecording, ""
	return r, nil
}
