//go:build unix

package live

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync/atomic"
	"syscall"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// supported tells whether terminals can be hosted here.
const supported = true

// process is a child on a pseudo-terminal of its own, as leader of a session of
// its own.
type process struct {
	cmd    *exec.Cmd
	pty    *os.File
	reaped atomic.Bool // its process number may be another's by now
}

// spawn starts what c asks for.
func spawn(c Config) (*process, error) {
	path, args, err := lookup(c)
	if err != nil {
		return nil, err
	}
	cmd := &exec.Cmd{Path: path, Args: args, Dir: c.Dir, Env: childEnv(c)}
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: uint16(c.Cols), Rows: uint16(c.Rows)})
	if err != nil {
		var failed *os.PathError
		if errors.As(err, &failed) && failed.Path == path || errors.Is(err, syscall.ENOEXEC) {
			return nil, &CommandError{Name: args[0], Err: errors.Unwrap(err)}
		}
		return nil, fmt.Errorf("cannot open a pseudo-terminal: %w", err)
	}
	p := &process{cmd: cmd, pty: f}
	if runtime.GOOS == "linux" {
		// creack/pty leaves the file blocking. Back in the poller, a reader that
		// waits costs no thread, and Close wakes it.
		p.control(func(fd int) error { return unix.SetNonblock(fd, true) })
	}
	return p, nil
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// control runs f on the PTY's descriptor without taking it out of the poller.
func (p *process) control(f func(fd int) error) error {
	raw, err := p.pty.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = f(int(fd)) }); err != nil {
		return err
	}
	return failed
}

func (p *process) resize(cols, rows int) error {
	return p.control(func(fd int) error {
		return unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Col: uint16(cols), Row: uint16(rows)})
	})
}

// hangUp tells the child and what it runs in the foreground that the terminal is
// gone; kill ends them.
func (p *process) hangUp() { p.signal(unix.SIGHUP, unix.SIGCONT) }
func (p *process) kill()   { p.signal(unix.SIGKILL) }

func (p *process) signal(signals ...unix.Signal) {
	var groups []int
	leader := p.cmd.Process.Pid // of a session, and of a group of the same number
	if !p.reaped.Load() {
		groups = append(groups, leader)
	}
	p.control(func(fd int) error {
		if front, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP); err == nil && front > 1 && front != leader {
			groups = append(groups, front)
		}
		return nil
	})
	for _, group := range groups {
		for _, s := range signals {
			unix.Kill(-group, s)
		}
	}
}

// wait returns when the child is gone.
func (p *process) wait() ExitStatus {
	p.cmd.Wait()
	p.reaped.Store(true)
	state := p.cmd.ProcessState
	if state == nil {
		return ExitStatus{Code: -1}
	}
	if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return ExitStatus{Code: 128 + int(ws.Signal()), Signal: unix.SignalName(ws.Signal())}
	}
	return ExitStatus{Code: state.ExitCode()}
}
