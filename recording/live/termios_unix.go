//go:build unix

package live

import "golang.org/x/sys/unix"

// discipline asks the terminal's line discipline what it does. Where that cannot be
// known, the screen must decide.
func (p *process) discipline() discipline {
	var d discipline
	p.control(func(fd int) error {
		t, err := unix.IoctlGetTermios(fd, getTermios)
		if err == nil {
			d = discipline{canonical: t.Lflag&unix.ICANON != 0, echo: t.Lflag&unix.ECHO != 0}
		}
		return err
	})
	return d
}
