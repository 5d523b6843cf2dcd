//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRecKeysAndInput types where rec records, pauses by key, and types a password.
func TestRecKeysAndInput(t *testing.T) {
	path := filepath.Join(t.TempDir(), "typed.cast")
	r := open(t, 80, 24, "", "rec", "-o", path, "--input", "--pause-key", `ctrl+\`, "--mark-key", "ctrl+]", "--", "bash", "--norc", "--noprofile")
	r.see(`ctrl+\ to pause`, "ready>")
	r.press("echo shown", "enter")
	r.see("\nshown")
	r.press("read -sp 'say: ' x", "enter")
	r.see("\nsay:")
	r.press("QZ7#W9@K4", "enter")
	r.press("\x1d")
	r.see("marker set at 0:0")
	r.press("\x1c")
	r.see("the recording is paused")
	r.press("echo not kept; clear", "enter")
	r.miss("shown", "paused")
	r.press("\x1c")
	r.see("the recording goes on")
	r.press("exit", "enter")
	if code := r.end(); code != 0 {
		t.Errorf("rec ended with %d", code)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	cast := string(data)
	for _, want := range []string{`"i", "`, "shown", `"m", ""`, `"m", "paused for `, `"x", "0"`} {
		if !strings.Contains(cast, want) {
			t.Errorf("the recording lacks %s:\n%s", want, cast)
		}
	}
	for _, never := range []string{"QZ7", "W9@", "not kept"} {
		if strings.Contains(cast, never) {
			t.Errorf("the recording holds %q:\n%s", never, cast)
		}
	}
}
