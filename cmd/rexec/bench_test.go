package main

import (
	"fmt"
	"path/filepath"
	"testing"

	"rexec/internal/testreq"
	"rexec/recording/live"
)

// BenchmarkFlood records a program that prints without pause, in a terminal that
// takes everything, with script and with rexec: compare the two of one run. The
// budget is 5 % more wall time than script.
func BenchmarkFlood(b *testing.B) {
	const lines, size = 5_000_000, 43_888_896
	script := testreq.Program(b, "script", "apt-get install bsdutils")
	rexec, err := buildRexec()
	if err != nil {
		b.Fatal(err)
	}
	out := filepath.Join(b.TempDir(), "out")
	seq := fmt.Sprintf("seq 1 %d", lines)
	for _, c := range []struct {
		name    string
		command []string
	}{
		{"script", []string{script, "-qc", seq, out}},
		{"rexec", []string{rexec, "rec", "-o", out, "--overwrite", "--", "sh", "-c", seq}},
		{"unrecorded", []string{"sh", "-c", seq}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				s, err := live.Start(b.Context(), live.Config{Command: c.command, NoScreen: true})
				if err != nil {
					b.Fatal(err)
				}
				<-s.Done()
				if code := s.Exit().Code; code != 0 {
					b.Fatalf("%s ended with %d", c.name, code)
				}
			}
		})
	}
}
