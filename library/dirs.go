package library

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/adrg/xdg"
)

// Dirs are the folders of one rexec. They need not exist.
type Dirs struct {
	Data   string // library.db, recordings/
	Config string // config.toml
	State  string // rexec.log
	Cache  string // may be deleted at any time
}

// Timelines is the folder for the indexes of big recordings, "" when there is none:
// package timeline's Cache. They hold screens.
func (d Dirs) Timelines() string {
	if d.Cache == "" {
		return ""
	}
	return filepath.Join(d.Cache, "timelines")
}

// DefaultDirs returns the folders below home (the value of --home) or, when home is
// empty, below REXEC_HOME or where the XDG base directory specification puts them.
func DefaultDirs(home string) (Dirs, error) {
	return DirsFrom(home, os.Getenv)
}

// DirsFrom is DefaultDirs with the environment as a function.
func DirsFrom(home string, getenv func(string) string) (Dirs, error) {
	if home == "" {
		home = getenv("REXEC_HOME")
	}
	if home != "" {
		abs, err := filepath.Abs(home)
		if err != nil {
			return Dirs{}, fmt.Errorf("home folder %s: %w", home, err)
		}
		return Dirs{Data: abs, Config: abs, State: abs, Cache: filepath.Join(abs, "cache")}, nil
	}
	d := Dirs{
		Data:   xdgDir(getenv, "XDG_DATA_HOME", ".local/share", xdg.DataHome),
		Config: xdgDir(getenv, "XDG_CONFIG_HOME", ".config", xdg.ConfigHome),
		State:  xdgDir(getenv, "XDG_STATE_HOME", ".local/state", xdg.StateHome),
		Cache:  xdgDir(getenv, "XDG_CACHE_HOME", ".cache", xdg.CacheHome),
	}
	for _, p := range []*string{&d.Data, &d.Config, &d.State, &d.Cache} {
		if !filepath.IsAbs(*p) {
			return Dirs{}, errors.New("no home folder is known: set HOME, or name a folder with --home or REXEC_HOME")
		}
		*p = filepath.Join(*p, "rexec")
	}
	return d, nil
}

// xdgDir takes the variable if it holds an absolute path (the specification says to
// ignore a relative one), then the place below HOME on systems that follow the
// specification, then what the system itself prescribes (macOS, Windows).
func xdgDir(getenv func(string) string, name, below, system string) string {
	if dir := getenv(name); filepath.IsAbs(dir) {
		return dir
	}
	if home := getenv("HOME"); followsXDG && filepath.IsAbs(home) {
		return filepath.Join(home, filepath.FromSlash(below))
	}
	return system
}
