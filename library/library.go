package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/google/uuid"

	"rexec/library/internal/disk"
)

// Options are what a Library takes from its surroundings. The zero value is the
// real machine.
type Options struct {
	Now   func() time.Time       // nil: time.Now
	NewID func() (string, error) // nil: UUIDv7; lower case, with dashes
	Host  string                 // of new recordings; empty: the machine's name

	// Actor and Terminal are who works with the library, and where, for the audit
	// log. Actor empty: the user of this process, as user@host. Terminal may be empty.
	Actor, Terminal string

	// Remote says that a folder is on another machine's disk, and on what kind of file
	// system. nil: asks the system.
	Remote func(dir string) (kind string, remote bool)

	// Summarize reads a cast as lines and commands. nil: package transcript.
	Summarize func(ctx context.Context, cast io.Reader) (Summary, error)
}

// Summary is what reading a cast as text gives.
type Summary struct {
	Commands []Command // by Start
	Lines    []Line    // by First; no two have the same text
}

// Line is a line of text that stood on the screen of a recording: rows that were
// wrapped are one. First and Last are positions, of when it first and last did.
type Line struct {
	Text        string
	First, Last time.Duration
}

// Library is an open library. Its methods may be called from several goroutines;
// they block on the disk, so a screen calls them from commands of its own.
type Library struct {
	dirs     Dirs
	options  Options
	db       *db
	file     string       // of the database, in dirs.Data
	opened   os.FileInfo  // of the database: another file in its place is another database
	readOnly *ErrReadOnly // nil: can be written
	// full is why only what makes room can be done; nil: there is room.
	full   atomic.Pointer[ErrReadOnly]
	remote bool   // it is on another machine's disk
	leave  func() // gives up what enter took

	indexing chan struct{} // holds one value while somebody indexes

	mu     sync.Mutex
	closed bool
	owner  owner // taken when something is written for the first time
}

// Open opens the library below d.Data, and makes it when it is not there. A library
// that exists but cannot be written is opened all the same; see ReadOnly. Errors:
// *ErrReadOnly when there is none and none can be made, *ErrNewerSchema,
// *ErrOlderSchema, *ErrDamaged, *ErrInUse.
//
// Open does not look for what a crash left behind: that is Recover's work.
func Open(ctx context.Context, d Dirs, o Options) (*Library, error) {
	o = o.withDefaults()
	l := &Library{dirs: d, options: o, file: dbName, indexing: make(chan struct{}, 1)}
	if err := finishSwap(ctx, d.Data); err != nil {
		return nil, fmt.Errorf("open library: %w", err)
	}

	why := l.checkWritable()
	if isFull(why) && l.useSpare() {
		if err := l.checkWritable(); err == nil {
			l.full.Store(&ErrReadOnly{Path: d.Data, Err: reason(errors.Unwrap(why))})
			why = nil
		}
	}
	var refused *ErrReadOnly
	switch {
	case why == nil:
		err := l.enter()
		if err == nil {
			if l.db, err = openDB(ctx, l.dbPath(), l.remote); err != nil {
				l.leave()
			}
		}
		if err == nil {
			if l.opened, err = os.Stat(l.dbPath()); err != nil {
				l.db.close()
				l.leave()
			}
		}
		if err != nil {
			return nil, fmt.Errorf("open library: %w", err)
		}
		if l.full.Load() == nil {
			l.keepSpare()
		}
		return l, nil
	case errors.As(why, &refused):
		if _, err := os.Stat(l.dbPath()); err != nil {
			return nil, fmt.Errorf("open library: %w", refused)
		}
		l.readOnly = refused
		var err error
		if l.db, err = openDBReadOnly(ctx, l.dbPath(), refused); err != nil {
			return nil, fmt.Errorf("open library: %w", err)
		}
		return l, nil
	}
	return nil, fmt.Errorf("open library: %w", why)
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.NewID == nil {
		o.NewID = newUUID
	}
	if o.Host == "" {
		// A machine without a name still records.
		o.Host, _ = os.Hostname()
	}
	if o.Actor == "" {
		o.Actor = auditActor(o.Host)
	}
	if o.Remote == nil {
		o.Remote = disk.Remote
	}
	return o
}

func newUUID() (string, error) {
	id, err := uuid.NewV7()
	return id.String(), err
}

// Close ends the use of the library. Recordings that it began and did not finish
// are from then on anybody's to repair. Close after Close does nothing.
func (l *Library) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	err := l.db.close()
	l.owner.release()
	if l.leave != nil {
		l.leave()
	}
	return err
}

// Dirs returns the folders that the library was opened with.
func (l *Library) Dirs() Dirs { return l.dirs }

// ReadOnly returns nil, or an *ErrReadOnly that says why the library can only be
// read: then every method that writes returns it. When that is because the disk is
// full, Trash, Delete and EmptyTrash work, and once they have made room, all does.
func (l *Library) ReadOnly() error {
	if l.readOnly != nil {
		return l.readOnly
	}
	if full := l.full.Load(); full != nil {
		return full
	}
	return nil
}

// Version returns a number that differs from the one before when the database has
// changed since, be it by this process or by another. It costs some microseconds.
// The growth of a file that is being recorded does not count.
func (l *Library) Version(ctx context.Context) (int64, error) {
	if err := l.open(); err != nil {
		return 0, err
	}
	if err := l.checkSame(); err != nil {
		return 0, err
	}
	// data_version tells a connection about commits of all others, in this process
	// too; the watching connection itself never writes.
	var v int64
	if err := l.db.watch.QueryRowContext(ctx, `PRAGMA data_version`).Scan(&v); err != nil {
		return 0, fmt.Errorf("look for changes of the library: %w", err)
	}
	return v, nil
}

func (l *Library) dbPath() string        { return filepath.Join(l.dirs.Data, l.file) }
func (l *Library) recordingsDir() string { return filepath.Join(l.dirs.Data, "recordings") }
func (l *Library) incomingDir() string   { return filepath.Join(l.dirs.Data, "incoming") }
func (l *Library) locksDir() string      { return filepath.Join(l.dirs.Data, "locks") }

// abs turns a path of the database into one of the system, and rel does the reverse.
func (l *Library) abs(path string) string {
	return filepath.Join(l.dirs.Data, filepath.FromSlash(path))
}

func (l *Library) rel(path string) (string, error) {
	r, err := filepath.Rel(l.dirs.Data, path)
	return filepath.ToSlash(r), err
}

func (l *Library) open() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return ErrClosed
	}
	return nil
}

// writable returns nil when the library is open and can be written.
func (l *Library) writable() error {
	if err := l.open(); err != nil {
		return err
	}
	return l.ReadOnly()
}

// update runs f in a write transaction. There is one of these at a time, on the
// whole machine: what f finds, stays so until it returns. f must be quick.
func (l *Library) update(ctx context.Context, f func(tx *sql.Tx) error) error {
	if err := l.deletable(); err != nil {
		return err
	}
	tx, err := l.db.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("write %s: %w", l.dbPath(), err)
	}
	defer tx.Rollback()
	if err := l.checkSame(); err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("write %s: %w", l.dbPath(), err)
	}
	return nil
}

// checkWritable makes the data folder, and returns *ErrReadOnly when files cannot be
// made or changed there, for want of a permission or of room. SQLite is not asked: it opens what
// it cannot write for reading, without a word.
func (l *Library) checkWritable() error {
	if err := os.MkdirAll(l.dirs.Data, 0o700); err != nil {
		return l.refusal(l.dirs.Data, err)
	}
	probe, err := os.CreateTemp(l.dirs.Data, ".probe-*")
	if err != nil {
		return l.refusal(l.dirs.Data, err)
	}
	// SQLite needs about this much beside the database before it can say anything.
	_, err = probe.Write(make([]byte, 64<<10))
	probe.Close()
	os.Remove(probe.Name())
	if err != nil {
		return l.refusal(l.dirs.Data, err)
	}
	f, err := os.OpenFile(l.dbPath(), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return l.refusal(l.dbPath(), err)
	}
	return f.Close()
}

func (l *Library) refusal(path string, err error) error {
	if isRefusal(err) || isFull(err) {
		return &ErrReadOnly{Path: path, Err: reason(err)}
	}
	return err
}

// isRefusal says that the system does not allow writing.
func isRefusal(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)
}

// isFull says that there is no room, on the disk or in the user's quota.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// reason takes the operation and the path off an error of package os: the message
// that it goes into names them already.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// bounded makes stored text out of text from outside: valid UTF-8, at most max bytes.
func bounded(s string, max int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= max {
		return s
	}
	return strings.ToValidUTF8(s[:max], "")
}

// Bounds of text that the library stores, in bytes.
const (
	maxTitle       = 1 << 10
	maxDescription = 64 << 10
	maxTag         = 256
	maxTags        = 100
	maxParticipant = 256
	maxPeople      = 100
	maxDirs        = 100
	maxField       = 4 << 10  // command, shell, host, dir
	maxCommand     = 64 << 10 // one command of a transcript
)
