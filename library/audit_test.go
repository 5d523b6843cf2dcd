package library

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// auditLog reads the log as one line for each entry: action, detail.
func auditLog(t testing.TB, l *Library, f AuditFilter) []string {
	t.Helper()
	var out []string
	for e, err := range l.AuditLog(t.Context(), f) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, strings.TrimSpace(string(e.Action)+" "+e.Detail))
	}
	return out
}

func TestAuditTellsWhatWasDone(t *testing.T) {
	t.Parallel()
	clock := newClock()
	home := t.TempDir()
	l := openLibrary(t, home, Options{Now: clock.Now, Actor: "ann@box", Terminal: "/dev/pts/7"})
	ctx := t.Context()
	r := must[Recording](t)(record(ctx, l, NewRecording{Title: "zebra crossing"}, "giraffe"))
	clock.advance(time.Hour)
	public := VisibilityPublic
	title, tags, keep := "okapi", []string{"lemur"}, true
	must[Recording](t)(l.Update(ctx, r.ID, Patch{Title: &title, Tags: &tags, Keep: &keep, Visibility: &public}))
	must[Recording](t)(r, l.Viewed(ctx, r))
	for _, do := range []func() error{
		func() error { return l.Audit(ctx, AuditEvent{Action: AuditShared, Recording: r.ID}) },
		func() error { return l.Trash(ctx, r.ID) },
		func() error { return l.Trash(ctx, r.ID) }, // it is there already: nothing was done
		func() error { return l.Restore(ctx, r.ID) },
		func() error { return l.Delete(ctx, r.ID) },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	file := writeText(t, filepath.Join(t.TempDir(), "tapir.cast"), castText("tapir", "x"))
	must[Recording](t)(l.Import(ctx, file, nil))

	want := []string{"started", "stopped", "edited title,tags,keep,visibility=public", "viewed", "shared", "trashed", "restored", "deleted", "imported"}
	if got := auditLog(t, l, AuditFilter{}); !slices.Equal(got, want) {
		t.Errorf("the log is\n%q, want\n%q", got, want)
	}
	var seq int64
	for e, err := range l.AuditLog(ctx, AuditFilter{Recording: r.ID[:13]}) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Actor != "ann@box" || e.Terminal != "/dev/pts/7" || e.Recording != r.ID || e.Seq <= seq {
			t.Errorf("%+v", e)
		}
		seq = e.Seq
		if known := e.Action != AuditStarted && e.Action != AuditShared; (e.Duration == r.Duration) != known || (e.Size == r.Size) != known {
			t.Errorf("%s: %v long, %d bytes; the recording is %v and %d", e.Action, e.Duration, e.Size, r.Duration, r.Size)
		}
	}
	// It survives the recording, and holds no word of it.
	var text string
	if err := l.db.read.QueryRow(`SELECT group_concat(action || recording || actor || terminal || detail) FROM audit`).Scan(&text); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"zebra", "giraffe", "okapi", "lemur", "tapir"} {
		if strings.Contains(text, word) {
			t.Errorf("the log holds %q", word)
		}
	}
}

func TestAuditFilters(t *testing.T) {
	t.Parallel()
	clock := newClock()
	l := openLibrary(t, t.TempDir(), Options{Now: clock.Now, Host: "box"})
	begin := clock.Now()
	for i := range 2500 { // more than two pages
		e := AuditEvent{Action: AuditViewed, Recording: "00000000-0000-7000-8000-000000000001", Actor: "ann@box"}
		if i%2 == 1 {
			e = AuditEvent{Action: AuditShared, Recording: "10000000-0000-7000-8000-000000000002", Actor: "bob@heath"}
		}
		e.Time = begin.Add(time.Duration(i) * time.Second)
		if err := l.Audit(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name string
		f    AuditFilter
		want int
	}{
		{"all", AuditFilter{}, 2500},
		{"an action", AuditFilter{Actions: []AuditAction{AuditViewed}}, 1250},
		{"two actions", AuditFilter{Actions: []AuditAction{AuditViewed, AuditShared}}, 2500},
		{"an action that never was", AuditFilter{Actions: []AuditAction{AuditDeleted}}, 0},
		{"since", AuditFilter{Since: begin.Add(2400 * time.Second)}, 100},
		{"until", AuditFilter{Until: begin.Add(10 * time.Second)}, 10},
		{"a span", AuditFilter{Since: begin.Add(time.Second), Until: begin.Add(3 * time.Second)}, 2},
		{"a recording", AuditFilter{Recording: "00000000-0000-7000-8000-000000000001"}, 1250},
		{"the beginning of its id", AuditFilter{Recording: "1000"}, 1250},
		{"no id", AuditFilter{Recording: "what"}, 0},
		{"an actor", AuditFilter{Actor: "ann@box"}, 1250},
		{"a user", AuditFilter{Actor: "bob@"}, 1250},
		{"a user without @", AuditFilter{Actor: "bob"}, 1250},
		{"a host", AuditFilter{Actor: "@heath"}, 1250},
		{"part of a host", AuditFilter{Actor: "@eath"}, 0},
		{"after a number", AuditFilter{After: 2490}, 10},
		{"the last", AuditFilter{Limit: 7}, 7},
		{"the last of an action", AuditFilter{Limit: 1200, Actions: []AuditAction{AuditViewed}}, 1200},
		{"more than there are", AuditFilter{Limit: 9999}, 2500},
	} {
		var got int
		var last int64
		for e, err := range l.AuditLog(t.Context(), c.f) {
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if e.Seq <= last {
				t.Errorf("%s: %d comes after %d", c.name, e.Seq, last)
			}
			got, last = got+1, e.Seq
		}
		if got != c.want {
			t.Errorf("%s: %d entries, want %d", c.name, got, c.want)
		}
		if c.f.Limit > 0 && last < 2499 {
			t.Errorf("%s: the last one is %d", c.name, last)
		}
	}
}

func TestAuditOnlyGrows(t *testing.T) {
	t.Parallel()
	l := openLibrary(t, t.TempDir(), Options{})
	must[Recording](t)(record(t.Context(), l, NewRecording{}, "x"))
	for _, statement := range []string{
		`UPDATE audit SET actor = 'nobody'`,
		`DELETE FROM audit WHERE seq = 1`,
		`REPLACE INTO audit (seq, at_us, action, recording, actor, terminal, duration_us, size, detail) VALUES (1, 0, 'viewed', '', '', '', 0, 0, '')`,
	} {
		if _, err := l.db.write.Exec(statement); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	if got := auditLog(t, l, AuditFilter{}); !slices.Equal(got, []string{"started", "stopped"}) {
		t.Errorf("the log is %q", got)
	}
	if err := l.Audit(t.Context(), AuditEvent{Action: "borrowed"}); err == nil {
		t.Error("an action that there is not was logged")
	}
}

// What failed was not done, and is not in the log.
func TestAuditGoesWithItsTransaction(t *testing.T) {
	t.Parallel()
	l := openLibrary(t, t.TempDir(), Options{})
	r := must[Recording](t)(record(t.Context(), l, NewRecording{}, "x"))
	if err := l.Delete(t.Context(), r.ID, "no such id"); err == nil {
		t.Fatal("an unknown id was deleted")
	}
	wrong := Visibility("everybody")
	if _, err := l.Update(t.Context(), r.ID, Patch{Visibility: &wrong}); err == nil {
		t.Fatal("an unknown visibility was set")
	}
	if got := auditLog(t, l, AuditFilter{}); !slices.Equal(got, []string{"started", "stopped"}) {
		t.Errorf("the log is %q", got)
	}
}

func TestTagsAreAddedAndTaken(t *testing.T) {
	t.Parallel()
	l := openLibrary(t, t.TempDir(), Options{})
	r := must[Recording](t)(record(t.Context(), l, NewRecording{Tags: []string{"a", "b"}}, "x"))
	for _, c := range []struct {
		p    Patch
		want string
	}{
		{Patch{Tag: []string{"c", " a "}}, "a b c"},
		{Patch{Untag: []string{"b", "none"}}, "a c"},
		{Patch{Tag: []string{"d"}, Untag: []string{"a"}}, "c d"},
		{Patch{Tags: &[]string{"x"}, Tag: []string{"y"}}, "x y"},
		{Patch{Tag: []string{"z"}, Untag: []string{"z"}}, "x y"},
	} {
		r = must[Recording](t)(l.Update(t.Context(), r.ID, c.p))
		if got := strings.Join(r.Tags, " "); got != c.want {
			t.Errorf("%+v: tags %q, want %q", c.p, got, c.want)
		}
	}
}
