package transcript

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"rexec/recording/cast"
)

// FuzzRead holds a transcript of any output to its promises: lines distinct and not
// empty, times in order and within the recording.
func FuzzRead(f *testing.F) {
	f.Add([]byte("$ ls\r\nfile\r\n$ \x1b[?1049h\x1b[Hx\x1b[?1049l"), uint8(80), uint8(24), uint16(300))
	f.Add([]byte(promptA+"$ "+promptB+"x\r\n"+outputC+doneD(";1")+"\x1b]7;file://h/%zz\x07"), uint8(10), uint8(3), uint16(10))
	f.Add([]byte("\x1b]133;C;cmdline=$'\\\x07\x1b]133;A;k=s\x07\x1b[3J\x1b[99S"), uint8(1), uint8(1), uint16(1000))
	f.Add([]byte(ownA()+"$ "+promptB+"x\r\n"+ownC("x")+promptA+"$ y\r\n"+outputC+"out\r\n"+ownD(1)+ownA()), uint8(20), uint8(5), uint16(10))
	f.Add([]byte(ownC("ssh")+"me@far:~$ ls\r\nme@far:~$ "+ownD(0)+doneD("")+ownC("")), uint8(20), uint8(3), uint16(500))
	f.Fuzz(func(t *testing.T, data []byte, cols, rows uint8, step uint16) {
		r := rand.New(rand.NewPCG(uint64(step), uint64(len(data))))
		var s story
		for len(data) > 0 {
			n := 1 + r.IntN(min(len(data), 40))
			s.out(time.Duration(r.IntN(int(step)+1))*time.Millisecond, string(data[:n]))
			data = data[n:]
			if r.IntN(10) == 0 {
				s.resize(0, 1+r.IntN(100), 1+r.IntN(50))
			}
		}
		checkSound(t, s.read(t, max(1, int(cols)), max(1, int(rows))))
		checkSound(t, readSigned(t, &s))
	})
}

func checkSound(t *testing.T, tr *Transcript) {
	t.Helper()
	seen := map[string]bool{}
	for i, l := range tr.Lines {
		if l.Text == "" || seen[l.Text] {
			t.Fatalf("line %q is empty or twice there", l.Text)
		}
		seen[l.Text] = true
		if l.First < 0 || l.Last < l.First || l.Last > tr.Duration || i > 0 && l.First < tr.Lines[i-1].First {
			t.Fatalf("line %q stands from %v to %v of %v", l.Text, l.First, l.Last, tr.Duration)
		}
	}
	for i, c := range tr.Commands {
		if c.Text == "" || c.Start < 0 || c.End < c.Start || c.End > tr.Duration || i > 0 && c.Start < tr.Commands[i-1].Start {
			t.Fatalf("command %q runs from %v to %v of %v", c.Text, c.Start, c.End, tr.Duration)
		}
	}
}

// How a program's output was cut into events of one time must not matter.
func TestCorpusChunkingDoesNotMatter(t *testing.T) {
	for _, name := range corpusCasts(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			want := transcriptOf(t, rewrite(t, data, 1<<20))
			checkSound(t, want)
			got := transcriptOf(t, rewrite(t, data, 7))
			if !reflect.DeepEqual(lineTexts(got), lineTexts(want)) || !reflect.DeepEqual(describe(got), describe(want)) {
				t.Errorf("cut into pieces: %q %q\nwhole: %q %q", lineTexts(got), describe(got), lineTexts(want), describe(want))
			}
		})
	}
}

// rewrite writes a cast again, its output cut into pieces.
func rewrite(t *testing.T, data []byte, size int) *bytes.Buffer {
	t.Helper()
	r, err := cast.NewReader(bytes.NewReader(data), cast.Lenient)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	h := r.Header()
	h.Version = 2
	w, err := cast.NewWriter(&out, h)
	for err == nil {
		var e cast.Event
		if e, err = r.Next(); err != nil {
			break
		}
		for rest := e.Data; e.Code == cast.Output && len(rest) > size && err == nil; {
			piece := e
			piece.Data, rest = rest[:size], rest[size:]
			e.Data = rest
			err = w.Write(piece)
		}
		if err == nil {
			err = w.Write(e)
		}
	}
	if err != io.EOF || w.Close() != nil {
		t.Fatal(err)
	}
	return &out
}
