package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"rexec/recording/cast"
)

// ErrNothingRecorded says that a recording ended before anything of it was stored;
// it is gone from the library.
var ErrNothingRecorded = errors.New("nothing was recorded")

// Begin makes room for a new recording: a row with status recording, and a path.
// The caller creates the file there (castfile.Create) with the header that Begin
// returns, writes it, closes it, and calls Finish. When the file cannot be created,
// the caller calls Delete. Until Close, no other process takes the recording for one
// that a crash left open.
func (l *Library) Begin(ctx context.Context, n NewRecording) (Recording, cast.Header, error) {
	if err := l.writable(); err != nil {
		return Recording{}, cast.Header{}, err
	}
	owner, err := l.own(ctx)
	if err != nil {
		return Recording{}, cast.Header{}, err
	}
	id, err := l.options.NewID()
	if err != nil {
		return Recording{}, cast.Header{}, fmt.Errorf("make an id: %w", err)
	}
	if n.Host == "" {
		n.Host = l.options.Host
	}
	if n.Cols <= 0 || n.Rows <= 0 {
		n.Cols, n.Rows = cast.DefaultCols, cast.DefaultRows // no terminal at all
	}
	now := truncated(l.options.Now())
	r := Recording{
		ID: id, Title: bounded(n.Title, maxTitle), Description: bounded(n.Description, maxDescription), Tags: cleanTags(n.Tags),
		Status: StatusRecording, Source: SourceRecorded, Visibility: VisibilityPrivate, Created: now, Cols: n.Cols, Rows: n.Rows,
		Command: bounded(n.Command, maxField), Shell: bounded(n.Shell, maxField),
		Host: bounded(n.Host, maxField), Dir: bounded(n.Dir, maxField),
		Path: l.castPath(id, now),
	}
	r.Dirs = seenDirs(r.Dir, nil)
	err = l.update(ctx, func(tx *sql.Tx) error {
		if err := l.insert(ctx, tx, r, owner); err != nil {
			return err
		}
		if err := l.auditRecording(ctx, tx, AuditStarted, r); err != nil {
			return err
		}
		return writeSidecar(r.Path, sidecarOf(r))
	})
	if err != nil {
		return Recording{}, cast.Header{}, fmt.Errorf("begin a recording: %w", err)
	}
	return r, cast.Header{
		Version: 2, Cols: r.Cols, Rows: r.Rows, Timestamp: now, Title: r.Title, Command: r.Command, Env: n.Env,
		Rexec: &cast.Rexec{ID: r.ID, Host: r.Host, Shell: r.Shell, Dir: r.Dir},
	}, nil
}

// Finish ends a recording whose file has been closed: it reads the file and writes
// down its length, size, hash and commands. A recording that has been finished
// already is returned as it is. Errors: one that wraps ErrNotFound,
// ErrNothingRecorded when there is no file or nothing in it, *ErrBusy when the file
// is still open.
func (l *Library) Finish(ctx context.Context, id string, info FinishInfo) (Recording, error) {
	if err := l.writable(); err != nil {
		return Recording{}, err
	}
	r, err := l.byID(ctx, l.db.read, id)
	if err != nil || r.Status != StatusRecording {
		return r, err
	}
	if err := waitUnlocked(ctx, r); err != nil {
		return Recording{}, err
	}
	r, _, err = l.finish(ctx, r, info.ExitStatus)
	return r, err
}

// waitUnlocked waits a little for the lock on a recording to go. A program that is
// started by another goroutine right when the file is closed keeps it locked until
// it runs; somebody who looks whether it is locked holds it for a moment, too.
func waitUnlocked(ctx context.Context, r Recording) error {
	const tries, pause = 50, 10 * time.Millisecond
	for range tries {
		if locked, err := isLocked(r.Path); err != nil || !locked {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
	return &ErrBusy{ID: r.ID}
}

// finish ends a recording that nobody writes. It returns how many bytes of a torn
// line it cut off.
func (l *Library) finish(ctx context.Context, r Recording, exit *int) (_ Recording, dropped int64, err error) {
	empty, err := holdsNothing(r.Path)
	if err != nil {
		return Recording{}, 0, fmt.Errorf("finish recording %s: %w", r.ID, err)
	}
	if empty {
		return r, 0, l.discard(ctx, r)
	}
	c, dropped, err := l.mend(ctx, r.Path)
	if err != nil {
		return Recording{}, 0, fmt.Errorf("finish recording %s: %w", r.ID, err)
	}
	err = l.update(ctx, func(tx *sql.Tx) error {
		now, err := l.byID(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		if now.Status != StatusRecording {
			return nil // another process was faster
		}
		if c.status() != StatusComplete {
			// The sidecar keeps what the mended file no longer shows.
			if _, err := tx.ExecContext(ctx, `UPDATE recordings SET sidecar_due = 1 WHERE id = ?`, r.ID); err != nil {
				return fmt.Errorf("write down recording %s: %w", r.ID, err)
			}
		}
		if err := setContent(ctx, tx, r.ID, c, exit); err != nil {
			return err
		}
		r.Duration, r.Size = c.duration, c.size
		return l.auditRecording(ctx, tx, AuditStopped, r)
	})
	if err != nil {
		return Recording{}, 0, err
	}
	if err := l.flushSidecar(ctx, r.ID); err != nil {
		return Recording{}, 0, err
	}
	l.indexNew(ctx, r, c)
	r, err = l.byID(ctx, l.db.read, r.ID)
	return r, dropped, err
}

// discard drops a recording that holds nothing.
func (l *Library) discard(ctx context.Context, r Recording) error {
	err := l.update(ctx, func(tx *sql.Tx) error {
		if err := l.dropRow(ctx, tx, r); err != nil {
			return err
		}
		return l.auditRecording(ctx, tx, AuditDeleted, r, "nothing recorded")
	})
	if err == nil {
		err = l.finishRemovals(ctx, []string{r.Path})
	}
	if err == nil {
		_, err = l.scrub(ctx, 0) // of its title; Recover does it if somebody reads now
	}
	if err != nil {
		return err
	}
	return ErrNothingRecorded
}

// holdsNothing says that a file is not there, or does not even hold the whole line
// of a header, as after a crash at the very start.
func holdsNothing(path string) (bool, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	return lacksNewline(f)
}

// validTime says that a time is one that the library can store and name a folder by.
func validTime(t time.Time) bool {
	return t.Unix() > 0 && t.UTC().Year() <= 9999
}
