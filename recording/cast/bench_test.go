package cast

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

// The three kinds of output that recordings are made of: what `seq` prints into a
// 4 KB PTY buffer, a build log in colour, and a person who types.
func benchEvents() map[string][]Event {
	kinds := map[string][]Event{}
	var b strings.Builder
	for i := range 200000 {
		fmt.Fprintf(&b, "%d\r\n", i)
	}
	plain := b.String()
	for i := 0; i < len(plain); i += 4095 {
		kinds["plain"] = append(kinds["plain"], Event{time.Duration(i) * 10, Output, plain[i:min(i+4095, len(plain))]})
	}
	for i := range 10000 {
		line := fmt.Sprintf("\x1b[1m\x1b[32m   Compiling\x1b[0m crate-%d v1.%d.0 (/home/user/src)\r\n\x1b[38;5;208m│ ünïcode 世界 🎉\x1b[0m\r\n", i, i)
		kinds["colour"] = append(kinds["colour"], Event{time.Duration(i) * time.Millisecond, Output, line})
	}
	for i := range 50000 {
		kinds["typed"] = append(kinds["typed"], Event{time.Duration(i) * 100 * time.Millisecond, Output, string(rune('a' + i%26))})
	}
	return kinds
}

func BenchmarkReader(b *testing.B) {
	for kind, events := range benchEvents() {
		text := writeAll(b, Header{Cols: 80, Rows: 24}, 2, events)
		b.Run(kind, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				r, err := NewReader(strings.NewReader(text), Strict)
				for err == nil {
					_, err = r.Next()
				}
				if err != io.EOF {
					b.Fatal(err)
				}
			}
		})
		b.Run(kind+"/encoding-json", func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				for line := range bytes.Lines([]byte(text)) {
					if line[0] != '[' {
						continue
					}
					var seconds float64
					var code, data string
					if err := json.Unmarshal(line, &[]any{&seconds, &code, &data}); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

func BenchmarkReaderV1(b *testing.B) {
	var text strings.Builder
	text.WriteString(`{"version":1,"width":80,"height":24,"stdout":[`)
	for i, e := range benchEvents()["colour"] {
		if i > 0 {
			text.WriteString(",\n")
		}
		fmt.Fprintf(&text, "[0.001,%s\"]", appendText([]byte{'"'}, e.Data))
	}
	text.WriteString("]}")
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		r, err := NewReader(strings.NewReader(text.String()), Strict)
		for err == nil {
			_, err = r.Next()
		}
		if err != io.EOF {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriter(b *testing.B) {
	for kind, events := range benchEvents() {
		size := 0
		for _, e := range events {
			size += len(e.Data)
		}
		b.Run(kind, func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				w, err := NewWriter(io.Discard, Header{Cols: 80, Rows: 24})
				for i := 0; i < len(events) && err == nil; i++ {
					err = w.Write(events[i])
				}
				if err != nil || w.Close() != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(kind+"/encoding-json", func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				enc := json.NewEncoder(io.Discard)
				enc.SetEscapeHTML(false)
				for _, e := range events {
					if err := enc.Encode([]any{e.Time.Seconds(), e.Code, e.Data}); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
