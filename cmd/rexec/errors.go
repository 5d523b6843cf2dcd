package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
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

// visible makes the control characters of a text visible, so that it can do
// nothing to the terminal it is printed on. Line breaks become visible too.
func visible(s string) string {
	clean := true
	for _, r := range s {
		if control(r) {
			clean = false
			break
		}
	}
	if clean {
		return strings.ToValidUTF8(s, "\ufffd")
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < 0x20:
			b.WriteRune(0x2400 + r) // the control pictures
		case r == 0x7f:
			b.WriteRune(0x2421)
		case control(r):
			b.WriteRune('\ufffd')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// control tells whether r does something to a terminal instead of showing: C0,
// DEL and C1, and the characters that turn the direction of text around.
func control(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7f && r < 0xa0:
		return true
	case r == 0x200e, r == 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return true
	case r == 0x2028, r == 0x2029:
		return true
	}
	return false
}
