//go:build !unix

package main

import "os"

// notifyResize does nothing: no signal says that the window changed its size.
func notifyResize(chan<- os.Signal) {}
