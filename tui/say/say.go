// Package say turns errors into what the app tells a person: one or two sentences that
// name what happened and what to do next.
//
// Errors grow by what was being done on their way up ("begin a recording: add
// recording 01a2…: …"), which helps whoever reads the log of a script. On a screen it
// hides the one thing that matters. So where the cause is one that a person can do
// something about, the sentence is made of the cause alone; all other errors are told
// as they are.
package say

import (
	"errors"
	"syscall"

	"rexec/library"
	"rexec/recording/castfile"
	"rexec/tui/screen"
	"rexec/tui/widget"
)

// Error returns what to tell of an error. It is free of control characters and ends
// with a full stop.
func Error(err error) string { return widget.Sentence(screen.Clean(text(err))) }

func text(err error) string {
	var readOnly *library.ErrReadOnly
	var busy *library.ErrBusy
	var trashed *library.ErrTrashed
	switch {
	case errors.As(err, new(*library.ErrDamaged)):
		return "the library's database is damaged. The recordings are safe in files of their own: quit, and rexec doctor --rebuild makes the database anew from them"
	case errors.Is(err, library.ErrReplaced):
		return "the library was rebuilt by another rexec: quit and start this one again to go on"
	case errors.As(err, &busy):
		return "this recording is still being written: stop it first"
	case errors.As(err, &trashed):
		return "this recording is in the trash: z brings it back"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, castfile.ErrDiskFull):
		return "the disk is full: free some space, then try again. D in the library deletes a recording for good"
	case errors.As(err, &readOnly):
		return readOnly.Error()
	}
	return err.Error()
}
