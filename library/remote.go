package library

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"rexec/recording/castfile"
)

// On another machine's disk SQLite's log does not work, since processes share memory
// through it. There the database is written with a journal that is removed after each
// transaction, and one process at a time has the library: the one that holds the lock
// on this file, which says who it is.

// occupant is who has a library on another machine's disk.
type occupant struct {
	Host string `json:"host"`
	PID  int    `json:"pid"`
}

func (l *Library) userPath() string { return filepath.Join(l.dirs.Data, "library.user") }

// enter looks what disk the library is on, and on another machine's takes it for this
// process; leave gives it up.
func (l *Library) enter() error {
	l.leave = func() {}
	kind, remote := l.options.Remote(l.dirs.Data)
	if !remote {
		return nil
	}
	path := l.userPath()
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	unlock, ok, err := castfile.TryLock(path)
	if err != nil {
		return fmt.Errorf("lock the library: %w", err)
	}
	if !ok {
		inUse := &ErrInUse{Path: l.dirs.Data, Kind: kind}
		var who occupant
		if data, err := os.ReadFile(path); err == nil && json.Unmarshal(data, &who) == nil {
			inUse.Host, inUse.PID = who.Host, who.PID
		}
		return inUse
	}
	data, err := json.Marshal(occupant{l.options.Host, os.Getpid()})
	if err == nil {
		_, err = f.WriteAt(append(data, '\n'), 0)
	}
	if err = errors.Join(err, f.Truncate(int64(len(data)+1))); err != nil {
		unlock()
		return fmt.Errorf("lock the library: %w", err)
	}
	l.remote, l.leave = true, unlock
	return nil
}
