package library

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestListIsNewestFirstInStablePages(t *testing.T) {
	now := newClock()
	l := openLibrary(t, t.TempDir(), Options{Now: now.Now})
	for i := range 8 {
		must[Recording](t)(record(t.Context(), l, NewRecording{Title: fmt.Sprint(i)}, "x"))
		if i%2 == 0 { // pairs have the same time
			now.advance(time.Second)
		}
	}
	if got := all(t, l, ""); len(got) != 8 || got[0].Title != "7" && got[0].Title != "6" {
		t.Errorf("listed: %s", titles(got))
	}
	// A page goes on where the one before ended, whatever was added or deleted.
	page := must[[]Recording](t)(l.List(t.Context(), ListOptions{Limit: 3}))
	rest := all(t, l, "")[3:]
	must[Recording](t)(record(t.Context(), l, NewRecording{Title: "new"}, "x"))
	if err := l.Delete(t.Context(), page[2].ID); err != nil {
		t.Fatal(err)
	}
	next := must[[]Recording](t)(l.List(t.Context(), ListOptions{After: page[2].Cursor()}))
	if titles(next) != titles(rest) {
		t.Errorf("after the first page: %s, want %s", titles(next), titles(rest))
	}
}

func TestListByWords(t *testing.T) {
	now := newClock()
	l := openLibrary(t, t.TempDir(), Options{Now: now.Now, Summarize: oneCommand})
	for _, r := range []struct{ title, command, ran string }{
		{"Über uns", "", "ls -la"},
		{"deploy", "", "kubectl apply -f prod.yaml"},
		{"", "make DEPLOY", "100%_done"},
		{"日本語のテスト", "", "echo héllo"},
	} {
		must[Recording](t)(record(t.Context(), l, NewRecording{Title: r.title, Command: r.command}, r.ran))
		now.advance(time.Minute)
	}
	for query, want := range map[string]int{
		"":                4,
		"über":            1,
		"ÜBER UNS":        1,
		"deploy":          2,
		"deploy kubectl":  1,
		"KUBECTL Deploy":  1,
		"deploy nothing":  0,
		"%":               1,
		"_":               1,
		"0%_d":            1,
		"本語":              1,
		"HÉLLO":           1,
		"' OR 1=1 --":     0,
		"ls":              1,
		" \t ":            4,
		"prod.yaml apply": 1,
	} {
		if got := all(t, l, query); len(got) != want {
			t.Errorf("%q finds %d (%s), want %d", query, len(got), titles(got), want)
		}
	}
	r := all(t, l, "deploy")[0]
	must[Recording](t)(l.SetTitle(t.Context(), r.ID, "Renamed"))
	if got := all(t, l, "renamed"); len(got) != 1 || got[0].ID != r.ID {
		t.Errorf("by its new title: %s", titles(got))
	}
}

func TestStats(t *testing.T) {
	l := openLibrary(t, t.TempDir(), Options{})
	if got := must[Stats](t)(l.Stats(t.Context())); got != (Stats{}) {
		t.Errorf("empty: %+v", got)
	}
	a := must[Recording](t)(record(t.Context(), l, NewRecording{}, "x"))
	b := must[Recording](t)(record(t.Context(), l, NewRecording{}, "xyz"))
	if got := must[Stats](t)(l.Stats(t.Context())); got != (Stats{Recordings: 2, Bytes: a.Size + b.Size, Stored: a.Size + b.Size, Duration: 4 * time.Second}) {
		t.Errorf("%+v", got)
	}
}

// ids returns an id maker that gives these, one after the other.
func ids(list ...string) func() (string, error) {
	return func() (string, error) {
		id := list[0]
		list = list[1:]
		return id, nil
	}
}

func TestGetByPrefix(t *testing.T) {
	const (
		owner = "01900000-0000-7000-8000-0000000000ff"
		one   = "01900000-0000-7000-8000-000000000001"
		two   = "01900000-0000-7000-8000-000000000012"
		three = "01911111-0000-7000-8000-000000000003"
	)
	l := openLibrary(t, t.TempDir(), Options{NewID: ids(owner, one, two, three)})
	for range 3 {
		must[Recording](t)(record(t.Context(), l, NewRecording{}, "x"))
	}
	for prefix, want := range map[string]string{
		one: one, two: two, "01911": three, "0191-1": three, "01911111-": three, "01911111-00": three,
		strings.ToUpper(three): three, strings.ReplaceAll(two, "-", ""): two,
	} {
		if r, err := l.Get(t.Context(), prefix); err != nil || r.ID != want {
			t.Errorf("%q: %s, %v", prefix, r.ID, err)
		}
	}
	for _, prefix := range []string{"", "-", "02", "xyz", "019%", "0191_", one + "0", "../" + one} {
		if _, err := l.Get(t.Context(), prefix); !errors.Is(err, ErrNotFound) {
			t.Errorf("%q: %v, want ErrNotFound", prefix, err)
		}
	}
	var ambiguous *ErrAmbiguous
	if _, err := l.Get(t.Context(), "0190"); !errors.As(err, &ambiguous) || len(ambiguous.Candidates) != 2 {
		t.Errorf("got %v, want two candidates", err)
	} else if text := err.Error(); !strings.Contains(text, one) || !strings.Contains(text, two) {
		t.Errorf("the message does not name them: %s", text)
	}
}

func TestResolve(t *testing.T) {
	const owner, id = "01900000-0000-7000-8000-0000000000ff", "01900000-0000-7000-8000-000000000001"
	l := openLibrary(t, t.TempDir(), Options{NewID: ids(owner, id)})
	r := must[Recording](t)(record(t.Context(), l, NewRecording{}, "x"))
	t.Chdir(t.TempDir())
	writeText(t, "a.cast", "x")
	writeText(t, "019", "a file named like the beginning of an id")
	writeText(t, id, "a file named like an id")

	for arg, want := range map[string]Target{
		"-":              {Stdin: true},
		"a.cast":         {Path: "a.cast"},
		"./a.cast":       {Path: "./a.cast"},
		"019":            {Path: "019"},
		"0190":           {Path: r.Path, Recording: &r},
		id:               {Path: r.Path, Recording: &r},
		"./" + id:        {Path: "./" + id},
		"01900000-00007": {Path: r.Path, Recording: &r},
	} {
		got, err := l.Resolve(t.Context(), arg)
		if err != nil || got.Stdin != want.Stdin || got.Path != want.Path || (got.Recording == nil) != (want.Recording == nil) {
			t.Errorf("%q: %+v, %v\nwant %+v", arg, got, err, want)
		}
	}
	for arg, want := range map[string]error{
		"b.cast": os.ErrNotExist, "dir/b": os.ErrNotExist, "02": ErrNotFound, "zzz": ErrNotFound,
	} {
		if _, err := l.Resolve(t.Context(), arg); !errors.Is(err, want) || !strings.Contains(err.Error(), arg) {
			t.Errorf("%q: %v, want %v", arg, err, want)
		}
	}
	if _, err := l.Resolve(t.Context(), filepath.Dir(l.dbPath())); err == nil || !strings.Contains(err.Error(), "folder") {
		t.Errorf("a folder: %v", err)
	}
	if err := os.Remove(r.Path); err != nil {
		t.Fatal(err)
	}
	must[[]Recovered](t)(l.Recover(t.Context()))
	if _, err := l.Resolve(t.Context(), id); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "gone") {
		t.Errorf("a missing file: %v", err)
	}
}
