// Command rexec is the app: alone it opens the full-screen library; its
// subcommands do the same work for scripts, by the same package functions.
//
// The rules that hold for all of them:
//
//   - What was asked for goes to standard output, everything said about it to
//     standard error, so that output can be piped.
//   - The exit status is 0 when all of it was done, 1 when not, 2 when the command
//     line was wrong. rec passes the recorded command's own status through.
//   - An error is one sentence: what happened, and what to do next.
//   - Titles and all other text that comes from a recording is printed with its
//     control characters made visible.
package main

import (
	"context"
	"os"
)

func main() { os.Exit(run()) }

// run is main, but for the exit: deferred work is done when it returns.
func run() int {
	a := &app{
		in:  os.Stdin,
		out: &output{File: os.Stdout},
		err: os.Stderr,
	}
	err := newRoot(a).ExecuteContext(context.Background())
	if err == nil {
		err = a.out.failed
	}
	if err != nil && err.Error() != "" {
		a.say("%v", err)
	}
	return exitCode(err)
}
