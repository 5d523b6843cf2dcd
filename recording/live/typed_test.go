//go:build unix

package live_test

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rexec/internal/testreq"
	"rexec/recording/cast"
	"rexec/recording/live"
	"rexec/vt"
)

// password is what is typed where it must not be seen. None of its characters is in
// the prompts and commands of the tests.
const password = "QZ7#W9@K4"

// typist is a terminal whose input is recorded.
type typist struct {
	*testing.T
	*live.Session
	path  string
	noise bool // the program itself prints the password
}

func recordTyping(t *testing.T, env []string, command ...string) *typist {
	t.Helper()
	o := recordTo(t)
	o.Input, o.Mask = true, true
	o.Path = filepath.Join(t.TempDir(), "typed.cast")
	home := t.TempDir()
	env = append(append(os.Environ(), "PS1=ready> ", "HOME="+home, "ZDOTDIR="+home, "HISTFILE=", "PROMPT_COMMAND=",
		"LC_ALL=C.UTF-8", "VIMINIT=set nocompatible noswapfile viminfo="), env...)
	s := start(t, live.Config{Command: command, Env: env, Record: &o, Answer: true})
	return &typist{T: t, Session: s, path: o.Path}
}

// types strikes keys as people do: each once the one before was taken.
func (t *typist) types(text string) {
	t.Helper()
	for _, r := range text {
		generation := t.Generation()
		t.Write([]byte(string(r)))
		t.changed(generation)
	}
}

// changed waits for a new screen, for a while: what does not show brings none.
func (t *typist) changed(generation uint64) {
	limit := time.After(100 * time.Millisecond)
	for t.Generation() == generation {
		select {
		case <-limit:
			return
		case <-time.After(time.Millisecond):
		}
	}
}

func (t *typist) see(text string) { t.Helper(); waitForText(t.T, t.Session, text) }

// typed ends the recording and returns its input.
func (t *typist) typed() string {
	t.Helper()
	if _, err := t.StopRecording(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(t.path)
	if err != nil {
		t.Fatal(err)
	}
	_, events := readCast(t.T, t.path)
	var in strings.Builder
	for _, e := range events {
		if e.Code == cast.Input {
			in.WriteString(e.Data)
			if strings.ContainsAny(e.Data, password) {
				t.Errorf("a character of the password is in %q", e.Data)
			}
		}
	}
	if !t.noise && bytes.Contains(data, []byte(password)) {
		t.Errorf("the password is in the recording:\n%s", data)
	}
	return in.String()
}

func (t *typist) want(want string) {
	t.Helper()
	if got := t.typed(); got != want {
		t.Errorf("the input is recorded as %q, want %q; the screen is\n%s", got, want, framed(t.Snapshot()))
	}
}

func TestTypedLinesAreTold(t *testing.T) {
	s := recordTyping(t, nil, "/bin/sh", "-c", "cat")
	s.types("héllo 世\r")
	s.see("héllo 世\nhéllo 世\n")
	s.want("héllo 世\r")
}

// raw is a program that reads a password by itself, and does something at each
// character.
func raw(each string) string {
	return `import os, tty, termios
old = termios.tcgetattr(0)
tty.setcbreak(0)
os.write(1, b"say: ")
while os.read(0, 1) != b"\n": ` + cmp.Or(each, "pass") + `
termios.tcsetattr(0, termios.TCSANOW, old)
os.write(1, b"\033c")
y = input("go on: "); print("<" + y + ">"); input()`
}

func TestPasswordsAreNotTold(t *testing.T) {
	for name, command := range map[string][]string{
		"read -s": {"bash", "-c", `read -rsp 'say: ' x; echo; read -rp 'go on: ' y; echo "<$y>"; read z`},
		"getpass": {"python3", "-c", `import getpass; getpass.getpass("say: "); y = input("go on: "); print("<"+y+">"); input()`},
		"raw":     {"python3", "-c", raw("")},
		"stars":   {"python3", "-c", raw(`os.write(1, b"*")`)},
		"noise":   {"python3", "-c", strings.Replace(raw(`os.write(1, b"QZ7#W9@K4" * 20)`), "say: ", "Password: ", 1)},
	} {
		t.Run(name, func(t *testing.T) {
			testreq.Program(t, command[0], "apt-get install bash python3")
			s := recordTyping(t, nil, command...)
			s.noise = name == "noise"
			waitFor(t, s.Session, "the prompt", func(v *vt.Snapshot) bool {
				return strings.Contains(v.Text(), "say:") || strings.Contains(v.Text(), "Password:")
			})
			s.types(password + "*")
			s.Write([]byte("\r"))
			s.see("go on:")
			s.types("plain\r")
			s.see("<plain>")
			got := s.typed()
			if !strings.HasPrefix(got, "▒") || !strings.HasSuffix(got, "plain\r") || len(got) > len("▒\rplain\r") {
				t.Errorf("the input is recorded as %q", got)
			}
		})
	}
}

func TestTypingInShellsIsTold(t *testing.T) {
	for _, c := range []struct {
		shell   string
		command []string
	}{
		{"bash", []string{"bash", "--norc", "--noprofile"}},
		{"zsh", []string{"zsh", "-f", "-i"}},
	} {
		t.Run(c.shell, func(t *testing.T) {
			testreq.Program(t, c.shell, "apt-get install "+c.shell)
			s := recordTyping(t, nil, c.command...)
			s.see("ready>")
			s.types("echo 'h i' *\r")
			s.see("\nh i ")
			s.types(strings.Repeat("x", 90)) // beyond the right edge
			s.types("\x15")
			s.types("read -s v\r")
			waitFor(t, s.Session, "the command's end", func(v *vt.Snapshot) bool { return v.Cursor().X == 0 })
			s.types(password + "\r")
			s.see("ready>")
			s.types("echo done\r")
			s.see("\ndone")
			got := s.typed()
			for _, part := range []string{"echo 'h i' *\r", strings.Repeat("x", 90), "read -s v\r", "▒", "echo done\r"} {
				if !strings.Contains(got, part) {
					t.Errorf("the input is recorded as %q, without %q", got, part)
				}
			}
		})
	}
}

func TestTypingInVimIsTold(t *testing.T) {
	testreq.Program(t, "vim", "apt-get install vim")
	s := recordTyping(t, nil, "vim", "--clean", "-n")
	s.see("VIM - Vi IMproved")
	s.types("i")
	waitFor(t, s.Session, "insert mode", func(v *vt.Snapshot) bool {
		return strings.Contains(v.Text(), "-- INSERT --") && v.Cursor().Y == 0
	})
	s.types("some text")
	s.see("some text")
	if got := s.typed(); !strings.Contains(got, "ome text") {
		t.Errorf("the input is recorded as %q", got)
	}
}

func TestPasswordOfSudoIsNotTold(t *testing.T) {
	testreq.Program(t, "sudo", "apt-get install sudo")
	if os.Geteuid() != 0 {
		testreq.Skip(t, "needs root, to become somebody whom sudo asks for a password")
	}
	s := recordTyping(t, nil, "bash", "-c", `cd /; setpriv --reuid=65534 --regid=65534 --clear-groups sudo -S -p 'say: ' -k true </dev/tty; read -rp 'go on: ' y; echo "<$y>"; read z`)
	s.see("say:")
	s.types(password + "\r")
	waitFor(t, s.Session, "the answer", func(v *vt.Snapshot) bool {
		return strings.Count(v.Text(), "say:") > 1 || strings.Contains(v.Text(), "go on:")
	})
	s.types("\x03")
	if got := s.typed(); !strings.HasPrefix(got, "▒") {
		t.Errorf("the input is recorded as %q", got)
	}
}

// TestPasswordOverSSHIsNotTold types a password at ssh's own prompt, and one at a
// prompt of the other host, where only the screen tells.
func TestPasswordOverSSHIsNotTold(t *testing.T) {
	host := startSSH(t)
	s := recordTyping(t, nil, append(host, "PS1='ready> ' PROMPT_COMMAND= bash --norc --noprofile")...)
	s.see("ready>")
	s.types("echo far\r")
	s.see("\nfar")
	s.types("read -s v\r")
	waitFor(t, s.Session, "the command's end", func(v *vt.Snapshot) bool { return v.Cursor().X == 0 })
	s.types(password + "\r")
	waitFor(t, s.Session, "the prompt", func(v *vt.Snapshot) bool { return v.Cursor().X == len("ready> ") })
	s.types("echo $((6*5))\r")
	s.see("\n30")
	got := s.typed()
	for _, part := range []string{"echo far\r", "read -s v\r", "▒", "echo $((6*5))\r"} {
		if !strings.Contains(got, part) {
			t.Errorf("the input is recorded as %q, without %q", got, part)
		}
	}
}

func TestPasswordOfSSHIsNotTold(t *testing.T) {
	host := startSSH(t)
	s := recordTyping(t, nil, append(host[:1:1], append([]string{"-o", "PubkeyAuthentication=no"}, host[1:]...)...)...)
	s.see("assword:")
	s.types(password + "\r")
	waitFor(t, s.Session, "the refusal", func(v *vt.Snapshot) bool { return strings.Count(v.Text(), "assword:") > 1 })
	if got := s.typed(); got != "▒" && got != "▒\r" {
		t.Errorf("the input is recorded as %q", got)
	}
}

// startSSH prepares a server of this user's own, and returns the
// command to log in with.
func startSSH(t *testing.T) []string {
	t.Helper()
	testreq.Program(t, "ssh", "apt-get install openssh-client")
	sshd := "/usr/sbin/sshd"
	if _, err := os.Stat(sshd); err != nil {
		testreq.Skip(t, "needs sshd: apt-get install openssh-server")
	}
	if os.Geteuid() == 0 { // privilege separation wants its folder
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	for _, key := range []string{"host", "user"} {
		if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, key)).CombinedOutput(); err != nil {
			t.Fatalf("ssh-keygen: %v\n%s", err, out)
		}
	}
	config := filepath.Join(dir, "sshd_config")
	text := fmt.Sprintf("HostKey %s\nAuthorizedKeysFile %s\nPidFile none\nStrictModes no\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication yes\nAcceptEnv PS1 HOME HISTFILE PROMPT_COMMAND LC_*\n",
		filepath.Join(dir, "host"), filepath.Join(dir, "user.pub"))
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	// The server talks over the pipe to its client: no port, no network.
	return []string{"ssh", "-F", "none", "-tt", "-i", filepath.Join(dir, "user"),
		"-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=" + filepath.Join(dir, "known"),
		"-o", "LogLevel=ERROR", "-o", "SendEnv=PS1 HISTFILE PROMPT_COMMAND", "-o", "ProxyCommand=" + sshd + " -i -f " + config, "localhost"}
}
