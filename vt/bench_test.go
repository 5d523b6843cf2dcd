package vt

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/hinshun/vt10x"
)

// corpora loads the four throughput corpora from the folder that
// REXEC_THROUGHPUT names.
func corpora(b *testing.B, run func(b *testing.B, data []byte)) {
	dir := os.Getenv("REXEC_THROUGHPUT")
	if dir == "" {
		b.Skip("set REXEC_THROUGHPUT to a folder made by throughput-corpora")
	}
	for _, name := range []string{"plain", "colour", "fullscreen", "unicode"} {
		data, err := os.ReadFile(filepath.Join(dir, name+".bin"))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) { run(b, data) })
	}
}

const chunk = 32 << 10 // what one read of a PTY brings at most

// BenchmarkWrite feeds the corpora at 120×40 to this emulator and to vt10x.
func BenchmarkWrite(b *testing.B) {
	corpora(b, func(b *testing.B, data []byte) {
		b.Run("rexec", func(b *testing.B) {
			benchmarkFeed(b, data, New(120, 40, WithScrollback(1000)))
		})
		b.Run("vt10x", func(b *testing.B) {
			benchmarkFeed(b, data, vt10x.New(vt10x.WithSize(120, 40)))
		})
	})
}

func benchmarkFeed(b *testing.B, data []byte, t interface{ Write([]byte) (int, error) }) {
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		for p := data; len(p) > 0; {
			n := min(chunk, len(p))
			if _, err := t.Write(p[:n]); err != nil {
				b.Fatal(err)
			}
			p = p[n:]
		}
	}
}

// BenchmarkSnapshot takes a snapshot after a few rows changed, as a live pane
// does at every frame.
func BenchmarkSnapshot(b *testing.B) {
	for _, changed := range []int{0, 1, 3, 40} {
		b.Run(fmt.Sprintf("120x40/%d-rows-changed", changed), func(b *testing.B) {
			t := New(120, 40)
			text := []byte("a line of output")
			b.ReportAllocs()
			for b.Loop() {
				for y := range changed {
					t.moveTo(0, y)
					t.Write(text)
				}
				t.Snapshot()
			}
		})
	}
}
