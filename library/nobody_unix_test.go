//go:build unix

package library

import (
	"os"
	"syscall"
)

// becomeNobody gives up root's rights, which permissions do not bind.
func becomeNobody() error {
	if os.Geteuid() != 0 {
		return nil
	}
	const nobody = 65534
	if err := syscall.Setgid(nobody); err != nil {
		return err
	}
	return syscall.Setuid(nobody)
}
