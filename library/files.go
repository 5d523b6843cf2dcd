package library

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// A cast is stored as it is or compressed (package pack); the other name of the two
// is then free, but for the moment in which the one becomes the other.
const (
	castExt   = ".cast"
	packedExt = ".cast.zst"
)

// isCast says that a file of this name is a cast, compressed or not.
func isCast(name string) bool {
	return strings.HasSuffix(name, castExt) || strings.HasSuffix(name, packedExt)
}

// stem is the path of a cast without what says that it is one.
func stem(path string) string {
	return strings.TrimSuffix(strings.TrimSuffix(path, packedExt), castExt)
}

// castPath is where the cast of a new recording goes: by month of recording, so that
// a folder stays small enough to look through.
func (l *Library) castPath(id string, created time.Time) string {
	return filepath.Join(l.recordingsDir(), created.UTC().Format("2006"), created.UTC().Format("01"), id+castExt)
}

// sidecarPath is the path of the sidecar that goes with a cast.
func sidecarPath(cast string) string {
	return stem(cast) + ".json"
}

// tempPattern names files that become others by a rename; see isTemp.
const tempPattern = ".rexec-*.tmp"

// isTemp says that a file of this name never became what it was to be.
func isTemp(name string) bool {
	return strings.HasPrefix(name, ".rexec-") && strings.HasSuffix(name, ".tmp")
}

// writeFile replaces a file as a whole: a crash leaves the old or the new one.
func writeFile(path string, data []byte) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, tempPattern) // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(data); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return rename(f.Name(), path)
}

// rename moves a file within the library and sees to it that the move outlasts a
// power cut.
func rename(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	syncDir(filepath.Dir(to))
	return nil
}

// syncDir asks the disk to keep a folder's entries. Some systems and file systems
// cannot, and then nothing better is to be had.
func syncDir(dir string) {
	if runtime.GOOS == "windows" {
		return
	}
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		d.Close()
	}
}

// remove deletes a file that may be gone already.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// sidecar is what stands beside a cast: what can change without it, and what it does
// not say itself.
type sidecar struct {
	Version     int       `json:"version"` // 1
	ID          string    `json:"id"`
	Title       string    `json:"title"`
	Description string    `json:"description"`
	Tags        []string  `json:"tags"`
	Source      Source    `json:"source"`
	Created     time.Time `json:"created"`
	// Status is kept when the content was repaired: the mended file does not show it.
	Status       Status     `json:"status,omitempty"`
	DerivedFrom  string     `json:"derived_from,omitempty"`
	Visibility   Visibility `json:"visibility,omitempty"`
	Keep         bool       `json:"keep,omitempty"`
	Trashed      *time.Time `json:"trashed,omitempty"`
	SyncState    SyncState  `json:"sync_state,omitempty"`
	Participants []string   `json:"participants,omitempty"`
}

// writeSidecar replaces the sidecar beside a cast. Fields of it that this program
// does not know, a newer one wrote: they stay.
func writeSidecar(cast string, s sidecar) error {
	path := sidecarPath(cast)
	fields := map[string]json.RawMessage{}
	if old, err := os.ReadFile(path); err == nil && json.Unmarshal(old, &fields) != nil {
		fields = map[string]json.RawMessage{}
	}
	for _, name := range []string{"status", "derived_from", "visibility", "keep", "trashed", "sync_state", "participants"} {
		delete(fields, name) // what is empty is not written
	}
	s.Version = 1
	if s.Tags == nil {
		s.Tags = []string{}
	}
	known, err := json.Marshal(s)
	if err == nil {
		err = json.Unmarshal(known, &fields)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	data, err := json.MarshalIndent(fields, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := writeFile(path, append(data, '\n')); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// readSidecar reads the sidecar beside a cast; ok is false when there is none that
// can be read.
func readSidecar(cast string) (s sidecar, ok bool) {
	data, err := os.ReadFile(sidecarPath(cast))
	if err != nil || json.Unmarshal(data, &s) != nil || s.ID == "" {
		return sidecar{}, false
	}
	return s, true
}
