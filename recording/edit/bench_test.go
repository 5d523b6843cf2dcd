package edit

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"rexec/recording/cast"
)

// buildLog is a cast of about size bytes: the coloured log of a build, and every so
// many lines one that holds a token. every 0: none does.
func buildLog(tb testing.TB, size, every int) *Input {
	tb.Helper()
	var b bytes.Buffer
	w, err := cast.NewWriter(&b, cast.Header{Version: 2, Cols: 120, Rows: 40})
	if err != nil {
		tb.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for n := 0; b.Len() < size; n++ {
		line := fmt.Sprintf("\x1b[32m%6d\x1b[0m compile \x1b[1msrc/module_%d/file_%d.c\x1b[0m in %d ms, %d warnings\r\n",
			n, random.IntN(99), random.IntN(999), random.IntN(500), random.IntN(3))
		if every > 0 && n%every == 0 {
			line = fmt.Sprintf("%6d push with ghp_16C7e42F292c6912E7710c838347Ae%06d done\r\n", n, n%1000000)
		}
		if err := w.Write(cast.Event{Time: time.Duration(n) * time.Millisecond, Code: cast.Output, Data: line}); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	in, err := Inspect(context.Background(), inMemory(b.Bytes()))
	if err != nil {
		tb.Fatal(err)
	}
	return in
}

type inMemory []byte

func (m inMemory) Open() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(m)), nil }

func BenchmarkRedact(b *testing.B) {
	clean, leaky := buildLog(b, 8<<20, 0), buildLog(b, 8<<20, 100)
	for _, bench := range []struct {
		name    string
		in      *Input
		pattern string
	}{
		{"auto/none", clean, "auto"},
		{"auto/hits", leaky, "auto"},
		{"text/none", clean, "ghp_16c"},
		{"text/hits", leaky, "ghp_16c"},
		{"regexp/none", clean, `/ghp_[0-9A-Za-z]+/`},
		{"regexp/hits", leaky, `/ghp_[0-9A-Za-z]+/`},
	} {
		b.Run(bench.name, func(b *testing.B) {
			p, err := ParsePattern(bench.pattern)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(bench.in.Size)
			for b.Loop() {
				out := filepath.Join(b.TempDir(), "out.cast")
				if _, err := ToFile(context.Background(), out, false, []*Input{bench.in}, Options{Redact: []Pattern{p}}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
