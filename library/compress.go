package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"rexec/recording/pack"
)

// minCompress is the least content that is worth it: of less, the disk's blocks leave
// nothing to gain. In bytes.
const minCompress = 16 << 10

// CompressOptions say which casts Compress compresses.
type CompressOptions struct {
	Before   time.Time // recorded before that; zero: whenever
	IDs      []string  // these only; nil: all
	Progress func(CompressProgress)
}

// CompressProgress is where Compress stands.
type CompressProgress struct {
	Recording   Recording // that is being compressed
	Done, Total int64     // bytes of content of all of them, each counted twice
}

// Compressed is what became of one recording. With Err it is as it was.
type Compressed struct {
	Recording Recording
	Err       error
}

// Compressible returns the recordings that Compress would compress, the oldest first:
// whole ones, not compressed yet, big enough for it to make a difference.
func (l *Library) Compressible(ctx context.Context, o CompressOptions) ([]Recording, error) {
	if err := l.open(); err != nil {
		return nil, err
	}
	where, args := "", []any{minCompress}
	if !o.Before.IsZero() {
		where, args = " AND r.created_us < ?", append(args, o.Before.UnixMicro())
	}
	if o.IDs != nil {
		where += " AND r.id IN (SELECT value FROM json_each(?))"
		args = append(args, jsonList(o.IDs))
	}
	rows, err := l.db.read.QueryContext(ctx, `SELECT `+recordingColumns+` FROM recordings r
		WHERE r.status IN ('complete', 'repaired') AND NOT r.missing AND substr(r.path, -5) = '.cast' AND r.size >= ?`+where+`
		ORDER BY r.created_us, r.id`, args...)
	var list []Recording
	if err == nil {
		list, err = l.scanRecordings(rows)
	}
	if err != nil {
		return nil, fmt.Errorf("look for casts to compress: %w", err)
	}
	return list, nil
}

// Compress compresses casts where they lie; see package pack. Everything reads them as
// before: the content, its size and its hash are the same, Stored is less. A cast that
// somebody writes is left alone. It may be cancelled and killed at any time: a
// recording is compressed or not, and at each moment one of the two is there in whole.
//
// A cast that resists does not hold up the others: see its result. The error is that
// of ctx, of the database, or *ErrReadOnly.
func (l *Library) Compress(ctx context.Context, o CompressOptions) ([]Compressed, error) {
	if err := l.writable(); err != nil {
		return nil, err
	}
	list, err := l.Compressible(ctx, o)
	if err != nil {
		return nil, err
	}
	p := CompressProgress{}
	for _, r := range list {
		p.Total += 2 * r.Size
	}
	var out []Compressed
	var before int64 // of this one, all that is counted already
	for _, r := range list {
		p.Recording = r
		after, did, err := l.compress(ctx, r, func(done, _ int64) {
			if o.Progress != nil {
				p.Done = min(before+done, p.Total)
				o.Progress(p)
			}
		})
		switch {
		case ctx.Err() != nil:
			return out, ctx.Err()
		case errors.As(err, new(*ErrReadOnly)):
			return out, err
		case err != nil:
			out = append(out, Compressed{Recording: r, Err: err})
		case did:
			out = append(out, Compressed{Recording: after})
		}
		before += 2 * r.Size
	}
	return out, nil
}

// compress compresses one cast; did is false when there was a reason to leave it.
//
//	incoming/….part      written, synced, read again    a crash: cleared away
//	<id>.cast.zst        renamed, row changed           a crash: recoverPacked drops it
//	<id>.cast            removed                        a crash: recoverPacked drops it
func (l *Library) compress(ctx context.Context, r Recording, progress func(done, total int64)) (_ Recording, did bool, err error) {
	if locked, err := isLocked(r.Path); err != nil || locked {
		return r, false, err
	}
	owner, err := l.own(ctx)
	if err != nil {
		return r, false, err
	}
	if err := os.MkdirAll(l.incomingDir(), 0o700); err != nil {
		return r, false, err
	}
	part := filepath.Join(l.incomingDir(), partName(r.ID, owner))
	if err := remove(part); err != nil {
		return r, false, err
	}
	res, err := pack.Compress(ctx, r.Path, part, progress)
	if errors.Is(err, fs.ErrNotExist) {
		return r, false, nil // deleted, or another process was faster
	}
	if err != nil {
		return r, false, err
	}
	defer remove(part)
	if res.SHA256 != r.SHA256 {
		return r, false, fmt.Errorf("%s is not what was recorded: its content changed since; rexec doctor looks into it", r.Path)
	}
	if res.Stored >= res.Size {
		return r, false, nil
	}
	if did, err = l.swap(ctx, r, part, res); err != nil || !did {
		return r, false, err
	}
	if err := l.dropPlain(ctx, r); err != nil {
		return r, false, err
	}
	r, err = l.byID(ctx, l.db.read, r.ID)
	return r, err == nil, err
}

// swap gives a recording a packed file in the place of its plain one, which stays.
func (l *Library) swap(ctx context.Context, r Recording, part string, res pack.Result) (done bool, err error) {
	packed := pack.Twin(r.Path)
	rel, err := l.rel(packed)
	if err != nil {
		return false, err
	}
	err = l.update(ctx, func(tx *sql.Tx) error {
		now, err := l.byID(ctx, tx, r.ID)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil || now.Path != r.Path || now.SHA256 != res.SHA256 {
			return err
		}
		if info, err := os.Stat(r.Path); err != nil || info.Size() != res.Size {
			return nil // somebody was at it
		}
		if err := rename(part, packed); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE recordings SET path = ?, stored = ? WHERE id = ?`, rel, res.Stored, r.ID)
		done = err == nil
		return err
	})
	if err != nil {
		return false, fmt.Errorf("compress recording %s: %w", r.ID, err)
	}
	return done, nil
}

// dropPlain removes the plain file of a recording that has a packed one. On Windows it
// cannot while somebody reads it: then Recover does it.
func (l *Library) dropPlain(ctx context.Context, r Recording) error {
	return l.update(ctx, func(tx *sql.Tx) error {
		now, err := l.byID(ctx, tx, r.ID)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err == nil && now.Path == pack.Twin(r.Path) {
			_ = remove(r.Path)
		}
		return err
	})
}

// recoverPacked settles what has two files, or one by the other's name than its row
// says: a crash while it was compressed leaves that, and so does somebody who ran
// zstd here.
func (l *Library) recoverPacked(ctx context.Context, s *survey) ([]Recovered, error) {
	var left []string
	for _, path := range s.unclaimed {
		settled := false
		err := l.update(ctx, func(tx *sql.Tx) (err error) {
			settled, err = l.settleTwin(ctx, tx, path)
			return err
		})
		if err != nil {
			return nil, err
		}
		if !settled {
			left = append(left, path)
		}
	}
	s.unclaimed = left
	return nil, ctx.Err()
}

// settleTwin looks at a cast without a row; settled is false when its twin has none
// either.
func (l *Library) settleTwin(ctx context.Context, tx *sql.Tx, path string) (settled bool, err error) {
	twin := pack.Twin(path)
	rel, err := l.rel(twin)
	if err != nil {
		return false, err
	}
	var id string
	err = tx.QueryRowContext(ctx, `SELECT id FROM recordings WHERE path = ? AND status <> 'recording'`, rel).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if _, err := os.Stat(twin); err == nil {
		return true, remove(path)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return true, nil // not to be known
	}
	info, err := os.Stat(path)
	if err != nil {
		return true, nil
	}
	if rel, err = l.rel(path); err == nil {
		_, err = tx.ExecContext(ctx, `UPDATE recordings SET path = ?, stored = ?, missing = 0 WHERE id = ?`, rel, info.Size(), id)
	}
	return true, err
}

// isPackedName says that a cast of this name is a packed one.
func isPackedName(path string) bool { return strings.HasSuffix(path, packedExt) }
