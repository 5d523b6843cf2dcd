package library

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestExportNames(t *testing.T) {
	t.Parallel()
	created := time.Date(2026, 3, 14, 15, 4, 5, 0, time.UTC)
	for title, want := range map[string]string{
		"Deploy to Production!":                "2026-03-14-150405-deploy-to-production.cast",
		"../../etc/passwd":                     "2026-03-14-150405-etc-passwd.cast",
		"CON":                                  "2026-03-14-150405-con.cast",
		"a:b*c?d|e<f>g\"h\\i":                  "2026-03-14-150405-a-b-c-d-e-f-g-h-i.cast",
		"\x1b[31mred\x07":                      "2026-03-14-150405-31mred.cast",
		"日本語 テスト":                              "2026-03-14-150405-日本語-テスト.cast",
		"...":                                  "2026-03-14-150405.cast",
		strings.Repeat("word ", 40):            "2026-03-14-150405-" + strings.TrimSuffix(strings.Repeat("word-", 12), "-") + ".cast",
		strings.Repeat("あ", 100):               "2026-03-14-150405-" + strings.Repeat("あ", 20) + ".cast",
		"trailing dot. ":                       "2026-03-14-150405-trailing-dot.cast",
		"bad \xff byte, \u202etxt.\u200b here": "2026-03-14-150405-bad-byte-txt-here.cast",
	} {
		if got := ExportName(Recording{Title: title, Created: created}); got != want {
			t.Errorf("%q: %s, want %s", title, got, want)
		}
	}
	if got, want := ExportName(Recording{Created: created, Shell: "/bin/zsh"}), "2026-03-14-150405-zsh.cast"; got != want {
		t.Errorf("untitled: %s, want %s", got, want)
	}
}

func TestExportGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	l := openLibrary(t, t.TempDir(), Options{})
	ctx := t.Context()
	r := importBig(t, l, "a")
	for _, compressed := range []bool{false, true} {
		if compressed {
			compressAll(t, l, CompressOptions{})
		}
		var b bytes.Buffer
		var last int64
		if err := l.Export(ctx, r.ID, &b, func(done, total int64) { last = done }); err != nil || b.String() != longCast("a") || last != r.Size {
			t.Errorf("compressed %v: %d bytes, progress to %d: %v", compressed, b.Len(), last, err)
		}
		path := filepath.Join(t.TempDir(), "out.cast")
		wrote := must[bool](t)(l.ExportFile(ctx, r.ID, path, false, nil))
		if got, err := os.ReadFile(path); !wrote || err != nil || string(got) != longCast("a") {
			t.Errorf("compressed %v: the file has %d bytes: %v", compressed, len(got), err)
		}
		if again := must[bool](t)(l.ExportFile(ctx, r.ID, path, false, nil)); again {
			t.Error("the same was written again")
		}
		writeText(t, path, "mine")
		var there *ErrExists
		if _, err := l.ExportFile(ctx, r.ID, path, false, nil); !errors.As(err, &there) || there.Path != path {
			t.Errorf("onto another file: %v", err)
		}
		if got, _ := os.ReadFile(path); string(got) != "mine" {
			t.Errorf("another file was replaced by %d bytes", len(got))
		}
		if wrote := must[bool](t)(l.ExportFile(ctx, r.ID, path, true, nil)); !wrote {
			t.Error("not replaced, with force")
		}
		if files := tree(t, filepath.Dir(path)); len(files) != 1 {
			t.Errorf("in the folder are %q", files)
		}
	}
	if got := auditLog(t, l, AuditFilter{Actions: []AuditAction{AuditExported}}); len(got) != 6 {
		t.Errorf("the log has %d exports", len(got))
	}
}

func readIndex(t testing.TB, dir string) map[string]Indexed {
	t.Helper()
	var index ExportIndex
	if err := json.Unmarshal(must[[]byte](t)(os.ReadFile(filepath.Join(dir, IndexName))), &index); err != nil {
		t.Fatal(err)
	}
	byID := map[string]Indexed{}
	for _, x := range index.Recordings {
		if byID[x.ID].ID != "" {
			t.Errorf("%s is in the index twice", x.ID)
		}
		byID[x.ID] = x
	}
	return byID
}

// outcome is what an export did, in a line: + wrote, = was there, ! failed.
func outcome(results []ExportResult) string {
	var b strings.Builder
	for _, r := range results {
		switch {
		case r.Err != nil:
			b.WriteByte('!')
		case r.Wrote:
			b.WriteByte('+')
		default:
			b.WriteByte('=')
		}
	}
	return b.String()
}

func TestExportAll(t *testing.T) {
	t.Parallel()
	clock := newClock()
	l := openLibrary(t, t.TempDir(), Options{Now: clock.Now})
	ctx := t.Context()
	// Two of the same second and title, one more, one in the trash, one being recorded.
	a := must[Recording](t)(record(ctx, l, NewRecording{Title: "Same"}, "a"))
	b := must[Recording](t)(record(ctx, l, NewRecording{Title: "same"}, "b"))
	clock.advance(time.Hour)
	c := must[Recording](t)(record(ctx, l, NewRecording{Title: "other", Tags: []string{"x"}}, "c"))
	gone := must[Recording](t)(record(ctx, l, NewRecording{Title: "thrown away"}, "d"))
	if err := l.Trash(ctx, gone.ID); err != nil {
		t.Fatal(err)
	}
	if _, _, err := l.Begin(ctx, NewRecording{Title: "open"}); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "new", "out")
	export := func(want string) map[string]Indexed {
		t.Helper()
		results := must[[]ExportResult](t)(l.ExportAll(ctx, dir, ExportOptions{}))
		if got := outcome(results); got != want {
			t.Errorf("exported %s, want %s: %+v", got, want, results)
		}
		return readIndex(t, dir)
	}
	index := export("+++")
	litter := writeText(t, filepath.Join(dir, ".rexec-1.tmp"), "half a cast")
	busy := writeText(t, filepath.Join(dir, ".rexec-2.tmp"), "being written")
	old := clock.Now().Add(-2 * time.Hour)
	if err := errors.Join(os.Chtimes(litter, old, old), os.Chtimes(busy, clock.Now(), clock.Now())); err != nil {
		t.Fatal(err)
	}
	export("===")
	if _, err := os.Stat(litter); !isGone(err) {
		t.Error("what a killed export left is still there")
	}
	if err := os.Remove(busy); err != nil {
		t.Errorf("what another export is writing is gone: %v", err)
	}
	for _, r := range []Recording{a, b, c} {
		x := index[r.ID]
		if got, err := os.ReadFile(filepath.Join(dir, x.File)); err != nil || int64(len(got)) != r.Size || x.SHA256 != r.SHA256 || x.Title != r.Title {
			t.Errorf("%+v: %d bytes, %v", x, len(got), err)
		}
	}
	if len(index) != 3 || len(tree(t, dir)) != 4 || index[a.ID].File == index[b.ID].File || !slices.Equal(index[c.ID].Tags, []string{"x"}) {
		t.Errorf("index %+v, files %q", index, tree(t, dir))
	}

	// Again: nothing is written, names stay, new titles go to the index.
	title := "renamed"
	must[Recording](t)(l.Update(ctx, c.ID, Patch{Title: &title}))
	again := export("===")
	if again[c.ID].File != index[c.ID].File || again[c.ID].Title != "renamed" {
		t.Errorf("renamed: %+v", again[c.ID])
	}
	// What was changed there is not replaced; what was removed is written again; what is
	// gone from the library stays.
	writeText(t, filepath.Join(dir, index[a.ID].File), "mine")
	os.Remove(filepath.Join(dir, index[b.ID].File))
	if err := l.Delete(ctx, c.ID); err != nil {
		t.Fatal(err)
	}
	kept := export("!+")
	if len(kept) != 3 || kept[c.ID].File != index[c.ID].File {
		t.Errorf("index %+v", kept)
	}
	if got, _ := os.ReadFile(filepath.Join(dir, index[a.ID].File)); string(got) != "mine" {
		t.Error("a changed file was replaced")
	}
	forced := must[[]ExportResult](t)(l.ExportAll(ctx, dir, ExportOptions{Force: true}))
	if outcome(forced) != "+=" {
		t.Errorf("with force: %+v", forced)
	}
	// Without an index, what is there is known by its content.
	os.Remove(filepath.Join(dir, IndexName))
	if got := export("=="); len(got) != 2 {
		t.Errorf("%+v", got)
	}
}

func TestExportAllIntoAStrangersFolder(t *testing.T) {
	t.Parallel()
	l := openLibrary(t, t.TempDir(), Options{})
	r := importBig(t, l, "a")
	dir := t.TempDir()
	writeText(t, filepath.Join(dir, IndexName), `{"name": "my page"}`)
	if _, err := l.ExportAll(t.Context(), dir, ExportOptions{}); err == nil || !strings.Contains(err.Error(), "name another folder") {
		t.Errorf("over somebody's index: %v", err)
	}
	outside := writeText(t, filepath.Join(t.TempDir(), "outside"), "precious")
	rel := must[string](t)(filepath.Rel(dir, outside))
	writeText(t, filepath.Join(dir, IndexName), string(must[[]byte](t)(json.Marshal(ExportIndex{Version: 1, Recordings: []Indexed{{ID: r.ID, File: rel}}}))))
	must[[]ExportResult](t)(l.ExportAll(t.Context(), dir, ExportOptions{Force: true}))
	if got, _ := os.ReadFile(outside); string(got) != "precious" {
		t.Error("an index led out of the folder")
	}

	ctx, cancel := context.WithCancel(t.Context())
	dir = t.TempDir()
	_, err := l.ExportAll(ctx, dir, ExportOptions{Progress: func(ExportProgress) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if files := tree(t, dir); !slices.Equal(files, []string{IndexName}) {
		t.Errorf("cancelled, it leaves %q", files)
	}
}
