package library

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
)

// spareBytes is how much room the library keeps for the day on which the disk is full:
// deleting, too, has to write before room is made.
const spareBytes = 1 << 20

func (l *Library) sparePath() string { return filepath.Join(l.dirs.Data, "spare") }

// keepSpare makes the file that keeps the room. Its bytes are random, so that no disk
// stores them as less. Without room there is none.
func (l *Library) keepSpare() {
	if info, err := os.Stat(l.sparePath()); err == nil && info.Size() == spareBytes {
		return
	}
	data := make([]byte, spareBytes)
	_, _ = rand.Read(data)
	f, err := os.OpenFile(l.sparePath(), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(l.sparePath()) // half of it is none
	}
}

// useSpare gives the room away; false: there was none.
func (l *Library) useSpare() bool { return os.Remove(l.sparePath()) == nil }

// makingRoom runs what frees room on the disk: with the room that was kept for it when
// there is no other. When it has freed enough, the library can be written as before.
func (l *Library) makingRoom(f func() error) error {
	err := f()
	if isFull(err) && l.useSpare() {
		err = f()
	}
	if err == nil && l.full.Load() != nil && l.checkWritable() == nil {
		l.full.Store(nil)
	}
	if l.full.Load() == nil {
		l.keepSpare()
	}
	return err
}

// deletable says that the library is open, and that at least what frees room can be
// done.
func (l *Library) deletable() error {
	if err := l.open(); err != nil {
		return err
	}
	if l.readOnly != nil {
		return l.readOnly
	}
	return nil
}
