package secret

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkFilterFlood masks what holds no secret, which nearly all output is, in reads
// as a terminal gives them.
func BenchmarkFilterFlood(b *testing.B) {
	for _, c := range []struct {
		name string
		line func(i int) string
	}{
		{"numbers", func(i int) string { return fmt.Sprintf("%d\r\n", 1_000_000+i) }},
		{"log", func(i int) string {
			return fmt.Sprintf("[%d/4000] compile src/core/module_%d.c: warning: unused variable 'n' -> obj/%d.o\r\n", i, i*7919%4000, i)
		}},
		{"colours", func(i int) string {
			return fmt.Sprintf("\x1b[1m[%3d%%]\x1b[0m \x1b[32mBuilding C object\x1b[0m src/module_%d.c.o \x1b[38;5;%dmok\x1b[0m\r\n", i%100, i, i%256)
		}},
		{"screen", func(i int) string {
			return fmt.Sprintf("\x1b[%d;%dH\x1b[48;2;%d;20;30m%-40s\x1b[K", i%50+1, i%80+1, i%256, fmt.Sprint("row ", i))
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			var text strings.Builder
			for i := 0; text.Len() < 4<<20; i++ {
				text.WriteString(c.line(i))
			}
			data := []byte(text.String())
			var f Filter
			f.Resize(120)
			var out []byte
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				for i := 0; i < len(data); i += 4095 {
					out = f.Append(out[:0], data[i:min(i+4095, len(data))])
				}
			}
			if f.Masked() > 0 {
				b.Errorf("%d secrets in a text without", f.Masked())
			}
		})
	}
}
