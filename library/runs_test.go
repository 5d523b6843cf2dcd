package library

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rexec/recording/cast"
)

// shellSession is a cast in which a shell that marks its commands runs some.
func shellSession(created time.Time, commands ...string) string {
	var b strings.Builder
	w, err := cast.NewWriter(&b, cast.Header{Version: 2, Cols: 80, Rows: 24, Timestamp: created, Rexec: &cast.Rexec{Host: "box"}})
	if err != nil {
		panic(err)
	}
	at := time.Duration(0)
	put := func(text string) {
		at += time.Second
		if err := w.Write(cast.Event{Time: at, Code: cast.Output, Data: text}); err != nil {
			panic(err)
		}
	}
	for _, c := range commands {
		status := "0"
		if c == "false" {
			status = "1"
		}
		put("\x1b]7;file://box/src\x07\x1b]133;A\x07$ \x1b]133;B\x07" + c)
		put("\r\n\x1b]133;C\x07")
		put("output of " + c + "\r\n")
		put("\x1b]133;D;" + status + "\x07")
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.String()
}

func runs(t testing.TB, l *Library, query string) []string {
	t.Helper()
	var out []string
	for r, err := range l.Runs(t.Context(), query) {
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		out = append(out, r.Command.Text)
	}
	return out
}

func TestRuns(t *testing.T) {
	t.Parallel()
	l := openLibrary(t, t.TempDir(), Options{})
	dir := t.TempDir()
	day := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	for i, s := range []string{shellSession(day, "make test", "ls", "false"), shellSession(day.Add(time.Hour), "make test", "echo make", "git status", "exit")} {
		must[Recording](t)(l.Import(t.Context(), writeText(t, filepath.Join(dir, string(rune('a'+i))+".cast"), s), nil))
	}
	for query, want := range map[string][]string{
		"":                   {"git status", "echo make", "make test", "false", "ls", "make test"},
		"make":               {"echo make", "make test", "make test"},
		"make test":          {"make test", "make test"},
		`"make test"`:        {"make test", "make test"},
		"-make exit:0":       {"exit", "git status", "ls"},
		"make -echo":         {"make test", "make test"},
		"exit:1":             {"false"},
		"out:output cmd:git": {"git status"},
		"stat":               {"git status"}, // only inside of words
		"mak tes":            {"make test", "make test"},
		"title:a":            {"false", "ls", "make test"},
		"none":               nil,
		"exit":               {"exit"},
	} {
		if got := runs(t, l, query); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", query, got, want)
		}
	}
	for _, err := range l.Runs(t.Context(), "exit:what") {
		if err == nil {
			t.Error("a query that makes no sense finds something")
		}
	}
	for r, err := range l.Runs(t.Context(), "") {
		if err != nil || !r.At().Equal(day.Add(time.Hour+10*time.Second)) {
			t.Errorf("the latest ran at %v: %v", r.At(), err)
		}
		break
	}
}

// What is being recorded can be recalled, but for the command that asks.
func TestRunsOfWhatIsBeingRecorded(t *testing.T) {
	t.Parallel()
	l := openLibrary(t, t.TempDir(), Options{})
	r, _, err := l.Begin(t.Context(), NewRecording{})
	if err != nil {
		t.Fatal(err)
	}
	if got := runs(t, l, ""); len(got) > 0 {
		t.Errorf("nothing is written yet: %q", got)
	}
	text := shellSession(r.Created, "first", "second") + `[9,"o","\u001b]133;A\u0007$ \u001b]133;B\u0007recall"]` + "\n" + `[10,"o","\r\n\u001b]133;C\u0007"]` + "\n"
	if err := os.WriteFile(r.Path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := runs(t, l, ""); !slices.Equal(got, []string{"second", "first"}) {
		t.Errorf("%q", got)
	}
}
