package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"rexec/library/retention"
)

// maintainEvery is how often Maintain does anything.
const maintainEvery = 24 * time.Hour

// Plan says what Prune would let go of now, and changes nothing.
func (l *Library) Plan(ctx context.Context, p retention.Policy) (retention.Plan, error) {
	if err := l.open(); err != nil {
		return retention.Plan{}, err
	}
	list, err := l.everything(ctx)
	if err != nil {
		return retention.Plan{}, fmt.Errorf("look for what is to go: %w", err)
	}
	items := make([]retention.Item, len(list))
	for i, r := range list {
		r = live(r)
		items[i] = retention.Item{ID: r.ID, Created: r.Created, Trashed: r.Trashed, Stored: r.Stored, Keep: r.Keep,
			Busy: r.Status == StatusRecording}
		if r.Status == StatusMissing {
			items[i].Stored = 0
		}
	}
	return retention.Make(items, p, l.options.Now()), nil
}

// Prune does what Plan says, and returns what was done: what somebody is writing, has
// marked to be kept, or has taken out of the trash in the meantime, stays. After an
// error, the plan holds what was done until then.
func (l *Library) Prune(ctx context.Context, p retention.Policy) (retention.Plan, error) {
	if err := l.writable(); err != nil {
		return retention.Plan{}, err
	}
	plan, err := l.Plan(ctx, p)
	if err != nil {
		return plan, err
	}
	done := retention.Plan{Over: plan.Over}
	for _, m := range plan.Trash {
		moved, err := l.moveIf(ctx, m, func(r Recording) bool { return r.Trashed.IsZero() && !r.Keep }, l.Trash)
		if moved {
			done.Trash = append(done.Trash, m)
		}
		if err != nil {
			return done, err
		}
	}
	for _, m := range plan.Remove {
		moved, err := l.moveIf(ctx, m, func(r Recording) bool { return r.Trashed.Equal(m.Trashed) }, l.Delete)
		if moved {
			done.Remove = append(done.Remove, m)
		}
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// moveIf moves a recording that is still as the plan has it.
func (l *Library) moveIf(ctx context.Context, m retention.Move, still func(Recording) bool, move func(context.Context, ...string) error) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	r, err := l.byID(ctx, l.db.read, m.ID)
	if err == nil && still(r) {
		err = move(ctx, m.ID)
		if err == nil {
			return true, nil
		}
	}
	if errors.Is(err, ErrNotFound) || errors.As(err, new(*ErrBusy)) {
		err = nil
	}
	return false, err
}

// Chores are what Maintain does.
type Chores struct {
	Policy   retention.Policy
	Compress time.Duration // the age at which casts are compressed; 0: never
}

// Maintain prunes, compresses, and merges the full-text index, for who starts often: it does something once a day at
// most, in one process. What it could not end, because of an error or ctx, the next
// call goes on with. It returns what left its place.
func (l *Library) Maintain(ctx context.Context, c Chores) (retention.Plan, error) {
	if c == (Chores{}) || l.ReadOnly() != nil {
		return retention.Plan{}, nil
	}
	now := l.options.Now()
	if due, err := l.claimChores(ctx, now); err != nil || !due {
		return retention.Plan{}, err
	}
	plan, err := l.Prune(ctx, c.Policy)
	if err == nil && c.Compress > 0 {
		_, err = l.Compress(ctx, CompressOptions{Before: now.Add(-c.Compress)})
	}
	if err == nil {
		err = l.mergeMany(ctx)
	}
	if err != nil {
		_ = l.releaseChores(context.WithoutCancel(ctx), now)
	}
	return plan, err
}

// manySegments is how many segments a full-text index may have before it is worth
// writing it anew as one. Each is looked into by every search: with 26 of them, searches
// of 1 GB of text took three to seven times as long.
const manySegments = 12

// mergeMany merges the segments of the full-text indexes when they are many.
func (l *Library) mergeMany(ctx context.Context) error {
	n, err := l.segments(ctx)
	if err != nil || n <= manySegments {
		return err
	}
	return l.mergeSegments(ctx, -mergePages)
}

// segments counts the segments of the full-text index that has the most.
func (l *Library) segments(ctx context.Context) (n int, err error) {
	err = l.db.read.QueryRowContext(ctx, `SELECT max((SELECT count(DISTINCT segid) FROM words_idx),
		(SELECT count(DISTINCT segid) FROM trigrams_idx))`).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("look at the index: %w", err)
	}
	return n, nil
}

// claimChores tells whether the chores of the day are due, and then they are the
// caller's.
func (l *Library) claimChores(ctx context.Context, now time.Time) (due bool, err error) {
	// A time in the future was written by a clock that was wrong.
	const claim = `INSERT INTO chores (name, done_us) VALUES ('maintain', ?1) ON CONFLICT (name) DO UPDATE SET done_us = ?1
		WHERE done_us <= ?2 OR done_us > ?1`
	err = l.update(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, claim, now.UnixMicro(), now.Add(-maintainEvery).UnixMicro())
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		due = n > 0
		return err
	})
	return due, err
}

// releaseChores makes the chores that were claimed at a time due again.
func (l *Library) releaseChores(ctx context.Context, claimed time.Time) error {
	return l.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM chores WHERE name = 'maintain' AND done_us = ?`, claimed.UnixMicro())
		return err
	})
}
