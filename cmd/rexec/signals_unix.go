//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// notifyMore adds the signals that not all systems have: that the window changed its
// size, that we were stopped and go on, and what the user asks of rec.
func notifyMore(signals chan<- os.Signal) {
	signal.Notify(signals, syscall.SIGWINCH, syscall.SIGCONT, syscall.SIGUSR1, syscall.SIGUSR2)
}

// commandOf returns what a signal asks for.
func commandOf(sig os.Signal) (recCommand, bool) {
	switch sig {
	case syscall.SIGUSR1:
		return pauseCommand, true
	case syscall.SIGUSR2:
		return markCommand, true
	}
	return 0, false
}

// continued makes the terminal raw again when we were stopped: whoever had it
// meanwhile, as a shell, may have changed it. In the background it is not ours.
func (t *outerTerminal) continued(sig os.Signal) {
	if sig != syscall.SIGCONT || t.saved == nil {
		return
	}
	front, err := unix.IoctlGetInt(int(t.in.Fd()), unix.TIOCGPGRP)
	if err == nil && front == unix.Getpgrp() {
		t.rawAgain()
	}
}
