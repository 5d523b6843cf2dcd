//go:build !unix

package main

import "os"

// notifyMore adds nothing: no signal says that the window changed its size.
func notifyMore(chan<- os.Signal) {}

func commandOf(os.Signal) (recCommand, bool) { return 0, false }

func (t *outerTerminal) continued(os.Signal) {}
