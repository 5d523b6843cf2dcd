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

	"github.com/google/uuid"
)

// Recover ends what a crash, or somebody who moved files, left open: it repairs and
// finishes recordings that nobody writes any more, adopts casts that the database
// does not know, notes which files are gone or back, and completes deletions and
// sidecars. What another process is doing is left alone. It returns what it found;
// a file that resists becomes an ActionFailed and holds up nothing else.
//
// When nothing is wrong it reads the names of the files and of the rows, and no file.
// Casts that are new to the database are read in whole: with a database that was
// lost, that takes as long as importing all of them.
func (l *Library) Recover(ctx context.Context) ([]Recovered, error) {
	if err := l.open(); err != nil || l.ReadOnly() != nil {
		return nil, err
	}
	s, err := l.survey(ctx)
	if err != nil {
		return nil, fmt.Errorf("recover the library: %w", err)
	}
	var out []Recovered
	for _, step := range []func(context.Context, *survey) ([]Recovered, error){
		l.recoverRemovals, l.recoverOpen, l.recoverPacked, l.recoverMoved, l.adoptAll, l.recoverSidecars,
	} {
		found, err := step(ctx, s)
		out = append(out, found...)
		if err != nil {
			return out, fmt.Errorf("recover the library: %w", err)
		}
	}
	if err := l.clearLitter(ctx, s); err != nil {
		return out, fmt.Errorf("recover the library: %w", err)
	}
	return out, nil
}

// survey is what stands on the disk and what the database says of it. Paths are
// absolute. The files are read first: whatever is seen then and has no row now is
// not about to get one, unless somebody has a transaction open; so what is done
// about it looks again in a transaction.
type survey struct {
	casts     map[string]bool // true once a row or a removal is found for it
	sidecars  []string
	temps     []string
	parts     []string
	locks     []string
	unclaimed []string // casts without a row

	open        []openRow
	gone, back  []string // ids: of files that are no longer there, or there again
	sidecarsDue []string
	removals    []string
}

// openRow is a row that says that somebody writes the recording.
type openRow struct{ id, owner string }

func (l *Library) survey(ctx context.Context) (*survey, error) {
	s := &survey{casts: map[string]bool{}}
	if err := s.readTree(ctx, l.recordingsDir()); err != nil {
		return nil, err
	}
	var err error
	if s.parts, err = names(l.incomingDir()); err != nil {
		return nil, err
	}
	if s.locks, err = names(l.locksDir()); err != nil {
		return nil, err
	}
	if err := l.readRows(ctx, s); err != nil {
		return nil, err
	}
	if err := l.readRemovals(ctx, s); err != nil {
		return nil, err
	}
	for path, known := range s.casts {
		if !known {
			s.unclaimed = append(s.unclaimed, path)
		}
	}
	return s, nil
}

func (s *survey) readTree(ctx context.Context, root string) error {
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch name := filepath.Base(path); {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, fs.ErrPermission):
			// What cannot be looked at is not taken for gone either: recoverMoved
			// asks for each file.
			return fs.SkipDir
		case err != nil:
			return err
		case d.IsDir():
		case isTemp(name):
			s.temps = append(s.temps, path)
		case isCast(name):
			s.casts[path] = false
		case strings.HasSuffix(name, ".json"):
			s.sidecars = append(s.sidecars, path)
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// names lists the files in a folder, which need not be there.
func names(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out, nil
}

func (l *Library) readRows(ctx context.Context, s *survey) error {
	rows, err := l.db.read.QueryContext(ctx, `SELECT id, path, status = 'recording', owner, missing, sidecar_due FROM recordings`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, path, owner string
		var isOpen, missing, due bool
		if err := rows.Scan(&id, &path, &isOpen, &owner, &missing, &due); err != nil {
			return err
		}
		path = l.abs(path)
		_, there := s.casts[path]
		if there {
			s.casts[path] = true
		}
		switch {
		case isOpen:
			s.open = append(s.open, openRow{id, owner})
		case !there && !missing:
			s.gone = append(s.gone, id)
		case there && missing:
			s.back = append(s.back, id)
		}
		if due {
			s.sidecarsDue = append(s.sidecarsDue, id)
		}
	}
	return rows.Err()
}

func (l *Library) readRemovals(ctx context.Context, s *survey) error {
	rows, err := l.db.read.QueryContext(ctx, `SELECT path FROM removals`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var path string
		if err := rows.Scan(&path); err != nil {
			return err
		}
		path = l.abs(path)
		s.casts[path] = true
		s.removals = append(s.removals, path)
	}
	return rows.Err()
}

// recoverRemovals removes the files and the text of recordings that were deleted.
func (l *Library) recoverRemovals(ctx context.Context, s *survey) ([]Recovered, error) {
	var out []Recovered
	for _, path := range s.removals {
		if err := l.finishRemovals(ctx, []string{path}); err != nil {
			out = append(out, Recovered{Action: ActionFailed, Recording: Recording{Path: path}, Err: err})
		}
	}
	if err := l.purgeTexts(ctx); err != nil {
		return out, err
	}
	if _, err := l.scrub(ctx, 0); err != nil {
		return out, err
	}
	return out, ctx.Err()
}

// recoverSidecars writes the sidecars that are older than their rows.
func (l *Library) recoverSidecars(ctx context.Context, s *survey) ([]Recovered, error) {
	var out []Recovered
	for _, id := range s.sidecarsDue {
		if err := l.flushSidecar(ctx, id); err != nil {
			out = append(out, Recovered{Action: ActionFailed, Recording: Recording{ID: id}, Err: err})
		}
	}
	return out, ctx.Err()
}

// recoverOpen finishes recordings that nobody writes.
func (l *Library) recoverOpen(ctx context.Context, s *survey) ([]Recovered, error) {
	var out []Recovered
	for _, row := range s.open {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		if alive, err := l.lives(row.owner); err != nil || alive {
			if err != nil {
				return out, err
			}
			continue
		}
		r, err := l.byID(ctx, l.db.read, row.id)
		if err != nil || r.Status != StatusRecording {
			continue // somebody was faster
		}
		locked, err := isLocked(r.Path)
		if locked {
			continue
		}
		done := Recovered{Action: ActionRepaired, Recording: r, Err: err}
		if err == nil {
			var after Recording
			if after, done.DroppedBytes, done.Err = l.finish(ctx, r, nil); done.Err == nil {
				done.Recording = after
			}
		}
		switch {
		case ctx.Err() != nil:
			return out, ctx.Err()
		case errors.Is(done.Err, ErrNothingRecorded):
			done.Action, done.Err = ActionDiscarded, nil
		case errors.Is(done.Err, ErrNotFound):
			continue
		case done.Err != nil:
			done.Action = ActionFailed
		}
		out = append(out, done)
	}
	return out, nil
}

// recoverMoved notes which files are gone and which are back.
func (l *Library) recoverMoved(ctx context.Context, s *survey) ([]Recovered, error) {
	var out []Recovered
	for _, id := range append(s.gone, s.back...) {
		var found *Recovered
		err := l.update(ctx, func(tx *sql.Tx) error {
			r, err := l.byID(ctx, tx, id)
			if errors.Is(err, ErrNotFound) {
				return nil
			}
			if err != nil {
				return err
			}
			_, err = os.Stat(r.Path)
			gone := errors.Is(err, fs.ErrNotExist)
			if gone == (r.Status == StatusMissing) || err != nil && !gone {
				return nil // no longer so, or not to be known
			}
			if _, err := tx.ExecContext(ctx, `UPDATE recordings SET missing = ? WHERE id = ?`, gone, id); err != nil {
				return err
			}
			if r, err = l.byID(ctx, tx, id); err != nil {
				return err
			}
			found = &Recovered{Action: ActionReturned, Recording: r}
			if gone {
				found.Action = ActionMissing
			}
			return nil
		})
		if err != nil {
			return out, err
		}
		if found != nil {
			out = append(out, *found)
		}
	}
	return out, nil
}

// adoptAll takes in casts that have no row.
func (l *Library) adoptAll(ctx context.Context, s *survey) ([]Recovered, error) {
	var out []Recovered
	for _, path := range s.unclaimed {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		found, err := l.adopt(ctx, path)
		switch {
		case ctx.Err() != nil:
			return out, ctx.Err()
		case err != nil:
			out = append(out, Recovered{Action: ActionFailed, Recording: Recording{Path: path}, Err: err})
		case found != nil:
			out = append(out, *found)
		}
	}
	return out, nil
}

// adopt takes in one cast; nil means that there was nothing to do.
func (l *Library) adopt(ctx context.Context, path string) (*Recovered, error) {
	locked, err := isLocked(path)
	if err != nil || locked {
		return nil, err
	}
	c, dropped, err := l.mend(ctx, path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	side, known := readSidecar(path)
	r := fromContent(c, path)
	r.ID = stem(filepath.Base(path))
	if !isID(r.ID) {
		r.ID = c.rexecID()
	}
	if known {
		r.applySidecar(side)
	}
	if r.Created.IsZero() {
		r.Created = l.guessCreated(r.ID, path)
	}
	if known && side.Status == StatusRepaired && c.problems == 0 {
		c.problems = 1 // how many there were, only the lost row knew
	}

	adopted := false
	err = l.update(ctx, func(tx *sql.Tx) error {
		if free, err := l.isUnclaimed(ctx, tx, path); err != nil || !free {
			return err
		}
		if r, err = l.giveID(ctx, tx, r); err != nil {
			return err
		}
		if err := l.insert(ctx, tx, r, ""); err != nil {
			return err
		}
		if err := setContent(ctx, tx, r.ID, c, nil); err != nil {
			return err
		}
		if r, err = l.byID(ctx, tx, r.ID); err != nil {
			return err
		}
		adopted = true
		if known && side.ID == r.ID {
			return nil
		}
		return writeSidecar(r.Path, sidecarOf(r))
	})
	if err != nil || !adopted {
		return nil, err
	}
	l.indexNew(ctx, r, c)
	return &Recovered{Action: ActionAdopted, Recording: r, DroppedBytes: dropped}, nil
}

// isUnclaimed says that a cast is there, has no row, and is not about to be removed.
func (l *Library) isUnclaimed(ctx context.Context, tx *sql.Tx, path string) (bool, error) {
	if _, err := os.Stat(path); err != nil {
		return false, nil
	}
	rel, err := l.rel(path)
	if err != nil {
		return false, err
	}
	var n int
	err = tx.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM recordings WHERE path = ?1) + (SELECT count(*) FROM removals WHERE path = ?1)`, rel).Scan(&n)
	return n == 0, err
}

// applySidecar takes over what a sidecar says.
func (r *Recording) applySidecar(s sidecar) {
	r.Title, r.Description = bounded(s.Title, maxTitle), bounded(s.Description, maxDescription)
	r.Tags = cleanTags(s.Tags)
	if s.Source.valid() {
		r.Source = s.Source
	}
	if s.Visibility.valid() {
		r.Visibility = s.Visibility
	}
	if s.SyncState.valid() {
		r.SyncState = s.SyncState
	}
	if s.Trashed != nil && validTime(*s.Trashed) {
		r.Trashed = truncated(*s.Trashed)
	}
	r.Keep = s.Keep
	for _, name := range s.Participants[:min(len(s.Participants), maxPeople)] {
		r.Participants = append(r.Participants, bounded(name, maxParticipant))
	}
	if validTime(s.Created) {
		r.Created = truncated(s.Created)
	}
	if isID(s.DerivedFrom) {
		r.DerivedFrom = s.DerivedFrom
	}
}

// clearLitter removes what crashes left that holds nothing of worth: sidecars
// without a cast, files that were never renamed, copies that were never finished,
// locks of the dead.
func (l *Library) clearLitter(ctx context.Context, s *survey) error {
	var lonely []string
	for _, path := range s.sidecars {
		_, plain := s.casts[strings.TrimSuffix(path, ".json")+castExt]
		_, packed := s.casts[strings.TrimSuffix(path, ".json")+packedExt]
		if !plain && !packed {
			lonely = append(lonely, path)
		}
	}
	l.mu.Lock()
	mine := filepath.Base(l.owner.path)
	l.mu.Unlock()
	var locks []string
	for _, name := range s.locks {
		if name != mine {
			locks = append(locks, name)
		}
	}
	if len(lonely)+len(s.temps)+len(s.parts)+len(locks) == 0 {
		return nil
	}
	// Whoever makes one of these files and is not finished has a transaction open,
	// or an owner lock.
	return l.update(ctx, func(tx *sql.Tx) error {
		for _, path := range lonely {
			if err := l.clearSidecar(ctx, tx, path); err != nil {
				return err
			}
		}
		for _, path := range s.temps {
			if err := remove(path); err != nil {
				return err
			}
		}
		for _, name := range s.parts {
			alive, err := l.lives(partOwner(name))
			if err == nil && !alive {
				err = remove(filepath.Join(l.incomingDir(), name))
			}
			if err != nil {
				return err
			}
		}
		for _, name := range locks {
			path := filepath.Join(l.locksDir(), name)
			if locked, err := isLocked(path); err == nil && !locked {
				// On Windows somebody may have it open: another time, then.
				_ = remove(path)
			}
		}
		return nil
	})
}

// clearSidecar removes a sidecar unless it belongs to something: a missing file's row
// keeps it.
func (l *Library) clearSidecar(ctx context.Context, tx *sql.Tx, path string) error {
	for _, ext := range []string{castExt, packedExt} {
		cast := strings.TrimSuffix(path, ".json") + ext
		if _, err := os.Stat(cast); !errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		rel, err := l.rel(cast)
		if err != nil {
			return err
		}
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM recordings WHERE path = ?`, rel).Scan(&n); err != nil || n > 0 {
			return err
		}
	}
	return remove(path)
}

// idTime returns the time that a UUIDv7 carries.
func idTime(id string) (sec, nsec int64, ok bool) {
	u, err := uuid.Parse(id)
	if err != nil || u.Version() != 7 {
		return 0, 0, false
	}
	sec, nsec = u.Time().UnixTime()
	return sec, nsec, true
}
