package library

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// insert adds a recording and its tags; r.Path is absolute. owner is who writes it,
// or empty.
func (l *Library) insert(ctx context.Context, tx *sql.Tx, r Recording, owner string) error {
	path, err := l.rel(r.Path)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO recordings (id, path, title, description, folded, status, source, created_us,
			cols, rows, command, shell, host, dir, derived_from, owner, visibility, keep, trashed_us, sync_state, participants, dirs)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		r.ID, path, r.Title, r.Description, foldedName(r), r.Status, r.Source, r.Created.UnixMicro(),
		r.Cols, r.Rows, r.Command, r.Shell, r.Host, r.Dir, r.DerivedFrom, owner,
		cmp.Or(r.Visibility, VisibilityPrivate), r.Keep, nullTime(r.Trashed), r.SyncState, jsonList(r.Participants), jsonList(seenDirs(r.Dir, nil)))
	if err != nil {
		return fmt.Errorf("add recording %s: %w", r.ID, err)
	}
	return setTags(ctx, tx, r.ID, r.Tags)
}

// foldedName is what List looks for words in, besides the commands.
func foldedName(r Recording) string { return fold(r.Title + "\n" + r.Command) }

func setTags(ctx context.Context, tx *sql.Tx, id string, tags []string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM tags WHERE recording = (SELECT seq FROM recordings WHERE id = ?)`, id)
	for _, tag := range tags {
		if err == nil {
			_, err = tx.ExecContext(ctx, `INSERT INTO tags (recording, tag) SELECT seq, ? FROM recordings WHERE id = ?`, tag, id)
		}
	}
	if err != nil {
		return fmt.Errorf("tag recording %s: %w", id, err)
	}
	return nil
}

// setContent writes down what the cast of a recording holds, and that nobody writes
// it any more. exit, if it is not nil, stands above the file's own.
func setContent(ctx context.Context, tx *sql.Tx, id string, c *content, exit *int) error {
	if exit == nil {
		exit = c.exit
	}
	_, err := tx.ExecContext(ctx, `UPDATE recordings SET status = ?, missing = 0, owner = '', duration_us = ?, size = ?, stored = ?,
			problems = ?, exit_status = ?, sha256 = ?, commands = ?, summary = ? WHERE id = ?`,
		c.status(), c.duration.Microseconds(), c.size, c.stored, c.problems, nullInt(exit), c.sha256, len(c.commands), c.summary, id)
	if err == nil {
		err = setCommands(ctx, tx, id, c.commands)
	}
	if err != nil {
		return fmt.Errorf("write down recording %s: %w", id, err)
	}
	return nil
}

func setCommands(ctx context.Context, tx *sql.Tx, id string, commands []Command) error {
	var seq int64
	var dir string
	if err := tx.QueryRowContext(ctx, `SELECT seq, dir FROM recordings WHERE id = ?`, id).Scan(&seq, &dir); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM commands WHERE recording = ?`, seq); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE recordings SET dirs = ? WHERE seq = ?`, jsonList(seenDirs(dir, commands)), seq); err != nil {
		return err
	}
	if len(commands) == 0 {
		return nil
	}
	add, err := tx.PrepareContext(ctx, `INSERT INTO commands (recording, n, text, folded, dir, start_us, end_us, exit, heuristic, unverified)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer add.Close()
	for n, c := range commands {
		text := bounded(c.Text, maxCommand)
		_, err := add.ExecContext(ctx, seq, n, text, fold(text), bounded(c.Dir, maxField),
			c.Start.Microseconds(), c.End.Microseconds(), nullInt(c.Exit), c.Heuristic, c.Unverified)
		if err != nil {
			return err
		}
	}
	return nil
}

// seenDirs are the working directories of a recording that began in first.
func seenDirs(first string, commands []Command) []string {
	var out []string
	add := func(dir string) {
		if dir != "" && len(out) < maxDirs && !slices.Contains(out, dir) {
			out = append(out, dir)
		}
	}
	add(first)
	for _, c := range commands {
		add(bounded(c.Dir, maxField))
	}
	return out
}

// jsonList writes a list as the database keeps it.
func jsonList(list []string) string {
	text, err := json.Marshal(append([]string{}, list...))
	if err != nil {
		panic("library: strings do not make JSON: " + err.Error())
	}
	return string(text)
}

// nullTime writes a time as the database keeps it; the zero time is NULL.
func nullTime(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMicro(), Valid: !t.IsZero()}
}

// sidecarOf is the sidecar that goes with a recording's row.
func sidecarOf(r Recording) sidecar {
	s := sidecar{
		ID: r.ID, Title: r.Title, Description: r.Description, Tags: r.Tags,
		Source: r.Source, Created: r.Created.UTC(), DerivedFrom: r.DerivedFrom,
		Visibility: r.Visibility, Keep: r.Keep, SyncState: r.SyncState, Participants: r.Participants,
	}
	if !r.Trashed.IsZero() {
		trashed := r.Trashed.UTC()
		s.Trashed = &trashed
	}
	if r.Status == StatusRepaired {
		s.Status = StatusRepaired
	}
	return s
}

// SetTitle gives a recording another title; see Update.
func (l *Library) SetTitle(ctx context.Context, id, title string) (Recording, error) {
	return l.Update(ctx, id, Patch{Title: &title})
}

// Update changes what p names of a recording, which may be one that is being
// written, and returns it as it is then. Text beyond its bound is cut. Errors: one
// that wraps ErrNotFound, *ErrReadOnly.
func (l *Library) Update(ctx context.Context, id string, p Patch) (Recording, error) {
	err := l.update(ctx, func(tx *sql.Tx) error {
		r, err := l.byID(ctx, tx, id)
		if err != nil {
			return err
		}
		if p.Title != nil {
			r.Title = bounded(*p.Title, maxTitle)
		}
		if p.Description != nil {
			r.Description = bounded(*p.Description, maxDescription)
		}
		if err := p.setTags(ctx, tx, r); err != nil {
			return err
		}
		if p.Keep != nil {
			r.Keep = *p.Keep
		}
		if p.Visibility != nil {
			if !p.Visibility.valid() {
				return fmt.Errorf("a recording is private, unlisted or public, not %q", *p.Visibility)
			}
			r.Visibility = *p.Visibility
		}
		_, err = tx.ExecContext(ctx, `UPDATE recordings SET title = ?, description = ?, folded = ?, keep = ?, visibility = ?,
				sidecar_due = 1 WHERE id = ?`,
			r.Title, r.Description, foldedName(r), r.Keep, r.Visibility, id)
		if err != nil {
			return fmt.Errorf("change recording %s: %w", id, err)
		}
		return l.auditRecording(ctx, tx, AuditEdited, r, p.fields()...)
	})
	if err != nil {
		return Recording{}, err
	}
	if err := l.flushSidecar(ctx, id); err != nil {
		return Recording{}, err
	}
	r, err := l.byID(ctx, l.db.read, id)
	return live(r), err
}

// setTags changes the tags of r as p says.
func (p Patch) setTags(ctx context.Context, tx *sql.Tx, r Recording) error {
	if p.Tags == nil && p.Tag == nil && p.Untag == nil {
		return nil
	}
	tags := r.Tags
	if p.Tags != nil {
		tags = *p.Tags
	}
	gone := cleanTags(p.Untag)
	tags = slices.DeleteFunc(cleanTags(append(slices.Clone(tags), p.Tag...)), func(t string) bool { return slices.Contains(gone, t) })
	return setTags(ctx, tx, r.ID, tags)
}

// flushSidecar brings a sidecar up to its row. The row says until then that this is
// due, so that Recover does it after a crash; and the row is read and the sidecar
// written in one transaction, so that of two processes none writes what is old.
func (l *Library) flushSidecar(ctx context.Context, id string) error {
	return l.update(ctx, func(tx *sql.Tx) error {
		var due bool
		err := tx.QueryRowContext(ctx, `SELECT sidecar_due FROM recordings WHERE id = ?`, id).Scan(&due)
		if errors.Is(err, sql.ErrNoRows) || err == nil && !due {
			return nil
		}
		if err != nil {
			return fmt.Errorf("write sidecar of %s: %w", id, err)
		}
		r, err := l.byID(ctx, tx, id)
		if err != nil {
			return err
		}
		err = writeSidecar(r.Path, sidecarOf(r))
		if isFull(err) {
			return nil // what was changed holds, and this stays due until there is room
		}
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE recordings SET sidecar_due = 0 WHERE id = ?`, id); err != nil {
			return fmt.Errorf("write sidecar of %s: %w", id, err)
		}
		return nil
	})
}

// cleanTags makes a set of tags: no empty one, none twice, sorted, bounded.
func cleanTags(tags []string) []string {
	var out []string
	for _, t := range tags {
		if t = bounded(strings.TrimSpace(t), maxTag); t != "" {
			out = append(out, t)
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return out[:min(len(out), maxTags)]
}

// truncated is a time as the database keeps it.
func truncated(t time.Time) time.Time { return t.Truncate(time.Microsecond).Round(0) }
