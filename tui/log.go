package tui

import (
	"log/slog"
	"os"
	"path/filepath"
)

// maxLog is the size from which the log is begun anew; the one before is kept.
const maxLog = 1 << 20

// openLog opens the log file below dir. Without a folder, or when it cannot be
// written, nothing is logged: that must not keep the app from running.
func openLog(dir string) (*slog.Logger, func()) {
	none := func() {}
	if dir == "" || os.MkdirAll(dir, 0o700) != nil {
		return slog.New(slog.DiscardHandler), none
	}
	path := filepath.Join(dir, "rexec.log")
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		_ = os.Rename(path, path+".old")
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return slog.New(slog.DiscardHandler), none
	}
	return slog.New(slog.NewTextHandler(f, nil)), func() { f.Close() }
}
