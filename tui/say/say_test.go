package say

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"testing"

	"rexec/library"
	"rexec/recording/castfile"
)

func TestError(t *testing.T) {
	const full = "The disk is full: free some space, then try again. D in the library deletes a recording for good."
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"database", &library.ErrDamaged{Path: "/home/me/library.db", Err: errors.New("malformed (11)")},
			"The library's database is damaged. The recordings are safe in files of their own: quit, and rexec doctor --rebuild makes the database anew from them."},
		{"rebuilt", library.ErrReplaced, "The library was rebuilt by another rexec: quit and start this one again to go on."},
		{"disk", &fs.PathError{Op: "write", Path: "/home/me/x.json", Err: syscall.ENOSPC}, full},
		{"disk of a recording", castfile.ErrDiskFull, full},
		{"disk of the library", &library.ErrReadOnly{Path: "/home/me", Err: syscall.ENOSPC}, full},
		{"read-only", &library.ErrReadOnly{Path: "/home/me", Err: syscall.EROFS},
			"Cannot write /home/me (read-only file system): make it writable, or name another folder with --home or REXEC_HOME."},
		{"busy", &library.ErrBusy{ID: "019"}, "This recording is still being written: stop it first."},
		{"trashed", &library.ErrTrashed{ID: "019"}, "This recording is in the trash: z brings it back."},
		{"other", errors.New("a title of 2 MB\x1b[31m"), "Begin a recording: a title of 2 MB␛[31m."},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			if got := Error(fmt.Errorf("begin a recording: %w", tc.err)); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}
