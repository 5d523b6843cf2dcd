package tui

import (
	"context"

	"rexec/tui/page"
)

// newPlayer makes the page that plays a recording.
func newPlayer(ctx context.Context, c Config, p page.Playback) page.Page {
	return notYet{}
}
