package library

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"

	"rexec/library/query"
)

// filter is what a query says of recordings: in part as SQL on recordings r, in part
// to be looked at row by row.
type filter struct {
	where string // begins with AND
	args  []any
	byRow []*query.Term // of Title, Tag, Host
}

// filter prepares what the query says of recordings.
func (s *searcher) filter(ctx context.Context) (*filter, error) {
	f := &filter{where: ` AND ` + inTrash(s.q)}
	for i := range s.q.Terms {
		t := &s.q.Terms[i]
		switch t.Field {
		case query.Title, query.Tag, query.Host:
			f.byRow = append(f.byRow, t)
		case query.Before:
			f.and(t, `r.created_us < ?`, t.Time.UnixMicro())
		case query.After:
			f.and(t, `r.created_us >= ?`, t.Time.UnixMicro())
		case query.Longer:
			f.and(t, `r.duration_us > ?`, t.Length.Microseconds())
		case query.Is:
			f.is(t)
		case query.Exit:
			if _, ok := t.ExitWords(); !ok { // else the index of words tells
				f.exit(t)
			}
		case query.Dir:
			if err := f.dir(ctx, s, t); err != nil {
				return nil, err
			}
		}
	}
	return f, nil
}

// inTrash is what a query looks at as SQL: what is in the trash, or what is not.
func inTrash(q *query.Query) string {
	if q.Trash() {
		return `r.trashed_us IS NOT NULL`
	}
	return `r.trashed_us IS NULL`
}

// is adds what a recording is to be, or not.
func (f *filter) is(t *query.Term) {
	switch t.Is {
	case "private", "unlisted", "public":
		f.and(t, `r.visibility = ?`, t.Is)
	case "imported", "recorded":
		f.and(t, `r.source = ?`, t.Is)
	case "unsynced":
		f.and(t, `r.sync_state <> 'synced'`)
	case "keep":
		f.and(t, `r.keep`)
	case "trash":
		f.and(t, `r.trashed_us IS NOT NULL`)
	}
}

func (f *filter) and(t *query.Term, condition string, args ...any) {
	if t.Not {
		condition = `NOT ` + condition
	}
	f.where += ` AND ` + condition
	f.args = append(f.args, args...)
}

// exit leaves recordings that have a command with the status, or ended so. Which of
// their moments have it is looked at then; and only then what is negated.
func (f *filter) exit(t *query.Term) {
	if t.Not {
		return
	}
	compare := `=`
	if t.ExitNot {
		compare = `<>`
	}
	f.where += ` AND (r.exit_status ` + compare + ` ? OR r.seq IN (SELECT recording FROM commands WHERE exit ` + compare + ` ?))`
	f.args = append(f.args, t.Exit, t.Exit)
}

// dir leaves recordings that were made in a directory, or have a command that was run
// in it.
func (f *filter) dir(ctx context.Context, s *searcher, t *query.Term) error {
	if t.Not && s.q.Kind() != query.Recordings {
		return nil
	}
	rows, err := s.conn.QueryContext(ctx, `SELECT dir FROM commands GROUP BY dir UNION SELECT dir FROM recordings`)
	if err != nil {
		return err
	}
	defer rows.Close()
	dirs := []string{}
	for rows.Next() {
		var dir string
		if err := rows.Scan(&dir); err != nil {
			return err
		}
		if inside(t, dir) {
			dirs = append(dirs, dir)
		}
	}
	list, err := json.Marshal(dirs)
	if err != nil {
		return err
	}
	f.and(t, `(r.dir IN (SELECT value FROM json_each(?)) OR r.seq IN (SELECT recording FROM commands WHERE dir IN (SELECT value FROM json_each(?))))`,
		string(list), string(list))
	return rows.Err()
}

// columns are what scan reads.
func (f *filter) columns() string {
	columns := []string{`''`, `''`, `''`}
	for _, t := range f.byRow {
		switch t.Field {
		case query.Title:
			columns[0] = `CASE r.title WHEN '' THEN r.command ELSE r.title END`
		case query.Host:
			columns[1] = `r.host`
		case query.Tag:
			columns[2] = `(SELECT json_group_array(tag) FROM tags WHERE recording = r.seq)`
		}
	}
	return strings.Join(columns, ", ")
}

// scan reads a row: into is what stands before the filter's columns. ok says that
// the recording fits.
func (f *filter) scan(rows *sql.Rows, into ...any) (ok bool, err error) {
	var title, host, list string
	if err := rows.Scan(append(into, &title, &host, &list)...); err != nil {
		return false, err
	}
	var tags []string
	if list != "" {
		if err := json.Unmarshal([]byte(list), &tags); err != nil {
			return false, err
		}
	}
	for _, t := range f.byRow {
		var matches bool
		switch t.Field {
		case query.Title:
			matches = inside(t, title)
		case query.Host:
			matches = inside(t, host)
		case query.Tag:
			for _, tag := range tags {
				matches = matches || isTag(t, tag)
			}
		}
		if matches == t.Not {
			return false, nil
		}
	}
	return true, nil
}

// findRecordings tells the recordings of a query that is about recordings only.
func (s *searcher) findRecordings(ctx context.Context) error {
	f, err := s.filter(ctx)
	if err != nil {
		return err
	}
	if after := s.o.After; after != nil && after.recording != nil {
		f.where += ` AND (r.created_us, r.id) < (?, ?)`
		f.args = append(f.args, after.recording.Created.UnixMicro(), after.recording.ID)
	}
	rows, err := s.conn.QueryContext(ctx, `SELECT r.id, `+f.columns()+` FROM recordings r WHERE 1`+f.where+
		` ORDER BY r.created_us DESC, r.id DESC`, f.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		ok, err := f.scan(rows, &id)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		r, err := s.l.byID(ctx, s.conn, id)
		if err != nil {
			return err
		}
		h := Hit{Kind: HitRecording, Recording: live(r), Line: r.Name(), cursor: HitCursor{recording: r.Cursor()}}
		for _, t := range query.Positive(s.q.Of(query.Title)) {
			p := t.Pattern
			p.OpenStart, p.OpenEnd = true, true
			h.Spans = append(h.Spans, p.Find(h.Line, query.Fold(h.Line))...)
		}
		h.Spans = merge(h.Spans)
		if err := s.emit(h); err != nil {
			return err
		}
	}
	return rows.Err()
}
