package library

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"rexec/recording/pack"
)

// Ailment is a kind of thing that Check finds.
type Ailment string

const (
	AilmentOpen       Ailment = "left open"        // a recording that nobody writes and nobody finished
	AilmentMissing    Ailment = "file missing"     // a row without a file; only the file's return mends it
	AilmentReturned   Ailment = "file returned"    // a file that the database takes for missing
	AilmentUnknown    Ailment = "unknown file"     // a cast without a row
	AilmentContent    Ailment = "content changed"  // the file is not what was recorded
	AilmentUnreadable Ailment = "file unreadable"  // it cannot be read at all
	AilmentSidecar    Ailment = "sidecar"          // missing, damaged, or it says something else
	AilmentLeftover   Ailment = "left over"        // of a deletion, an import or a process that died
	AilmentIndex      Ailment = "not indexed"      // Search does not know the text, or not all of it
	AilmentTraces     Ailment = "traces"           // of deleted recordings are to be cleared away
	AilmentRows       Ailment = "database rows"    // they contradict one another
	AilmentDatabase   Ailment = "database damaged" // only a rebuild mends it
	AilmentPermission Ailment = "open to others"   // a file or folder that others may read
)

// Ill is one thing that Check found. Path is absolute; ID or Path may be empty.
type Ill struct {
	Ailment Ailment
	ID      string // of the recording
	Path    string // of the file
	Detail  string // what is wrong with it, in words
}

// CheckOptions say how to look.
type CheckOptions struct {
	// Deep reads every cast and compares its SHA-256, and every page of the database.
	Deep bool
	// Progress is told what is looked at, and how many bytes of how many are read; it
	// may be nil.
	Progress func(what string, done, total int64)
}

// Check compares files, sidecars and database with one another, and changes nothing.
// What other processes are at work on is not ill. The error is that of ctx or of the
// database; a damaged database is found, too, as far as it can be read.
func (l *Library) Check(ctx context.Context, o CheckOptions) ([]Ill, error) {
	if err := l.open(); err != nil {
		return nil, err
	}
	if o.Progress == nil {
		o.Progress = func(string, int64, int64) {}
	}
	c := &checkup{l: l, o: o}
	for _, step := range []func(context.Context) error{c.files, c.recordings, c.rows, c.index, c.database, c.permissions} {
		err := step(ctx)
		var damaged *ErrDamaged
		if errors.As(err, &damaged) {
			c.find(Ill{Ailment: AilmentDatabase, Path: l.dbPath(), Detail: damaged.Err.Error()})
			err = nil
		}
		if err != nil {
			return c.ills, fmt.Errorf("check the library: %w", err)
		}
	}
	return c.ills, nil
}

// checkup is a Check at work.
type checkup struct {
	l    *Library
	o    CheckOptions
	ills []Ill
}

func (c *checkup) find(i Ill) {
	if !slices.Contains(c.ills, i) {
		c.ills = append(c.ills, i)
	}
}

// files looks for files without rows and rows without files, as Recover does.
func (c *checkup) files(ctx context.Context) error {
	c.o.Progress("files", 0, 0)
	s, err := c.l.survey(ctx)
	if err != nil {
		return err
	}
	for _, row := range s.open {
		r, err := c.l.byID(ctx, c.l.db.read, row.id)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if idle, err := c.idle(row.owner, r.Path); err != nil || !idle {
			continue
		}
		c.find(Ill{AilmentOpen, row.id, r.Path, "nobody writes it any more, but it was not finished"})
	}
	for _, id := range s.back {
		c.find(Ill{Ailment: AilmentReturned, ID: id, Detail: "the file is back, but is listed as missing"})
	}
	for _, path := range s.unclaimed {
		if locked, err := isLocked(path); err == nil && !locked {
			c.find(Ill{Ailment: AilmentUnknown, Path: path, Detail: "the database does not know this recording"})
		}
	}
	for _, path := range s.removals {
		c.find(Ill{Ailment: AilmentLeftover, Path: path, Detail: "its deletion was not finished"})
	}
	for _, path := range s.temps {
		c.find(Ill{Ailment: AilmentLeftover, Path: path, Detail: "a file that was never finished"})
	}
	casts := map[string]bool{}
	for path := range s.casts {
		casts[stem(path)] = true
	}
	for _, path := range s.sidecars {
		if cast := stem(path[:len(path)-len(".json")]); !casts[cast] && !c.hasRow(ctx, cast) {
			c.find(Ill{Ailment: AilmentLeftover, Path: path, Detail: "a sidecar without a recording"})
		}
	}
	for _, name := range s.parts {
		if alive, err := c.l.lives(partOwner(name)); err == nil && !alive {
			c.find(Ill{Ailment: AilmentLeftover, Path: filepath.Join(c.l.incomingDir(), name), Detail: "half a copy"})
		}
	}
	if l := c.l; isLeftOfRebuild(l.dirs.Data) {
		c.find(Ill{Ailment: AilmentLeftover, Path: filepath.Join(l.dirs.Data, unfinished), Detail: "a rebuild that was cut off"})
	}
	for _, name := range s.locks {
		path := filepath.Join(c.l.locksDir(), name)
		if locked, err := isLocked(path); err == nil && !locked && !c.l.isOwnLock(path) {
			c.find(Ill{Ailment: AilmentLeftover, Path: path, Detail: "the lock of a process that is gone"})
		}
	}
	return nil
}

// idle says that nobody works on a recording.
func (c *checkup) idle(owner, path string) (bool, error) {
	alive, err := c.l.lives(owner)
	if err != nil || alive {
		return false, err
	}
	locked, err := isLocked(path)
	return !locked, err
}

// hasRow says that a recording, which need not have a file, has a row.
func (c *checkup) hasRow(ctx context.Context, stem string) bool {
	rel, err := c.l.rel(stem)
	if err != nil {
		return false
	}
	var n int
	err = c.l.db.read.QueryRowContext(ctx, `SELECT count(*) FROM recordings WHERE path IN (?, ?)`, rel+castExt, rel+packedExt).Scan(&n)
	return err != nil || n > 0
}

// recordings looks at each recording's file and sidecar.
func (c *checkup) recordings(ctx context.Context) error {
	list, err := c.l.everything(ctx)
	if err != nil {
		return err
	}
	var done, total int64
	for _, r := range list {
		total += r.Size
	}
	for _, r := range list {
		if err := ctx.Err(); err != nil {
			return err
		}
		c.o.Progress("recordings", done, total)
		if err := c.recording(ctx, r, func(n int64) {
			done += n
			c.o.Progress("recordings", done, total)
		}); err != nil {
			return err
		}
	}
	c.o.Progress("recordings", total, total)
	return nil
}

// everything lists all recordings, with those in the trash.
func (l *Library) everything(ctx context.Context) ([]Recording, error) {
	rows, err := l.db.read.QueryContext(ctx, `SELECT `+recordingColumns+` FROM recordings r ORDER BY r.created_us DESC, r.id DESC`)
	if err != nil {
		return nil, err
	}
	return l.scanRecordings(rows)
}

func (c *checkup) recording(ctx context.Context, r Recording, seen func(int64)) error {
	if r.Status == StatusRecording {
		return nil
	}
	info, err := os.Stat(r.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(pack.Twin(r.Path)); err == nil {
			return nil // it is being compressed, or Recover settles it
		}
		if _, err := c.l.byID(ctx, c.l.db.read, r.ID); err == nil {
			c.find(Ill{AilmentMissing, r.ID, r.Path, "the file is gone: put it back there, or delete the recording with rexec rm"})
		}
		return nil
	case err != nil:
		c.find(Ill{AilmentUnreadable, r.ID, r.Path, reason(err).Error()})
		return nil
	case info.Size() != r.Stored:
		c.find(Ill{AilmentContent, r.ID, r.Path, fmt.Sprintf("the file has %d bytes, and had %d", info.Size(), r.Stored)})
	case c.o.Deep:
		sum, err := hashContent(ctx, r.Path, seen)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			c.find(Ill{AilmentUnreadable, r.ID, r.Path, reason(err).Error()})
		case sum != r.SHA256:
			c.find(Ill{AilmentContent, r.ID, r.Path, "its SHA-256 is not what it was"})
		}
	}
	if what := c.l.sidecarIll(r); what != "" {
		c.find(Ill{AilmentSidecar, r.ID, sidecarPath(r.Path), what})
	}
	return nil
}

// hashContent is the SHA-256 of what a cast holds, compressed or not.
func hashContent(ctx context.Context, path string, seen func(int64)) (string, error) {
	f, err := pack.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, &countingReader{ctx: ctx, r: f, seen: seen}); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// sidecarIll says what is wrong with a recording's sidecar; "": nothing is.
func (l *Library) sidecarIll(r Recording) string {
	s, ok := readSidecar(r.Path)
	if !ok {
		if _, err := os.Stat(sidecarPath(r.Path)); errors.Is(err, fs.ErrNotExist) {
			return "it is missing"
		}
		return "it cannot be read"
	}
	told := r
	told.applySidecar(s)
	if s.ID != r.ID || !sameKept(told, r) {
		return "it says something else than the database"
	}
	return ""
}

// sameKept says that two recordings are the same in what a sidecar holds.
func sameKept(a, b Recording) bool {
	return a.Title == b.Title && a.Description == b.Description && slices.Equal(a.Tags, b.Tags) &&
		a.Source == b.Source && a.Visibility == b.Visibility && a.Keep == b.Keep && a.Trashed.Equal(b.Trashed) &&
		a.SyncState == b.SyncState && slices.Equal(a.Participants, b.Participants)
}

// rows looks for rows that contradict one another.
func (c *checkup) rows(ctx context.Context) error {
	c.o.Progress("rows", 0, 0)
	for query, detail := range map[string]string{
		`SELECT id FROM recordings r WHERE commands <> (SELECT count(*) FROM commands c WHERE c.recording = r.seq)`: "it has another number of commands than it says",
		`SELECT DISTINCT "table" FROM pragma_foreign_key_check`:                                                     "rows refer to rows that are not there",
		`SELECT id FROM recordings WHERE sidecar_due`:                                                               "its sidecar is still to be written",
	} {
		ids, err := c.column(ctx, query)
		if err != nil {
			return err
		}
		for _, id := range ids {
			i := Ill{Ailment: AilmentRows, Detail: detail}
			if isID(id) {
				i.ID = id
			} else {
				i.Detail = "in " + id + ", " + detail
			}
			c.find(i)
		}
	}
	return nil
}

// column reads the one column of a query.
func (c *checkup) column(ctx context.Context, query string, args ...any) ([]string, error) {
	rows, err := c.l.db.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// index looks for text that Search does not know, and for text that nobody has.
func (c *checkup) index(ctx context.Context) error {
	c.o.Progress("index", 0, 0)
	pendingIDs, err := c.column(ctx, `SELECT r.id `+pending, indexVersion)
	if err != nil {
		return err
	}
	for _, id := range pendingIDs {
		c.find(Ill{Ailment: AilmentIndex, ID: id, Detail: "search does not find what is in it yet"})
	}
	for query, detail := range map[string]string{
		`SELECT r.id FROM texts t JOIN recordings r ON r.seq = t.recording WHERE t.version <> 0 AND t.bytes <>
			(SELECT coalesce(sum(size - marks), 0) FROM chunks WHERE key BETWEEN t.ord << 14 AND (t.ord + 1 << 14) - 1)`: "a part of its text is lost from the index",
		`SELECT DISTINCT '' FROM chunks WHERE key >> 14 NOT IN (SELECT ord FROM texts)`: "the index holds text of no recording",
	} {
		ids, err := c.column(ctx, query)
		if err != nil {
			return err
		}
		for _, id := range ids {
			c.find(Ill{Ailment: AilmentIndex, ID: id, Detail: detail})
		}
	}
	var due int
	err = c.l.db.read.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM texts WHERE recording IS NULL) +
		(SELECT count(*) FROM chores WHERE name = 'scrub' AND due > 0)`).Scan(&due)
	if err == nil && due > 0 {
		c.find(Ill{Ailment: AilmentTraces, Path: c.l.dbPath(), Detail: "traces of deleted recordings are still to be cleared away"})
	}
	return err
}

// database asks SQLite to look at its pages.
func (c *checkup) database(ctx context.Context) error {
	c.o.Progress("database", 0, 0)
	conn, err := c.l.db.read.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	check := "quick_check"
	if c.o.Deep {
		check = "integrity_check"
	}
	for _, table := range []string{"words", "trigrams"} {
		// A connection that has seen an older state of a full-text table checks against
		// that, unless it has read the table since.
		var n int
		err := conn.QueryRowContext(ctx, `SELECT count(*) FROM `+table+` WHERE `+table+` MATCH '"nosuchwordhere"'`).Scan(&n)
		if err != nil {
			return err
		}
	}
	rows, err := conn.QueryContext(ctx, `PRAGMA `+check+`(5)`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var says string
		if err := rows.Scan(&says); err != nil {
			return err
		}
		if says != "ok" {
			c.find(Ill{Ailment: AilmentDatabase, Path: c.l.dbPath(), Detail: says})
		}
	}
	return rows.Err()
}

// permissions looks for what others on the machine may read.
func (c *checkup) permissions(ctx context.Context) error {
	c.o.Progress("permissions", 0, 0)
	return c.l.openToOthers(ctx, func(path string, mode fs.FileMode) error {
		c.find(Ill{Ailment: AilmentPermission, Path: path, Detail: fmt.Sprintf("others may reach it (mode %04o)", mode.Perm())})
		return nil
	})
}

// openToOthers tells the files and folders of the library that others may reach.
func (l *Library) openToOthers(ctx context.Context, tell func(path string, mode fs.FileMode) error) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	roots := []string{l.recordingsDir(), l.incomingDir(), l.dbPath(), l.dbPath() + "-wal", l.dbPath() + "-shm"}
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
					return nil
				}
				return err
			}
			info, err := d.Info()
			if err != nil || info.Mode().Perm()&0o077 == 0 || info.Mode()&fs.ModeSymlink != 0 {
				return nil
			}
			return tell(path, info.Mode())
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Mend does what can be done about what Check finds, in the way that keeps the most:
// the files are believed before the database, and of the files all is kept. What it
// cannot mend, another Check finds again: missing files, and a damaged database, for
// which there is Rebuild. It takes as long as reading what has changed.
func (l *Library) Mend(ctx context.Context, ills []Ill, progress func(IndexProgress)) error {
	if err := l.writable(); err != nil {
		return err
	}
	if _, err := l.Recover(ctx); err != nil {
		return err
	}
	if unlock, err := lockSwap(ctx, l.dirs.Data, 0); err == nil { // nobody is rebuilding it
		removeDB(filepath.Join(l.dirs.Data, unfinished))
		unlock()
	}
	for _, i := range ills {
		if err := l.mendOne(ctx, i); err != nil && !errors.Is(err, ErrNotFound) {
			return fmt.Errorf("mend the library: %w", err)
		}
	}
	if err := l.openToOthers(ctx, func(path string, mode fs.FileMode) error {
		return os.Chmod(path, mode.Perm()&^0o077)
	}); err != nil {
		return fmt.Errorf("mend the library: %w", err)
	}
	if err := l.IndexPending(ctx, progress); err != nil {
		return err
	}
	_, err := l.Scrub(ctx)
	return err
}

func (l *Library) mendOne(ctx context.Context, i Ill) error {
	switch i.Ailment {
	case AilmentContent:
		return l.reread(ctx, i.ID)
	case AilmentSidecar:
		return l.mendSidecar(ctx, i.ID)
	case AilmentRows:
		if i.ID != "" {
			return l.update(ctx, func(tx *sql.Tx) error {
				_, err := tx.ExecContext(ctx, `UPDATE recordings SET commands = (SELECT count(*) FROM commands c WHERE c.recording = recordings.seq) WHERE id = ?`, i.ID)
				return err
			})
		}
	case AilmentIndex:
		return l.forgetText(ctx, i.ID)
	}
	return nil
}

// reread writes down what the file of a recording holds now, which is not what it once
// held: it counts as repaired.
func (l *Library) reread(ctx context.Context, id string) error {
	r, err := l.byID(ctx, l.db.read, id)
	if err != nil {
		return err
	}
	c, _, err := l.mend(ctx, r.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if c.sha256 != r.SHA256 {
		c.problems = max(c.problems, 1)
	}
	err = l.update(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE recordings SET sidecar_due = 1 WHERE id = ?`, id); err != nil {
			return err
		}
		return setContent(ctx, tx, id, c, r.ExitStatus)
	})
	if err != nil {
		return err
	}
	if err := l.flushSidecar(ctx, id); err != nil {
		return err
	}
	return l.forgetText(ctx, id)
}

// mendSidecar believes a sidecar that can be read, and writes one that cannot.
func (l *Library) mendSidecar(ctx context.Context, id string) error {
	return l.update(ctx, func(tx *sql.Tx) error {
		r, err := l.byID(ctx, tx, id)
		if err != nil {
			return err
		}
		if s, ok := readSidecar(r.Path); ok && s.ID == id {
			r.applySidecar(s)
			if err := setKept(ctx, tx, r); err != nil {
				return err
			}
		}
		return writeSidecar(r.Path, sidecarOf(r))
	})
}

// setKept writes down what a sidecar says.
func setKept(ctx context.Context, tx *sql.Tx, r Recording) error {
	_, err := tx.ExecContext(ctx, `UPDATE recordings SET title = ?, description = ?, folded = ?, source = ?, visibility = ?, keep = ?,
			trashed_us = ?, sync_state = ?, participants = ?, sidecar_due = 0 WHERE id = ?`,
		r.Title, r.Description, foldedName(r), r.Source, r.Visibility, r.Keep,
		nullTime(r.Trashed), r.SyncState, jsonList(r.Participants), r.ID)
	if err != nil {
		return fmt.Errorf("write down recording %s: %w", r.ID, err)
	}
	return setTags(ctx, tx, r.ID, r.Tags)
}

// forgetText makes the text of a recording, or with no id all text that nobody has,
// one to be taken away; what has a recording is then pending.
func (l *Library) forgetText(ctx context.Context, id string) error {
	err := l.update(ctx, func(tx *sql.Tx) error {
		var err error
		if id != "" {
			_, err = tx.ExecContext(ctx, `UPDATE texts SET recording = NULL, version = 0, owner = ''
				WHERE recording = (SELECT seq FROM recordings WHERE id = ?)`, id)
		} else {
			_, err = tx.ExecContext(ctx, `INSERT INTO texts (ord) SELECT DISTINCT key >> 14 FROM chunks WHERE key >> 14 NOT IN (SELECT ord FROM texts)`)
		}
		return err
	})
	if err != nil {
		return err
	}
	return l.purgeTexts(ctx)
}
