package faults

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// Whatever is asked of a database, its error is one of the caller's; what succeeds, and
// the end of rows, is nobody's.
func TestErrorsAreTold(t *testing.T) {
	mine := errors.New("mine")
	path := filepath.Join(t.TempDir(), "db")
	told := 0
	db := Open("file:"+path, func(err error) error { told++; return errors.Join(mine, err) })
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(`CREATE TABLE t (x UNIQUE); INSERT INTO t VALUES (1), (2)`); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := db.QueryRow(`SELECT count(*) FROM t WHERE x > ?`, 0).Scan(&n); err != nil || n != 2 {
		t.Fatalf("%d, %v", n, err)
	}
	if err := db.QueryRow(`SELECT x FROM t WHERE x > 5`).Scan(&n); !errors.Is(err, sql.ErrNoRows) || told > 0 {
		t.Fatalf("no rows: %v, told %d times", err, told)
	}
	insert, err := db.Prepare(`INSERT INTO t VALUES (?)`)
	if err != nil {
		t.Fatal(err)
	}
	defer insert.Close()
	for name, try := range map[string]func() error{
		"exec":      func() error { _, err := db.Exec(`INSERT INTO t VALUES (1)`); return err },
		"query":     func() error { _, err := db.Query(`SELECT * FROM missing`); return err },
		"prepare":   func() error { _, err := db.Prepare(`nonsense`); return err },
		"statement": func() error { _, err := insert.Exec(1); return err },
		"rows": func() error {
			rows, err := db.Query(`SELECT abs(CASE x WHEN 2 THEN -9223372036854775808 ELSE x END) FROM t`)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
			}
			return rows.Err()
		},
	} {
		if err := try(); !errors.Is(err, mine) {
			t.Errorf("%s: %v", name, err)
		}
	}
	garbage := filepath.Join(t.TempDir(), "garbage")
	if err := os.WriteFile(garbage, make([]byte, 4096), 0o600); err != nil {
		t.Fatal(err)
	}
	bad := Open("file:"+filepath.Join(garbage, "below-a-file"), func(err error) error { return errors.Join(mine, err) })
	defer bad.Close()
	if err := bad.Ping(); !errors.Is(err, mine) {
		t.Errorf("open: %v", err)
	}
}
