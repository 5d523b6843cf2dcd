package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"rexec/internal/visible"
)

// The exit statuses.
const (
	exitFailure = 1 // something asked for was not done
	exitUsage   = 2 // the command line makes no sense
)

// exitError is an error with an exit status of its own. Without an error nothing
// more is printed: all was said, or there is nothing to say.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usagef is an error in the command line itself.
func usagef(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

// silently ends the program with a status, when everything was said already.
func silently(code int) error { return &exitError{code: code} }

// exitCode is the status that the program ends with after err.
func exitCode(err error) int {
	var exit *exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.code
	}
	return exitFailure
}

// args makes a wrong number of arguments a usage error that names what is wanted.
func args(min, max int, want string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, given []string) error {
		if len(given) < min || max >= 0 && len(given) > max {
			return usagef("%s needs %s; see %s --help", cmd.CommandPath(), want, cmd.CommandPath())
		}
		return nil
	}
}

// say prints a line about the work to standard error.
func (a *app) say(format string, args ...any) {
	fmt.Fprintln(a.err, "rexec: "+visible.String(fmt.Sprintf(format, args...)))
}
