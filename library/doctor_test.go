package library

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// ailments are the kinds of what Check finds, each once, in order.
func ailments(t testing.TB, l *Library, o CheckOptions) []Ailment {
	t.Helper()
	var out []Ailment
	for _, i := range must[[]Ill](t)(l.Check(t.Context(), o)) {
		out = append(out, i.Ailment)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Each kind of harm is found, and mended where it can be.
func TestCheckAndMend(t *testing.T) {
	t.Parallel()
	exec := func(statement string) func(t *testing.T, l *Library, r Recording) {
		return func(t *testing.T, l *Library, r Recording) {
			if _, err := l.db.write.Exec(statement); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, test := range []struct {
		name string
		harm func(t *testing.T, l *Library, r Recording)
		want Ailment
		deep bool // only a deep look finds it
		stay bool // it cannot be mended
	}{
		{name: "cast gone", want: AilmentMissing, stay: true, harm: func(t *testing.T, l *Library, r Recording) { os.Remove(r.Path) }},
		{name: "cast unknown", want: AilmentUnknown, harm: func(t *testing.T, l *Library, r Recording) {
			writeText(t, filepath.Join(filepath.Dir(r.Path), "found.cast"), castText("found", "y"))
		}},
		{name: "cast longer", want: AilmentContent, harm: func(t *testing.T, l *Library, r Recording) {
			text := string(must[[]byte](t)(os.ReadFile(r.Path)))
			writeText(t, r.Path, text+"[9.0, \"o\", \"more\"]\n")
		}},
		{name: "cast changed", want: AilmentContent, deep: true, harm: func(t *testing.T, l *Library, r Recording) {
			text := string(must[[]byte](t)(os.ReadFile(r.Path)))
			writeText(t, r.Path, strings.Replace(text, "echo", "ohce", 1))
		}},
		{name: "sidecar gone", want: AilmentSidecar, harm: func(t *testing.T, l *Library, r Recording) { os.Remove(sidecarPath(r.Path)) }},
		{name: "sidecar damaged", want: AilmentSidecar, harm: func(t *testing.T, l *Library, r Recording) { writeText(t, sidecarPath(r.Path), "{") }},
		{name: "sidecar edited", want: AilmentSidecar, harm: func(t *testing.T, l *Library, r Recording) {
			s := sidecarOf(r)
			s.Title = "edited"
			if err := writeSidecar(r.Path, s); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "sidecar alone", want: AilmentLeftover, harm: func(t *testing.T, l *Library, r Recording) {
			writeText(t, filepath.Join(filepath.Dir(r.Path), "alone.json"), "{}")
		}},
		{name: "half a file", want: AilmentLeftover, harm: func(t *testing.T, l *Library, r Recording) {
			writeText(t, filepath.Join(filepath.Dir(r.Path), ".rexec-1.tmp"), "{}")
		}},
		{name: "half a copy", want: AilmentLeftover, harm: func(t *testing.T, l *Library, r Recording) {
			writeText(t, filepath.Join(l.incomingDir(), partName(r.ID, "nobody")), "x")
		}},
		{name: "lock of nobody", want: AilmentLeftover, harm: func(t *testing.T, l *Library, r Recording) { writeText(t, l.ownerPath("nobody"), "") }},
		{name: "left open", want: AilmentOpen, harm: exec(`UPDATE recordings SET status = 'recording', owner = 'nobody'`)},
		{name: "half deleted", want: AilmentLeftover, harm: func(t *testing.T, l *Library, r Recording) {
			exec(`INSERT INTO removals SELECT path, sha256 FROM recordings; DELETE FROM recordings`)(t, l, r)
		}},
		{name: "text lost", want: AilmentIndex, harm: exec(`DELETE FROM texts`)},
		{name: "part of the text lost", want: AilmentIndex, harm: exec(`UPDATE texts SET bytes = bytes + 1`)},
		{name: "miscounted", want: AilmentRows, harm: exec(`UPDATE recordings SET commands = 99`)},
		{name: "traces", want: AilmentTraces, harm: exec(`INSERT INTO chores (name, due) VALUES ('scrub', 1)`)},
		{name: "open to others", want: AilmentPermission, harm: func(t *testing.T, l *Library, r Recording) {
			if runtime.GOOS == "windows" {
				writeText(t, sidecarPath(r.Path), "")
				t.Skip("modes say nothing here")
			}
			if err := os.Chmod(r.Path, 0o644); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l := openLibrary(t, t.TempDir(), Options{})
			r := must[Recording](t)(l.Import(t.Context(), writeText(t, filepath.Join(t.TempDir(), "a.cast"), castText("a", "x")), nil))
			if found := ailments(t, l, CheckOptions{Deep: true}); found != nil {
				t.Fatalf("in health: %v", found)
			}
			test.harm(t, l, r)
			if test.deep {
				if found := ailments(t, l, CheckOptions{}); found != nil {
					t.Errorf("at a glance: %v", found)
				}
			}
			ills := must[[]Ill](t)(l.Check(t.Context(), CheckOptions{Deep: test.deep}))
			if !slices.ContainsFunc(ills, func(i Ill) bool { return i.Ailment == test.want }) {
				t.Fatalf("found %+v, want %q", ills, test.want)
			}
			if err := l.Mend(t.Context(), ills, nil); err != nil {
				t.Fatal(err)
			}
			left := ailments(t, l, CheckOptions{Deep: true})
			if test.stay != slices.Contains(left, test.want) || !test.stay && left != nil {
				t.Errorf("afterwards: %v", left)
			}
			if !test.stay {
				checkWhole(t, l)
			}
		})
	}
}

// What is at work is not ill.
func TestCheckLeavesWorkAlone(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	l := openLibrary(t, home, Options{})
	r, h, err := l.Begin(t.Context(), NewRecording{Title: "open"})
	if err != nil {
		t.Fatal(err)
	}
	if err := writeCast(r.Path, h, "x"); err != nil {
		t.Fatal(err)
	}
	defer lock(t, r.Path)()
	if found := ailments(t, openLibrary(t, home, Options{}), CheckOptions{Deep: true}); found != nil {
		t.Errorf("found %v", found)
	}
}

// A database is made anew from files alone, with what only the old one has in the log.
func TestRebuild(t *testing.T) {
	t.Parallel()
	for _, damage := range []string{"none", "overwritten", "cut", "gone"} {
		t.Run(damage, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			ctx := t.Context()
			l := openLibrary(t, home, Options{})
			var ids []string
			for i := range 5 {
				r := must[Recording](t)(record(ctx, l, NewRecording{Title: fmt.Sprint("title ", i)}, fmt.Sprint("wombat", i)))
				ids = append(ids, r.ID)
			}
			keep := true
			must[Recording](t)(l.Update(ctx, ids[0], Patch{Keep: &keep}))
			if err := l.Trash(ctx, ids[1]); err != nil {
				t.Fatal(err)
			}
			if err := l.Delete(ctx, ids[2]); err != nil {
				t.Fatal(err)
			}
			before := all(t, l, "")
			log := auditCount(t, l)
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(home, dbName)
			data := must[[]byte](t)(os.ReadFile(path))
			switch damage {
			case "overwritten":
				for i := range data {
					data[i] = byte(i * 7)
				}
				writeText(t, path, string(data))
			case "cut":
				writeText(t, path, string(data[:len(data)/3]))
			case "gone":
				removeDatabase(t, home)
			}
			var last RebuildProgress
			found := must[[]Recovered](t)(Rebuild(ctx, homeDirs(home), Options{}, func(p RebuildProgress) { last = p }))
			if len(found) != 4 || last.Done != 4 || last.Total != 4 || last.Bytes != last.All || last.Path != "" {
				t.Errorf("found %d, progress %+v", len(found), last)
			}
			l = openLibrary(t, home, Options{})
			if after := all(t, l, ""); fmt.Sprint(titles(after), keeps(after)) != fmt.Sprint(titles(before), keeps(before)) {
				t.Errorf("listed %v %v, was %v %v", titles(after), keeps(after), titles(before), keeps(before))
			}
			if trash := must[[]Recording](t)(l.List(ctx, ListOptions{Trashed: true})); len(trash) != 1 || trash[0].ID != ids[1] {
				t.Errorf("in the trash: %+v", trash)
			}
			if found := hits(t, l, SearchOptions{Query: "wombat4"}); len(found) != 1 {
				t.Errorf("search finds %+v", found)
			}
			if now := auditCount(t, l); damage == "none" && now != log {
				t.Errorf("the audit log has %d entries, had %d", now, log)
			}
			if found := ailments(t, l, CheckOptions{Deep: true}); found != nil {
				t.Errorf("ill: %v", found)
			}
		})
	}
}

func keeps(list []Recording) (out []bool) {
	for _, r := range list {
		out = append(out, r.Keep)
	}
	return out
}

func auditCount(t testing.TB, l *Library) (n int) {
	t.Helper()
	if err := l.db.read.QueryRow(`SELECT count(*) FROM audit`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// A rebuild that is cut off leaves the old database as it was, and one whose last step
// was cut off is ended by the next who opens the library.
func TestRebuildIsAllOrNothing(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	l := openLibrary(t, home, Options{})
	for i := range 3 {
		must[Recording](t)(record(t.Context(), l, NewRecording{Title: fmt.Sprint(i)}, fmt.Sprint("x", i)))
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Rebuild(ctx, homeDirs(home), Options{}, func(p RebuildProgress) {
		if p.Done == 1 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("cancelled: %v", err)
	}
	if _, err := l.SetTitle(t.Context(), all(t, l, "")[0].ID, "still"); err != nil {
		t.Errorf("the old one: %v", err)
	}
	for _, path := range tree(t, home) {
		if strings.Contains(path, ".part") || strings.Contains(path, ".new") {
			t.Errorf("%s is left over", path)
		}
	}
	l.Close()
	if err := os.Rename(filepath.Join(home, dbName), filepath.Join(home, newName)); err != nil {
		t.Fatal(err)
	}
	writeText(t, filepath.Join(home, dbName), "of the old one")
	writeText(t, filepath.Join(home, dbName+"-wal"), "of the old one")
	l = openLibrary(t, home, Options{})
	if n := len(all(t, l, "")); n != 3 {
		t.Errorf("%d recordings, want 3", n)
	}
}

// Who has the library open while it is rebuilt is told, and cannot write what would
// be lost.
func TestRebuildUnderAnother(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("there, files that are open cannot be replaced")
	}
	home := t.TempDir()
	l := openLibrary(t, home, Options{})
	r := must[Recording](t)(record(t.Context(), l, NewRecording{Title: "a"}, "x"))
	must[[]Recovered](t)(Rebuild(t.Context(), homeDirs(home), Options{}, nil))
	if _, err := l.SetTitle(t.Context(), r.ID, "lost"); !errors.Is(err, ErrReplaced) {
		t.Errorf("writing: %v", err)
	}
	if _, err := l.Version(t.Context()); !errors.Is(err, ErrReplaced) {
		t.Errorf("looking for changes: %v", err)
	}
}

// A page of the database that is damaged while it is open is told in clear words,
// whatever is asked.
func TestDamageWhileOpen(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	l := openLibrary(t, home, Options{})
	for i := range 200 {
		must[Recording](t)(record(t.Context(), l, NewRecording{Title: strings.Repeat("long ", 100)}, fmt.Sprint("x", i)))
		if i > 3 && testing.Short() {
			break
		}
		if i > 20 {
			break
		}
	}
	l.Close()
	path := filepath.Join(home, dbName)
	data := must[[]byte](t)(os.ReadFile(path))
	const page = 4096
	for i := 2 * page; i < len(data); i++ { // the schema stays
		data[i] = 0xa5
	}
	writeText(t, path, string(data))
	l, err := Open(t.Context(), homeDirs(home), Options{})
	if err == nil {
		t.Cleanup(func() { l.Close() })
		_, err = l.List(t.Context(), ListOptions{})
	}
	var damaged *ErrDamaged
	if !errors.As(err, &damaged) || !strings.Contains(err.Error(), "rexec doctor --rebuild") {
		t.Errorf("got %v", err)
	}
}
