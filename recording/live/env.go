package live

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// ErrUnsupported says that this system has no pseudo-terminals that we can use.
var ErrUnsupported = errors.New("hosting terminals needs Linux or macOS")

// CommandError says why a command could not be started. Err is or wraps
// exec.ErrNotFound, fs.ErrNotExist, fs.ErrPermission, or what the system said.
type CommandError struct {
	Name  string // of the program, or of the directory
	Dir   bool   // it is the working directory that is at fault
	Shell bool   // the command was not given, but taken from SHELL
	Err   error
}

func (e *CommandError) Error() string {
	what := "cannot run " + e.Name
	switch {
	case e.Dir:
		what = "cannot start in the directory " + e.Name
	case e.Shell:
		what = "cannot run the shell " + e.Name + " that SHELL names"
	}
	switch {
	case e.Dir && errors.Is(e.Err, fs.ErrNotExist):
		return what + ": there is no such directory"
	case errors.Is(e.Err, exec.ErrNotFound), errors.Is(e.Err, fs.ErrNotExist):
		return what + ": there is no such program"
	case errors.Is(e.Err, fs.ErrPermission):
		return what + ": permission denied"
	}
	return fmt.Sprintf("%s: %v", what, e.Err)
}

func (e *CommandError) Unwrap() error { return e.Err }

// ours are the variables, or beginnings of variables with a *, that configure
// Rexec's server and accounts: a child, and whoever reads its output, has no
// business with them.
var ours = []string{
	"REXEC_TOKEN*", "REXEC_SECRET*", "REXEC_API_KEY*", "DATABASE_URL", "S3_*",
}

// outer are the variables that describe the terminal this process runs in. They
// would be lies inside ours.
var outer = []string{
	"TERM", "TERMCAP", "TERMINFO", "COLORTERM", "COLUMNS", "LINES", "WINDOWID",
	"TERM_PROGRAM*", "TERM_SESSION_ID", "LC_TERMINAL*", "VTE_VERSION", "XTERM_*",
	"KITTY_*", "WEZTERM_*", "GHOSTTY_*", "ALACRITTY_*", "ITERM_*", "KONSOLE_*",
	"TMUX", "TMUX_PANE", "STY", "WT_SESSION", "WT_PROFILE_ID",
}

// Check tells, without starting anything, whether the command of c can be run. The
// error is a *CommandError, or ErrUnsupported.
func Check(c Config) error {
	if !supported {
		return ErrUnsupported
	}
	_, _, err := lookup(c.withDefaults())
	return err
}

// TermOf returns the TERM that the child of c gets.
func TermOf(c Config) string {
	if c.Term != "" {
		return c.Term
	}
	return "xterm-256color"
}

// childEnv makes the child's environment from c.Env.
func childEnv(c Config) []string {
	env := make([]string, 0, len(c.Env)+3)
	for _, entry := range c.Env {
		name, _, _ := strings.Cut(entry, "=")
		switch {
		case named(name, ours), name == "REXEC_SESSION":
		case name == "COLUMNS", name == "LINES": // programs believe them over the real size
		case c.Term == "" && named(name, outer), name == "TERM":
		default:
			env = append(env, entry)
		}
	}
	if c.Term == "" {
		env = append(env, "COLORTERM=truecolor")
	}
	return append(env, "TERM="+TermOf(c), "REXEC_SESSION="+c.ID)
}

// Environment returns the variables of these names that the child of c gets. What
// Rexec keeps from its children is not among them.
func Environment(c Config, names []string) map[string]string {
	c = c.withDefaults()
	env := map[string]string{}
	for _, entry := range childEnv(c) {
		if name, value, ok := strings.Cut(entry, "="); ok && slices.Contains(names, name) && name != "REXEC_SESSION" {
			env[name] = value
		}
	}
	return env
}

func named(name string, patterns []string) bool {
	for _, p := range patterns {
		if begin, ok := strings.CutSuffix(p, "*"); ok && strings.HasPrefix(name, begin) || name == p {
			return true
		}
	}
	return false
}

// lookup finds the program to run and checks that it can be, so that the reason
// is known before anything is started. args is the command as given or, without
// one, the user's shell.
func lookup(c Config) (path string, args []string, err error) {
	if err := checkDir(c.Dir); err != nil {
		return "", nil, err
	}
	args, shell := c.Command, false
	if len(args) == 0 {
		args = []string{"/bin/sh"}
		if name := getenv(c.Env, "SHELL"); name != "" {
			args, shell = []string{name}, true
		}
	}
	path, err = lookPath(args[0], c)
	if err != nil {
		return "", nil, &CommandError{Name: args[0], Shell: shell, Err: err}
	}
	return path, args, nil
}

func checkDir(dir string) error {
	if dir == "" {
		return nil
	}
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		err = errors.New("it is not a directory")
	}
	if err != nil {
		return &CommandError{Name: dir, Dir: true, Err: err}
	}
	return nil
}

// lookPath is exec.LookPath for the child: it searches the child's PATH, and
// takes relative names from the child's directory.
func lookPath(name string, c Config) (string, error) {
	if name == "" {
		return "", exec.ErrNotFound
	}
	if strings.ContainsRune(name, filepath.Separator) {
		return name, executable(inDir(name, c.Dir))
	}
	found := error(exec.ErrNotFound)
	for _, dir := range filepath.SplitList(getenv(c.Env, "PATH")) {
		path := filepath.Join(inDir(dir, c.Dir), name)
		err := executable(path)
		if err == nil {
			return filepath.Abs(path)
		}
		if errors.Is(err, fs.ErrPermission) {
			found = err
		}
	}
	return "", found
}

func inDir(path, dir string) string {
	if filepath.IsAbs(path) || dir == "" {
		return path
	}
	return filepath.Join(dir, path)
}

func executable(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case info.IsDir():
		return errors.New("it is a directory")
	case info.Mode()&0o111 == 0:
		return fs.ErrPermission
	}
	return nil
}

// getenv returns the last value that env gives name.
func getenv(env []string, name string) string {
	for i := len(env) - 1; i >= 0; i-- {
		if n, value, _ := strings.Cut(env[i], "="); n == name {
			return value
		}
	}
	return ""
}
