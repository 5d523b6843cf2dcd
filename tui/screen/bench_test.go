package screen

import (
	"bytes"
	"fmt"
	"testing"

	uv "github.com/charmbracelet/ultraviolet"

	"github.com/charmbracelet/colorprofile"

	"rexec/vt"
)

// frames returns two screens of 200×50 that differ in every cell, with a change of
// colour every 8 cells.
func frames(tb testing.TB) [2]*vt.Snapshot {
	var out [2]*vt.Snapshot
	for n := range out {
		t := vt.New(200, 50)
		for y := range 50 {
			fmt.Fprintf(t, "\x1b[%dH", y+1)
			for x := 0; x < 200; x += 8 {
				fmt.Fprintf(t, "\x1b[%dm", 31+(x/8+y*y+3*n)%7)
				for i := range 8 {
					t.Write([]byte{byte('a' + ((x+i)*(y+3)+y*y+13*n)%26)})
				}
			}
		}
		out[n] = t.Snapshot()
	}
	if len(out[0].Diff(out[1])) != 50 {
		tb.Fatal("the two screens do not differ in every row")
	}
	return out
}

// BenchmarkFrame is what one frame costs: snapshot to cells, cells to text, and
// what Bubble Tea does with the text until there are bytes for the terminal.
func BenchmarkFrame(b *testing.B) {
	snaps := frames(b)
	s := New(200, 50)
	// As bubbletea's cursedRenderer.flush does.
	var out bytes.Buffer
	renderer := uv.NewTerminalRenderer(&out, []string{"TERM=xterm-256color"})
	renderer.SetColorProfile(colorprofile.TrueColor)
	renderer.SetFullscreen(true)
	renderer.SetRelativeCursor(false)
	renderer.SetScrollOptim(true)
	cells := uv.NewScreenBuffer(200, 50)
	flush := func(text string) {
		cells.Clear()
		uv.NewStyledString(text).Draw(cells, cells.Bounds())
		renderer.Render(cells.RenderBuffer)
		if err := renderer.Flush(); err != nil {
			b.Fatal(err)
		}
	}
	draw := func(i int) string {
		s.Clear()
		s.Terminal(snaps[i%2], s.Bounds(), View{})
		return s.Render()
	}
	b.Run("ours", func(b *testing.B) {
		for i := range b.N {
			draw(i)
		}
	})
	b.Run("through to bytes", func(b *testing.B) {
		total := 0
		for i := range b.N {
			flush(draw(i))
			total += out.Len()
			out.Reset()
		}
		b.ReportMetric(float64(total)/float64(b.N), "bytes/frame")
	})
	b.Run("through to bytes, nothing changed", func(b *testing.B) {
		for range b.N {
			flush(draw(0))
			out.Reset()
		}
	})
}
