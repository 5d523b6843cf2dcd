package library

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"rexec/library/internal/faults"
)

//go:embed migrations/*.sql
var migrations embed.FS

// readers is how many queries run at once.
const readers = 4

// busyTimeout is how long a transaction waits for the one writer. What is slow
// (copying, hashing, reading casts) happens outside of transactions.
const busyTimeout = 10 * time.Second

// db is the database behind a Library: one connection that writes, some that read,
// one that does nothing but notice changes, and one that empties the log.
type db struct {
	write      *sql.DB // nil when read only
	checkpoint *sql.DB // nil when read only
	read       *sql.DB
	watch      *sql.Conn
}

// openDB opens the database at path for reading and writing, and makes or upgrades
// it as needed. remote says that it is on another machine's disk.
func openDB(ctx context.Context, path string, remote bool) (_ *db, err error) {
	// SQLite would make the file with the umask's permissions; the files that it
	// makes beside it take theirs from this one.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	f.Close()

	d := &db{}
	defer func() {
		if err != nil {
			d.close()
		}
	}()
	journal := "WAL"
	if remote {
		journal = "DELETE" // see remote.go
	}
	// secure_delete: what is deleted is overwritten with zeros.
	pragmas := []string{"foreign_keys(1)", "synchronous(NORMAL)", "secure_delete(1)"}
	// Some seconds of indexing go to the log before it is copied, and the
	// pages that segments are merged of stay at hand.
	bulk := []string{"journal_mode(" + journal + ")", "wal_autocheckpoint(4000)", "cache_size(-16000)"}
	if d.write, err = pool(path, 1, url.Values{"_txlock": {"immediate"}}, append(pragmas, bulk...)...); err != nil {
		return nil, err
	}
	if err = migrate(ctx, d.write, path); err != nil {
		return nil, err
	}
	// It must not wait for readers, since nobody can write while it does.
	if d.checkpoint, err = pool(path, 1, url.Values{"_pragma": {"busy_timeout(50)"}}, pragmas...); err != nil {
		return nil, err
	}
	if err = d.openReaders(ctx, path, nil, append(pragmas, "query_only(1)")...); err != nil {
		return nil, err
	}
	return d, nil
}

// openDBReadOnly opens a database that cannot be written, for reason why.
func openDBReadOnly(ctx context.Context, path string, why error) (_ *db, err error) {
	// mode=ro sees what other processes write, but needs the files beside the
	// database, which it cannot make. Where nobody can write, the database does
	// not change either, and immutable needs nothing.
	for _, params := range []url.Values{{"mode": {"ro"}}, {"mode": {"ro"}, "immutable": {"1"}}} {
		d := &db{}
		if err = d.openReaders(ctx, path, params); err == nil {
			var have int64
			if have, err = schemaVersion(ctx, d.read); err == nil {
				if err = checkSchema(path, have); err == nil && have < newestSchema() {
					err = &ErrOlderSchema{Path: path, Have: have, Wants: newestSchema(), Err: why}
				}
				if err != nil {
					d.close()
					return nil, err
				}
				return d, nil
			}
		}
		d.close()
	}
	return nil, err
}

func (d *db) openReaders(ctx context.Context, path string, params url.Values, pragmas ...string) (err error) {
	// One connection more than readers: the watcher keeps one.
	if d.read, err = pool(path, readers+1, params, pragmas...); err != nil {
		return err
	}
	d.watch, err = d.read.Conn(ctx)
	return err
}

func (d *db) close() error {
	var errs []error
	if d.watch != nil {
		errs = append(errs, d.watch.Close())
	}
	if d.read != nil {
		errs = append(errs, d.read.Close())
	}
	if d.checkpoint != nil {
		errs = append(errs, d.checkpoint.Close())
	}
	// The last connection to close copies the log into the database, which only
	// one that writes can do.
	if d.write != nil {
		errs = append(errs, d.write.Close())
	}
	return errors.Join(errs...)
}

func pool(path string, size int, params url.Values, pragmas ...string) (*sql.DB, error) {
	q := url.Values{}
	for k, v := range params {
		q[k] = v
	}
	if len(q["_pragma"]) == 0 {
		// The driver sets it first, so that what follows waits for other processes.
		q.Set("_pragma", fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()))
	}
	q["_pragma"] = append(slices.Clone(q["_pragma"]), pragmas...)
	u := url.URL{Scheme: "file", Path: uriPath(path), RawQuery: q.Encode()}
	p := faults.Open(u.String(), func(err error) error { return fault(path, err) })
	p.SetMaxOpenConns(size)
	p.SetMaxIdleConns(size)
	return p, nil
}

// uriPath writes a path as SQLite's URIs want it: with slashes, and with one before
// a drive letter (https://www.sqlite.org/uri.html).
func uriPath(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return path
}

// migrate brings the schema up to date. Two processes may do so at once: each
// migration is a transaction, so one of them fails where the other was faster,
// looks again, and finds it done.
func migrate(ctx context.Context, w *sql.DB, path string) error {
	deadline := time.Now().Add(busyTimeout)
	for wait := time.Millisecond; ; wait *= 2 {
		err := migrateOnce(ctx, w, path)
		var newer *ErrNewerSchema
		if err == nil || errors.As(err, &newer) || isDamage(err) || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

func migrateOnce(ctx context.Context, w *sql.DB, path string) error {
	have, err := schemaVersion(ctx, w)
	if err != nil {
		return err
	}
	if err := checkSchema(path, have); err != nil || have == newestSchema() {
		return err
	}
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(database.DialectSQLite3, w, sub,
		goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("prepare %s: %w", path, err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("upgrade %s: %w", path, err)
	}
	return nil
}

// schemaVersion reads the version from goose's table; 0 when there is none yet.
func schemaVersion(ctx context.Context, p *sql.DB) (int64, error) {
	var n int64
	err := p.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_master WHERE name = 'goose_db_version'`).Scan(&n)
	if err != nil || n == 0 {
		return 0, err
	}
	err = p.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied = 1`).Scan(&n)
	return n, err
}

// newestSchema is the number of the last migration: NNNNN_name.sql.
func newestSchema() int64 {
	files, err := migrations.ReadDir("migrations")
	if err != nil || len(files) == 0 {
		panic("library: no migrations are embedded")
	}
	number, _, _ := strings.Cut(files[len(files)-1].Name(), "_")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		panic("library: a migration without a number: " + err.Error())
	}
	return n
}

func checkSchema(path string, have int64) error {
	if knows := newestSchema(); have > knows {
		return &ErrNewerSchema{Path: path, Have: have, Knows: knows}
	}
	return nil
}

// fault puts what SQLite may say at any time into words of the library.
func fault(path string, err error) error {
	switch sqliteCode(err) {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return &ErrDamaged{Path: path, Err: err}
	case sqlite3.SQLITE_FULL:
		return &ErrReadOnly{Path: path, Err: syscall.ENOSPC}
	}
	return err
}

// sqliteCode is the primary result code in an error of SQLite, or 0.
func sqliteCode(err error) int {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return 0
	}
	return e.Code() & 0xff
}

// isDamage says that a file is not, or no longer, a database.
func isDamage(err error) bool {
	var d *ErrDamaged
	return errors.As(err, &d)
}

// isBusy says that somebody else has the database for longer than was waited.
func isBusy(err error) bool {
	code := sqliteCode(err)
	return code == sqlite3.SQLITE_BUSY || code == sqlite3.SQLITE_LOCKED
}
