package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"rexec/recording/castfile"
)

// owner is the sign that an open library lives: a locked file in locks/. Rows and
// files that are being made carry the owner's id, so that another process can tell
// work in progress from what a crash left.
type owner struct {
	id     string
	path   string
	unlock func()
}

// own returns the id of this library's owner lock, which it takes at first.
//
// Lock files are made and cleared away inside write transactions, so that nobody
// takes a file that is not locked yet for one that a crash left.
func (l *Library) own(ctx context.Context) (string, error) {
	l.mu.Lock()
	id := l.owner.id
	l.mu.Unlock()
	if id != "" {
		return id, nil
	}
	err := l.update(ctx, func(*sql.Tx) error {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.closed {
			return ErrClosed
		}
		if l.owner.id != "" {
			id = l.owner.id
			return nil
		}
		o, err := l.lockOwner()
		if err != nil {
			return fmt.Errorf("lock library: %w", err)
		}
		l.owner, id = o, o.id
		return nil
	})
	return id, err
}

func (l *Library) lockOwner() (owner, error) {
	id, err := l.options.NewID()
	if err != nil {
		return owner{}, err
	}
	if err := os.MkdirAll(l.locksDir(), 0o700); err != nil {
		return owner{}, err
	}
	path := l.ownerPath(id)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return owner{}, err
	}
	f.Close()
	unlock, ok, err := castfile.TryLock(path)
	if err != nil {
		return owner{}, err
	}
	if !ok {
		return owner{}, fmt.Errorf("%s is locked by somebody else", path)
	}
	return owner{id: id, path: path, unlock: unlock}, nil
}

func (l *Library) ownerPath(id string) string {
	return filepath.Join(l.locksDir(), id+".lock")
}

func (o *owner) release() {
	if o.id == "" {
		return
	}
	o.unlock()
	os.Remove(o.path)
	*o = owner{}
}

// lives says that the owner with this id is open, in this process or another.
func (l *Library) lives(id string) (bool, error) {
	if id == "" {
		return false, nil
	}
	l.mu.Lock()
	mine := l.owner.id == id
	l.mu.Unlock()
	if mine {
		return true, nil
	}
	return isLocked(l.ownerPath(id))
}

// isLocked says that somebody holds the lock on a file, which need not exist.
func isLocked(path string) (bool, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	unlock, ok, err := castfile.TryLock(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return false, nil // what may not be written, no recorder of this user writes
	case err != nil:
		return false, fmt.Errorf("look whether somebody writes %s: %w", path, err)
	case !ok:
		return true, nil
	}
	unlock()
	return false, nil
}

// isOwnLock says that a file is this library's owner lock.
func (l *Library) isOwnLock(path string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.owner.id != "" && filepath.Clean(path) == filepath.Clean(l.owner.path)
}
