package shown

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"rexec/internal/testreq"
	"rexec/recording/cast"
)

// BenchmarkWatch reads a recorded full-screen program, with and without numbers.
func BenchmarkWatch(b *testing.B) {
	for _, name := range []string{"ext-rsfilc-demo.cast", "srv-big.cast"} {
		path := filepath.Join(testreq.Corpus(b, "casts"), name)
		var events [][]byte
		size := 0
		f, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		r, err := cast.NewReader(f, cast.Lenient)
		if err != nil {
			b.Fatal(err)
		}
		for {
			e, err := r.Next()
			if err != nil {
				break
			}
			if e.Code == cast.Output {
				events = append(events, []byte(e.Data))
				size += len(e.Data)
			}
		}
		for _, number := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/numbers-%v", name, number), func(b *testing.B) {
				b.SetBytes(int64(size))
				for b.Loop() {
					w := New(r.Header().Cols, r.Header().Rows, number)
					w.See = func(Text) {}
					for _, e := range events {
						w.Output(e)
					}
				}
			})
		}
	}
}
