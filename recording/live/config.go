package live

import (
	"io"
	"os"
	"time"

	"github.com/google/uuid"

	"rexec/vt"
)

// The size of a terminal that nobody gave one.
const (
	DefaultCols = 80
	DefaultRows = 24
)

// Config says what to host. The zero value hosts the user's shell at 80×24.
type Config struct {
	// Command is the program and its arguments. Empty: $SHELL, then /bin/sh.
	Command []string
	// Dir is the working directory. Empty: this process's.
	Dir string
	// Env is the environment to start from, as in os.Environ; nil takes this
	// process's. Rexec's own secrets are always taken out of it.
	Env []string
	// Term is the child's TERM when its output goes to a terminal of another
	// kind than this package's emulator (with Tee): it and all else that
	// describes that terminal is then left as it is. Empty: xterm-256color.
	Term string
	// Integration are folders that scripts for shells may be kept in, of which the
	// first that can be written to is taken: a bash, zsh or fish that is started is
	// then taught to mark its commands (see package shell). Empty: none is.
	Integration []string
	// ID names the session to the child, in REXEC_SESSION. Empty: a new one.
	ID string

	// Cols and Rows are the size in cells. Each is 80 or 24 when not positive,
	// and at most vt.MaxCols or vt.MaxRows.
	Cols, Rows int
	// Scrollback is how many lines of history the emulator keeps.
	Scrollback int
	// Theme is what colour queries are answered with. The zero value: the
	// emulator's own.
	Theme vt.Theme
	// Answer sends the emulator's replies to the child. Leave it off when another
	// terminal answers.
	Answer bool
	// NoScreen runs no emulator: Snapshot returns nil, and only Record below can
	// record, since a later recording could not show the screen it starts from. What
	// is typed cannot be recorded either: it takes a screen to see what shows. A pause
	// makes a screen, from the recording.
	NoScreen bool

	// Record starts recording before the child's first byte.
	Record *RecordOptions
	// Tee gets the child's output as it is, before it is shown and right after it
	// was taken for the recording. A Tee that blocks slows the child down; one
	// that fails hangs the session up, as a terminal that went away does.
	Tee io.Writer

	// Now is the clock; nil: time.Now.
	Now func() time.Time
}

// withDefaults fills in what was left out.
func (c Config) withDefaults() Config {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Env == nil {
		c.Env = os.Environ()
	}
	if c.ID == "" {
		c.ID = uuid.NewString()
	}
	c.Cols, c.Rows = clampSize(c.Cols, c.Rows)
	return c
}

func clampSize(cols, rows int) (int, int) {
	if cols <= 0 {
		cols = DefaultCols
	}
	if rows <= 0 {
		rows = DefaultRows
	}
	return min(cols, vt.MaxCols), min(rows, vt.MaxRows)
}
