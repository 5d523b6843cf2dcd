package main

import (
	"io"
	"strings"
	"testing"
	"time"
)

func TestProgress(t *testing.T) {
	var out strings.Builder
	now := time.Unix(0, 0)
	p := &progress{out: &out, verb: "reading x", now: func() time.Time { return now }, due: now.Add(progressAfter)}
	r := p.reader(strings.NewReader(strings.Repeat("x", 100)), 100)
	read := func(n int64) {
		t.Helper()
		if _, err := io.CopyN(io.Discard, r, n); err != nil {
			t.Fatal(err)
		}
	}
	read(10)
	if out.Len() > 0 {
		t.Errorf("%q was shown at once", &out)
	}
	now = now.Add(progressAfter)
	read(30)
	if want := "\r\x1b[Krexec: reading x… 40 %"; out.String() != want {
		t.Errorf("got %q, want %q", &out, want)
	}
	out.Reset()
	read(10)
	if out.Len() > 0 {
		t.Errorf("%q was shown too soon after the line before", &out)
	}
	p.end()
	if out.String() != "\r\x1b[K" {
		t.Errorf("the end shows %q", &out)
	}
	out.Reset()
	p.end()
	if out.Len() > 0 {
		t.Errorf("a second end shows %q", &out)
	}
}
