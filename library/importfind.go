package library

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rexec/recording/pack"
)

// maxFound bounds how many files one import looks for.
const maxFound = 1_000_000

// ImportFiles says which files a list of names stands for: files as they are named,
// folders with all recordings in them and below, and patterns as filepath.Match knows
// them, which a shell did not expand. Each file comes once, in the order of the names,
// and of a folder sorted by name. A name that stands for nothing comes out as it is:
// importing it says why.
//
// In folders, what is named as a recording is taken (.cast, .cast.zst, .asciicast,
// .ttyrec, and .json that begins as a cast does); what begins with a dot is not looked
// at, nor are links to folders.
func ImportFiles(ctx context.Context, names []string) ([]string, error) {
	f := finder{ctx: ctx, seen: map[string]bool{}}
	for _, name := range names {
		if err := f.name(name); err != nil {
			return nil, err
		}
	}
	return f.found, nil
}

type finder struct {
	ctx   context.Context
	found []string
	seen  map[string]bool // absolute paths
}

func (f *finder) add(path string) error {
	abs, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if f.seen[abs] {
		return nil
	}
	if len(f.found) == maxFound {
		return fmt.Errorf("these are more than %d files: import them in parts", maxFound)
	}
	f.seen[abs] = true
	f.found = append(f.found, path)
	return nil
}

func (f *finder) name(name string) error {
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		return f.folder(name)
	case err == nil || !strings.ContainsAny(name, "*?["):
		return f.add(name)
	}
	matches, err := filepath.Glob(name)
	if err != nil || len(matches) == 0 {
		return f.add(name)
	}
	for _, m := range matches {
		take := f.add
		if info, err := os.Stat(m); err == nil && info.IsDir() {
			take = f.folder
		}
		if err := take(m); err != nil {
			return err
		}
	}
	return nil
}

func (f *finder) folder(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		hidden := strings.HasPrefix(filepath.Base(path), ".") && path != dir
		switch {
		case f.ctx.Err() != nil:
			return f.ctx.Err()
		case errors.Is(err, fs.ErrPermission) && path != dir:
			return fs.SkipDir // of what may not be seen, nobody asked for anything
		case err != nil:
			return err
		case hidden && d.IsDir():
			return fs.SkipDir
		case d.IsDir() || hidden || !isRecordingName(path):
			return nil
		}
		if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
			return nil
		}
		if strings.EqualFold(filepath.Ext(path), ".json") && !beginsAsCast(path) {
			return nil
		}
		return f.add(path)
	})
}

// isRecordingName says that a file of this name may be a recording.
func isRecordingName(path string) bool {
	name := strings.TrimSuffix(strings.ToLower(filepath.Base(path)), pack.Ext)
	return slices.Contains([]string{castExt, ".asciicast", ".json", ".ttyrec"}, filepath.Ext(name))
}

func beginsAsCast(path string) bool {
	f, _, err := openImport(path)
	if err != nil {
		return false
	}
	f.Close()
	return true
}

// AsciinemaFiles finds what asciinema has left on this machine. It keeps no library:
// version 2 writes to the folder for temporary files when it is given no name, and
// leaves there what was not uploaded; version 3 asks for a name. Beside that, the
// folders are looked through that are called by its name where programs keep data.
// getenv is os.Getenv, or what a test has in its place; temp is os.TempDir's folder.
func AsciinemaFiles(ctx context.Context, getenv func(string) string, temp string) ([]string, error) {
	f := finder{ctx: ctx, seen: map[string]bool{}}
	home := getenv("HOME")
	below := func(env, fallback string) string {
		switch dir := getenv(env); {
		case dir != "":
			return filepath.Join(dir, "asciinema")
		case home != "":
			return filepath.Join(home, filepath.FromSlash(fallback), "asciinema")
		}
		return ""
	}
	dirs := []string{
		getenv("ASCIINEMA_STATE_HOME"), getenv("ASCIINEMA_CONFIG_HOME"),
		below("XDG_DATA_HOME", ".local/share"), below("XDG_STATE_HOME", ".local/state"), below("XDG_CONFIG_HOME", ".config"),
	}
	if home != "" {
		dirs = append(dirs, filepath.Join(home, ".asciinema"), filepath.Join(home, "asciinema"))
	}
	for _, dir := range dirs {
		if dir == "" {
			continue
		}
		if err := f.folder(dir); err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
			return nil, err
		}
	}
	left, err := filepath.Glob(filepath.Join(temp, "*-ascii.cast"))
	if err != nil {
		return nil, err
	}
	for _, path := range left {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			if err := f.add(path); err != nil {
				return nil, err
			}
		}
	}
	return f.found, nil
}
