package vt

import (
	"testing"
	"time"

	"github.com/hinshun/vt10x"
)

func addSeeds(f *testing.F) {
	for _, in := range ownInputs {
		f.Add([]byte(in))
	}
	for _, in := range []string{
		"\x1b[9999999999999999999A\x1b[-1;-1H\x1b[99999b\x1b[99999@\x1b[99999P\x1b[99999I\x1b[99999Z",
		"\x1b[5;50r\x1b[10;1H\x1b[3M\x1b[?69h\x1b[50;2s\x1b[2;3s\x1b[999X",
		"\x1b[1;1;9999;9999;1;9999;9999;1$v\x1b[88;0;0;0;0$x\x1b[0;0;0;0;1;2;3;4;5;6;7;8$r",
		"\xff\x00resize\xff\x01世\xff\x02界\xff\x7f\xff\x10",
	} {
		f.Add([]byte(in))
	}
}

// fuzzFeed writes data; 0xff and a byte are a resize, so that the fuzzer can put
// one anywhere.
func fuzzFeed(t *Terminal, data []byte, chunk int) {
	for len(data) > 0 {
		if data[0] == 0xff && len(data) > 1 {
			t.Resize(1+int(data[1]&15)*3, 1+int(data[1]>>4))
			data = data[2:]
			continue
		}
		n := 1
		for n < len(data) && n < chunk && data[n] != 0xff {
			n++
		}
		t.Write(data[:n])
		data = data[n:]
	}
}

// check fails when the grid is not whole.
func check(t *testing.T, term *Terminal) {
	t.Helper()
	if term.x < 0 || term.x >= term.cols || term.y < 0 || term.y >= term.rows {
		t.Fatalf("cursor at column %d row %d of %d×%d", term.x, term.y, term.cols, term.rows)
	}
	if len(term.lines) != term.rows || term.other != nil && len(term.other) != term.rows {
		t.Fatalf("%d and %d lines of %d", len(term.lines), len(term.other), term.rows)
	}
	for _, lines := range [][]*line{term.lines, term.other, term.hist.appendTo(nil)} {
		for y, l := range lines {
			if len(l.cells) != term.cols {
				t.Fatalf("row %d has %d columns of %d", y, len(l.cells), term.cols)
			}
			for x, c := range l.cells {
				lead := c.attr&widthMask == widthLead
				tailNext := x+1 < len(l.cells) && l.cells[x+1].attr&widthMask == widthTail
				if lead != tailNext {
					t.Fatalf("row %d column %d: half a wide character (%q)", y, x, Line{l, &term.in.tables}.String())
				}
			}
			if l.cells[0].attr&widthMask == widthTail {
				t.Fatalf("row %d begins with the end of a wide character", y)
			}
		}
	}
}

// FuzzTerminal feeds anything, with resizes anywhere: the grid stays whole, any
// chunking gives the same, a restored terminal goes on alike, and the redraw of
// the screen shows the same.
func FuzzTerminal(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4096 {
			return
		}
		whole := New(12, 5, WithScrollback(20), WithReplies(func([]byte) {}), WithEvents(func(Event) {}))
		fuzzFeed(whole, data, 4096)
		check(t, whole)
		want := whole.SnapshotWithHistory()

		bytewise := New(12, 5, WithScrollback(20))
		var restored *Terminal
		half := len(data) / 2
		fuzzFeed(bytewise, data[:half], 1)
		if half == 0 || data[half-1] != 0xff {
			restored = Restore(bytewise.SnapshotWithHistory(), WithScrollback(20))
			fuzzFeed(bytewise, data[half:], 1)
			fuzzFeed(restored, data[half:], 64)
			for how, term := range map[string]*Terminal{"bytewise": bytewise, "restored": restored} {
				if got := term.SnapshotWithHistory(); !got.Equal(want) {
					t.Fatalf("%s it differs:\n%s", how, screens(got, want))
				}
			}
		}
		cols, rows := want.Size()
		other := New(cols, rows)
		other.Write(want.AppendRedraw(nil))
		if got := other.Snapshot(); !got.SameScreen(want) {
			t.Fatalf("redrawn as %q\n%s", want.AppendRedraw(nil), screens(got, want))
		}
	})
}

// FuzzAgainstVT10x feeds what both emulators claim to do alike and compares the
// text. vt10x panics and hangs on large parameters and knows no wide or combining
// characters; program keeps away from both.
func FuzzAgainstVT10x(f *testing.F) {
	f.Add([]byte("hello\x00\x01\x02\x03\x04\x05\x06\x07"))
	f.Add([]byte{9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 200, 100, 50, 25, 12, 6})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 600 {
			return
		}
		p := program(data)
		ours, theirs := New(20, 6), vt10x.New(vt10x.WithSize(20, 6))
		ours.Write(p)
		done := make(chan struct{})
		go func() { defer close(done); theirs.Write(p) }()
		select {
		case <-done:
		case <-time.After(5 * time.Second):
			t.Skip("vt10x hangs on this input") // its fault, and not what is tested
		}
		s := ours.Snapshot()
		for y := range 6 {
			var row []rune
			for x := range 20 {
				row = append(row, theirs.Cell(x, y).Char)
			}
			got := []rune(s.Line(y).String())
			for len(got) < 20 {
				got = append(got, ' ')
			}
			if string(got) != string(row) {
				t.Fatalf("row %d: %q, vt10x has %q, after %q", y, string(got), string(row), p)
			}
		}
	})
}

// program turns fuzz bytes into output of the subset that both emulators share. A
// \b ends a pending wrap where the two differ on how long it lasts; there this
// emulator follows xterm.
func program(data []byte) []byte {
	var p []byte
	for len(data) >= 2 {
		op, arg := data[0], data[1]
		data = data[2:]
		n := []byte{'1' + arg%7}
		switch op % 16 {
		case 0, 1, 2, 3:
			p = append(p, 'a'+arg%26, 'A'+op%26)
		case 4:
			p = append(p, '\r', '\n')
		case 5:
			p = append(append(append(p, "\x1b["...), n...), "ABCDG"[arg%5])
		case 6:
			p = append(p, "\x1b["...)
			p = append(append(append(p, n...), ';'), '1'+arg/7%9, 'H')
		case 7:
			// vt10x leaves the first row alone in ED 1.
			p = append(p, '\b')
			p = append(append(append(p, "\x1b["...), '0'+arg%2*2), 'J')
		case 8:
			p = append(p, '\b')
			p = append(append(append(p, "\x1b["...), '0'+arg%3), 'K')
		case 9:
			p = append(p, '\b')
			p = append(append(append(p, "\x1b["...), n...), "@PX"[arg%3])
		case 10:
			p = append(append(append(p, "\x1b["...), n...), 'd')
		case 11:
			p = append(p, "\b\x1bM"...)
		case 12:
			p = append(append(append(p, "\b\x1b["...), n...), "ST"[arg%2])
		case 13:
			p = append(p, '\b')
		case 14:
			p = append(p, '\b', '\t')
		case 15:
			p = append(append(append(p, "\x1b["...), '3', '0'+arg%8), 'm')
		}
	}
	return p
}
