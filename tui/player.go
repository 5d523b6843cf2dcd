package tui

import (
	"context"

	"rexec/library"
	"rexec/tui/browser"
	"rexec/tui/page"
	"rexec/vt"
)

// newPlayer makes the page that plays a recording.
func newPlayer(ctx context.Context, c Config, p page.Playback) page.Page {
	return notYet{}
}

// still makes the pictures of the library's preview.
func still(c Config) browser.Still {
	return func(ctx context.Context, r library.Recording) (*vt.Snapshot, error) { return nil, nil }
}
