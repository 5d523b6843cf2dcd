package castfile

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// BenchmarkFlood records what `seq 1 5000000` prints, in reads of 4 KB, with a byte
// of it every 5 ns: no terminal is as fast. The file is synced and closed in time.
func BenchmarkFlood(b *testing.B) {
	var text strings.Builder
	for i := 1; i <= 5000000; i++ {
		fmt.Fprintf(&text, "%d\r\n", i)
	}
	data := []byte(text.String())
	b.Run("disk", func(b *testing.B) { benchFlood(b, data, Options{}) })
	// What it costs beside the disk.
	b.Run("nowhere", func(b *testing.B) { benchFlood(b, data, Options{Wrap: func(d Disk) Disk { return nowhere{d} }}) })
}

// nowhere is a disk that takes everything at once.
type nowhere struct{ Disk }

func (nowhere) Write(p []byte) (int, error) { return len(p), nil }

func benchFlood(b *testing.B, data []byte, o Options) {
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		f, err := Create(filepath.Join(b.TempDir(), fmt.Sprint(n)), header, o)
		must(b, err)
		for i := 0; i < len(data); i += 4095 {
			if err := f.AppendOutput(time.Duration(i)*5, data[i:min(i+4095, len(data))]); err != nil {
				b.Fatal(err)
			}
		}
		must(b, f.Close())
		b.ReportMetric(float64(f.Size())/float64(len(data)), "file/data")
	}
}

// BenchmarkAppend is what a live terminal pays for each of its reads.
func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{1, 100, 4095} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			f, err := Create(filepath.Join(b.TempDir(), "x"), header, Options{})
			must(b, err)
			data := []byte(strings.Repeat("x", size))
			b.SetBytes(int64(size))
			b.ReportAllocs()
			at := time.Duration(0)
			for b.Loop() {
				at += 20 * time.Microsecond
				if err := f.AppendOutput(at, data); err != nil {
					b.Fatal(err)
				}
			}
			must(b, f.Close())
		})
	}
}
