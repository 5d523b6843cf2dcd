//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// notifyResize adds the signal that says that the window changed its size.
func notifyResize(signals chan<- os.Signal) { signal.Notify(signals, syscall.SIGWINCH) }
