package transcript

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rexec/recording/cast"
)

const right, wrong = "00112233445566aa", "00112233445566ab"

func ownA() string            { return "\x1b]133;A;nonce=" + right + "\x07" }
func ownC(text string) string { return "\x1b]133;C;nonce=" + right + ";cmdline_url=" + text + "\x07" }
func ownD(status int) string  { return fmt.Sprintf("\x1b]133;D;%d;nonce=%s\x07", status, right) }
func dir(path string) string  { return "\x1b]7;file://host" + path + "\x07" }

// readSigned reads a story as a recording whose shell marks with a nonce.
func readSigned(t *testing.T, s *story) *Transcript {
	t.Helper()
	h := cast.Header{Version: 2, Cols: 80, Rows: 24, Rexec: &cast.Rexec{Nonce: right}}
	var b bytes.Buffer
	w, err := cast.NewWriter(&b, h)
	for i := 0; i < len(s.events) && err == nil; i++ {
		err = w.Write(s.events[i])
	}
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	r, err := cast.NewReader(&b, cast.Strict)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := ReadWith(t.Context(), r, Options{Output: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range tr.Commands {
		if c.Unverified == (c.Verified || c.Heuristic) {
			t.Errorf("%q: unverified is %v", c.Text, c.Unverified)
		}
	}
	return tr
}

func wantVerified(t *testing.T, tr *Transcript, want ...string) {
	t.Helper()
	got := describe(tr)
	for i, c := range tr.Commands {
		if c.Verified {
			got[i] += " verified"
		}
		if c.Output != "" {
			got[i] += fmt.Sprintf(" printed %q", c.Output)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("commands\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestOwnMarksAreVerified(t *testing.T) {
	tr := readSigned(t, new(story).
		out(0, dir("/home")+ownA()+"$ "+promptB+"ls; x\r\n"+ownC("ls%3B x")+"file\r\n").
		out(time.Second, ownD(2)+dir("/tmp")+ownA()+"$ "+promptB).
		out(time.Second, "^C\r\n"+dir("/tmp")+ownA()+"$ "+promptB).                          // ctrl+c
		out(0, "hidden\r\n\x1b]133;C;nonce="+right+"\x07").out(time.Second, ownD(0)+ownA())) // its text is on the screen
	wantVerified(t, tr,
		`"ls; x" 0s-1s exit 2 in /home verified printed "file"`,
		`"hidden" 2s-3s exit 0 in /tmp verified`)
}

// A program that prints marks can end nothing and hide nothing.
func TestForgedMarksAreNotVerified(t *testing.T) {
	for name, nonce := range map[string]string{"none": "", "a wrong one": ";nonce=" + wrong, "an empty one": ";nonce="} {
		t.Run(name, func(t *testing.T) {
			tr := readSigned(t, new(story).
				out(0, dir("/home")+ownA()+"$ "+promptB+"cat evil\r\n"+ownC("cat evil")).
				out(time.Second, "text\r\n\x1b]133;D;0"+nonce+"\x07"+dir("/root")+"\x1b]133;A"+nonce+"\x07# "+promptB+
					"rm x\r\n\x1b]133;C;cmdline_url=rm x"+nonce+"\x07gone\r\n\x1b]133;D;0"+nonce+"\x07").
				out(time.Second, ownD(1)+dir("/home")+ownA()+"$ "+promptB))
			wantVerified(t, tr,
				`"cat evil" 0s-2s exit 1 in /home verified printed "text\n# rm x\ngone"`,
				`"rm x" 1s-1s exit 0 in /root printed "gone"`)
		})
	}
}

func TestNonceOfNobodyVerifiesNothing(t *testing.T) {
	s := new(story).out(0, "\x1b]133;A;nonce=\x07$ "+promptB+"ls\r\n\x1b]133;C;cmdline_url=ls;nonce=\x07").out(time.Second, "\x1b]133;D;0;nonce=\x07")
	wantVerified(t, s.read(t, 80, 24), `"ls" 0s-1s exit 0`)
}

// Behind ssh there is a shell that marks nothing: what is typed there is found by its
// prompt, within the command that the local shell knows of.
func TestCommandsWithinACommand(t *testing.T) {
	tr := readSigned(t, new(story).
		out(0, dir("/home")+ownA()+"$ "+promptB+"ssh far\r\n"+ownC("ssh far")).
		out(time.Second, "me@far:~$ ").typed("uptime").out(0, "\r\n").out(0, "long\r\nme@far:~$ ").
		out(time.Second, "").typed("exit").out(0, "\r\nlogout\r\n").
		out(time.Second, ownD(0)+dir("/home")+ownA()+"$ "+promptB).
		out(time.Second, "").typed("true").out(0, "\r\n"+ownC("true")+ownD(0)+ownA()+"$ ").out(time.Second, ""))
	var got []string
	for _, c := range tr.Commands {
		got = append(got, fmt.Sprintf("%s in %q verified %t guessed %t: %s", c.Text, c.Dir, c.Verified, c.Heuristic, c.Output))
	}
	want := []string{
		"ssh far in \"/home\" verified true guessed false: me@far:~$ uptime\nlong\nme@far:~$ exit\nlogout",
		`uptime in "" verified false guessed true: long`,
		`exit in "" verified false guessed true: logout`,
		`true in "/home" verified true guessed false: `,
	}
	if !slices.Equal(got, want) {
		t.Errorf("commands\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestOutputWithoutTheSignOfAMissingNewline(t *testing.T) {
	sign := "\x1b[1m\x1b[7m%\x1b[27m\x1b[1m\x1b[0m" + strings.Repeat(" ", 79) + "\r \r"
	tr := readSigned(t, new(story).
		out(0, ownA()+"% "+promptB+"x\r\n"+ownC("x")+"100%"+sign+ownD(0)+ownA()+"% "+promptB).
		out(0, "y\r\n"+ownC("y")+"100%\r\n"+sign+ownD(0)+ownA()))
	wantVerified(t, tr, `"x" 0s-0s exit 0 verified printed "100%"`, `"y" 0s-0s exit 0 verified printed "100%"`)
}
