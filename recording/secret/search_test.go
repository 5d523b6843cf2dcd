package secret

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"rexec/recording/cast"
)

func recording(t testing.TB, h cast.Header, events ...cast.Event) *cast.Reader {
	t.Helper()
	if h.Cols == 0 {
		h.Cols, h.Rows = 40, 6
	}
	var b bytes.Buffer
	w, err := cast.NewWriter(&b, h)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if err := w.Write(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := cast.NewReader(&b, cast.Strict)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func out(seconds float64, data string) cast.Event {
	return cast.Event{Time: time.Duration(seconds * float64(time.Second)), Code: cast.Output, Data: data}
}

func TestSearch(t *testing.T) {
	token := "gh" + "p_" + body(36)
	for name, c := range map[string]struct {
		h      cast.Header
		events []cast.Event
		where  Where
		at     time.Duration
		kind   Kind
	}{
		"typed slowly":       {events: typed("export T="+token, 0.1), where: OnScreen, at: 4800 * time.Millisecond, kind: github},
		"wrapped":            {events: []cast.Event{out(1, "echo "+token+"\r\n")}, where: OnScreen, at: time.Second, kind: github},
		"split by colours":   {events: []cast.Event{out(1, token[:9]+"\x1b[31m"), out(2, token[9:20]+"\x1b[0m"+token[20:])}, where: OnScreen, at: 2 * time.Second, kind: github},
		"drawn out of order": {events: []cast.Event{out(1, "\x1b[2;21H"+token[20:]+"\x1b[2;1H"+token[:20])}, where: OnScreen, at: time.Second, kind: github},
		"wiped at once":      {events: []cast.Event{out(1, token+"\x1b[2J")}, where: OnScreen, at: time.Second, kind: github},
		"scrolled by":        {events: []cast.Event{out(1, token+strings.Repeat("\r\nx", 50))}, where: OnScreen, at: time.Second, kind: github},
		"named a line above": {events: []cast.Event{out(1, "- name: DB_PASSWORD\r\n"), out(2, "  value: hunter2\r\n$ ")}, where: OnScreen, at: 2 * time.Second, kind: Assignment},
		"title":              {events: []cast.Event{out(1, "\x1b]0;"+token+"\x07")}, where: InTitle, at: time.Second, kind: github},
		"typed, not shown":   {events: []cast.Event{{Time: time.Millisecond, Code: cast.Input, Data: token[:9] + "x\x7f"}, {Time: 5 * time.Millisecond, Code: cast.Input, Data: token[9:] + "\r"}}, where: InInput, at: 5 * time.Millisecond, kind: github},
		"marker":             {events: []cast.Event{{Time: 7 * time.Millisecond, Code: cast.Marker, Data: "set " + token}}, where: InMarker, at: 7 * time.Millisecond, kind: github},
		"command":            {h: cast.Header{Command: "mysql --password=hunter2"}, where: InHeader, kind: Assignment},
		"environment":        {h: cast.Header{Env: map[string]string{"DB_PASSWORD": "hunter2"}}, where: InHeader, kind: Assignment},
		"key":                {events: []cast.Event{out(1, "$ cat k\r\n"+key("RSA ", "\r\n", 9)), out(2, "\r\n$ ")}, h: cast.Header{Cols: 80, Rows: 6}, where: OnScreen, at: time.Second, kind: PrivateKey},
	} {
		leaks, err := Search(t.Context(), recording(t, c.h, c.events...))
		if err != nil {
			t.Fatal(err)
		}
		if len(leaks) != 1 || leaks[0].Kind != c.kind || leaks[0].Where != c.where || leaks[0].Time != c.at {
			t.Errorf("%s: got %+v, want one %s on %s at %v", name, leaks, c.kind, c.where, c.at)
			continue
		}
		if e := leaks[0].Excerpt; !strings.Contains(e, "▒▒▒▒▒▒▒▒") || strings.Contains(e, token[6:]) || strings.Contains(e, "hunter2") {
			t.Errorf("%s: excerpt %q", name, e)
		}
	}
}

// typed is a text that comes character by character.
func typed(text string, every float64) (events []cast.Event) {
	for i := range text {
		events = append(events, out(float64(i)*every, text[i:i+1]))
	}
	return events
}

func TestExcerptMasksEverySecretInTheLine(t *testing.T) {
	a, b := "gh"+"p_"+body(36), "gl"+"pat-"+body(20)
	leaks, err := Search(t.Context(), recording(t, cast.Header{Cols: 200, Rows: 5}, out(1, "$ use "+a+" and "+b+" now")))
	if err != nil || len(leaks) != 2 {
		t.Fatalf("%+v, %v", leaks, err)
	}
	if want := "$ use ghp_▒▒▒▒▒▒▒▒ and glpa▒▒▒▒▒▒▒▒…"; leaks[0].Excerpt != want {
		t.Errorf("got %q, want %q", leaks[0].Excerpt, want)
	}
}

func TestSearchCanBeCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Search(ctx, recording(t, cast.Header{})); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
