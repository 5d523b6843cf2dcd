package library

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const defaultLimit = 100

// recordingColumns are what scanRecording reads.
const recordingColumns = `r.id, r.path, r.title, r.description, r.status, r.missing, r.source,
	r.created_us, r.duration_us, r.size, r.cols, r.rows, r.problems, r.command, r.shell, r.host, r.dir,
	r.exit_status, r.sha256, r.derived_from, r.commands,
	r.visibility, r.keep, r.trashed_us, r.sync_state, r.participants, r.dirs, r.stored,
	coalesce((SELECT c.text FROM commands c WHERE c.recording = r.seq AND c.folded NOT IN ('exit', 'logout', 'clear')
		ORDER BY c.n LIMIT 1), ''),
	(SELECT json_group_array(tag) FROM (SELECT tag FROM tags t WHERE t.recording = r.seq ORDER BY tag))`

type scanner interface{ Scan(dest ...any) error }

// querier is what a pool, a connection and a transaction have in common.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func (l *Library) scanRecording(row scanner) (Recording, error) {
	var (
		r                              Recording
		path, tags, participants, dirs string
		missing                        bool
		created, duration              int64
		exit, trashed                  sql.NullInt64
	)
	err := row.Scan(&r.ID, &path, &r.Title, &r.Description, &r.Status, &missing, &r.Source,
		&created, &duration, &r.Size, &r.Cols, &r.Rows, &r.Problems, &r.Command, &r.Shell, &r.Host, &r.Dir,
		&exit, &r.SHA256, &r.DerivedFrom, &r.Commands,
		&r.Visibility, &r.Keep, &trashed, &r.SyncState, &participants, &dirs, &r.Stored, &r.FirstCommand, &tags)
	if err != nil {
		return Recording{}, err
	}
	r.Path = l.abs(path)
	r.Created = time.UnixMicro(created)
	r.Duration = time.Duration(duration) * time.Microsecond
	r.ExitStatus = intPointer(exit)
	if missing {
		r.Status = StatusMissing
	}
	if trashed.Valid {
		r.Trashed = time.UnixMicro(trashed.Int64)
	}
	for text, list := range map[string]*[]string{tags: &r.Tags, participants: &r.Participants, dirs: &r.Dirs} {
		if text == "[]" {
			continue
		}
		if err := json.Unmarshal([]byte(text), list); err != nil {
			return Recording{}, err
		}
	}
	return r, nil
}

func (l *Library) scanRecordings(rows *sql.Rows) ([]Recording, error) {
	defer rows.Close()
	var out []Recording
	for rows.Next() {
		r, err := l.scanRecording(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// live adds what only the file knows while a recording is written: how big it is,
// and, from the time of the last write, how long.
func live(r Recording) Recording {
	if r.Status != StatusRecording {
		return r
	}
	if info, err := os.Stat(r.Path); err == nil {
		r.Size, r.Stored = info.Size(), info.Size()
		r.Duration = max(info.ModTime().Sub(r.Created), 0)
	}
	return r
}

// List returns recordings, newest first. The next page begins after the last one:
// set After to its Cursor. Fewer than Limit means that there are no more.
func (l *Library) List(ctx context.Context, o ListOptions) ([]Recording, error) {
	if err := l.open(); err != nil {
		return nil, err
	}
	if o.Limit <= 0 {
		o.Limit = defaultLimit
	}
	where, args := `r.trashed_us IS NULL`, []any(nil)
	if o.Trashed {
		where = `r.trashed_us IS NOT NULL`
	}
	if o.After != nil {
		where, args = where+` AND (r.created_us, r.id) < (?, ?)`, []any{o.After.Created.UnixMicro(), o.After.ID}
	}
	for _, word := range strings.Fields(fold(o.Query)) {
		where += ` AND (instr(r.folded, ?) > 0 OR EXISTS (
			SELECT 1 FROM commands c WHERE c.recording = r.seq AND instr(c.folded, ?) > 0))`
		args = append(args, word, word)
	}
	rows, err := l.db.read.QueryContext(ctx, `SELECT `+recordingColumns+` FROM recordings r WHERE `+where+
		` ORDER BY r.created_us DESC, r.id DESC LIMIT ?`, append(args, o.Limit)...)
	var list []Recording
	if err == nil {
		list, err = l.scanRecordings(rows)
	}
	if err != nil {
		return nil, fmt.Errorf("list recordings: %w", err)
	}
	for i := range list {
		list[i] = live(list[i])
	}
	return list, nil
}

// fold is how text is stored and looked for where case does not matter.
func fold(s string) string { return strings.ToLower(s) }

// Stats returns sums over all recordings, and over the trash. Of one that is being written, neither size
// nor duration counts yet.
func (l *Library) Stats(ctx context.Context) (Stats, error) {
	if err := l.open(); err != nil {
		return Stats{}, err
	}
	var s Stats
	var us int64
	err := l.db.read.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE trashed_us IS NULL),
			coalesce(sum(size) FILTER (WHERE trashed_us IS NULL), 0), coalesce(sum(stored) FILTER (WHERE trashed_us IS NULL), 0),
			coalesce(sum(duration_us) FILTER (WHERE trashed_us IS NULL), 0),
			count(trashed_us), coalesce(sum(stored) FILTER (WHERE trashed_us IS NOT NULL), 0) FROM recordings`).
		Scan(&s.Recordings, &s.Bytes, &s.Stored, &us, &s.Trashed, &s.TrashedStored)
	if err != nil {
		return Stats{}, fmt.Errorf("sum up the library: %w", err)
	}
	s.Duration = time.Duration(us) * time.Microsecond
	return s, nil
}

// byID returns the recording with exactly this id, or an error that wraps
// ErrNotFound.
func (l *Library) byID(ctx context.Context, q querier, id string) (Recording, error) {
	r, err := l.scanRecording(q.QueryRowContext(ctx, `SELECT `+recordingColumns+` FROM recordings r WHERE r.id = ?`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return Recording{}, notFound(id)
	}
	if err != nil {
		return Recording{}, fmt.Errorf("read recording %s: %w", id, err)
	}
	return r, nil
}

func notFound(id string) error { return fmt.Errorf("%w: %q", ErrNotFound, bounded(id, 100)) }

// Get returns the recording with an id, or the one whose id alone begins so; dashes
// and case do not matter. What is in the trash is found where nothing else is: see
// Recording.Trashed. Errors: one that wraps ErrNotFound, *ErrAmbiguous.
func (l *Library) Get(ctx context.Context, idOrPrefix string) (Recording, error) {
	r, err := l.get(ctx, idOrPrefix, `r.trashed_us IS NULL`)
	if errors.Is(err, ErrNotFound) {
		return l.GetTrashed(ctx, idOrPrefix)
	}
	return r, err
}

// GetTrashed is Get in the trash alone.
func (l *Library) GetTrashed(ctx context.Context, idOrPrefix string) (Recording, error) {
	return l.get(ctx, idOrPrefix, `r.trashed_us IS NOT NULL`)
}

func (l *Library) get(ctx context.Context, idOrPrefix, where string) (Recording, error) {
	if err := l.open(); err != nil {
		return Recording{}, err
	}
	prefix, ok := idPrefix(idOrPrefix)
	if !ok {
		return Recording{}, notFound(idOrPrefix)
	}
	const most = 10
	rows, err := l.db.read.QueryContext(ctx, `SELECT `+recordingColumns+` FROM recordings r
		WHERE r.id >= ? AND r.id < ? AND `+where+` ORDER BY r.created_us DESC, r.id DESC LIMIT ?`, prefix, prefix+"~", most)
	var found []Recording
	if err == nil {
		found, err = l.scanRecordings(rows)
	}
	switch {
	case err != nil:
		return Recording{}, fmt.Errorf("read recording %s: %w", prefix, err)
	case len(found) == 0:
		return Recording{}, notFound(idOrPrefix)
	case len(found) > 1:
		return Recording{}, &ErrAmbiguous{Prefix: prefix, Candidates: found}
	}
	return live(found[0]), nil
}

// idPrefix writes the beginning of a UUID as ids are stored: 8-4-4-4-12 lower case
// hex digits.
func idPrefix(s string) (string, bool) {
	digits := strings.ReplaceAll(strings.ToLower(s), "-", "")
	if digits == "" || len(digits) > 32 || strings.Trim(digits, "0123456789abcdef") != "" {
		return "", false
	}
	var b strings.Builder
	for i, c := range digits {
		if i == 8 || i == 12 || i == 16 || i == 20 {
			b.WriteByte('-')
		}
		b.WriteRune(c)
	}
	return b.String(), true
}

// ShortID returns the beginning of a recording's id that tells it from all others, at
// least eight characters of it.
func (l *Library) ShortID(ctx context.Context, id string) (string, error) {
	if err := l.open(); err != nil {
		return "", err
	}
	var before, after string
	err := l.db.read.QueryRowContext(ctx, `SELECT coalesce((SELECT max(id) FROM recordings WHERE id < ?1), ''),
		coalesce((SELECT min(id) FROM recordings WHERE id > ?1), '')`, id).Scan(&before, &after)
	if err != nil {
		return "", fmt.Errorf("shorten %s: %w", id, err)
	}
	n := 8
	for _, other := range []string{before, after} {
		same := 0
		for same < min(len(id), len(other)) && id[same] == other[same] {
			same++
		}
		n = max(n, same+1)
	}
	return id[:min(n, len(id))], nil
}

// isID says that s is a whole id as they are stored, which makes it a safe file name.
func isID(s string) bool {
	id, ok := idPrefix(s)
	return ok && len(id) == 36 && id == s
}

// Resolve finds out what an argument FILE|ID|- means. A whole id is an id; then a
// file that exists is that file; then comes the beginning of an id. Errors: those of
// Get, or of the file; *ErrTrashed.
func (l *Library) Resolve(ctx context.Context, arg string) (Target, error) {
	if arg == "-" {
		return Target{Stdin: true}, nil
	}
	if !isID(strings.ToLower(arg)) {
		info, err := os.Stat(arg)
		looksLikeFile := strings.ContainsAny(arg, `/\`) || filepath.Ext(arg) != ""
		switch {
		case err == nil && info.IsDir():
			return Target{}, fmt.Errorf("%s is a folder, not a recording", arg)
		case err == nil:
			return Target{Path: arg}, nil
		case looksLikeFile || !errors.Is(err, fs.ErrNotExist):
			return Target{}, fmt.Errorf("no recording at %s: %w", arg, reason(err))
		}
	}
	r, err := l.Get(ctx, arg)
	if errors.Is(err, ErrNotFound) {
		return Target{}, fmt.Errorf("no file is named %q, and %w has an id that begins so", arg, ErrNotFound)
	}
	if err != nil {
		return Target{}, err
	}
	if !r.Trashed.IsZero() {
		return Target{}, &ErrTrashed{ID: r.ID}
	}
	if r.Status == StatusMissing {
		return Target{}, fmt.Errorf("the file of recording %s is gone: %w", r.ID, &fs.PathError{Op: "open", Path: r.Path, Err: fs.ErrNotExist})
	}
	return Target{Path: r.Path, Recording: &r}, nil
}

// Commands returns the commands that were run in a recording, first one first.
func (l *Library) Commands(ctx context.Context, id string) ([]Command, error) {
	if err := l.open(); err != nil {
		return nil, err
	}
	rows, err := l.db.read.QueryContext(ctx, `SELECT `+commandColumns+`
		FROM commands c JOIN recordings r ON r.seq = c.recording WHERE r.id = ? ORDER BY c.n`, id)
	var out []Command
	if err == nil {
		out, err = scanCommands(rows)
	}
	if err != nil {
		return nil, fmt.Errorf("read commands of %s: %w", id, err)
	}
	return out, nil
}

// commandColumns are what scanCommands reads.
const commandColumns = `c.text, c.dir, c.start_us, c.end_us, c.exit, c.heuristic, c.unverified`

func scanCommands(rows *sql.Rows) ([]Command, error) {
	defer rows.Close()
	var out []Command
	for rows.Next() {
		var c Command
		var start, end int64
		var exit sql.NullInt64
		if err := rows.Scan(&c.Text, &c.Dir, &start, &end, &exit, &c.Heuristic, &c.Unverified); err != nil {
			return nil, err
		}
		c.Start, c.End = time.Duration(start)*time.Microsecond, time.Duration(end)*time.Microsecond
		c.Exit = intPointer(exit)
		out = append(out, c)
	}
	return out, rows.Err()
}

func intPointer(n sql.NullInt64) *int {
	if !n.Valid {
		return nil
	}
	v := int(n.Int64)
	return &v
}

func nullInt(p *int) sql.NullInt64 {
	if p == nil {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: int64(*p), Valid: true}
}
