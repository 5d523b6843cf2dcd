package browser

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"rexec/library"
	"rexec/library/query"
	"rexec/tui/internal/pagetest"
	"rexec/tui/page"
	"rexec/tui/widget"
	"rexec/vt"
)

// shelf is a library in memory.
type shelf struct {
	rows     []library.Recording // newest first
	commands []library.Command
	patches  []library.Patch
	deleted  []string
	trashed  []string
	finds    map[string][]library.Hit // by query
	asked    []library.SearchOptions
	page     func(library.SearchOptions) []library.Hit // nil: all of finds at once
	lists    []library.ListOptions
	err      error
}

func (s *shelf) List(_ context.Context, o library.ListOptions) ([]library.Recording, error) {
	s.lists = append(s.lists, o)
	var out []library.Recording
	for _, r := range s.rows {
		if o.After != nil && !(r.Created.Before(o.After.Created)) {
			continue
		}
		if slices.Contains(s.trashed, r.ID) {
			continue
		}
		if len(out) < o.Limit {
			out = append(out, r)
		}
	}
	return out, s.err
}

func (s *shelf) Commands(context.Context, string) ([]library.Command, error) { return s.commands, nil }

// unwatched is a library of which nothing is heard.
func unwatched(context.Context, int64) (int64, error) { return 0, context.Canceled }

func (s *shelf) Stats(context.Context) (library.Stats, error) {
	var st library.Stats
	for _, r := range s.rows {
		if slices.Contains(s.trashed, r.ID) {
			st.Trashed++
			continue
		}
		st.Recordings, st.Bytes = st.Recordings+1, st.Bytes+r.Size
	}
	return st, nil
}
func (s *shelf) Update(_ context.Context, _ string, p library.Patch) (library.Recording, error) {
	s.patches = append(s.patches, p)
	return library.Recording{}, s.err
}
func (s *shelf) Delete(_ context.Context, ids ...string) error {
	s.deleted = append(s.deleted, ids...)
	s.rows = slices.DeleteFunc(s.rows, func(r library.Recording) bool { return slices.Contains(ids, r.ID) })
	return s.err
}

func (s *shelf) Trash(_ context.Context, ids ...string) error {
	s.trashed = append(s.trashed, ids...)
	return s.err
}
func (s *shelf) ImportAll(_ context.Context, paths []string, progress func(library.ImportProgress)) (out []library.ImportResult, err error) {
	for i, path := range paths {
		progress(library.ImportProgress{Path: path, File: i + 1, Files: len(paths)})
		r := library.ImportResult{Path: path}
		if strings.Contains(path, "bad") {
			r.Err = errors.New("it is no cast")
		}
		out = append(out, r)
	}
	return out, s.err
}
func (s *shelf) Restore(_ context.Context, ids ...string) error {
	s.trashed = slices.DeleteFunc(s.trashed, func(id string) bool { return slices.Contains(ids, id) })
	return s.err
}
func (s *shelf) Search(ctx context.Context, o library.SearchOptions) iter.Seq2[library.Hit, error] {
	s.asked = append(s.asked, o)
	return func(yield func(library.Hit, error) bool) {
		found := s.finds[o.Query]
		if s.page != nil {
			found = s.page(o)
		}
		for _, h := range found {
			if slices.Contains(s.trashed, h.Recording.ID) == trashed(h.Recording) && (ctx.Err() != nil || !yield(h, ctx.Err())) {
				return
			}
		}
	}
}
func (s *shelf) SearchNames(_ context.Context, o library.SearchOptions) iter.Seq2[library.Hit, error] {
	return func(yield func(library.Hit, error) bool) {
		for _, r := range s.rows {
			if i := strings.Index(strings.ToLower(r.Title), o.Query); i >= 0 && !slices.Contains(s.trashed, r.ID) {
				h := library.Hit{Kind: library.HitRecording, Recording: r, Line: r.Title, Spans: []query.Span{{Start: i, End: i + len(o.Query)}}}
				if !yield(h, nil) {
					return
				}
			}
		}
	}
}

// moments are what is found for "deploy" in the samples.
func moments() map[string][]library.Hit {
	rows := samples()
	make := &library.Command{Text: "make deploy", Start: time.Second, End: 40 * time.Second, Exit: new(int)}
	hit := func(r library.Recording, at time.Duration, line string, c *library.Command) library.Hit {
		h := library.Hit{Kind: library.HitLine, Recording: r, Time: at, Last: at, Line: line, Command: c}
		if c != nil && strings.HasSuffix(line, c.Text) {
			h.Kind = library.HitCommand
		}
		i := strings.Index(strings.ToLower(line), "deploy")
		h.Spans = []query.Span{{Start: i, End: i + len("deploy")}}
		return h
	}
	return map[string][]library.Hit{"deploy": {
		hit(rows[0], 34*time.Second, "    deployed billing v1.42 to production in 31 s, \x1b[2Jnothing else was touched by it at all", make),
		hit(rows[0], time.Second, "$ make deploy", make),
		hit(rows[2], 3700*time.Second, "a line that is much longer than any column and says only far behind what it is about: Deploy the billing service", nil),
	}}
}

// samples are recordings of all kinds.
func samples() []library.Recording {
	one := 1
	at := func(d time.Duration) time.Time { return pagetest.Now.Add(-d) }
	return []library.Recording{
		{ID: "01", Title: "Deploy the billing service", Status: library.StatusComplete, Created: at(12 * time.Minute), Duration: 372 * time.Second, Size: 84_200, Cols: 120, Rows: 40, Commands: 14, Shell: "/bin/bash", Host: "vm", SHA256: "a"},
		{ID: "02", Title: "世界 \x1b[31mnot red\x1b[0m and a title that is a good deal longer than its column", Status: library.StatusComplete, Created: at(3 * time.Hour), Duration: 42 * time.Second, Size: 9_300, Cols: 80, Rows: 24, Commands: 2, Shell: "/bin/zsh", SHA256: "b"},
		{ID: "03", Command: "htop", Status: library.StatusRepaired, Problems: 1, Created: at(26 * time.Hour), Duration: 3723 * time.Second, Size: 5_100_000, Cols: 200, Rows: 50, SHA256: "c"},
		{ID: "04", Title: "Broken", Status: library.StatusDamaged, Source: library.SourceImported, Created: at(80 * time.Hour), Size: 400, SHA256: "d"},
		{ID: "05", Title: "Elsewhere", Status: library.StatusRecording, Created: at(90 * time.Second), Duration: 90 * time.Second, Size: 1200, Cols: 80, Rows: 24},
		{ID: "06", Title: "Old one", Description: "How the certificates were renewed.", Status: library.StatusComplete, Created: at(400 * 24 * time.Hour), Duration: 65 * time.Second, Size: 20_480, Cols: 80, Rows: 24, ExitStatus: &one, SHA256: "f"},
	}
}

func still(context.Context, library.Recording) (*vt.Snapshot, error) {
	t := vt.New(120, 40)
	t.Write([]byte("\x1b[32m$\x1b[0m make deploy\r\n\x1b[1mBuilding\x1b[0m billing v1.42\r\nok\r\n\x1b[32m$\x1b[0m "))
	return t.Snapshot(), nil
}

func momentStill(ctx context.Context, r library.Recording, _ time.Duration) (*vt.Snapshot, error) {
	t := vt.New(120, 40)
	t.Write([]byte("\x1b[32m$\x1b[0m make deploy\r\n\x1b[1mBuilding\x1b[0m billing v1.42\r\n    deployed billing v1.42 to production\r\n"))
	return t.Snapshot(), nil
}

// open shows the page with a library, everything loaded.
func open(t *testing.T, s *shelf, cols, rows int, terminals ...page.Terminal) *pagetest.Driver {
	d := pagetest.New(t, New(t.Context(), Config{Store: s, Still: still, Moment: momentStill, Changes: unwatched, After: after}), cols, rows)
	d.Env.Terminals = terminals
	settle(d)
	return d
}

// after lets short times pass at once, and long ones never.
func after(d time.Duration, msg tea.Msg) tea.Cmd {
	return func() tea.Msg {
		if d < time.Second {
			return msg
		}
		return nil
	}
}

// settle runs the page's commands, and those that their messages lead to.
func settle(d *pagetest.Driver) {
	for len(d.Cmds()) > 0 {
		d.Run()
	}
}

func running() []page.Terminal {
	return []page.Terminal{
		{Tab: 1, Title: "vim main.go", Command: "bash", Started: pagetest.Now.Add(-5 * time.Minute), Running: true, Recording: true, RecordID: "99", Elapsed: 301 * time.Second, Bytes: 45_000},
		{Tab: 2, Title: "bash", Command: "bash", Started: pagetest.Now.Add(-time.Hour), Running: true},
		{Tab: 3, Title: "false", Command: "false", Started: pagetest.Now.Add(-time.Minute), Exit: "failed, exit 1"},
	}
}

func TestScreens(t *testing.T) {
	commands := []library.Command{{Text: "make deploy", Start: time.Second}, {Text: "kubectl get pods", Start: 62 * time.Second, Exit: new(int)}}
	bad := 2
	commands = append(commands, library.Command{Text: "grep -r \x1btimeout .", Start: 80 * time.Second, Exit: &bad})
	for _, size := range []struct{ cols, rows int }{{40, 10}, {80, 24}, {200, 50}} {
		name := fmt.Sprintf("%dx%d", size.cols, size.rows)
		t.Run(name, func(t *testing.T) {
			open(t, &shelf{}, size.cols, size.rows).Golden("empty-" + name)

			d := open(t, &shelf{rows: samples(), commands: commands, finds: moments()}, size.cols, size.rows, running()...)
			d.Keys("down", "down", "down")
			settle(d)
			d.Golden("list-" + name)

			d.Keys("tab")
			settle(d)
			d.Golden("preview-" + name)
			if size.cols < 120 {
				d.Keys("tab")
			}

			d.Keys("/")
			d.Type("deploy")
			settle(d)
			d.Golden("search-" + name)

			d.Keys("enter", "down", "down", "tab")
			settle(d)
			d.Golden("moment-" + name)
			if size.cols < 120 {
				d.Keys("tab")
			}
			d.Keys("b")
			settle(d)
			d.Golden("flat-" + name)

			d.Keys("/")
			d.Type(" exit:x")
			settle(d)
			d.Golden("nonsense-" + name)
			d.Keys("esc", "space", "down", "v", "down")
			d.Golden("marks-" + name)

			bin := samples()[:2]
			bin[0].Trashed, bin[1].Trashed = pagetest.Now, pagetest.Now
			s := &shelf{rows: samples()[:2], trashed: []string{"01", "02"}, finds: map[string][]library.Hit{"is:trash": {
				{Kind: library.HitRecording, Recording: bin[0]}, {Kind: library.HitRecording, Recording: bin[1]}}}}
			d = open(t, s, size.cols, size.rows)
			d.Golden("trashed-" + name)
			d.Keys("/")
			d.Type("is:trash")
			d.Keys("enter")
			settle(d)
			d.Golden("trash-" + name)

			open(t, &shelf{err: errors.New("disk I/O error")}, size.cols, size.rows).Golden("failed-" + name)
		})
	}
}

func TestThousandsOfRowsAreLoadedPageByPage(t *testing.T) {
	s := &shelf{}
	for i := range 1000 {
		s.rows = append(s.rows, library.Recording{ID: fmt.Sprint(i), Title: fmt.Sprintf("recording %d", i), Created: pagetest.Now.Add(-time.Duration(i) * time.Minute)})
	}
	d := open(t, s, 80, 24)
	if n := len(d.Page.(Model).recordings); n != pageSize {
		t.Fatalf("%d rows are loaded at first, want %d", n, pageSize)
	}
	for range 20 {
		d.Keys("ctrl+d")
	}
	settle(d)
	if n := len(d.Page.(Model).recordings); n != 2*pageSize {
		t.Fatalf("%d rows are loaded near the end of the first page, want %d", n, 2*pageSize)
	}
	d.Keys("G")
	settle(d)
	if got := d.Screen(); !strings.Contains(got, "recording 999") {
		t.Errorf("G does not go to the last of all rows:\n%s", got)
	}
	for _, o := range s.lists {
		if o.After == nil && o.Limit > pageSize {
			t.Errorf("a first page asks for %d rows", o.Limit)
		}
	}
}

// A library that can no longer be used says so without being asked.
func TestALostLibraryIsTold(t *testing.T) {
	d := open(t, &shelf{rows: samples()}, 80, 24)
	d.Send(versionMsg{err: library.ErrReplaced})
	if toast, ok := d.Last().(page.Toast); !ok || !strings.Contains(toast.Text, "start this one again") {
		t.Errorf("told %+v", d.Last())
	}
	if len(d.Cmds()) > 0 {
		t.Error("it is watched further")
	}
}

// What a full disk kept out of the library belongs to the terminal that recorded it.
func TestWhatIsNotSavedYetIsNotElsewhere(t *testing.T) {
	d := open(t, &shelf{rows: samples()}, 80, 24, page.Terminal{Tab: 1, Title: "bash", Running: true, RecordID: "05"})
	if got := d.Screen(); !strings.Contains(got, "Elsewhere  not saved yet") {
		t.Errorf("the recording is not told to wait:\n%s", got)
	}
}

func TestTheCursorStaysOnItsRecording(t *testing.T) {
	s := &shelf{rows: samples()}
	d := open(t, s, 80, 24)
	d.Keys("down", "down")
	s.rows = append([]library.Recording{{ID: "00", Title: "New", Created: pagetest.Now}}, s.rows...)
	d.Send(versionMsg{version: 2})
	settle(d)
	if e, _ := d.Page.(Model).selected(); e.recording.ID != "03" {
		t.Errorf("after another process added a recording the cursor is on %q, want 03", e.recording.ID)
	}
	d.Send(page.Changed{ID: "00"})
	settle(d)
	if e, _ := d.Page.(Model).selected(); e.recording.ID != "00" {
		t.Errorf("after our own recording was saved the cursor is on %q, want 00", e.recording.ID)
	}
}

func TestEdit(t *testing.T) {
	s := &shelf{rows: samples()}
	d := open(t, s, 80, 24)
	d.Keys("e")
	dialog := d.Last().(page.Ask).Dialog
	for _, k := range []string{"end", "!", "tab", "x"} {
		dialog, _ = dialog.Update(d.Env.Keys, d.Env.Now, pagetest.Key(t, k))
	}
	_, answer := dialog.Update(d.Env.Keys, d.Env.Now, pagetest.Key(t, "enter"))
	d.Send(*answer)
	settle(d)
	if len(s.patches) != 1 || *s.patches[0].Title != "Deploy the billing service!" || *s.patches[0].Description != "x" {
		t.Errorf("changed to %+v", s.patches)
	}
}

func TestRecordAsksForATitleThatEnterSkips(t *testing.T) {
	d := open(t, &shelf{}, 80, 24)
	d.Keys("r")
	dialog := d.Last().(page.Ask).Dialog
	_, answer := dialog.Update(d.Env.Keys, d.Env.Now, pagetest.Key(t, "enter"))
	d.Send(*answer)
	if got := d.Last(); got != (page.NewTerminal{Record: true}) {
		t.Errorf("enter asks for %+v, want a recorded terminal without a title", got)
	}
	d.Keys("c")
	if got := d.Last(); got != (page.NewTerminal{}) {
		t.Errorf("c asks for %+v, want a terminal", got)
	}
}

func TestTerminalsStandAtTheHead(t *testing.T) {
	s := &shelf{rows: append([]library.Recording{{ID: "99", Title: "Being recorded here", Status: library.StatusRecording}}, samples()...)}
	d := open(t, s, 80, 24, running()...)
	if got := d.Screen(); strings.Contains(got, "Being recorded here") {
		t.Errorf("what is recorded in a tab stands in the list twice:\n%s", got)
	}
	d.Keys("g", "down", "enter")
	if got := d.Last(); got != (page.GoTerminal{Tab: 2}) {
		t.Errorf("enter on the second terminal asks for %+v", got)
	}
	d.Keys("d")
	if toast, ok := d.Last().(page.Toast); !ok || !strings.Contains(toast.Text, "running terminal") {
		t.Errorf("d on a terminal says %+v", toast)
	}
}

// Another rexec may crash while this one runs.
func TestWhatACrashElsewhereLeftOpenIsEnded(t *testing.T) {
	s, asked := &shelf{rows: samples()}, 0
	d := open(t, s, 80, 24)
	m := d.Page.(Model)
	m.config.Recover = func(context.Context) (int, error) { asked++; return asked / 2, nil }
	d.Page = m
	for _, c := range []struct {
		wait time.Duration
		want int
		last page.Action
	}{
		{0, 1, nil}, {checkEvery / 2, 1, nil}, {checkEvery, 2, page.Toast{Kind: widget.ToastWarn, Text: "1 recording is back that a crash had left open."}},
	} {
		d.Wait(c.wait)
		d.Send(timeMsg{})
		settle(d)
		var told page.Action
		for _, action := range d.Actions {
			if toast, ok := action.(page.Toast); ok {
				told = toast
			}
		}
		d.Actions = nil
		if asked != c.want || told != c.last {
			t.Errorf("after %v: asked %d times, want %d; told %v", c.wait, asked, c.want, told)
		}
	}
	s.rows = slices.DeleteFunc(s.rows, func(r library.Recording) bool { return r.Status == library.StatusRecording })
	d.Send(timeMsg{})
	settle(d)
	d.Wait(time.Minute)
	d.Send(timeMsg{})
	settle(d)
	if asked > 3 {
		t.Errorf("asked %d times with nothing to end", asked)
	}
}

func TestARecordingThatNobodyWritesAnyMoreCanBeDeleted(t *testing.T) {
	s := &shelf{rows: []library.Recording{{ID: "05", Title: "Elsewhere", Status: library.StatusRecording, Created: pagetest.Now}}}
	d := open(t, s, 80, 24)
	d.Keys("D")
	ask, ok := d.Last().(page.Ask)
	if !ok {
		t.Fatalf("the library is not asked: %+v", d.Last())
	}
	_, answer := ask.Dialog.Update(d.Env.Keys, d.Env.Now, pagetest.Key(t, "y"))
	s.err = errors.New("it is still being written: stop it first")
	d.Send(*answer)
	d.Run()
	if toast, ok := d.Last().(page.Toast); !ok || toast.Text != "It is still being written: stop it first." {
		t.Errorf("told %+v", d.Last())
	}
}

func TestThePreviewSaysWhyThereIsNone(t *testing.T) {
	for want, err := range map[string]error{
		"! The file of this recording is gone.": &fs.PathError{Op: "open", Path: strings.Repeat("/deep", 40), Err: fs.ErrNotExist},
		"! The file of this recording may not":  &fs.PathError{Op: "open", Path: strings.Repeat("/deep", 40), Err: fs.ErrPermission},
		"on the disk.":                          errors.New("read the recording: " + strings.Repeat("something or other ", 5) + "on the disk"),
	} {
		s := &shelf{rows: samples()}
		d := open(t, s, 40, 24)
		m := d.Page.(Model)
		m.config.Still = func(context.Context, library.Recording) (*vt.Snapshot, error) { return nil, err }
		d.Page = m
		d.Keys("tab")
		settle(d)
		if got := d.Screen(); !strings.Contains(got, want) {
			t.Errorf("%v: %q is not on the screen:\n%s", err, want, got)
		}
	}
}

func TestAStatusIsReadableBesideALongTitle(t *testing.T) {
	s := &shelf{rows: []library.Recording{{ID: "01", Title: strings.Repeat("long ", 40), Status: library.StatusRepaired, Created: pagetest.Now}}}
	for _, cols := range []int{40, 60, 80, 120, 200} {
		if got := open(t, s, cols, 24).Screen(); !strings.Contains(got, "…  repaired") || !strings.Contains(got, "◐ long long l") {
			t.Errorf("in %d columns:\n%s", cols, got)
		}
	}
}

func TestRefusals(t *testing.T) {
	d := open(t, &shelf{}, 80, 24)
	for _, k := range []string{"enter", "e", "d", "/", "n", "tab"} {
		d.Keys(k)
		if toast, ok := d.Last().(page.Toast); !ok || toast.Text == "" {
			t.Errorf("%s in an empty library says %+v, want why it does nothing", k, toast)
		}
	}
}
