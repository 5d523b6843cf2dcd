package shell

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// scripts are what the shells read. The names in the folder they are written to are
// the same but for zsh's, which begins with a dot there.
//
//go:embed scripts
var scripts embed.FS

// written is where each script goes.
var written = map[string]string{
	"scripts/rexec.bash":   "rexec.bash",
	"scripts/rexec.zshenv": filepath.Join("zsh", ".zshenv"),
	"scripts/rexec.fish":   "rexec.fish",
}

// install writes the scripts below the first of folders that takes them, and returns
// the folder they are in. It is named after what they hold, so that another version
// of this program does not change what a shell is about to read. What is there
// already is used only if it is exactly ours.
func install(folders []string) (string, error) {
	name, err := contentName()
	if err != nil {
		return "", err
	}
	var failed []error
	for _, folder := range folders {
		dir := filepath.Join(folder, name)
		err := installIn(dir)
		if err == nil {
			return dir, nil
		}
		failed = append(failed, err)
	}
	if len(folders) == 0 {
		failed = append(failed, errors.New("no folder is known"))
	}
	return "", fmt.Errorf("write the scripts for shells: %w", errors.Join(failed...))
}

// contentName names the folder: shell-, the user's number, which matters where several
// users share a folder, and the beginning of a hash of all scripts.
func contentName() (string, error) {
	h := sha256.New()
	err := fs.WalkDir(scripts, "scripts", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := scripts.ReadFile(path)
		fmt.Fprintf(h, "%s %d\n%s", path, len(text), text)
		return err
	})
	return fmt.Sprintf("shell-%d-%s", os.Getuid(), hex.EncodeToString(h.Sum(nil)[:8])), err
}

func installIn(dir string) error {
	if err := private(dir); err != nil {
		return err
	}
	if err := private(filepath.Join(dir, "zsh")); err != nil {
		return err
	}
	for from, to := range written {
		text, err := scripts.ReadFile(from)
		if err == nil {
			err = writeOnce(filepath.Join(dir, to), text)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// private makes a folder that nobody else can write to, or checks that it is one: in
// a folder that all may write to, somebody could have put one there.
func private(dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return err
	}
	err := os.Mkdir(dir, 0o700)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() || !ownedByUs(info) || info.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("%s is not a folder of ours alone", dir)
	}
	return nil
}

// writeOnce writes a file unless it holds the text already. It comes into being
// whole: a shell may be about to read it.
func writeOnce(path string, text []byte) error {
	if old, err := os.ReadFile(path); err == nil && string(old) == string(text) {
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
