package library

import (
	"context"
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
		{"-f", nil},
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
		{"cmd:apply -cmd:kubectl", []string{}},
		{"exit:!0", []string{"$ kubectl apply -f prod.yaml", "$ make test"}},
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
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s\nfinds %q\nwant  %q", c.query, got, c.want)
		}
	}
	checkWhole(t, l)
}

func TestHitTellsTheMoment(t *testing.T) {
	l := someSessions(t)
	var got []Hit
	for h, err := range l.Search(t.Context(), SearchOptions{Query: "nothing", Context: 2}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, h)
	}
	if len(got) != 1 {
		t.Fatalf("%d hits", len(got))
	}
	h, zero := got[0], 0
	// A second, then 0.3 s for each of prompt, command, start, output.
	if h.Kind != HitLine || h.Recording.Title != "Café" || h.Time != 1900*time.Millisecond || h.Last < h.Time || h.Loose {
		t.Errorf("%+v", h)
	}
	want := &Command{Text: "git status", Start: 1600 * time.Millisecond, End: 1900 * time.Millisecond, Exit: &zero}
	if !reflect.DeepEqual(h.Command, want) {
		t.Errorf("it belongs to %+v, want %+v", h.Command, want)
	}
	if a, b := strings.Join(h.Above, "|"), strings.Join(h.Below, "|"); a != "$ git status|On branch main" || !strings.HasPrefix(b, "$ echo") {
		t.Errorf("above: %s, below: %s", a, b)
	}
	for h := range l.Search(t.Context(), SearchOptions{Query: "ploym"}) {
		if !h.Loose {
			t.Errorf("a part of a word is not told to be one: %+v", h)
		}
	}
}

// manyLines is a library with text of many chunks in several recordings, imported in
// another order than they were recorded in.
func manyLines(t testing.TB, home string, recordings, lines int) *Library {
	l := openLibrary(t, home, Options{})
	for i := range recordings {
		n := (i*2 + 1) % recordings // recordings is no multiple of 2
		var out strings.Builder
		for j := range lines {
			fmt.Fprintf(&out, "recording %d line %d common %s\n", n, j, strings.Repeat("padding ", 5))
			if j%20 == 0 {
				fmt.Fprintf(&out, "rare%d\n", j)
			}
		}
		importText(t, l, session(fmt.Sprint("title ", n), day.AddDate(0, 0, n), [3]string{fmt.Sprint("run ", n), out.String(), "0"}))
	}
	return l
}

func TestSearchPages(t *testing.T) {
	l := manyLines(t, t.TempDir(), 5, 120)
	var n int
	if err := l.db.read.QueryRow(`SELECT count(*) FROM chunks`).Scan(&n); err != nil || n < 10 {
		t.Fatalf("%d chunks: too few to test with: %v", n, err)
	}
	for _, q := range []string{"common", "*ommo*", "ommo", "/comm/", "/./", "cmd:run", "cmd:run common", "title:title", "co", "after:2026-03-16 common", "line -rare0"} {
		whole := hits(t, l, SearchOptions{Query: q})
		var paged []Hit
		for o := (SearchOptions{Query: q, Limit: 7}); ; {
			page := hits(t, l, o)
			paged = append(paged, page...)
			if len(page) < o.Limit {
				break
			}
			o.After = page[len(page)-1].Cursor()
		}
		if len(whole) < 5 || !reflect.DeepEqual(whole, paged) {
			t.Errorf("%s: %d hits at once, %d in pages", q, len(whole), len(paged))
		}
		for i := 1; i < len(whole); i++ {
			a, b := whole[i-1], whole[i]
			if b.Recording.Created.After(a.Recording.Created) || a.Recording.ID == b.Recording.ID && b.Time > a.Time {
				t.Errorf("%s: %s at %v comes after %s at %v", q, b.Recording.Title, b.Time, a.Recording.Title, a.Time)
				break
			}
		}
	}
}

func hits(t testing.TB, l *Library, o SearchOptions) []Hit {
	t.Helper()
	var out []Hit
	for h, err := range l.Search(t.Context(), o) {
		if err != nil {
			t.Fatalf("%s: %v", o.Query, err)
		}
		out = append(out, h)
	}
	return out
}

func TestSearchGroups(t *testing.T) {
	l := manyLines(t, t.TempDir(), 3, 100)
	var got []string
	for g, err := range l.SearchGroups(t.Context(), SearchOptions{Query: "common"}, 2) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(g.Recording.Title, " ", len(g.Hits), "+", g.More, " ", g.Hits[0].Line[:19]))
	}
	want := []string{"title 2 2+98 recording 2 line 99", "title 1 2+98 recording 1 line 99", "title 0 2+98 recording 0 line 99"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	n := 0
	for range l.SearchGroups(t.Context(), SearchOptions{Query: "common", Limit: 2}, 0) {
		n++
	}
	if n != 2 {
		t.Errorf("%d groups, though two are enough", n)
	}
}

func TestDeletedTextIsNotFound(t *testing.T) {
	l := manyLines(t, t.TempDir(), 3, 60)
	deleted := hits(t, l, SearchOptions{Query: "title:1"})[0].Recording
	if err := l.Delete(t.Context(), deleted.ID); err != nil {
		t.Fatal(err)
	}
	for _, h := range hits(t, l, SearchOptions{Query: "common"}) {
		if h.Recording.ID == deleted.ID {
			t.Fatal("a deleted recording is found")
		}
	}
	for _, table := range []string{"words", "trigrams"} {
		var n int
		word := `"recording 1 line"`
		if table == "trigrams" {
			word = `"111"`
		}
		err := l.db.write.QueryRow(`SELECT count(*) FROM `+table+` WHERE `+table+` MATCH ?
			AND rowid NOT IN (SELECT key FROM chunks)`, word).Scan(&n)
		if err != nil || n > 0 {
			t.Errorf("%s still knows %d chunks that are gone: %v", table, n, err)
		}
	}
	checkWhole(t, l)
}

// A library of an older rexec has recordings without text: they are pending, and
// indexed again in the background.
func TestOldRecordingsAreIndexed(t *testing.T) {
	const recordings = maxWaiting + 3 // so many are written at once, and then the rest
	l := manyLines(t, t.TempDir(), recordings, 3)
	before := hits(t, l, SearchOptions{Query: "common"})
	forgetIndex(t, l)
	if _, err := l.db.write.Exec(`UPDATE recordings SET summary = 0, commands = 0`); err != nil {
		t.Fatal(err)
	}
	if _, err := l.db.write.Exec(`DELETE FROM commands`); err != nil {
		t.Fatal(err)
	}
	if n := must[int](t)(l.Pending(t.Context())); n != recordings || len(hits(t, l, SearchOptions{Query: "common"})) > 0 {
		t.Fatalf("%d are pending", n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := l.IndexPending(ctx, func(p IndexProgress) {
		if p.Done == maxWaiting {
			cancel()
		}
	})
	if n := must[int](t)(l.Pending(t.Context())); !errors.Is(err, context.Canceled) || n != 3 {
		t.Errorf("cancelled after the first ones: %v, %d are pending", err, n)
	}
	var last IndexProgress
	if err := l.IndexPending(t.Context(), func(p IndexProgress) { last = p }); err != nil || last.Done != 3 || last.Total != 3 {
		t.Errorf("%v, %+v", err, last)
	}
	if after := hits(t, l, SearchOptions{Query: "common"}); !reflect.DeepEqual(before, after) {
		t.Errorf("%d hits before, %d after", len(before), len(after))
	}
	checkWhole(t, l)
}

func TestChunksHoldTheirLines(t *testing.T) {
	var lines []textLine
	for i := range 3000 {
		lines = append(lines, textLine{
			text: strings.Repeat("é", i%700+1), first: time.Duration(i) * 1234567, last: time.Duration(i*3) * 1234567,
			command: i%5 - 1, entered: i%7 == 0,
		})
	}
	lines = append(lines, textLine{text: strings.Repeat("x", 64<<10), command: -1}) // backward in time, and long
	c := newChunker(lines, []Command{{Text: "a"}, {Text: "b"}, {Text: "c"}, {Text: "d"}})
	var got []textLine
	n := 0
	for {
		p, ok, err := c.next()
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			break
		}
		n++
		if row := len(p.stored) + len(p.lines); (row > rowSize || len(p.text) > chunkSize) && p.n > 1 {
			t.Errorf("a chunk of %d lines has %d bytes, %d of text", p.n, row, len(p.text))
		}
		text, marks, err := unpackText(p.stored, len(p.text)+len(p.marks), len(p.marks))
		if err != nil || text != p.text || marks != p.marks {
			t.Fatalf("%v: a chunk is %q and %q, want %q and %q", err, text, marks, p.text, p.marks)
		}
		got = append(got, must[[]textLine](t)(unpackChunk(p.text, p.lines))...)
	}
	if n > maxChunks || len(got) != len(lines) {
		t.Fatalf("%d lines in %d chunks, want %d lines", len(got), n, len(lines))
	}
	for i, l := range lines {
		l.first, l.last = time.Duration(micros(l.first))*time.Microsecond, time.Duration(micros(l.last))*time.Microsecond
		l.last = max(l.first, l.last)
		if got[i] != l {
			t.Fatalf("line %d is %+v, want %+v", i, got[i], l)
		}
	}
	if _, err := unpackChunk("ab", []byte{9, 0, 0, 0}); err == nil {
		t.Error("a damaged chunk is read")
	}
	for _, damaged := range []struct{ size, marks int }{{100, 0}, {-1, 0}, {5, 6}, {maxChunkText + 1, 0}, {5, -1}} {
		if _, _, err := unpackText([]byte("text"), damaged.size, damaged.marks); err == nil {
			t.Errorf("a damaged text is read: %+v", damaged)
		}
	}
}
