package library

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// A shell that marks its prompts and commands (OSC 133).
const markedShell = `{"version":2,"width":80,"height":24}
[1.0, "o", "\u001b]133;A\u0007$ \u001b]133;B\u0007"]
[2.0, "o", "make test\r\n\u001b]133;C\u0007"]
[3.0, "o", "one failed\r\n\u001b]133;D;2\u0007\u001b]133;A\u0007$ \u001b]133;B\u0007"]
[4.0, "o", "echo héllo 世界\r\n\u001b]133;C\u0007"]
[5.0, "o", "héllo 世界\r\n\u001b]133;D;0\u0007\u001b]133;A\u0007$ \u001b]133;B\u0007"]
`

func TestCommandsOfARecording(t *testing.T) {
	l := openLibrary(t, t.TempDir(), Options{})
	r := must[Recording](t)(l.Import(t.Context(), writeText(t, filepath.Join(t.TempDir(), "a.cast"), markedShell), nil))
	two, zero := 2, 0
	want := []Command{
		{Text: "make test", Start: 2 * time.Second, End: 3 * time.Second, Exit: &two},
		{Text: "echo héllo 世界", Start: 4 * time.Second, End: 5 * time.Second, Exit: &zero},
	}
	if got := must[[]Command](t)(l.Commands(t.Context(), r.ID)); !reflect.DeepEqual(got, want) || r.Commands != 2 {
		t.Errorf("%d commands: %+v\nwant %+v", r.Commands, got, want)
	}
	if got := all(t, l, "HÉLLO make"); len(got) != 1 {
		t.Errorf("by its commands, %d are found", len(got))
	}
	checkWhole(t, l)
}

// Marks without the nonce of the header are another's than the recorded shell's.
func TestUnverifiedCommandsAreKnown(t *testing.T) {
	l := openLibrary(t, t.TempDir(), Options{})
	signed := strings.Replace(markedShell, `"height":24}`, `"height":24,"rexec":{"nonce":"0123456789abcdef"}}`, 1)
	r := must[Recording](t)(l.Import(t.Context(), writeText(t, filepath.Join(t.TempDir(), "a.cast"), signed), nil))
	commands := must[[]Command](t)(l.Commands(t.Context(), r.ID))
	if len(commands) == 0 {
		t.Fatal("there are no commands")
	}
	for _, c := range commands {
		if !c.Unverified {
			t.Errorf("%q counts as marked by the shell", c.Text)
		}
	}
}
