package main

import (
	"path/filepath"
	"testing"

	"rexec/internal/testreq"
	"rexec/vt"
)

// TestAsciinemaPlaysOurs plays what we record with Debian's asciinema.
func TestAsciinemaPlaysOurs(t *testing.T) {
	asciinema := testreq.Program(t, "asciinema", "apt-get install asciinema")
	path := filepath.Join(t.TempDir(), "ours.cast")
	r := open(t, 80, 24, "", "rec", "-o", path, "--", "sh", "-c", `printf 'h\303\251llo \344\270\226\347\225\214 \033[31mred\033[0m\n'`)
	r.see("saved")
	r.end()
	r = openCommand(t, 80, 24, "", asciinema, "play", "--speed", "10", path)
	r.see("h\u00e9llo 世界 red")
	if code := r.end(); code != 0 {
		t.Errorf("asciinema ended with %d", code)
	}
}

// TestWePlayTheirs opens every cast of the corpus in the player: the healthy ones
// and, repaired, the broken ones.
func TestWePlayTheirs(t *testing.T) {
	var paths []string
	for _, pattern := range []string{"*.cast", "*.json"} {
		found, err := filepath.Glob(filepath.Join(testreq.Corpus(t, "casts"), pattern))
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, found...)
	}
	if len(paths) < 50 {
		t.Fatalf("the corpus has only %d casts", len(paths))
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			r := open(t, 80, 24, "", "play", path)
			r.awaitBar("the player", func(bar) bool { return true })
			r.press("end")
			r.await("the end, or the player's word on it", func(s *vt.Snapshot) bool {
				b, is := readBar(s)
				return is && b.position == b.whole
			})
			r.press("q")
			if code := r.end(); code != 0 {
				t.Errorf("rexec play ended with %d", code)
			}
		})
	}
}
