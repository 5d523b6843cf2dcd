package library

import (
	"database/sql"
	"io/fs"
	"path/filepath"
	"slices"
	"testing"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

// migrateTo makes a database as a rexec of schema version made it.
func migrateTo(t testing.TB, path string, version int64) *sql.DB {
	t.Helper()
	db := must[*sql.DB](t)(sql.Open("sqlite", "file:"+path+"?_pragma=foreign_keys(1)&_pragma=secure_delete(1)"))
	t.Cleanup(func() { db.Close() })
	sub := must[fs.FS](t)(fs.Sub(migrations, "migrations"))
	p := must[*goose.Provider](t)(goose.NewProvider(database.DialectSQLite3, db, sub,
		goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true)))
	if _, err := p.UpTo(t.Context(), version); err != nil {
		t.Fatal(err)
	}
	return db
}

// An upgrade keeps every recording, its tags, its commands and its text.
func TestUpgradeKeepsWhatWasThere(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	db := migrateTo(t, filepath.Join(home, "library.db"), 2)
	for _, statement := range []string{
		`INSERT INTO recordings (seq, id, path, title, folded, status, source, created_us, size, cols, rows, dir)
			VALUES (7, '0197a000-0000-7000-8000-000000000001', 'recordings/a.cast', 'old', 'old', 'complete', 'imported', 1000000, 42, 80, 24, '/home')`,
		`INSERT INTO tags VALUES (7, 'kept')`,
		`INSERT INTO commands (recording, n, text, folded, dir, start_us, end_us, heuristic) VALUES
			(7, 0, 'ls', 'ls', '/src', 0, 1, 0), (7, 1, 'pwd', 'pwd', '/home', 1, 2, 0), (7, 2, 'id', 'id', '', 2, 3, 0)`,
		`INSERT INTO texts (ord, recording, version) VALUES (1, 7, 1)`,
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	db.Close()
	l := openLibrary(t, home, Options{})
	list := all(t, l, "")
	if len(list) != 1 {
		t.Fatalf("%d recordings are left of one", len(list))
	}
	r := list[0]
	if r.Title != "old" || r.Source != SourceImported || r.Stored != 42 || r.Visibility != VisibilityPrivate || r.Keep || !r.Trashed.IsZero() ||
		!slices.Equal(r.Tags, []string{"kept"}) || !slices.Equal(r.Dirs, []string{"/home", "/src"}) || r.FirstCommand != "ls" {
		t.Errorf("%+v", r)
	}
	var texts int
	if err := l.db.read.QueryRow(`SELECT count(*) FROM texts`).Scan(&texts); err != nil || texts != 0 {
		t.Errorf("%d texts, %v", texts, err) // they are made anew, in another form
	}
	if n := must[int](t)(l.Pending(t.Context())); n != 1 {
		t.Errorf("%d recordings are to be indexed, want 1", n)
	}
	for _, source := range []string{"recorded", "pulled"} {
		if _, err := l.db.write.Exec(`UPDATE recordings SET source = ?`, source); err != nil {
			t.Error(err)
		}
	}
	if _, err := l.db.write.Exec(`UPDATE recordings SET source = 'stolen'`); err == nil {
		t.Error("any source will do")
	}
}
