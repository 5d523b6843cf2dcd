//go:build unix

package shell_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rexec/internal/testreq"
	"rexec/recording/cast"
	"rexec/recording/live"
	"rexec/recording/transcript"
)

// story is a shell that is started and what is typed into it.
type story struct {
	args  []string          // the shell
	files map[string]string // in HOME, which is new
	env   []string
	// typed are lines, each typed when the prompt is there, ended with enter. One that
	// ends in \x03 is not, and cancels what was typed.
	typed []string
	// prompt is what is waited for instead of our marks.
	prompt string
	// ready is what the prompt ends in; the end of a prompt's mark if it is empty.
	ready string
}

// told is what came of it.
type told struct {
	*transcript.Transcript
	home string
	raw  string // all output
	exit live.ExitStatus
}

const (
	ourPrompt = "\x1b]133;A;nonce="
	promptEnd = "\x1b]133;B\a"
)

// play runs a story under a real pseudo-terminal, and reads the recording of it.
func (s story) play(t *testing.T) told {
	t.Helper()
	testreq.Program(t, s.args[0], "install "+s.args[0])
	if s.args[0] == "bash" && exec.Command("bash", "-c", "((BASH_VERSINFO[0]*100+BASH_VERSINFO[1] >= 501))").Run() != nil {
		testreq.Skip(t, "these setups need bash 5.1 or newer")
	}
	// Not t.TempDir: its name says which test it is, and stands in prompts.
	home, err := os.MkdirTemp("", "home")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(home) })
	if home, err = filepath.EvalSymlinks(home); err != nil {
		t.Fatal(err)
	}
	for name, text := range s.files {
		path := filepath.Join(home, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "x.cast")
	out := &output{}
	env := append([]string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "FAKE=" + home}, s.env...)
	session, err := live.Start(t.Context(), live.Config{
		Command: s.args, Env: env, Dir: home, Cols: 100, Rows: 30, Answer: true, Tee: out,
		Integration: []string{t.TempDir()}, Record: &live.RecordOptions{Path: path},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	prompt, ready := ourPrompt, promptEnd
	if s.prompt != "" {
		prompt, ready = s.prompt, ""
	}
	if s.ready != "" {
		ready = s.ready
	}
	for i, line := range s.typed {
		out.wait(t, prompt, i+1, ready, line)
		typed, cancel := strings.CutSuffix(line, "\x03")
		if !cancel {
			typed += "\r"
		}
		if _, err := session.Write([]byte(typed)); err != nil {
			t.Fatal(err)
		}
		if cancel { // at once, it may reach a shell that is not ready to be interrupted
			out.wait(t, prompt, i+1, typed, line)
			_, _ = session.Write([]byte{0x03})
			// bash may lose an interrupt that comes just before it reads.
			out.nudge = func() { _, _ = session.Write([]byte{0x03}) }
			out.wait(t, prompt, i+2, ready, line)
			out.nudge = nil
		}
	}
	out.wait(t, prompt, len(s.typed)+1, ready, "exit")
	_, _ = session.Write([]byte("exit 3\r"))
	select {
	case <-session.Done():
	case <-time.After(20 * time.Second):
		t.Fatalf("the shell does not end; it printed\n%q", out.String())
	}
	if _, err := session.StopRecording(); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := cast.NewReader(f, cast.Strict)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := transcript.ReadWith(t.Context(), r, transcript.Options{Output: true})
	if err != nil {
		t.Fatal(err)
	}
	return told{tr, home, out.String(), session.Exit()}
}

// want compares the commands but the last, which is exit: "text → exit status in
// directory", with HOME as ~.
func (r told) want(t *testing.T, want ...string) {
	t.Helper()
	var got []string
	for _, c := range r.Commands {
		s := fmt.Sprintf("%s → %d in %s", c.Text, c.Exit, strings.Replace(c.Dir, r.home, "~", 1))
		if !c.HasExit {
			s = strings.Replace(s, "→ 0", "→ ?", 1)
		}
		if !c.Verified {
			s += ", not verified"
		}
		got = append(got, s)
	}
	if n := len(got); n == 0 || !strings.HasPrefix(got[n-1], "exit 3 →") {
		t.Errorf("the last command is not exit 3: %q", got)
	} else {
		got = got[:n-1]
	}
	if !slices.Equal(got, want) {
		t.Errorf("commands\n\t%s\nwant\n\t%s\nprinted %q", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"), r.raw)
	}
	if r.exit.Code != 3 {
		t.Errorf("the shell ended with %+v, want 3", r.exit)
	}
	for _, wrong := range []string{"nonce=", "__rexec", "rexec.", "not a valid", "unbound", "parse error", "no matches", "readonly variable"} {
		for _, l := range r.Lines {
			if strings.Contains(l.Text, wrong) {
				t.Errorf("the screen shows %q", l.Text)
			}
		}
	}
}

// output of command i, counted from 0.
func (r told) output(t *testing.T, i int) string {
	t.Helper()
	if i >= len(r.Commands) {
		t.Fatalf("there are %d commands only", len(r.Commands))
	}
	return strings.ReplaceAll(r.Commands[i].Output, r.home, "~")
}

// output is what was printed so far.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{}
	// nudge is called now and then while something is waited for.
	nudge func()
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text.Write(p)
	if o.more != nil {
		close(o.more)
		o.more = nil
	}
	return len(p), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// wait waits until a text was printed n times, and another behind the last of them.
func (o *output) wait(t *testing.T, text string, n int, ready, before string) {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		o.mu.Lock()
		parts := strings.SplitN(o.text.String(), text, n+1)
		if o.more == nil {
			o.more = make(chan struct{})
		}
		more := o.more
		o.mu.Unlock()
		if len(parts) == n+1 && strings.Contains(parts[n], ready) {
			return
		}
		var again <-chan time.Time
		if o.nudge != nil {
			again = time.After(500 * time.Millisecond)
		}
		select {
		case <-more:
		case <-again:
			o.nudge()
		case <-limit:
			t.Fatalf("no prompt came for %q; printed was\n%q", before, o.String())
		}
	}
}
