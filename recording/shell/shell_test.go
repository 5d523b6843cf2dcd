package shell

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestTeachArgs(t *testing.T) {
	folder := t.TempDir()
	name, err := contentName()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(folder, name)
	for _, c := range []struct {
		args, want string // "" leaves the command as it is
		env        []string
	}{
		{args: "bash", want: "bash --rcfile DIR/rexec.bash"},
		{args: "/usr/bin/bash -i", want: "/usr/bin/bash --rcfile DIR/rexec.bash -i"},
		{args: "bash --rcfile mine -O extglob", want: "bash --rcfile DIR/rexec.bash -O extglob", env: []string{"REXEC_BASH_RC=mine"}},
		{args: "bash -l", want: "bash --posix -l", env: []string{"ENV=DIR/rexec.bash"}},
		{args: "bash --login -i", want: "bash --posix --login -i", env: []string{"ENV=DIR/rexec.bash"}},
		{args: "-bash", want: "-bash --posix", env: []string{"ENV=DIR/rexec.bash"}},
		{args: "bash +m -o vi", want: "bash --rcfile DIR/rexec.bash +m -o vi"},
		{args: "bash -c true"}, {args: "bash script"}, {args: "bash -ic true"}, {args: "bash -s"}, {args: "bash --norc"},
		{args: "bash --posix"}, {args: "bash -o posix"}, {args: "bash -r"}, {args: "bash --rcfile"}, {args: "bash --version"}, {args: "bash -- x"}, {args: "bash -"},
		{args: "zsh", want: "zsh", env: []string{"ZDOTDIR=DIR/zsh"}},
		{args: "zsh -il -o vi", want: "zsh -il -o vi", env: []string{"ZDOTDIR=DIR/zsh"}},
		{args: "zsh -f"}, {args: "zsh -c true"}, {args: "zsh script"}, {args: "zsh -o NO_RCS"}, {args: "zsh +o rcs"}, {args: "zsh --emulate sh"},
		{args: "fish", want: "fish --features=no-mark-prompt --init-command=source 'DIR/rexec.fish'"},
		{args: "fish -l", want: "fish --features=no-mark-prompt --init-command=source 'DIR/rexec.fish' -l"},
		{args: "fish -c true"}, {args: "fish -N"}, {args: "fish script"},
		{args: "sh"}, {args: "dash -i"}, {args: "nu"}, {args: "vim bash"}, {args: "python3"},
	} {
		env := []string{"HOME=/home/me", "REXEC_NONCE=old"}
		l, ok, err := Teach(strings.Split(c.args, " "), env, []string{folder}, "")
		if err != nil {
			t.Fatal(err)
		}
		if ok != (c.want != "") {
			t.Errorf("%s: taught is %t", c.args, ok)
			continue
		}
		if !ok {
			continue
		}
		if got := strings.ReplaceAll(strings.Join(l.Args, " "), dir, "DIR"); got != c.want {
			t.Errorf("%s: %s, want %s", c.args, got, c.want)
		}
		want := append([]string{"HOME=/home/me", "REXEC_NONCE=" + l.Nonce}, c.env...)
		for i := range l.Env {
			l.Env[i] = strings.ReplaceAll(l.Env[i], dir, "DIR")
		}
		slices.Sort(want)
		slices.Sort(l.Env)
		if !slices.Equal(l.Env, want) {
			t.Errorf("%s: %q, want %q", c.args, l.Env, want)
		}
		if len(l.Nonce) != 16 {
			t.Errorf("the nonce is %q", l.Nonce)
		}
	}
}

func TestTurnedOffForOneRun(t *testing.T) {
	for value, off := range map[string]bool{"off": true, "0": true, "No": true, "FALSE": true, "": false, "on": false, "1": false} {
		_, ok, err := Teach([]string{"bash"}, []string{Off + "=" + value}, []string{t.TempDir()}, "")
		if err != nil || ok == off {
			t.Errorf("%q: taught is %t, %v", value, ok, err)
		}
	}
}

func TestEachSessionHasItsNonce(t *testing.T) {
	folder, seen := t.TempDir(), map[string]bool{}
	for range 10 {
		l, _, err := Teach([]string{"zsh"}, nil, []string{folder}, "")
		if err != nil || seen[l.Nonce] {
			t.Fatalf("%q again, or %v", l.Nonce, err)
		}
		seen[l.Nonce] = true
	}
}

func TestNonceOfARecordingThatIsContinued(t *testing.T) {
	folder := t.TempDir()
	for nonce, kept := range map[string]bool{"0123456789abcdef": true, "": false, "short": false, "0123456789abcdef;x": false, "0123456789abcdeg": false} {
		l, ok, err := Teach([]string{"zsh"}, nil, []string{folder}, nonce)
		if err != nil || !ok || (l.Nonce == nonce) != kept || len(l.Nonce) != 16 {
			t.Errorf("%q became %q, %v", nonce, l.Nonce, err)
		}
	}
}

func TestInstallTakesTheNextFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	good := t.TempDir()
	dir, err := install([]string{filepath.Join(file, "cannot be"), good})
	if err != nil || filepath.Dir(dir) != good {
		t.Errorf("installed in %s, %v; want it in %s", dir, err, good)
	}
	if _, _, err := Teach([]string{"bash"}, nil, []string{filepath.Join(file, "x")}, ""); err == nil {
		t.Error("no error where nothing can be written")
	}
	if _, _, err := Teach([]string{"bash"}, nil, nil, ""); err == nil {
		t.Error("no error without folders")
	}
}

// In a folder that all may write to, somebody may have put something in our place.
func TestInstallTrustsNobody(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // no terminals are hosted there
	}
	name, err := contentName()
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := t.TempDir()
	for what, put := range map[string]func(path string) error{
		"a link":           func(path string) error { return os.Symlink(elsewhere, path) },
		"a folder for all": func(path string) error { return os.Mkdir(path, 0o700) },
		"a file":           func(path string) error { return os.WriteFile(path, nil, 0o600) },
		"a link in the place of z": func(path string) error {
			return errOr(os.Mkdir(path, 0o700), os.Symlink(elsewhere, filepath.Join(path, "zsh")))
		},
	} {
		folder := t.TempDir()
		path := filepath.Join(folder, name)
		if err := put(path); err != nil {
			t.Fatal(err)
		}
		if what == "a folder for all" {
			if err := os.Chmod(path, 0o777); err != nil {
				t.Fatal(err)
			}
		}
		if dir, err := install([]string{folder}); err == nil {
			t.Errorf("%s: installed in %s", what, dir)
		}
	}
	if entries, err := os.ReadDir(elsewhere); err != nil || len(entries) > 0 {
		t.Errorf("written elsewhere: %v, %v", entries, err)
	}
}

func errOr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestInstallMendsWhatWasChanged(t *testing.T) {
	folder := t.TempDir()
	dir, err := install([]string{folder})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "rexec.bash")
	if err := os.WriteFile(path, []byte("echo changed"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := install([]string{folder}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), "__rexec_precmd") {
		t.Errorf("%q, %v", text, err)
	}
	info, err := os.Stat(dir)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info, err)
	}
}
