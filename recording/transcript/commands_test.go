package transcript

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rexec/internal/testreq"
)

const (
	promptA = "\x1b]133;A\x07"
	promptB = "\x1b]133;B\x07"
	outputC = "\x1b]133;C\x07"
)

func doneD(status string) string { return "\x1b]133;D" + status + "\x07" }

// describe writes commands for comparison.
func describe(tr *Transcript) []string {
	var out []string
	for _, c := range tr.Commands {
		s := fmt.Sprintf("%q %v-%v", c.Text, c.Start, c.End)
		if c.HasExit {
			s += fmt.Sprint(" exit ", c.Exit)
		}
		if c.Dir != "" {
			s += " in " + c.Dir
		}
		if c.Heuristic {
			s += " guessed"
		}
		out = append(out, s)
	}
	return out
}

func wantCommands(t *testing.T, tr *Transcript, want ...string) {
	t.Helper()
	if got := describe(tr); !slices.Equal(got, want) {
		t.Errorf("commands\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestMarkedCommands(t *testing.T) {
	tr := new(story).
		out(0, "\x1b]7;file://host/home/me/a%20b\x07"+promptA+"me@host $ "+promptB).
		out(time.Second, "ls").out(time.Second, "\r\n"+outputC).out(time.Second, "file\r\n"+doneD(";0")).
		out(0, "\x1b]7;file://host/tmp\x07"+promptA+"me@host $ "+promptB).
		out(0, "\r\n").out(0, doneD("")+promptA+"me@host $ "+promptB). // enter, and nothing else
		out(time.Second, "false\r\n"+outputC+doneD(";1")).
		out(0, promptA+"me@host $ "+promptB+"sleep 1000\r\n"+outputC).
		out(time.Second, "").read(t, 80, 24)
	wantCommands(t, tr,
		`"ls" 2s-3s exit 0 in /home/me/a b`,
		`"false" 4s-4s exit 1 in /tmp`,
		`"sleep 1000" 4s-5s in /tmp`)
}

func TestDirectories(t *testing.T) {
	for link, want := range map[string]string{
		"file://host/a%20b":             "/a b",
		"file:///home/%E4%B8%96":        "/home/世",
		"file://host/a%1Bb":             "/ab",
		"kitty-shell-cwd://host/a%20 b": "/a%20 b",
		"https://example.com/x":         "/before",
		"file://host/%zz":               "/before",
	} {
		tr := new(story).out(0, "\x1b]7;file:///before\x07\x1b]7;"+link+"\x07"+promptA+"$ "+promptB+"x\r\n"+outputC+doneD("")).read(t, 80, 24)
		if len(tr.Commands) != 1 || tr.Commands[0].Dir != want {
			t.Errorf("%q: %+v, want %q", link, tr.Commands, want)
		}
	}
}

func TestMarkedCommandsAtTheBottomOfTheScreen(t *testing.T) {
	s := new(story)
	var want []string
	for i := range 20 {
		text := fmt.Sprintf("echo %d and %s", i, strings.Repeat("long ", i))
		s.out(0, promptA+"$ "+promptB).out(0, text+"\r\n"+outputC).out(0, fmt.Sprintf("%d\r\n", i)+doneD(";0"))
		want = append(want, fmt.Sprintf("%q 0s-0s exit 0", strings.TrimSpace(text)))
	}
	wantCommands(t, s.read(t, 30, 6), want...)
}

func TestMarkedCommandOfSeveralLines(t *testing.T) {
	tr := new(story).
		out(0, promptA+"$ "+promptB+"true\r\n"+outputC+doneD(";0")).
		out(0, promptA+"$ "+promptB+"for i in 1 2; do\r\n").
		out(0, "\x1b]133;A;k=s\x07> "+promptB+"  echo $i\r\n").
		out(0, "\x1b]133;A;k=s\x07> "+promptB+"done\r\n"+outputC+"1\r\n2\r\n"+doneD(";0")).read(t, 80, 24)
	wantCommands(t, tr, `"true" 0s-0s exit 0`, `"for i in 1 2; do\n>   echo $i\n> done" 0s-0s exit 0`)
}

func TestCommandLineSentByTheShell(t *testing.T) {
	for params, want := range map[string]string{
		"cmdline_url=echo%20a%3Bb%0Ac": `"echo a;b\nc" 0s-1s exit 0`,
		`cmdline=echo\ \'hi\'`:         `"echo 'hi'" 0s-1s exit 0`,
		`cmdline='a b'c`:               `"a bc" 0s-1s exit 0`,
		`cmdline=$'a\nb\'c'`:           `"a\nb'c" 0s-1s exit 0`,
		`cmdline='torn`:                `"on the screen" 0s-1s exit 0`,
		"cmdline_url=%zz":              `"on the screen" 0s-1s exit 0`,
		"other=x":                      `"on the screen" 0s-1s exit 0`,
	} {
		tr := new(story).out(0, promptA+"$ "+promptB+"on the screen\r\n\x1b]133;C;"+params+"\x07").
			out(time.Second, doneD(";0")).read(t, 80, 24)
		if got := describe(tr); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %s, want %s", params, got, want)
		}
	}
}

func TestPromptMarksWithoutStartMarks(t *testing.T) {
	tr := new(story).
		out(0, promptA+"$ "+promptB).out(time.Second, "ls -l").out(time.Second, "\r\nfile\r\n").
		out(time.Second, doneD(";2")+promptA+"$ "+promptB).
		out(time.Second, "\r"+promptA+"$ "+promptB). // drawn again
		out(time.Second, "").read(t, 80, 24)
	wantCommands(t, tr, `"ls -l" 0s-3s exit 2`)
}

func TestRightPromptIsNoCommand(t *testing.T) {
	tr := new(story).
		out(0, promptA+"$ "+promptB+"\x1b[74G12:34\x1b[3G").out(time.Second, "make test").out(0, "\r\n"+outputC+doneD(";0")).
		out(0, promptA+"$ "+promptB+"echo a     b\r\n"+outputC+doneD(";0")).read(t, 80, 24)
	wantCommands(t, tr, `"make test" 1s-1s exit 0`, `"echo a     b" 1s-1s exit 0`)
}

func TestGuessedCommands(t *testing.T) {
	tr := new(story).
		out(0, "$ ").typed("ls").out(120*time.Millisecond, "\r\nfile > other\r\n$ ").
		out(time.Second, "\r\n$ "). // enter, and nothing else
		typed("vim x").out(0, "\r\n\x1b[?1049h\x1b[Hinside $ ").out(time.Second, "typed\r\n").out(time.Second, "\x1b[?1049l$ ").
		out(time.Second, "").read(t, 80, 24)
	wantCommands(t, tr, `"ls" 360ms-360ms guessed`, `"vim x" 1.96s-3.96s guessed`)
}

func TestGuessingIsConservative(t *testing.T) {
	for name, s := range map[string]*story{
		"a question":           new(story).out(0, "Overwrite? (y/n) > ").typed("yes").out(0, "\r\n"),
		"python":               new(story).out(0, ">>> ").typed("1+1").out(0, "\r\n2\r\n>>> ").typed("2").out(0, "\r\n2\r\n>>> "),
		"output without pause": new(story).out(0, "$ ").out(time.Millisecond, "not typed\r\n").out(0, "$ ").out(time.Millisecond, "x\r\n"),
		"sqlite":               new(story).out(0, "sqlite> ").typed("select 1;").out(0, "\r\n1\r\nsqlite> ").typed("select 2;").out(0, "\r\n2\r\nsqlite> "),
		"node":                 new(story).out(0, "$ ").out(time.Second, "\r\nWelcome to Node\r\n> ").typed("1+1").out(0, "\r\n2\r\n> ").typed("2").out(0, "\r\n2\r\n> "),
		"psql":                 new(story).out(0, "db=# ").typed("select 1;").out(0, "\r\n1\r\ndb=# ").typed("select 2;").out(0, "\r\n2\r\ndb=# "),
		"a password":           new(story).out(0, "Password: ").out(time.Second, "\r\n").out(0, "Password: ").out(time.Second, "\r\n"),
		"progress":             new(story).out(0, "50% ").out(time.Second, "\r60% ").out(time.Second, "done\r\n"),
		"marks came later":     new(story).out(0, "$ ").typed("bash").out(0, "\r\n$ ").out(time.Second, promptA),
	} {
		if got := describe(s.read(t, 80, 24)); len(got) > 0 {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestCertainPromptsAreBelievedOnce(t *testing.T) {
	for _, prompt := range []string{"me@host:~/src$ ", "[me@host src]# ", "bash-5.2$ ", "\x1b[32mme@host\x1b[m ❯ "} {
		tr := new(story).out(0, prompt).typed("make").out(0, "\r\n").read(t, 80, 24)
		if got := describe(tr); len(got) != 1 || !strings.HasPrefix(got[0], `"make" `) {
			t.Errorf("%q: %q", prompt, got)
		}
	}
}

func TestPromptKinds(t *testing.T) {
	for prompt, want := range map[string]string{
		"$ ": "$", "> ": ">", "# ": "#", "% ": "%", "❯ ": "❯", "~ ❯ ": "~ ❯", "~/src/x ❯ ": "~ ❯",
		"me@host:~/src$ ": "me@host:~$", "[root@host etc]# ": "[root@host #", "root@0a1b2c:/# ": "root@0a0b0c:~#",
		"bash-5.2$ ": "bash-0.0$", "sh-5.1# ": "sh-0.0#", "host% ": "host%", "vm1:~/x # ": "vm0:~ #",
		"(venv) me@host:~$ ": "me@host:~$", "[12:34:56] me $ ": "[00:00:00] $",
		"me@host ~/x> ": "me@host >", "~/x> ": "~>", "PS C:\\Users\\me> ": "PS >", "PS /home> ": "PS >", `C:\Users\me>`: `C:\>`,
		"/app # ": "~ #", "~ # ": "~ #",
		"➜  src git:(main) ✗ ": "➜", "➜  ~ ": "➜", " me  ~/src \ue0b0 ": "me \ue0b0", "~ λ ": "~ λ",
		// no shell's
		">>> ": "", "... ": "", "In [1]: ": "", "sqlite> ": "", "mysql> ": "", "MariaDB [(none)]> ": "",
		"irb(main):001:0> ": "", "127.0.0.1:6379> ": "", "php > ": "", "postgres=# ": "", "db-# ": "", "db=*# ": "", "ghci> ": "",
		"50% ": "", "12.5% ": "", "Downloading 100% ": "", "Continue? (y/n) ": "", "Password: ": "", "(gdb) ": "", "name: (x) ": "",
		"$": "", "": "", " ": "", "x ": "",
	} {
		kind, ok := promptKind(prompt, true)
		if kind != want || ok != (want != "") {
			t.Errorf("%q is %q, %t; want %q", prompt, kind, ok, want)
		}
	}
}

// A prompt is believed when it comes again, though directory, time and status change.
func TestGuessedPrompts(t *testing.T) {
	for name, prompts := range map[string][2]string{
		"oh-my-zsh":  {"➜  ~ ", "➜  src git:(main) ✗ "},
		"powerline":  {" me  ~ \ue0b0 ", " me  src \ue0b0 "},
		"starship":   {"❯ ", "❯ "},
		"root":       {"/ # ", "/etc # "},
		"PowerShell": {"PS C:\\> ", "PS C:\\Users> "},
		"cmd":        {`C:\>`, `C:\Users>`},
		"clock":      {"[10:00:01] src $ ", "[10:01:07] src $ "},
		"fish":       {"~> ", "~/src> "},
	} {
		s := new(story).out(0, "\x1b[?2004h")
		for i, prompt := range prompts {
			s.out(0, prompt).typed(fmt.Sprint("command ", i)).out(0, "\r\noutput\r\n")
		}
		got := describe(s.out(time.Second, "").read(t, 80, 24))
		if len(got) != 2 || !strings.HasPrefix(got[0], `"command 0"`) || !strings.HasPrefix(got[1], `"command 1"`) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestCorpusCommands(t *testing.T) {
	dir := testreq.Corpus(t, "casts")
	for name, want := range map[string][]string{
		"doc-breakpoints.cast": {"python3"},
		"edit-test.cast":       {"hey", `echo "test"`, "time", "exit"},
		"tts-awesome.cast":     {"termtosvg", "for i in {0..10}; do\necho \"termtosvg is awesome!\"\ndone | lolcat", "exit"},
		"tts-unittest.cast":    {"make tests", "exit"},
		"tts-htop.cast":        nil,
		"tts-ipython.cast":     nil,
		"srv-big.cast":         nil,
		"doc-intro.cast": {
			"# Welcome to asciinema!", "# See how easy it is to record a terminal session", "asciinema rec demo.cast",
			"# This is a new shell instance, which is being recorded", "# Let's do something fun",
			"sha1sum /etc/f* | tail -n 10 | lolcat -F 0.3", "# Cool!",
			"# Let's end the recording session by exiting the shell", "# We'll replay it in the terminal to see if it's any good",
			"asciinema play demo.cast",
			"# This is a new shell instance, which is being recorded", "# Let's do something fun",
			"sha1sum /etc/f* | tail -n 10 | lolcat -F 0.3", "# Cool!",
			"# Let's end the recording session by exiting the shell", "# Looks good. Let's share it with friends",
			"asciinema upload demo.cast",
			"# Every recording gets a unique, secret link", "# However, you don't have to upload your recordings to asciinema.org",
			"# You can use this player on your website, or self-host the asciinema server",
			"# Refer to https://docs.asciinema.org for details", "# Btw, you can select and copy this text", "# Happy recording!",
		},
		"ext-rsfilc-demo.cast": {"rsfilc -h", "rsfilc -V", "rsfilc --config-path", "rsfilc schools", "rsfilc schools -s budapest", "exit"},
	} {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		tr := transcriptOf(t, f)
		_ = f.Close()
		var got []string
		for i, c := range tr.Commands {
			got = append(got, c.Text)
			if c.End < c.Start || i > 0 && c.Start < tr.Commands[i-1].Start {
				t.Errorf("%s: %q from %v to %v", name, c.Text, c.Start, c.End)
			}
			if c.Heuristic == strings.HasPrefix(name, "ext") {
				t.Errorf("%s: %q: heuristic is %t", name, c.Text, c.Heuristic)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n%q, want\n%q", name, got, want)
		}
	}
}
