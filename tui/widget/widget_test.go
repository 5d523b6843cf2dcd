package widget

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"rexec/tui/keys"
	"rexec/tui/screen"
	"rexec/tui/theme"
)

var (
	table = keys.New()
	look  = theme.New(theme.Options{Profile: colorprofile.TrueColor})
	noon  = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
)

var named = map[string]rune{
	"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "left": tea.KeyLeft, "right": tea.KeyRight,
	"up": tea.KeyUp, "down": tea.KeyDown, "backspace": tea.KeyBackspace, "home": tea.KeyHome, "space": tea.KeySpace, "pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp,
}

func key(name string) tea.KeyPressMsg {
	if code, ok := named[name]; ok {
		return tea.KeyPressMsg{Code: code}
	}
	if name == "shift+tab" {
		return tea.KeyPressMsg{Code: tea.KeyTab, Mod: tea.ModShift}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

// answer strikes keys until the dialog is answered.
func answer(d Dialog, names ...string) *Answer {
	for _, n := range names {
		var a *Answer
		if d, a = d.Update(table, noon, key(n)); a != nil {
			return a
		}
	}
	return nil
}

func TestDialogs(t *testing.T) {
	danger := Confirm("id", "Delete?", "", "Delete", true)
	harmless := Confirm("id", "Go on?", "", "Go on", false)
	prompt := Prompt("id", "Edit", "", "Save", Field{Label: "Title", Value: "old"}, Field{Label: "Description"})
	for _, c := range []struct {
		name   string
		dialog Dialog
		keys   string
		want   string // "ok" or "no" and the values; "" while it is open
	}{
		{"a dangerous question is no by default", danger, "enter", "no"},
		{"and yes when that is chosen", danger, "left enter", "ok"},
		{"typing on does not choose it", danger, "e c h o space h e l space enter", "no"},
		{"tab goes round", danger, "tab enter", "ok"},
		{"tab goes round twice", danger, "tab tab enter", "no"},
		{"y", danger, "y", "ok"},
		{"n", danger, "left n", "no"},
		{"esc", danger, "left esc", "no"},
		{"a harmless question is yes by default", harmless, "enter", "ok"},
		{"other keys do nothing", danger, "x z", ""},
		{"enter in a field confirms", prompt, "enter", "ok old "},
		{"y and n are text in a field", prompt, "y n enter", "ok oldyn "},
		{"tab goes to the next field", prompt, "tab x enter", "ok old x"},
		{"and to the buttons", prompt, "tab tab enter", "ok old "},
		{"of which the last cancels", prompt, "tab tab right enter", "no old "},
		{"shift+tab goes back", prompt, "tab shift+tab ! enter", "ok old! "},
		{"space presses the button", danger, "left space", "ok"},
		{"esc cancels", prompt, "x esc", "no oldx "},
		{"a notice is read", func() Dialog { d := Notice("id", "", ""); d.Unasked = false; return d }(), "enter", "ok"},
	} {
		got := ""
		if a := answer(c.dialog, strings.Fields(c.keys)...); a != nil {
			got = map[bool]string{true: "ok", false: "no"}[a.OK]
			if len(a.Values) > 0 {
				got += " " + strings.Join(a.Values, " ")
			}
		}
		if got != c.want {
			t.Errorf("%s: %q answers %q, want %q", c.name, c.keys, got, c.want)
		}
	}
}

func TestAnUnaskedDialogTakesNoKeysAtFirst(t *testing.T) {
	d := Notice("id", "Look", "").Open(noon)
	if _, a := d.Update(table, noon.Add(399*time.Millisecond), key("enter")); a != nil {
		t.Error("it was answered by a key that was meant for something else")
	}
	if _, a := d.Update(table, noon.Add(400*time.Millisecond), key("enter")); a == nil {
		t.Error("it takes no keys later either")
	}
}

func TestInput(t *testing.T) {
	in := NewInput("ab", "")
	for _, k := range []string{"left", "X", "home", "世"} {
		in = in.Update(key(k))
	}
	in = in.Update(tea.PasteMsg{Content: "two\nlines\x1b[31m"})
	if want := "世two lines␛[31maXb"; in.Value() != want {
		t.Errorf("the line holds %q, want %q", in.Value(), want)
	}
}

func TestInputScrollsToItsCursor(t *testing.T) {
	s := screen.New(10, 1)
	in := NewInput("0123456789abcdef", "")
	in.Draw(s, look, 0, 0, 10, true)
	if got := s.String(); got != "789abcdef" || s.Cursor().X != 9 {
		t.Errorf("shows %q with the cursor at %d, want the end of the line", got, s.Cursor().X)
	}
	in = in.Update(key("home"))
	in.Draw(s, look, 0, 0, 10, true)
	if got := s.String(); !strings.HasPrefix(got, "012345") || s.Cursor().X != 0 {
		t.Errorf("shows %q with the cursor at %d, want its start", got, s.Cursor().X)
	}
}

func list(n, height int) List[string] {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprint(i)
	}
	return NewList(func(s string) string { return s }).SetHeight(height).Replace(rows, true)
}

func TestListKeepsTheCursorInSight(t *testing.T) {
	l := list(100, 10)
	for _, c := range []struct {
		do            func(List[string]) List[string]
		cursor, first int
	}{
		{func(l List[string]) List[string] { return l.Move(-1) }, 0, 0},
		{func(l List[string]) List[string] { return l.Move(8) }, 8, 0},
		{func(l List[string]) List[string] { return l.Move(1) }, 9, 1},
		{func(l List[string]) List[string] { return l.Half(1) }, 14, 6},
		{func(l List[string]) List[string] { return l.Go(1000) }, 99, 90},
		{func(l List[string]) List[string] { return l.SetHeight(20) }, 99, 80},
		{func(l List[string]) List[string] { return l.Go(0) }, 0, 0},
		{func(l List[string]) List[string] { return l.SetHeight(0).SetHeight(3) }, 0, 0},
	} {
		l = c.do(l)
		if first, _ := l.Shown(); l.Cursor() != c.cursor || first != c.first {
			t.Errorf("the cursor is on %d and the first row is %d, want %d and %d", l.Cursor(), first, c.cursor, c.first)
		}
	}
}

func TestListFollowsItsRow(t *testing.T) {
	l := list(50, 10).Go(20)
	first, _ := l.Shown()
	l = l.Replace(append([]string{"new"}, l.Rows()...), true)
	if row, _ := l.Selected(); row != "20" {
		t.Errorf("with a row added above, the cursor is on %q, want 20", row)
	}
	if now, _ := l.Shown(); now != first+1 {
		t.Errorf("the row moved on the screen: first is %d, was %d", now, first)
	}
	l = list(50, 10).Go(20)
	l = l.Replace(slices.Delete(slices.Clone(l.Rows()), 18, 21), true)
	if row, _ := l.Selected(); row != "21" {
		t.Errorf("with its row and two above gone, the cursor is on %q, want 21", row)
	}
	l = l.Go(46).Replace(l.Rows()[:40], true)
	if row, _ := l.Selected(); row != "42" {
		t.Errorf("with all from its row on gone, the cursor is on %q, want 42", row)
	}
	l = l.Replace([]string{"a", "b"}, true)
	if row, ok := l.Selected(); !ok || row != "b" {
		t.Errorf("with its row gone and few left, the cursor is on %q", row)
	}
	if _, ok := l.Replace(nil, true).Selected(); ok {
		t.Error("an empty list has a selected row")
	}
}

func TestListAsksForMoreInTime(t *testing.T) {
	l := list(200, 20).Append(nil, false)
	if l.NeedsMore() {
		t.Error("asks for more at the top")
	}
	if !l.Go(165).NeedsMore() {
		t.Error("does not ask for more two screens before the end")
	}
	if l.Append(nil, true).Go(199).NeedsMore() {
		t.Error("asks for more when there is none")
	}
}

func TestToasts(t *testing.T) {
	ts, life := Toasts{}.Add(noon, 1, ToastInfo, "one")
	ts, _ = ts.Add(noon.Add(time.Second), 1, ToastError, "two")
	ts, _ = ts.Add(noon.Add(time.Second), 1, ToastError, "two")
	if len(ts.items) != 2 {
		t.Errorf("%d toasts, want what is said twice to stand once", len(ts.items))
	}
	if ts = ts.At(noon.Add(life)); len(ts.items) != 1 || ts.items[0].text != "two" {
		t.Errorf("after %v there are %+v, want the error alone", life, ts.items)
	}
	if ts = ts.At(noon.Add(time.Hour)); !ts.Empty() {
		t.Error("a toast stays for ever")
	}
	for i := range 9 {
		ts, _ = ts.Add(noon, 1, ToastWarn, fmt.Sprint(i))
	}
	if len(ts.items) != maxToasts {
		t.Errorf("%d toasts at once, want %d", len(ts.items), maxToasts)
	}
}

func TestNewsTakesThePlaceOfNews(t *testing.T) {
	ts, _ := Toasts{}.Add(noon, 1, ToastDone, "Moved to the trash.")
	ts, _ = ts.Add(noon, 2, ToastDone, "Saved.")
	ts, _ = ts.Add(noon, 1, ToastWarn, "The disk is nearly full.")
	ts, _ = ts.Add(noon, 1, ToastInfo, "Brought back.")
	var said []string
	for _, item := range ts.items {
		said = append(said, item.text)
	}
	if want := []string{"Saved.", "The disk is nearly full.", "Brought back."}; !slices.Equal(said, want) {
		t.Errorf("shown are %q, want %q", said, want)
	}
	if left := ts.WithoutNews(); len(left.items) != 1 || left.items[0].kind != ToastWarn {
		t.Errorf("without news there are %+v, want the warning", left.items)
	}
}

func TestHelpScrollsToItsEnd(t *testing.T) {
	h := NewHelp(keys.Library, keys.Prefix)
	for range 20 {
		h, _ = h.Update(table, key("pgdown"), screen.R(0, 0, 80, 20))
	}
	s := screen.New(80, 20)
	h.Draw(s, look, table, s.Bounds())
	if got := s.String(); !strings.Contains(got, "do nothing") {
		t.Errorf("the last line cannot be reached:\n%s", got)
	}
	h, _ = h.Update(table, key("up"), screen.R(0, 0, 80, 20))
	h.Draw(s, look, table, s.Bounds())
	if got := s.String(); strings.Contains(got, "do nothing") {
		t.Errorf("up does not scroll from the end:\n%s", got)
	}
	if _, closed := h.Update(table, key("?"), screen.R(0, 0, 80, 20)); !closed {
		t.Error("? does not close the help")
	}
}

func TestHelpInTwoColumnsBreaksBetweenGroups(t *testing.T) {
	for _, size := range []struct{ cols, rows, columns int }{{200, 48, 2}, {120, 33, 2}, {80, 22, 1}, {40, 8, 1}} {
		l := NewHelp(keys.Library, keys.Prefix).layout(screen.New(0, 0), table, screen.R(0, 1, size.cols, size.rows))
		if len(l.columns) != size.columns {
			t.Errorf("%d×%d has %d columns, want %d", size.cols, size.rows, len(l.columns), size.columns)
		}
		for _, c := range l.columns {
			if c[0].key != "" || c[0].text == "" || c[0].more {
				t.Errorf("at %d columns one begins with %+v, want the name of a group", size.cols, c[0])
			}
			for _, line := range c {
				if w := screen.New(0, 0).Width(line.text); w > l.textWidth && line.key != "" {
					t.Errorf("at %d columns %q is cut", size.cols, line.text)
				}
			}
		}
		if w := len(l.columns)*l.column() + 4*(len(l.columns)-1) + 8; w > size.cols {
			t.Errorf("help takes %d of %d columns", w, size.cols)
		}
	}
}

func TestHintsGiveWayButNeverHelp(t *testing.T) {
	for cols := 20; cols <= 120; cols += 10 {
		s := screen.New(cols, 1)
		HintBar(s, look, s.Bounds(), table.Hints(keys.Library, nil))
		if got := s.String(); !strings.Contains(got, "? help") || cols >= 30 && !strings.Contains(got, "q quit") {
			t.Errorf("in %d columns the hints are %q", cols, got)
		}
	}
}

func TestFormats(t *testing.T) {
	for want, got := range map[string]string{
		"0:00":    Clock(0),
		"0:42":    Clock(42*time.Second + 999*time.Millisecond),
		"61:01":   strings.Replace(Clock(3661*time.Second), "1:01:01", "61:01", 1),
		"1:02:03": Clock(3723 * time.Second),
		"0 B":     Bytes(0), "999 B": Bytes(999), "1.0 kB": Bytes(1000), "10 kB": Bytes(9_960), "1.0 MB": Bytes(999_600), "51 MB": Bytes(51_200_000),
		"2.0 GB":     Bytes(2_000_000_000),
		"just now":   Ago(noon, noon.Add(-59*time.Second)),
		"5 min ago":  Ago(noon, noon.Add(-5*time.Minute)),
		"09:30":      Ago(noon, noon.Add(-150*time.Minute)),
		"yesterday":  Ago(noon, noon.Add(-13*time.Hour)),
		"Thu 12:00":  Ago(noon, noon.Add(-72*time.Hour)),
		"3 Nov":      Ago(noon, noon.AddDate(0, 0, -19)),
		"2025-11-22": Ago(noon, noon.AddDate(-1, 0, 0)),
		"–":          Ago(noon, time.Time{}),
		"1 command":  Count(1, "command"),
		"No such.":   Sentence("no such"),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
