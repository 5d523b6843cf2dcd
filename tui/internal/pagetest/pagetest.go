// Package pagetest drives a page as the root does, without a terminal: messages in,
// a screen out, compared with golden files.
//
//	p := pagetest.New(t, page, 80, 24)
//	p.Keys("/", "v", "i", "m", "enter")
//	p.Golden("search")
//
// Commands do not run by themselves: Cmds returns them, and Run runs one and gives
// the page its message. go test -update writes the golden files, which are
// screens as text with SGR sequences: cat shows them.
package pagetest

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"rexec/tui/keys"
	"rexec/tui/page"
	"rexec/tui/screen"
	"rexec/tui/theme"
)

var update = flag.Bool("update", false, "write the golden files")

// Now is when a test begins: a Sunday, early in the afternoon, UTC.
var Now = time.Date(2026, 11, 22, 14, 3, 0, 0, time.UTC)

// Driver drives one page.
type Driver struct {
	t       testing.TB
	Page    page.Page
	Env     page.Env
	Actions []page.Action // all that the page asked for, flattened, but Do
	cmds    []tea.Cmd
	screen  *screen.Screen
	size    page.Size
}

// New shows a page in a window.
func New(t testing.TB, p page.Page, cols, rows int) *Driver {
	d := &Driver{
		t: t, Page: p, screen: screen.New(cols, rows), size: page.Size{Cols: cols, Rows: rows},
		Env: page.Env{Now: Now, Keys: keys.New(), Theme: theme.New(theme.Options{Profile: colorprofile.TrueColor})},
	}
	d.take(p.Init(d.Env))
	d.Send(d.size)
	d.Send(page.Shown{})
	return d
}

// Send gives the page a message.
func (d *Driver) Send(msg tea.Msg) {
	var action page.Action
	d.Page, action = d.Page.Update(d.Env, msg)
	d.take(action)
}

func (d *Driver) take(action page.Action) {
	switch action := action.(type) {
	case nil:
	case page.Several:
		for _, a := range action {
			d.take(a)
		}
	case page.Do:
		d.cmds = append(d.cmds, action.Cmd)
	default:
		d.Actions = append(d.Actions, action)
	}
}

// Cmds returns the commands that the page has asked for and that were not run.
func (d *Driver) Cmds() []tea.Cmd { return d.cmds }

// Drop forgets the commands that were not run.
func (d *Driver) Drop() { d.cmds = nil }

// Run runs the commands there are, which must not wait for anything, and gives the
// page their messages.
func (d *Driver) Run() {
	cmds := d.cmds
	d.cmds = nil
	for _, cmd := range cmds {
		if msg := cmd(); msg != nil {
			d.Send(msg)
		}
	}
}

// Wait lets time pass for the page.
func (d *Driver) Wait(t time.Duration) { d.Env.Now = d.Env.Now.Add(t) }

// Keys strikes keys, named as in the table of keys; other names are typed.
func (d *Driver) Keys(names ...string) {
	for _, n := range names {
		d.Send(Key(d.t, n))
	}
}

// Type types text.
func (d *Driver) Type(text string) {
	for _, r := range text {
		d.Send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

// Last returns the page's last action but Do, nil when there is none, and forgets
// all of them.
func (d *Driver) Last() page.Action {
	if len(d.Actions) == 0 {
		return nil
	}
	last := d.Actions[len(d.Actions)-1]
	d.Actions = nil
	return last
}

// Screen draws the page and returns its text.
func (d *Driver) Screen() string {
	d.draw()
	return d.screen.String()
}

func (d *Driver) draw() {
	d.screen.Clear()
	d.Page.Draw(d.Env, d.screen, d.screen.Bounds())
}

// Golden compares the page's screen, text and style, with testdata/<name>.ansi.
func (d *Driver) Golden(name string) {
	d.t.Helper()
	d.draw()
	Golden(d.t, name, d.screen)
}

// Golden compares a screen with testdata/<name>.ansi.
func Golden(t testing.TB, name string, s *screen.Screen) {
	t.Helper()
	path := filepath.Join("testdata", name+".ansi")
	got := s.Render() + "\n"
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; go test -update writes it", err)
	}
	if string(want) == got {
		return
	}
	a, b := strings.Split(string(want), "\n"), strings.Split(got, "\n")
	for i := range max(len(a), len(b)) {
		x, y := at(a, i), at(b, i)
		if x == y {
			continue
		}
		if plain(x) == plain(y) {
			t.Errorf("%s: row %d has another style:\nwant %q\ngot  %q", path, i, x, y)
			return
		}
		t.Errorf("%s: row %d differs.\nwant %s\ngot  %s\n\nthe screen:\n%s\n\nwanted:\n%s", path, i, plain(x), plain(y), plain(got), plain(string(want)))
		return
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}

// plain takes the escape sequences out of a golden screen.
func plain(s string) string {
	var b strings.Builder
	for s != "" {
		if strings.HasPrefix(s, "\x1b[") {
			if i := strings.IndexByte(s, 'm'); i >= 0 {
				s = s[i+1:]
				continue
			}
		}
		_, n := utf8.DecodeRuneInString(s)
		b.WriteString(s[:n])
		s = s[n:]
	}
	return b.String()
}

// Key returns a key by its name: "enter", "ctrl+b", "shift+left", "R", "é".
func Key(t testing.TB, name string) tea.KeyPressMsg {
	k := tea.KeyPressMsg{}
	rest := name
	for {
		mod, after, ok := strings.Cut(rest, "+")
		m, known := mods[mod]
		if !ok || !known || after == "" {
			break
		}
		k.Mod |= m
		rest = after
	}
	if code, ok := codes[rest]; ok {
		k.Code = code
		if code == tea.KeySpace && k.Mod == 0 {
			k.Text = " "
		}
		return k
	}
	r, n := utf8.DecodeRuneInString(rest)
	if n != len(rest) {
		t.Fatalf("there is no key %q", name)
	}
	k.Code = r
	if k.Mod == 0 {
		k.Text = rest
	}
	return k
}

var mods = map[string]tea.KeyMod{"ctrl": tea.ModCtrl, "alt": tea.ModAlt, "shift": tea.ModShift}

var codes = map[string]rune{
	"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "space": tea.KeySpace, "backspace": tea.KeyBackspace,
	"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight, "home": tea.KeyHome, "end": tea.KeyEnd,
	"pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "delete": tea.KeyDelete, "insert": tea.KeyInsert, "f1": tea.KeyF1, "f12": tea.KeyF12,
}
