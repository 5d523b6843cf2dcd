package browser

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"rexec/library"
	"rexec/tui/internal/pagetest"
	"rexec/tui/page"
)

func TestTrashAndUndo(t *testing.T) {
	s := &shelf{rows: samples()}
	d := open(t, s, 80, 24)
	told := func() string {
		defer func() { d.Actions = nil }()
		for _, a := range slices.Backward(d.Actions) {
			if toast, ok := a.(page.Toast); ok {
				return toast.Text
			}
		}
		return ""
	}
	for _, c := range []struct {
		keys    []string
		trashed []string
		told    string
	}{
		{[]string{"d"}, []string{"01"}, "Moved “Deploy the billing service” to the trash. z brings it back."},
		{[]string{"space", "space", "d"}, []string{"01", "02", "03"}, "Moved 2 recordings to the trash. z brings them back."},
		{[]string{"z"}, []string{"01"}, "Brought back 2 recordings."},
		{[]string{"Z"}, []string{"01", "02", "03"}, "Moved 2 recordings to the trash. z brings them back."},
		{[]string{"z"}, []string{"01"}, "Brought back 2 recordings."},
		{[]string{"z"}, []string{}, "Brought back “Deploy the billing service”."},
		{[]string{"z"}, []string{}, "There is nothing to undo."},
		{[]string{"g", "v", "down", "v", "d"}, []string{"01", "02"}, "Moved 2 recordings to the trash. z brings them back."},
		{[]string{"Z"}, []string{"01", "02"}, "Nothing was undone."},
	} {
		d.Keys(c.keys...)
		settle(d)
		got := slices.Sorted(slices.Values(s.trashed))
		if text := told(); !slices.Equal(got, c.trashed) || text != c.told {
			t.Errorf("%v: %v are in the trash, want %v; told %q, want %q", c.keys, got, c.trashed, text, c.told)
		}
	}
}

// With all that there was in the trash, the page tells how to get there, and there the
// keys that are about it come first.
func TestTheTrashIsFoundFromAnEmptyLibrary(t *testing.T) {
	bin := samples()[0]
	bin.Trashed = pagetest.Now
	s := &shelf{rows: samples()[:1], finds: map[string][]library.Hit{"is:trash": {{Kind: library.HitRecording, Recording: bin}}}}
	d := open(t, s, 80, 24)
	d.Keys("d")
	settle(d)
	if got := d.Screen(); !strings.Contains(got, "/ is:trash shows 1 recording in the trash") {
		t.Errorf("nothing tells of the trash:\n%s", got)
	}
	d.Keys("/")
	d.Type("is:trash")
	settle(d)
	d.Keys("enter")
	if got := d.Screen(); !strings.Contains(got, "z bring back") || !strings.Contains(got, "D delete for good") {
		t.Errorf("the hints do not tell what can be done in the trash:\n%s", got)
	}
}

// What failed half-way is shown as it is.
func TestAFailedDeedShowsWhatIsThere(t *testing.T) {
	s := &shelf{rows: samples()}
	d := open(t, s, 80, 24)
	s.err = &library.ErrDamaged{Path: "/home/me/library.db", Err: os.ErrInvalid}
	lists := len(s.lists)
	d.Keys("d")
	d.Run()
	if toast, ok := d.Last().(page.Toast); !ok || !strings.Contains(toast.Text, "rexec doctor --rebuild") {
		t.Errorf("told %+v, want what mends it", toast)
	}
	s.err = nil
	settle(d)
	if len(s.lists) == lists {
		t.Error("the list is not read anew")
	}
}

func TestDeleteForGood(t *testing.T) {
	s := &shelf{rows: samples()}
	d := open(t, s, 80, 24)
	d.Keys("D")
	ask, ok := d.Last().(page.Ask)
	if !ok || !strings.Contains(ask.Dialog.Body, "Deploy the billing service") {
		t.Fatalf("D asks %+v, want a question that names the recording", ask)
	}
	_, answer := ask.Dialog.Update(d.Env.Keys, d.Env.Now, pagetest.Key(t, "enter"))
	if answer == nil || answer.OK {
		t.Fatalf("enter at once answers %+v, want no", answer)
	}
	d.Send(*answer)
	settle(d)
	if len(s.deleted) != 0 {
		t.Fatal("it was deleted without a yes")
	}
	d.Keys("ctrl+a", "D")
	ask = d.Last().(page.Ask)
	if ask.Dialog.Title != "Delete 6 recordings for good?" || !strings.Contains(ask.Dialog.Body, "and 3 more") {
		t.Errorf("it asks %q: %q", ask.Dialog.Title, ask.Dialog.Body)
	}
	_, answer = ask.Dialog.Update(d.Env.Keys, d.Env.Now, pagetest.Key(t, "y"))
	d.Send(*answer)
	settle(d)
	if len(s.deleted) != 6 || len(d.Page.(Model).marked) != 0 {
		t.Errorf("deleted %v", s.deleted)
	}
}

func TestSort(t *testing.T) {
	d := open(t, &shelf{rows: samples()}, 80, 24)
	for _, want := range []string{"06", "03", "03", "04", "01"} { // oldest, longest, largest, title, newest
		d.Keys("s")
		settle(d)
		if e, _ := d.Page.(Model).selected(); e.recording.ID != want {
			t.Errorf("%v begins with %s, want %s", d.Page.(Model).sorted, e.recording.ID, want)
		}
	}
}

func TestTags(t *testing.T) {
	s := &shelf{rows: samples()}
	s.rows[0].Tags, s.rows[1].Tags = []string{"prod", "web"}, []string{"prod"}
	d := open(t, s, 80, 24)
	d.Keys("space", "space", "t")
	dialog := d.Last().(page.Ask).Dialog
	for _, k := range []string{",", "x"} {
		dialog, _ = dialog.Update(d.Env.Keys, d.Env.Now, pagetest.Key(t, k))
	}
	_, answer := dialog.Update(d.Env.Keys, d.Env.Now, pagetest.Key(t, "enter"))
	d.Send(*answer)
	settle(d)
	if len(s.patches) != 2 || !slices.Equal(*s.patches[0].Tags, []string{"web", "prod", "x"}) || !slices.Equal(*s.patches[1].Tags, []string{"prod", "x"}) {
		t.Errorf("%+v", s.patches)
	}
}

func TestImport(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.cast", "bad.cast"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("{\"version\": 2}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ path, want string }{
		{dir, "Imported 1 recording. Not imported: It is no cast."},
		{filepath.Join(dir, "a*.cast"), "Imported 1 recording."},
	} {
		d := open(t, &shelf{rows: samples()}, 80, 24)
		d.Keys("i")
		dialog := d.Last().(page.Ask).Dialog
		dialog, _ = dialog.Update(d.Env.Keys, d.Env.Now, tea.PasteMsg{Content: c.path})
		_, answer := dialog.Update(d.Env.Keys, d.Env.Now, pagetest.Key(t, "enter"))
		d.Send(*answer)
		if got := d.Screen(); !strings.Contains(got, "importing") {
			t.Errorf("the import is not shown:\n%s", got)
		}
		settle(d)
		if toast, ok := d.Last().(page.Toast); !ok || toast.Text != c.want {
			t.Errorf("%s: told %+v, want %q", c.path, toast, c.want)
		}
		if d.Page.(Model).imports != nil {
			t.Error("the import does not end")
		}
	}
}
