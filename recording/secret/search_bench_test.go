package secret

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"rexec/recording/cast"
)

// BenchmarkSearch looks through what recordings show: the log of a build, a shell
// whose line editor draws with cursor moves, and a full-screen program.
func BenchmarkSearch(b *testing.B) {
	for _, c := range []struct {
		name string
		data func(i int) string
	}{
		{"log", func(i int) string {
			return fmt.Sprintf("\x1b[32m%6d\x1b[0m compile \x1b[1msrc/module_%d/file_%d.c\x1b[0m in %d ms\r\n", i, i%99, i*7919%999, i%500)
		}},
		{"typed", func(i int) string {
			if i%40 == 39 {
				return "\r\n\x1b[1;32mme@box\x1b[0m:\x1b[34m~/work\x1b[0m$ "
			}
			return fmt.Sprintf("%c\x1b[K", 'a'+i%26)
		}},
		{"screen", func(i int) string {
			return fmt.Sprintf("\x1b[%d;%dH\x1b[48;2;%d;20;30m%-40s\x1b[K", i%40+1, i%80+1, i%256, fmt.Sprint("row ", i))
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			var file bytes.Buffer
			w, err := cast.NewWriter(&file, cast.Header{Cols: 120, Rows: 40})
			if err != nil {
				b.Fatal(err)
			}
			if c.name == "screen" {
				_ = w.Write(cast.Event{Code: cast.Output, Data: "\x1b[?1049h"})
			}
			for i := 0; file.Len() < 4<<20; i++ {
				if err := w.Write(cast.Event{Time: time.Duration(i) * time.Millisecond, Code: cast.Output, Data: c.data(i)}); err != nil {
					b.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				b.Fatal(err)
			}
			text := file.String()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				r, err := cast.NewReader(strings.NewReader(text), cast.Strict)
				if err != nil {
					b.Fatal(err)
				}
				if leaks, err := Search(context.Background(), r); err != nil || len(leaks) > 0 {
					b.Fatal(leaks, err)
				}
			}
		})
	}
}
