package library

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"os/user"
	"slices"
	"strings"
	"time"
)

// AuditAction is what was done.
type AuditAction string

const (
	AuditStarted    AuditAction = "started"    // recording began
	AuditStopped    AuditAction = "stopped"    // recording ended, or was ended after a crash
	AuditImported   AuditAction = "imported"   // a file was brought in
	AuditViewed     AuditAction = "viewed"     // opened in the player
	AuditEdited     AuditAction = "edited"     // what can change without the content was changed
	AuditShared     AuditAction = "shared"     // others can reach it
	AuditUnshared   AuditAction = "unshared"   // they cannot any more
	AuditDownloaded AuditAction = "downloaded" // fetched from a server
	AuditExported   AuditAction = "exported"   // copied out of the library
	AuditTrashed    AuditAction = "trashed"
	AuditRestored   AuditAction = "restored" // taken out of the trash
	AuditDeleted    AuditAction = "deleted"  // for good
)

// AuditActions are all actions there are.
var AuditActions = []AuditAction{
	AuditStarted, AuditStopped, AuditImported, AuditViewed, AuditEdited, AuditShared, AuditUnshared, AuditDownloaded,
	AuditExported, AuditTrashed, AuditRestored, AuditDeleted,
}

// AuditEvent is one entry of the audit log. There is no text of a recording in it, so
// that it may outlive the recording.
type AuditEvent struct {
	Seq       int64 // its number, from 1 up; a later entry has a higher one
	Time      time.Time
	Action    AuditAction
	Recording string        // id
	Actor     string        // user@host
	Terminal  string        // the terminal or session of rexec in which it was done, or empty
	Duration  time.Duration // of the recording then; 0: not known yet
	Size      int64         // bytes of its content then; 0: not known yet
	// Detail is in words of the program's own, never the user's: the names of the
	// fields that were changed, the format of an export.
	Detail string
}

// AuditFilter says which entries are wanted; what is empty asks for nothing.
type AuditFilter struct {
	Since, Until time.Time     // from Since on, before Until
	Actions      []AuditAction // any of them
	Recording    string        // id, or the beginning of one
	Actor        string        // user@host, or user@, or @host
	After        int64         // entries with a higher Seq
	Limit        int           // the last so many; 0: all
}

// Audit appends an entry. Its time, actor and terminal are this library's when e names
// none. Package library writes by itself what is done to recordings by its own
// methods; Audit is for what only others know: viewing, sharing.
func (l *Library) Audit(ctx context.Context, e AuditEvent) error {
	if !slices.Contains(AuditActions, e.Action) {
		return fmt.Errorf("the audit log knows no action %q", e.Action)
	}
	return l.update(ctx, func(tx *sql.Tx) error { return l.audit(ctx, tx, e) })
}

// Viewed notes that a recording of the library was opened in the player. A library
// that cannot be written is viewed all the same.
func (l *Library) Viewed(ctx context.Context, r Recording) error {
	if l.ReadOnly() != nil {
		return nil
	}
	return l.Audit(ctx, auditOf(AuditViewed, r))
}

// auditOf is the entry that says that something was done to a recording.
func auditOf(a AuditAction, r Recording) AuditEvent {
	return AuditEvent{Action: a, Recording: r.ID, Duration: r.Duration, Size: r.Size}
}

// auditRecording appends what was done to a recording, in the transaction that does it.
func (l *Library) auditRecording(ctx context.Context, tx *sql.Tx, a AuditAction, r Recording, detail ...string) error {
	e := auditOf(a, r)
	e.Detail = strings.Join(detail, ",")
	return l.audit(ctx, tx, e)
}

// fields are the names of what p changes.
func (p Patch) fields() []string {
	var names []string
	add := func(name string, named bool) {
		if named {
			names = append(names, name)
		}
	}
	add("title", p.Title != nil)
	add("description", p.Description != nil)
	add("tags", p.Tags != nil || p.Tag != nil || p.Untag != nil)
	add("keep", p.Keep != nil)
	if p.Visibility != nil {
		add("visibility="+string(*p.Visibility), true)
	}
	return names
}

func (l *Library) audit(ctx context.Context, tx *sql.Tx, e AuditEvent) error {
	if e.Time.IsZero() {
		e.Time = l.options.Now()
	}
	if e.Actor == "" {
		e.Actor = l.options.Actor
	}
	if e.Terminal == "" {
		e.Terminal = l.options.Terminal
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO audit (at_us, action, recording, actor, terminal, duration_us, size, detail)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, e.Time.UnixMicro(), e.Action, bounded(e.Recording, maxAuditField),
		bounded(e.Actor, maxAuditField), bounded(e.Terminal, maxAuditField), e.Duration.Microseconds(), e.Size, bounded(e.Detail, maxAuditField))
	if err != nil {
		return fmt.Errorf("write the audit log: %w", err)
	}
	return nil
}

// maxAuditField bounds the text fields of an entry, in bytes.
const maxAuditField = 256

// auditActor is user@host, as far as the system knows them.
func auditActor(host string) string {
	name := ""
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	return name + "@" + host
}

// AuditLog returns entries, in the order in which they were written. It reads as they
// are taken. An error is the last thing that comes.
func (l *Library) AuditLog(ctx context.Context, f AuditFilter) iter.Seq2[AuditEvent, error] {
	return func(yield func(AuditEvent, error) bool) {
		more, err := true, l.open()
		if err == nil && f.Limit > 0 {
			f.After, err = l.auditBefore(ctx, f)
		}
		for err == nil && more {
			var page []AuditEvent
			if page, err = l.auditPage(ctx, f); err != nil {
				break
			}
			for _, e := range page {
				if !yield(e, nil) {
					return
				}
				f.After = e.Seq
			}
			more = len(page) == auditPageSize
		}
		if err != nil {
			yield(AuditEvent{}, fmt.Errorf("read the audit log: %w", err))
		}
	}
}

// auditPageSize is how many entries are read at once, so that whoever takes them
// slowly keeps no statement open.
const auditPageSize = 1000

func (l *Library) auditPage(ctx context.Context, f AuditFilter) ([]AuditEvent, error) {
	where, args := f.where()
	rows, err := l.db.read.QueryContext(ctx, `SELECT seq, at_us, action, recording, actor, terminal, duration_us, size, detail
		FROM audit WHERE `+where+` ORDER BY seq LIMIT ?`, append(args, auditPageSize)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var page []AuditEvent
	for rows.Next() {
		var e AuditEvent
		var at, duration int64
		if err := rows.Scan(&e.Seq, &at, &e.Action, &e.Recording, &e.Actor, &e.Terminal, &duration, &e.Size, &e.Detail); err != nil {
			return nil, err
		}
		e.Time, e.Duration = time.UnixMicro(at), time.Duration(duration)*time.Microsecond
		page = append(page, e)
	}
	return page, rows.Err()
}

// auditBefore is the number before the last f.Limit entries.
func (l *Library) auditBefore(ctx context.Context, f AuditFilter) (int64, error) {
	where, args := f.where()
	var first int64
	err := l.db.read.QueryRowContext(ctx, `SELECT coalesce(min(seq), 1) FROM
		(SELECT seq FROM audit WHERE `+where+` ORDER BY seq DESC LIMIT ?)`, append(args, f.Limit)...).Scan(&first)
	return first - 1, err
}

// where is the condition of SQL, and its arguments.
func (f AuditFilter) where() (string, []any) {
	terms, args := []string{"seq > ?"}, []any{f.After}
	add := func(term string, values ...any) {
		terms, args = append(terms, term), append(args, values...)
	}
	if !f.Since.IsZero() {
		add("at_us >= ?", f.Since.UnixMicro())
	}
	if !f.Until.IsZero() {
		add("at_us < ?", f.Until.UnixMicro())
	}
	if len(f.Actions) > 0 {
		marks := make([]string, len(f.Actions))
		values := make([]any, len(f.Actions))
		for i, a := range f.Actions {
			marks[i], values[i] = "?", a
		}
		add("action IN ("+strings.Join(marks, ", ")+")", values...)
	}
	if f.Recording != "" {
		// What is no beginning of an id finds nothing.
		id, ok := idPrefix(f.Recording)
		if !ok {
			id = "\x00"
		}
		add("recording >= ? AND recording < ?", id, id+"~")
	}
	if name, host, ok := strings.Cut(f.Actor, "@"); f.Actor != "" {
		switch {
		case !ok, host == "":
			add("substr(actor, 1, ?) = ?", len([]rune(name))+1, name+"@")
		case name == "":
			add("substr(actor, -?) = ?", len([]rune(host))+1, "@"+host)
		default:
			add("actor = ?", f.Actor)
		}
	}
	return strings.Join(terms, " AND "), args
}
