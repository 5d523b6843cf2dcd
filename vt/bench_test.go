package vt

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
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

// BenchmarkInstance tells what a terminal of 120×40 takes: new, and after 200 kB
// of the plain corpus without scrollback.
func BenchmarkInstance(b *testing.B) {
	line := []byte("2026-11-22T09:10:11 info request handler timeout connection 200 cache miss\r\n")
	for _, c := range []struct {
		name  string
		bytes int
	}{{"new", 0}, {"after-200kB", 200 << 10}} {
		b.Run(c.name, func(b *testing.B) {
			const n = 200
			var before, after runtime.MemStats
			held := make([]*Terminal, n)
			runtime.GC()
			runtime.ReadMemStats(&before)
			for i := range held {
				held[i] = New(120, 40)
				for fed := 0; fed < c.bytes; fed += len(line) {
					held[i].Write(line)
				}
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			runtime.KeepAlive(held)
			for b.Loop() {
				New(120, 40)
			}
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n/1024, "KiB/terminal")
		})
	}
}

// BenchmarkRestore goes on from a snapshot of a full 120×40 screen: what a seek
// pays before it feeds events.
func BenchmarkRestore(b *testing.B) {
	t := New(120, 40)
	for range 2000 {
		fmt.Fprintf(t, "\x1b[3%dm%s\r\n", t.y%8, "the quick brown fox jumps over the lazy dog 世界 é")
	}
	s := t.Snapshot()
	b.Run("restore", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Restore(s)
		}
	})
	data, err := s.MarshalBinary()
	if err != nil {
		b.Fatal(err)
	}
	b.Run("encode", func(b *testing.B) {
		for b.Loop() {
			s.MarshalBinary()
		}
		b.ReportMetric(float64(len(data)), "bytes")
	})
	b.Run("decode", func(b *testing.B) {
		for b.Loop() {
			if err := new(Snapshot).UnmarshalBinary(data); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkResize drags a window's edge by a column: 5,000 lines of scrollback are
// wrapped anew each time.
func BenchmarkResize(b *testing.B) {
	t := New(120, 40, WithScrollback(5000))
	for i := range 6000 {
		fmt.Fprintf(t, "%d %s\r\n", i, "the quick brown fox jumps over the lazy dog, again and again, until the line is full and goes on for a while"[:20+i%80])
	}
	cols := 120
	for b.Loop() {
		if cols++; cols > 140 {
			cols = 100
		}
		t.Resize(cols, 40)
	}
}
