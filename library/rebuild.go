package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"rexec/recording/castfile"
)

// The names of the database and of what becomes of it when it is made anew:
//
//	library.db.part   the new one, being made; may be removed at any time
//	library.db.new    the new one, whole: from here on it is the database, whoever
//	                  comes first brings it in its place
//	library.db        the old one, until then
const (
	dbName     = "library.db"
	unfinished = dbName + ".part"
	newName    = dbName + ".new"
	swapLock   = dbName + ".lock" // held by who makes one, or changes names; it stays
)

// RebuildProgress is where Rebuild stands.
type RebuildProgress struct {
	Path        string // of the cast that is being read; empty at the end
	Done, Total int    // casts
	Bytes, All  int64  // of them, as they are stored
}

// Rebuild makes the database anew from casts and sidecars, whatever state it is in,
// and puts the new one in its place when it is whole: until then, and after an error
// or a cancelled ctx, the old one stays. Casts and sidecars are not changed, but for
// what Recover would mend. It takes as long as importing all of them.
//
// From the old database it takes over the audit log, as far as that can be read: no
// file has it. Recordings whose files are missing are forgotten. Other processes that
// have the library open are told ErrReplaced; what they are recording is taken in by
// the next Recover.
func Rebuild(ctx context.Context, d Dirs, o Options, progress func(RebuildProgress)) ([]Recovered, error) {
	l := &Library{dirs: d, options: o.withDefaults(), file: unfinished, indexing: make(chan struct{}, 1)}
	found, err := l.rebuild(ctx, progress)
	if err != nil {
		return nil, fmt.Errorf("rebuild the library: %w", err)
	}
	return found, nil
}

func (l *Library) rebuild(ctx context.Context, progress func(RebuildProgress)) (found []Recovered, err error) {
	if err := l.checkWritable(); err != nil {
		return nil, err
	}
	unlock, err := lockSwap(ctx, l.dirs.Data, 0)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := swapDB(l.dirs.Data); err != nil {
		return nil, err
	}
	removeDB(l.dbPath())
	if err := l.enter(); err != nil {
		return nil, err
	}
	if l.db, err = openDB(ctx, l.dbPath(), l.remote); err != nil {
		l.leave()
		return nil, err
	}
	closed := false
	defer func() {
		if !closed {
			l.Close()
		}
		removeDB(l.dbPath())
	}()
	if l.opened, err = os.Stat(l.dbPath()); err != nil {
		return nil, err
	}
	if found, err = l.adoptEverything(ctx, progress); err != nil {
		return nil, err
	}

	// From here on nobody changes the old one, if it is whole enough to be changed.
	old := filepath.Join(l.dirs.Data, dbName)
	release := holdDatabase(ctx, old)
	defer release()
	if err := l.copyAudit(ctx, old); err != nil {
		return nil, err
	}
	more, err := l.catchUp(ctx)
	found = append(found, more...)
	if err != nil {
		return nil, err
	}
	if done, err := l.truncateLog(ctx, busyTimeout); err != nil || !done {
		return nil, errors.Join(err, errors.New("the new database could not be completed"))
	}
	closed = true
	if err := l.Close(); err != nil {
		return nil, err
	}
	if err := rename(l.dbPath(), filepath.Join(l.dirs.Data, newName)); err != nil {
		return nil, err
	}
	release()
	return found, swapDB(l.dirs.Data)
}

// adoptEverything takes in all casts, the newest folders first.
func (l *Library) adoptEverything(ctx context.Context, progress func(RebuildProgress)) ([]Recovered, error) {
	s, err := l.survey(ctx)
	if err != nil {
		return nil, err
	}
	slices.Sort(s.unclaimed)
	slices.Reverse(s.unclaimed)
	sizes := map[string]int64{}
	p := RebuildProgress{Total: len(s.unclaimed)}
	for _, path := range s.unclaimed {
		if info, err := os.Stat(path); err == nil {
			sizes[path] = info.Size()
			p.All += info.Size()
		}
	}
	var out []Recovered
	for _, path := range s.unclaimed {
		if p.Path = path; progress != nil {
			progress(p)
		}
		found, err := l.adoptAll(ctx, &survey{unclaimed: []string{path}})
		out = append(out, found...)
		if err != nil {
			return out, err
		}
		p.Done++
		p.Bytes += sizes[path]
	}
	if p.Path = ""; progress != nil {
		progress(p)
	}
	return out, nil
}

// catchUp takes in what has changed since the files were read.
func (l *Library) catchUp(ctx context.Context) ([]Recovered, error) {
	s, err := l.survey(ctx)
	if err != nil {
		return nil, err
	}
	out, err := l.adoptAll(ctx, s)
	if err != nil {
		return out, err
	}
	for _, id := range s.gone { // deleted in the meantime
		err := l.update(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `DELETE FROM recordings WHERE id = ?`, id)
			return err
		})
		if err != nil {
			return out, err
		}
	}
	list, err := l.everything(ctx)
	if err != nil {
		return out, err
	}
	for _, r := range list {
		if l.sidecarIll(r) != "" {
			if err := l.mendSidecar(ctx, r.ID); err != nil {
				return out, err
			}
		}
	}
	return out, l.purgeTexts(ctx)
}

// copyAudit takes over as much of the audit log as can be read of the database at path.
func (l *Library) copyAudit(ctx context.Context, path string) error {
	if _, err := os.Stat(path); err != nil {
		return nil
	}
	from, err := pool(path, 1, url.Values{"mode": {"ro"}})
	if err != nil {
		return nil
	}
	defer from.Close()
	const columns = `at_us, action, recording, actor, terminal, duration_us, size, detail`
	rows, err := from.QueryContext(ctx, `SELECT seq, `+columns+` FROM audit ORDER BY seq`)
	if err != nil {
		return ctx.Err() // it is lost
	}
	defer rows.Close()
	return l.update(ctx, func(tx *sql.Tx) error {
		add, err := tx.PrepareContext(ctx, `INSERT OR IGNORE INTO audit (seq, `+columns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`)
		if err != nil {
			return err
		}
		defer add.Close()
		for rows.Next() {
			v := make([]any, 9)
			into := make([]any, len(v))
			for i := range v {
				into[i] = &v[i]
			}
			if rows.Scan(into...) != nil {
				break
			}
			if _, err := add.ExecContext(ctx, v...); err != nil {
				return fmt.Errorf("take over the audit log: %w", err)
			}
		}
		return ctx.Err()
	})
}

// holdDatabase keeps others from changing a database, if it can: with a damaged one
// nobody changes anything. What it returns may be called more than once.
func holdDatabase(ctx context.Context, path string) (release func()) {
	if _, err := os.Stat(path); err != nil {
		return func() {}
	}
	p, err := pool(path, 1, url.Values{"_txlock": {"immediate"}})
	if err != nil {
		return func() {}
	}
	tx, err := p.BeginTx(ctx, nil)
	return func() {
		if err == nil {
			_ = tx.Rollback()
		}
		_ = p.Close()
	}
}

// finishSwap brings a database that was made anew in its place, if a crash kept its
// maker from it.
func finishSwap(ctx context.Context, dir string) error {
	if _, err := os.Stat(filepath.Join(dir, newName)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	unlock, err := lockSwap(ctx, dir, busyTimeout)
	if err != nil {
		return fmt.Errorf("bring the rebuilt database in its place: %w", err)
	}
	defer unlock()
	return swapDB(dir)
}

// swapDB does so under the lock. Wherever it is cut off, it can be done again.
func swapDB(dir string) error {
	fresh, path := filepath.Join(dir, newName), filepath.Join(dir, dbName)
	if _, err := os.Stat(fresh); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	// The log of the old one must not be taken for the new one's.
	for _, suffix := range []string{"-wal", "-shm", "-journal"} {
		if err := remove(path + suffix); err != nil {
			return fmt.Errorf("bring the rebuilt database in its place: %w", err)
		}
	}
	return rename(fresh, path)
}

// lockSwap takes the lock of who makes a database anew, and waits for it for a time.
func lockSwap(ctx context.Context, dir string, patience time.Duration) (unlock func(), err error) {
	path := filepath.Join(dir, swapLock)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	f.Close()
	for deadline := time.Now().Add(patience); ; {
		release, ok, err := castfile.TryLock(path)
		if err != nil {
			return nil, err
		}
		if ok {
			return release, nil
		}
		if !time.Now().Before(deadline) {
			return nil, errors.New("another rexec is rebuilding it: wait until it is done")
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// isLeftOfRebuild says that a new database was begun and nobody goes on with it.
func isLeftOfRebuild(dir string) bool {
	if _, err := os.Stat(filepath.Join(dir, unfinished)); err != nil {
		return false
	}
	locked, err := isLocked(filepath.Join(dir, swapLock))
	return err == nil && !locked
}

// removeDB removes a database and what SQLite keeps beside it.
func removeDB(path string) {
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		_ = remove(path + suffix)
	}
}

// checkSame returns ErrReplaced when another database stands in the place of the one
// that was opened.
func (l *Library) checkSame() error {
	if l.opened == nil {
		return nil // it is read only
	}
	now, err := os.Stat(l.dbPath())
	if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(l.opened, now) {
		return ErrReplaced
	}
	return nil
}
