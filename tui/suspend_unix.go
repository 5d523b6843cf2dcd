//go:build unix

package tui

import (
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/sys/unix"
)

// onSuspend lets the app be stopped for a while by a signal: the terminal is given
// back before, and taken again when the app goes on, by whatever means it was
// stopped. Keys stop nothing: ctrl+z belongs to the program in a terminal.
func onSuspend(send func(tea.Msg)) (stop func()) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTSTP, syscall.SIGCONT)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case s := <-signals:
				switch {
				case s == syscall.SIGCONT:
					send(tea.Exec(terminalPause{func() error { return nil }}, nil)())
				case stoppable():
					send(tea.Exec(terminalPause{stopSelf}, nil)())
				}
			case <-done:
				return
			}
		}
	}()
	return func() { signal.Stop(signals); close(done) }
}

// stopSelf stops the process and those that run it, as ctrl+z does elsewhere, and
// returns when it goes on. (The runtime takes the signal that asked for it for good,
// so that it is another one that stops.)
func stopSelf() error { return syscall.Kill(0, syscall.SIGSTOP) }

// stoppable tells whether there is a shell that could let the process go on: one
// that runs it as a job.
func stoppable() bool {
	parent := os.Getppid()
	session, err := unix.Getsid(0)
	theirs, failed := unix.Getsid(parent)
	group, lost := unix.Getpgid(parent)
	return errors.Join(err, failed, lost) == nil && session == theirs && group != unix.Getpgrp()
}

// terminalPause is what is done while the terminal is given back.
type terminalPause struct{ while func() error }

// Run implements tea.ExecCommand.
func (p terminalPause) Run() error        { return p.while() }
func (terminalPause) SetStdin(io.Reader)  {}
func (terminalPause) SetStdout(io.Writer) {}
func (terminalPause) SetStderr(io.Writer) {}
