package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the scripts run this binary as rexec.
func TestMain(m *testing.M) {
	testscript.Main(tests{m}, map[string]func(){"rexec": main})
}

// tests removes what the tests have built together.
type tests struct{ *testing.M }

func (t tests) Run() int {
	defer func() { os.RemoveAll(buildDir) }() // known only at the end
	return t.M.Run()
}

// deadline ends a wait that would otherwise never end.
const deadline = 30 * time.Second

// TestScripts runs the subcommands as a shell does: see testdata/script.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			for _, set := range [][2]string{
				{"HOME", env.WorkDir}, {"REXEC_HOME", filepath.Join(env.WorkDir, "home")},
				{"SHELL", "/bin/sh"}, {"ENV", ""}, {"PS1", "$ "}, {"TERM", "xterm"}, {"TZ", "UTC"}, {"LC_ALL", "C.UTF-8"},
			} {
				env.Setenv(set[0], set[1])
			}
			return nil
		},
		Condition: condition,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"await":     await,
			"status":    status,
			"smalldisk": smallDisk,
			"readonly":  readOnly,
			"exactly":   exactly,
		},
	})
}

// condition knows "hosting": terminals can be hosted here; and "mount": file
// systems can be mounted, which takes root on Linux.
func condition(name string) (bool, error) {
	switch name {
	case "hosting":
		return runtime.GOOS != "windows", nil
	case "mount":
		can := runtime.GOOS == "linux" && os.Getuid() == 0
		if !can && os.Getenv("REXEC_TEST_REQUIRE") == "1" {
			return false, errors.New("required here, but missing: mounting file systems; run as root on Linux")
		}
		return can, nil
	}
	return false, fmt.Errorf("unknown condition %q", name)
}

// await FILE TEXT waits until a file holds a text.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await FILE TEXT")
	}
	path := ts.MkAbs(args[0])
	var data []byte
	found := eventually(func() bool {
		data, _ = os.ReadFile(path)
		return bytes.Contains(data, []byte(args[1]))
	})
	if !found {
		ts.Fatalf("%s never held %q; it holds %q", args[0], args[1], data)
	}
}

// eventually tells whether ok becomes true before the deadline.
func eventually(ok func() bool) bool {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for timeout := time.After(deadline); ; {
		if ok() {
			return true
		}
		select {
		case <-tick.C:
		case <-timeout:
			return false
		}
	}
}

// status N COMMAND… runs a command that must end with exit status N. Its output
// is in the files out and err.
func status(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	if neg || err != nil || len(args) < 2 {
		ts.Fatalf("usage: status N COMMAND…")
	}
	err = ts.Exec(args[1], args[2:]...)
	ts.Check(os.WriteFile(ts.MkAbs("out"), []byte(ts.ReadFile("stdout")), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("err"), []byte(ts.ReadFile("stderr")), 0o600))
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// exactly FILE TEXT compares a file's content, without white space at its ends,
// with a text. A text may use \n and \x1b.
func exactly(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Unquote(`"` + args[1] + `"`)
	ts.Check(err)
	if got := strings.TrimSpace(ts.ReadFile(args[0])); (got == want) == neg {
		ts.Fatalf("%s holds %q, compared with %q", args[0], got, want)
	}
}

// smallDisk DIR SIZE mounts a disk of that size.
func smallDisk(ts *testscript.TestScript, neg bool, args []string) {
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o700))
	mount(ts, "-t", "tmpfs", "-o", "size="+args[1], "tmpfs", dir)
	ts.Defer(func() { exec.Command("umount", "-l", dir).Run() })
}

// readOnly DIR makes a folder that not even root can write to.
func readOnly(ts *testscript.TestScript, neg bool, args []string) {
	dir := ts.MkAbs(args[0])
	mount(ts, "--bind", dir, dir)
	ts.Defer(func() { exec.Command("umount", "-l", dir).Run() })
	mount(ts, "-o", "remount,ro,bind", dir)
}

func mount(ts *testscript.TestScript, args ...string) {
	if out, err := exec.Command("mount", args...).CombinedOutput(); err != nil {
		ts.Fatalf("mount: %v: %s", err, out)
	}
}
