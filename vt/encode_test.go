package vt

import (
	"errors"
	"testing"
)

// TestEncodedSnapshotsAreExact encodes every input's screen at every seventh byte
// and goes on from the decoded one.
func TestEncodedSnapshotsAreExact(t *testing.T) {
	for _, c := range inputs(t) {
		straight := New(c.cols, c.rows, WithScrollback(50))
		done := 0
		c.feed(straight, 0, len(c.input), &done)
		want := straight.SnapshotWithHistory()

		running, done := New(c.cols, c.rows, WithScrollback(50)), 0
		for i := range c.input {
			c.feed(running, i, i+1, &done)
			if i%7 != 0 {
				continue
			}
			at := running.SnapshotWithHistory()
			data, err := at.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			var decoded Snapshot
			if err := decoded.UnmarshalBinary(data); err != nil {
				t.Fatalf("%s after byte %d: %v", c.name, i, err)
			}
			if !decoded.Equal(at) {
				t.Fatalf("%s: decoded after byte %d it differs:\n%s", c.name, i, screens(&decoded, at))
			}
			restored, doneThen := Restore(&decoded, WithScrollback(50)), done
			c.feed(restored, i+1, len(c.input), &doneThen)
			if got := restored.SnapshotWithHistory(); !got.Equal(want) {
				t.Fatalf("%s: decoded after byte %d it goes on to\n%s", c.name, i, screens(got, want))
			}
		}
	}
}

func TestDecodingRefusesOtherBytes(t *testing.T) {
	term := New(20, 5)
	term.Write([]byte(ownInputs["clusters"]))
	data, _ := term.Snapshot().MarshalBinary()
	for i := range data {
		if err := new(Snapshot).UnmarshalBinary(data[:i]); !errors.Is(err, ErrEncoding) {
			t.Fatalf("the first %d of %d bytes: %v, want ErrEncoding", i, len(data), err)
		}
	}
	if err := new(Snapshot).UnmarshalBinary(append(data, 0)); !errors.Is(err, ErrEncoding) {
		t.Errorf("a byte too much: %v, want ErrEncoding", err)
	}
}

// FuzzSnapshotEncoding decodes anything: what is accepted is safe to go on from.
func FuzzSnapshotEncoding(f *testing.F) {
	for _, in := range ownInputs {
		term := New(12, 4)
		term.Write([]byte(in))
		data, _ := term.Snapshot().MarshalBinary()
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var s Snapshot
		if len(data) > 1<<16 || s.UnmarshalBinary(data) != nil {
			return
		}
		term := Restore(&s)
		for _, in := range []string{"x\u0301\r\n世", "\x1b[H\x1b[2J\x1b8y\x1bM", ownInputs["stacks"], ownInputs["rectangles"]} {
			term.Write([]byte(in))
		}
		term.Resize(7, 3)
		check(t, term)
		term.Snapshot().AppendRedraw(nil)
	})
}
