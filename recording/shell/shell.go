// Package shell teaches the shells that are started in a hosted terminal to say
// where a prompt stands, when a command runs, what it is and how it ended (OSC 133),
// and in which directory (OSC 7). It changes how a shell is started, never a user's
// file:
//
//	bash      bash --rcfile OURS …         OURS reads the user's ~/.bashrc first
//	bash -l   bash --posix -l, ENV=OURS    OURS leaves POSIX mode and reads the profiles
//	zsh       ZDOTDIR=OURS zsh …           OURS/.zshenv puts ZDOTDIR back at once
//	fish      fish -C 'source OURS' …      read behind the user's config.fish
//
// Other shells, bash before 4.4, and shells that are not interactive just run. So
// does a shell whose user set it up to send OSC 133 itself: it is left alone.
//
// # The nonce
//
// Any program can print these marks. Ours therefore carry a number that is made anew
// for each session; the recording's header holds it (cast.Rexec.Nonce), and
// package transcript takes a mark for the shell's own when it carries it.
//
// The number comes to the shell in its environment, and leaves it before a file of
// the user's is read (in fish, behind config.fish): then it is a variable of the shell
// that children do not get. It is in no prompt string. So a program that only prints (cat on a hostile file, a remote
// host behind ssh) cannot know it. A program that runs as the same user can: it may
// read the recording, or the shell's memory. Nor does it say anything about a
// recording that somebody else made.
//
// Shells that are started in a taught shell are not taught: what is typed in them is
// part of the command that started them, unless they send marks of their own.
package shell

import (
	"crypto/rand"
	"encoding/hex"
	"path/filepath"
	"slices"
	"strings"
)

// Off is the variable that turns teaching off for one run: REXEC_SHELL_INTEGRATION=off
// (or 0, no, false).
const Off = "REXEC_SHELL_INTEGRATION"

// The variables by which a script learns what it has to. It takes them out of the
// environment first of all.
const (
	nonceVar   = "REXEC_NONCE"
	rcfileVar  = "REXEC_BASH_RC" // bash: the file of the user's --rcfile
	zdotdirVar = "REXEC_ZDOTDIR" // zsh: the user's ZDOTDIR, if there is one
	envVar     = "REXEC_BASH_ENV"
)

// Launch is how a shell is started so that it learns.
type Launch struct {
	Args []string // the command
	Env  []string // as in os.Environ
	// Nonce is what the shell's marks carry: 16 hexadecimal digits.
	Nonce string
}

// Teach returns how to start args, in env, so that it learns, and true; or false if
// it is to be started as it is: it is no interactive bash, zsh or fish, or env says
// so. folders are where the scripts may be kept, the first that can be written to is
// taken; they are the same for all sessions, and a few kilobytes. The error says why
// the scripts cannot be written; the shell can be started as it is then.
func Teach(args, env, folders []string, nonce string) (Launch, bool, error) {
	if len(args) == 0 || off(getenv(env, Off)) {
		return Launch{}, false, nil
	}
	var teach func(l *Launch, folder string) bool
	switch strings.TrimPrefix(filepath.Base(args[0]), "-") {
	case "bash":
		teach = teachBash
	case "zsh":
		teach = teachZsh
	case "fish":
		teach = teachFish
	default:
		return Launch{}, false, nil
	}
	if b, err := hex.DecodeString(nonce); err != nil || len(b) != nonceSize {
		nonce = newNonce()
	}
	begin := func() Launch {
		l := Launch{Args: args, Env: slices.Clone(env), Nonce: nonce}
		l.unset(rcfileVar, zdotdirVar, envVar)
		l.set(nonceVar, l.Nonce)
		return l
	}
	l := begin()
	if !teach(&l, "") { // before files are written for nothing
		return Launch{}, false, nil
	}
	folder, err := install(folders)
	if err != nil {
		return Launch{}, false, err
	}
	l = begin()
	teach(&l, folder)
	return l, true, nil
}

const nonceSize = 8 // bytes

func newNonce() string {
	var b [nonceSize]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return hex.EncodeToString(b[:])
}

func off(value string) bool {
	switch strings.ToLower(value) {
	case "off", "0", "no", "false":
		return true
	}
	return false
}

// teachBash: a login shell reads no --rcfile, but in POSIX mode it reads ENV and
// nothing else, as does any interactive one.
func teachBash(l *Launch, folder string) bool {
	rest, rc, login := []string{}, "", strings.HasPrefix(l.Args[0], "-")
	for i := 1; i < len(l.Args); i++ {
		switch arg := l.Args[i]; {
		case arg == "--rcfile" || arg == "--init-file":
			if i++; i == len(l.Args) {
				return false
			}
			rc = l.Args[i]
		case arg == "--norc", arg == "--noprofile", arg == "--posix", arg == "--restricted", arg == "-r",
			arg == "--help", arg == "--version", arg == "--dump-strings", arg == "--dump-po-strings":
			return false // the user wants less than usual
		case arg == "--login":
			login = true
			rest = append(rest, arg)
		case strings.HasPrefix(arg, "--") && len(arg) > 2: // --noediting, --verbose, …
			rest = append(rest, arg)
		case arg == "-O" || arg == "+O" || arg == "-o" || arg == "+o":
			rest = append(rest, arg)
			if i++; i < len(l.Args) {
				rest = append(rest, l.Args[i])
			}
			if i < len(l.Args) && l.Args[i] == "posix" {
				return false
			}
		case len(arg) > 1 && (arg[0] == '-' || arg[0] == '+') && strings.Trim(arg[1:], "abefhiklmnptuvxBCEHPT") == "":
			login = login || arg[0] == '-' && strings.Contains(arg, "l")
			rest = append(rest, arg)
		default: // a script, -c, -s, -D, --
			return false
		}
	}
	script := filepath.Join(folder, "rexec.bash")
	if !login {
		if rc != "" {
			l.set(rcfileVar, rc)
		}
		l.Args = slices.Concat(l.Args[:1], []string{"--rcfile", script}, rest)
		return true
	}
	if env := getenv(l.Env, "ENV"); env != "" {
		l.set(envVar, env)
	}
	l.set("ENV", script)
	l.Args = slices.Concat(l.Args[:1], []string{"--posix"}, rest)
	return true
}

// teachZsh: .zshenv is read in every zsh that reads files at all.
func teachZsh(l *Launch, folder string) bool {
	for i := 1; i < len(l.Args); i++ {
		arg := l.Args[i]
		switch {
		case arg == "--login" || arg == "--interactive" || arg == "--zle":
		case arg == "-o" || arg == "+o":
			if i++; i == len(l.Args) || strings.EqualFold(strings.ReplaceAll(l.Args[i], "_", ""), "norcs") ||
				arg == "+o" && strings.EqualFold(l.Args[i], "rcs") {
				return false
			}
		case len(arg) > 1 && (arg[0] == '-' || arg[0] == '+') && strings.Trim(arg[1:], "ilmkgJZYVvx0123456789") == "":
		default: // a script, -c, -s, -f, --, --emulate
			return false
		}
	}
	if old, ok := lookup(l.Env, "ZDOTDIR"); ok {
		l.set(zdotdirVar, old)
	}
	l.set("ZDOTDIR", filepath.Join(folder, "zsh"))
	return true
}

// teachFish: fish 4 sends marks itself, without a nonce; that is turned off. Older
// ones do not know the feature, and ignore it.
func teachFish(l *Launch, folder string) bool {
	for _, arg := range l.Args[1:] {
		switch {
		case arg == "--login" || arg == "--interactive" || arg == "--private":
		case len(arg) > 1 && arg[0] == '-' && strings.Trim(arg[1:], "ilP") == "":
		case strings.HasPrefix(arg, "--init-command=") || strings.HasPrefix(arg, "--features="):
		default: // a script, -c, -N, and options with a word behind them
			return false
		}
	}
	script := filepath.Join(folder, "rexec.fish")
	command := "source '" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(script) + "'"
	l.Args = slices.Concat(l.Args[:1], []string{"--features=no-mark-prompt", "--init-command=" + command}, l.Args[1:])
	return true
}

func (l *Launch) set(name, value string) {
	l.unset(name)
	l.Env = append(l.Env, name+"="+value)
}

func (l *Launch) unset(names ...string) {
	l.Env = slices.DeleteFunc(l.Env, func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.Contains(names, name)
	})
}

// lookup returns the last value that env gives name.
func lookup(env []string, name string) (string, bool) {
	for _, entry := range slices.Backward(env) {
		if n, value, ok := strings.Cut(entry, "="); ok && n == name {
			return value, true
		}
	}
	return "", false
}

func getenv(env []string, name string) string {
	value, _ := lookup(env, name)
	return value
}
