package browser

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"rexec/library"
	"rexec/library/query"
	"rexec/tui/page"
)

func TestAnswersToOlderQuestionsAreDropped(t *testing.T) {
	finds := moments()
	finds["dep"] = nil
	s := &shelf{rows: samples(), finds: finds}
	d := open(t, s, 80, 24)
	d.Keys("/")
	d.Type("dep")
	d.Run() // the pause has passed: the search begins
	older := d.Cmds()
	d.Drop()
	d.Type("loy")
	d.Run()
	newer := d.Cmds()
	d.Drop()
	for _, cmd := range append(newer, older...) { // the newest answers first
		if msg := cmd(); msg != nil {
			d.Send(msg)
		}
	}
	settle(d)
	if got := d.Screen(); !strings.Contains(got, "3 moments, 1 recording") {
		t.Errorf("what was searched for last is not shown:\n%s", got)
	}
	if n := len(s.asked); n != 1 {
		t.Errorf("%d searches were made, want 1: the other one was over before it began", n)
	}
}

func TestSearch(t *testing.T) {
	s := &shelf{rows: samples(), finds: moments()}
	d := open(t, s, 80, 24)
	d.Keys("down", "down", "/")
	d.Type("deploy")
	settle(d)
	d.Keys("enter")
	at := func() string {
		e, _ := d.Page.(Model).selected()
		return fmt.Sprint(e.recording.ID, " ", e.hit.Time)
	}
	var walked []string
	for range 3 {
		walked = append(walked, at())
		d.Keys("n")
	}
	d.Keys("N")
	if walked = append(walked, at()); !slices.Equal(walked, []string{"01 34s", "01 1s", "03 1h1m40s", "01 1s"}) {
		t.Errorf("n n n N goes to %q", walked)
	}
	d.Keys("enter")
	want := page.Playback{ID: "01", Title: "Deploy the billing service", Duration: 372 * time.Second, SHA256: "a", Start: time.Second, Paused: true, Query: "deploy"}
	if a, ok := d.Last().(page.Play); !ok || a.Playback != want {
		t.Errorf("enter asks for %+v, want %+v", a, want)
	}
	d.Keys("s")
	settle(d)
	d.Keys("b")
	settle(d)
	if o := s.asked[len(s.asked)-1]; o.Order != library.ByRelevance || o.PerRecording != 0 {
		t.Errorf("s and b ask for %+v", o)
	}
	d.Keys("esc")
	if e, _ := d.Page.(Model).selected(); d.Page.(Model).found.active() || e.recording.ID != "03" {
		t.Errorf("esc goes to %q, want to where one was", e.recording.ID)
	}
}

func TestTheSearchLineSaysWhatItDoesNotUnderstand(t *testing.T) {
	d := open(t, &shelf{rows: samples(), finds: moments()}, 80, 24)
	d.Keys("/")
	for _, c := range []struct{ text, want, not string }{
		{"/(/", "✗ at 1: error parsing regexp", "toast"},
		{"exit:", "by exit status: exit:0  exit:!0", "✗"},
		{"exit:x", "✗ at 6: exit: takes a status", ""},
		{"is:", "private  unlisted  public", "✗"},
		{"tilte:x", "Did you mean title:?", "✗"},
		{"foo:x", "foo: is taken as it stands: fields are cmd:", "✗"},
		{`"a b`, "/", "✗"},
		{"nowhere at all", "try fewer words", "✗"},
		{"nowhere", "Part of a word will do", "✗"},
		{"nowhere after:2026", "Leave out what is asked of the recording", "✗"},
	} {
		d.Keys("ctrl+u")
		d.Type(c.text)
		settle(d)
		if got := d.Screen(); !strings.Contains(got, c.want) || c.not != "" && strings.Contains(got, c.not) {
			t.Errorf("%s: want %q and not %q:\n%s", c.text, c.want, c.not, got)
		}
		for _, a := range d.Actions {
			if toast, ok := a.(page.Toast); ok {
				t.Errorf("%s: a toast: %+v", c.text, toast)
			}
		}
	}
}

func TestMoreIsFoundAsOneGoesDown(t *testing.T) {
	s := &shelf{rows: samples(), finds: map[string][]library.Hit{}}
	for i := range 450 {
		r := library.Recording{ID: fmt.Sprint("r", i), Title: fmt.Sprint("recording ", i), Status: library.StatusComplete}
		s.finds["x"] = append(s.finds["x"], library.Hit{Kind: library.HitLine, Recording: r, Line: "x", Spans: []query.Span{{Start: 0, End: 1}}})
	}
	// The shelf ignores After: pages are cut here.
	all := s.finds["x"]
	s.page = func(o library.SearchOptions) []library.Hit {
		from := 0
		if o.After != nil {
			from = 200 * len(s.asked[1:])
		}
		return all[from:min(len(all), from+o.Limit)]
	}
	d := open(t, s, 80, 24)
	d.Keys("/")
	d.Type("x")
	settle(d)
	if got := d.Screen(); !strings.Contains(got, "200+ moments") {
		t.Errorf("the first page is not counted as one:\n%s", got)
	}
	for range 60 {
		d.Keys("down", "down", "down", "down", "down", "down", "down", "down", "down", "down", "down", "down", "down", "down", "down", "down")
		settle(d)
	}
	if got := d.Screen(); !strings.Contains(got, "450 moments") || !strings.Contains(got, "recording 449") || len(s.asked) != 3 {
		t.Errorf("after %d questions:\n%s", len(s.asked), got)
	}
}

func TestTheMouseWalksThroughWhatWasFound(t *testing.T) {
	d := open(t, &shelf{rows: samples(), finds: moments()}, 80, 24)
	d.Keys("/")
	d.Type("deploy")
	settle(d)
	d.Keys("enter")
	row := -1
	for y, line := range strings.Split(d.Screen(), "\n") {
		if strings.Contains(line, "1:01:40") {
			row = y
		}
	}
	click := tea.MouseClickMsg{X: 20, Y: row, Button: tea.MouseLeft}
	d.Send(click)
	if e, _ := d.Page.(Model).selected(); e.kind != moment || e.recording.ID != "03" {
		t.Fatalf("a click in row %d goes to %+v", row, e)
	}
	d.Send(click)
	if a, ok := d.Last().(page.Play); !ok || a.ID != "03" || a.Start != 3700*time.Second {
		t.Errorf("a second click asks for %+v", a)
	}
	d.Send(tea.MouseWheelMsg{Button: tea.MouseWheelUp})
	if n := d.Page.(Model).found.list.Cursor(); n != 1 {
		t.Errorf("the wheel goes to row %d, want 3 up", n)
	}
}
