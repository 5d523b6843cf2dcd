package library

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNotFound is wrapped by every error that says that no recording has the id,
// or the beginning of an id, that was asked for.
var ErrNotFound = errors.New("no such recording")

// ErrClosed is returned by a Library after Close.
var ErrClosed = errors.New("the library is closed")

// ErrAmbiguous says that several recordings have ids that begin with Prefix.
type ErrAmbiguous struct {
	Prefix     string
	Candidates []Recording // newest first, at most ten
}

func (e *ErrAmbiguous) Error() string {
	ids := make([]string, len(e.Candidates))
	for i, c := range e.Candidates {
		ids[i] = c.ID
	}
	return fmt.Sprintf("%q begins more than one id: %s", e.Prefix, strings.Join(ids, ", "))
}

// ErrDuplicate says that the library already holds the content that was to be
// imported, as recording ID.
type ErrDuplicate struct {
	ID    string
	Title string // of the recording that is already there
	// Trashed says that it is in the trash.
	Trashed bool
}

func (e *ErrDuplicate) Error() string {
	if e.Trashed {
		return fmt.Sprintf("already in the library as %s, in the trash: rexec restore %s brings it back", e.ID, e.ID)
	}
	return "already in the library as " + e.ID
}

// ErrTrashed says that recording ID, which was to be read, is in the trash.
type ErrTrashed struct{ ID string }

func (e *ErrTrashed) Error() string {
	return fmt.Sprintf("recording %s is in the trash: rexec restore %s brings it back", e.ID, e.ID)
}

// ErrReadOnly says that the library cannot be written, or cannot be made, because
// of the folder or file Path: for want of a permission, or of room on the disk.
type ErrReadOnly struct {
	Path string
	Err  error // the system's reason
}

func (e *ErrReadOnly) Error() string {
	remedy := "make it writable"
	if isFull(e.Err) {
		remedy = "make room on the disk"
	}
	return fmt.Sprintf("cannot write %s (%v): %s, or name another folder with --home or REXEC_HOME", e.Path, reason(e.Err), remedy)
}

func (e *ErrReadOnly) Unwrap() error { return e.Err }

// ErrDamaged says that the database at Path is not, or no longer, one: the disk lost a
// part of it, or something else wrote there. The recordings are files of their own.
type ErrDamaged struct {
	Path string
	Err  error // in SQLite's words
}

func (e *ErrDamaged) Error() string {
	return fmt.Sprintf("%s is damaged (%v); the recordings are safe in files of their own: rexec doctor --rebuild makes the database anew from them", e.Path, e.Err)
}

func (e *ErrDamaged) Unwrap() error { return e.Err }

// ErrInUse says that the library at Path is on another machine's disk, where one
// process at a time can have it, and that another process has it.
type ErrInUse struct {
	Path string
	Kind string // of the file system
	Host string // empty: not known
	PID  int
}

func (e *ErrInUse) Error() string {
	who := "another rexec"
	if e.Host != "" {
		who = fmt.Sprintf("the rexec on %s with process id %d", e.Host, e.PID)
	}
	return fmt.Sprintf("%s is on a network disk (%s), where one rexec at a time can use the library, and %s does: quit that one first, or name another folder with --home or REXEC_HOME",
		e.Path, e.Kind, who)
}

// ErrReplaced says that the database was made anew while this Library was open (see
// Rebuild): what it shows is old, and it can write no more.
var ErrReplaced = errors.New("the library was rebuilt by another rexec: start this one again to go on")

// ErrBusy says that recording ID is being written right now, by this process or by
// another one.
type ErrBusy struct{ ID string }

func (e *ErrBusy) Error() string {
	return fmt.Sprintf("recording %s is still being written: stop it first", e.ID)
}

// ErrNewerSchema says that a newer rexec has made or upgraded the database.
type ErrNewerSchema struct {
	Path        string
	Have, Knows int64 // schema versions: of the file, and the newest this program knows
}

func (e *ErrNewerSchema) Error() string {
	return fmt.Sprintf("%s was upgraded by a newer rexec (schema %d, this one knows %d): use the newer rexec, or name another folder with --home or REXEC_HOME",
		e.Path, e.Have, e.Knows)
}

// ErrOlderSchema says that the database has to be upgraded, which a read-only
// library does not allow.
type ErrOlderSchema struct {
	Path        string
	Have, Wants int64
	Err         error // why it cannot be written: *ErrReadOnly
}

func (e *ErrOlderSchema) Error() string {
	return fmt.Sprintf("%s has schema %d and needs %d, but cannot be upgraded: %v", e.Path, e.Have, e.Wants, e.Err)
}

func (e *ErrOlderSchema) Unwrap() error { return e.Err }
