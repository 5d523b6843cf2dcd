package library

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"rexec/library/query"
)

// session is a cast in which a shell with marks (OSC 133) runs commands, one a
// second: command, output, status. Distinct titles make distinct casts.
func session(title string, created time.Time, commands ...[3]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"version":2,"width":100,"height":40,"timestamp":%d,"title":%q}`+"\n", created.Unix(), title)
	at := 1.0
	event := func(data string) {
		fmt.Fprintf(&b, "[%.1f, \"o\", %q]\n", at, data)
		at += 0.3
	}
	const esc, bel = "\x1b", "\a"
	for _, c := range commands {
		event(esc + "]133;A" + bel + "$ " + esc + "]133;B" + bel)
		event(c[0])
		event("\r\n" + esc + "]133;C" + bel)
		event(strings.ReplaceAll(c[1], "\n", "\r\n") + "\r\n" + esc + "]133;D;" + c[2] + bel)
	}
	return strings.NewReplacer(`\x1b`, `\u001b`, `\a`, `\u0007`).Replace(b.String())
}

func importText(t testing.TB, l *Library, text string) Recording {
	t.Helper()
	return must[Recording](t)(l.Import(t.Context(), writeText(t, filepath.Join(t.TempDir(), "a.cast"), text), nil))
}

// search returns the lines that a query finds, with « » around what matches.
func search(t testing.TB, l *Library, o SearchOptions) []string {
	t.Helper()
	out := []string{}
	for h, err := range l.Search(t.Context(), o) {
		if err != nil {
			t.Fatalf("%s: %v", o.Query, err)
		}
		out = append(out, marked(h))
	}
	return out
}

func marked(h Hit) string {
	line := h.Line
	for i := len(h.Spans) - 1; i >= 0; i-- {
		s := h.Spans[i]
		line = line[:s.Start] + "«" + line[s.Start:s.End] + "»" + line[s.End:]
	}
	return line
}

var day = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

func someSessions(t testing.TB) *Library {
	now := newClock()
	l := openLibrary(t, t.TempDir(), Options{Now: now.Now})
	// The newest first: it is when they were recorded that counts.
	importText(t, l, session("deploy the site", day.AddDate(0, 0, 1),
		[3]string{"kubectl apply -f prod.yaml", "deployment.apps/web configured\nerror: timed out waiting", "1"},
		[3]string{"git push", "Everything up-to-date", "0"}))
	importText(t, l, session("Café", day,
		[3]string{"git status", "On branch main\nnothing to commit", "0"},
		[3]string{"echo héllo 世界人民 and cafe\u0301", "héllo 世界人民 and cafe\u0301", "0"},
		[3]string{"make test", "FAIL  rexec/library  0.3s\nerror: exit status 2", "2"}))
	return l
}

func TestSearch(t *testing.T) {
	l := someSessions(t)
	for _, c := range []struct {
		query string
		want  []string
	}{
		{"timed", []string{"error: «timed» out waiting"}},
		{"TIMED", []string{"error: «timed» out waiting"}},
		{"error", []string{"«error»: timed out waiting", "«error»: exit status 2"}},
		{"error waiting", []string{"«error»: timed out «waiting»"}},
		{"error -waiting", []string{"«error»: exit status 2"}},
		{`"out waiting"`, []string{"error: timed «out waiting»"}},
		{`"waiting out"`, []string{}},
		{`"FAIL rexec"`, []string{"«FAIL  rexec»/library  0.3s"}},
		{"rexec/library", []string{"FAIL  «rexec/library»  0.3s"}},
		{"deploy*", []string{"«deploy»ment.apps/web configured"}},
		{"*ployment", []string{"de«ployment».apps/web configured"}},
		{"*ploym*", []string{"de«ploym»ent.apps/web configured"}},
		{"ploym", []string{"de«ploym»ent.apps/web configured"}}, // nowhere a word
		{`"ploym"`, []string{}},
		{"up-to-date", []string{"Everything «up-to-date»"}},
		{"/ERR.*ing$/", []string{}},
		{"/err.*ing$/", []string{"«error: timed out waiting»"}},
		{`/\d\.\ds/`, []string{"FAIL  rexec/library  «0.3s»"}},
		{"hello", []string{"«héllo» 世界人民 and cafe\u0301", "$ echo «héllo» 世界人民 and cafe\u0301"}},
		{"café out:*", nil},
		{"out:cafe", []string{"héllo 世界人民 and «cafe\u0301»"}},
		{"out:世界", []string{"héllo «世界»人民 and cafe\u0301"}},
		{"out:界人", []string{"héllo 世«界人»民 and cafe\u0301"}},
		{"out:世界人民", []string{"héllo «世界人民» and cafe\u0301"}},
		{"out:民", []string{"héllo 世界人«民» and cafe\u0301"}},
		{"out:界", []string{"héllo 世«界»人民 and cafe\u0301"}},
		{"世民", []string{}},
		{`out:"人民 and"`, []string{"héllo 世界«人民 and» cafe\u0301"}},
		{"cmd:git", []string{"$ «git» push", "$ «git» status"}},
		{"cmd:git -push", []string{"$ «git» status"}},
		{"cmd:git branch", []string{"On «branch» main"}},
		{"git", []string{"$ «git» push", "$ «git» status"}},
		{"out:git", []string{}},
		{"-f", nil},
		{"cmd:apply -cmd:kubectl", []string{}},
		{"exit:!0", []string{"$ make test", "$ kubectl apply -f prod.yaml"}[1:]},
		{"exit:2", []string{"$ make test"}},
		{"exit:2 error", []string{"«error»: exit status 2"}},
		{"-exit:2 error", []string{"«error»: timed out waiting"}},
		{"title:ploy error", []string{"«error»: timed out waiting"}},
		{"-title:deploy error", []string{"«error»: exit status 2"}},
		{"after:2026-03-15 error", []string{"«error»: timed out waiting"}},
		{"before:2026-03-15 error", []string{"«error»: exit status 2"}},
		{"title:CAFE", []string{"«Café»"}},
		{"before:2026-04", []string{"deploy the site", "Café"}},
		{"is:imported -title:site", []string{"Café"}},
		{"is:recorded", []string{}},
		{"longer:4 before:2026-04", []string{"Café"}},
		{"ou", []string{"error: timed «ou»t waiting"}},
		{"->", []string{}},
		{"*.apps/*", []string{"deployment«.apps/»web configured"}},
	} {
		if c.want == nil {
			var bad *query.Error
			for _, err := range l.Search(t.Context(), SearchOptions{Query: c.query}) {
				if !errors.As(err, &bad) {
					t.Errorf("%s: found something, or another error: %v", c.query, err)
				}
			}
			continue
		}
		got := search(t, l, SearchOptions{Query: c.query})
		if c.query == "exit:!0" {
			c.want = []string{"$ kubectl apply -f prod.yaml", "$ make test"}
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s\nfinds %q\nwant  %q", c.query, got, c.want)
		}
	}
	checkWhole(t, l)
}
