package main

import (
	"context"

	"rexec/library"
	"rexec/tui"
)

// openApp runs the full-screen app on the library.
func (a *app) openApp(ctx context.Context) error {
	dirs, err := library.DefaultDirs(a.home)
	if err != nil {
		return err
	}
	settings, err := a.settings()
	if err != nil {
		return err
	}
	lib, err := a.openAsItIs(ctx)
	if err != nil {
		return err
	}
	defer lib.Close()
	tell := a.maintain(ctx, lib, settings)
	defer tell()
	return tui.Run(ctx, tui.Config{Library: lib, Dirs: dirs, Settings: &settings})
}
