package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// exitInterrupted is what shells give a program that ctrl+c ended.
const exitInterrupted = 130

// interruptible makes ctrl+c and SIGTERM end the work of a command by its context, so
// that it leaves no half file behind. Who stops it knows why it ends: nothing is said
// but what the command says itself. A second ctrl+c ends the program.
func interruptible(cmd *cobra.Command) {
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx, stop := untilInterrupted(cmd.Context())
		defer stop()
		cmd.SetContext(ctx)
		if err := run(cmd, args); err == nil || ctx.Err() == nil {
			return err
		}
		return silently(exitInterrupted)
	}
}

// untilInterrupted is a context that the first ctrl+c ends.
func untilInterrupted(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// waiting runs what may wait for somebody else without end, such as a pipe that
// nobody writes to. When the context ends, it is left alone; f must not mind.
func waiting(ctx context.Context, f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// readLine reads a line that somebody types; at the end of input it is empty.
func readLine(ctx context.Context, in io.Reader) (line string, err error) {
	lines := make(chan string, 1)
	err = waiting(ctx, func() error {
		line, _ := bufio.NewReader(in).ReadString('\n')
		lines <- line
		return nil
	})
	if err != nil {
		return "", err
	}
	return <-lines, nil
}
