//go:build unix

package castfile

import "golang.org/x/sys/unix"

var errFull error = unix.ENOSPC
