package fts

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite"
)

// Words of deleted rows leave no trace in the file, and the index stays whole: FTS5's
// own check says so, and what is left is found.
func TestClearSeparators(t *testing.T) {
	for _, tokenizer := range []string{"unicode61 remove_diacritics 0", "ascii"} {
		t.Run(tokenizer, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "db")
			db, err := sql.Open("sqlite", "file:"+path+"?_pragma=secure_delete(1)")
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			db.SetMaxOpenConns(1)
			exec(t, db, `CREATE VIRTUAL TABLE words USING fts5 (text, content = '', columnsize = 0, tokenize = '`+tokenizer+`')`)
			exec(t, db, `INSERT INTO words (words, rank) VALUES ('secure-delete', 1)`)
			random := rand.New(rand.NewPCG(1, uint64(len(tokenizer))))
			texts := map[int]string{}
			for i := range 60 {
				var words []string
				for range 120 { // those of one row begin alike, so that much of them leads to leaves
					words = append(words, fmt.Sprintf("row%03d%08x", i, random.Uint32()))
				}
				texts[i] = strings.Join(words, " ")
				exec(t, db, `INSERT INTO words (rowid, text) VALUES (?, ?)`, i+1, texts[i])
			}
			for i := range 40 {
				tx, err := db.Begin()
				if err != nil {
					t.Fatal(err)
				}
				if _, err = tx.Exec(`INSERT INTO words (words, rowid, text) VALUES ('delete', ?, ?)`, i+1, texts[i]); err == nil {
					err = ClearSeparators(context.Background(), tx, "words", []string{texts[i]})
				}
				if err == nil {
					err = tx.Commit()
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			exec(t, db, `INSERT INTO words (words) VALUES ('integrity-check')`)
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for i := range 60 {
				name := fmt.Sprintf("row%03d", i)
				left := bytes.Contains(data, []byte(name))
				if i < 40 && left {
					t.Errorf("%s is left in the file", name)
				}
				for _, word := range strings.Fields(texts[i]) {
					var n int
					if err := db.QueryRow(`SELECT count(*) FROM words WHERE words MATCH ?`, word).Scan(&n); err != nil || (n > 0) != (i >= 40) {
						t.Fatalf("%s is found %d times, %v", word, n, err)
					}
				}
			}
		})
	}
}

func exec(t *testing.T, db *sql.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.Exec(query, args...); err != nil {
		t.Fatal(err)
	}
}
