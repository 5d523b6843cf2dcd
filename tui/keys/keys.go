// Package keys is the one table of key bindings.
//
// Pages ask it what a key means; help, hint bars, the palette and, later, the
// cheat sheet are made from it. It is not for carrying bindings out: a page does
// that, switching on a Binding's ID.
//
// The invariant: within one Context a key string belongs to one binding, and no
// binding is listed that no page carries out.
package keys

import tea "charm.land/bubbletea/v2"

// Context is where a binding holds. A page has one; the prefix has its own.
type Context string

// The contexts.
const (
	Library Context = "Library"        // the list of recordings
	Filter  Context = "Library search" // while the library's search line has the keys
	Prefix  Context = "Live terminal"  // after the prefix key, on every page
	Ended   Context = "Ended terminal" // a tab whose program has ended
	Player  Context = "Player"         // playback
	Search  Context = "Player search"  // while the player's search line has the keys
	Panel   Context = "Player panel"   // commands or transcript beside the recording
	// PanelFilter holds while that panel's filter line has the keys.
	PanelFilter Context = "Player panel filter"
	Palette     Context = "Palette"
	Dialog      Context = "Dialog" // any dialog
	Help        Context = "Help"   // the help overlay
)

// ID names what a binding does. It is unique within a context.
type ID string

// Binding is one row of the table. One without Keys stands in the palette only.
type Binding struct {
	ID      ID
	Context Context
	Keys    []string // as tea.Key.String gives them: "ctrl+b", "shift+left", "R", "space"
	Label   string   // the keys as people read them; "" joins Keys
	Short   string   // one or two words for the hint bar
	Help    string   // one line for help
	Group   string   // heading in help
	Hint    bool     // stands in the hint bar
}

// Why tells why a binding cannot be used now, in a sentence for the user, or ""
// when it can. Hint bars leave out what cannot be used; pressing it shows the
// sentence.
type Why func(ID) string

// Table holds the bindings with the prefix keys filled in.
type Table struct {
	prefix   []string
	bindings []Binding
	index    map[Context]map[string]int
}

// New builds the table. The first prefix is the one that hints name; all of them
// work. Without any it is ctrl+b.
func New(prefix ...string) *Table {
	if len(prefix) == 0 {
		prefix = []string{"ctrl+b"}
	}
	t := &Table{prefix: prefix, index: map[Context]map[string]int{}}
	for _, group := range [][]Binding{library, filter, live(prefix), ended, player, search, panel, panelFilter, palette, dialog, help} {
		t.bindings = append(t.bindings, group...)
	}
	for i, b := range t.bindings {
		m := t.index[b.Context]
		if m == nil {
			m = map[string]int{}
			t.index[b.Context] = m
		}
		for _, k := range b.Keys {
			m[k] = i
		}
	}
	return t
}

// Prefix returns the prefix key that hints name.
func (t *Table) Prefix() string { return t.prefix[0] }

// IsPrefix tells whether a key is one of the prefix keys.
func (t *Table) IsPrefix(k tea.KeyPressMsg) bool {
	s := k.String()
	for _, p := range t.prefix {
		if p == s {
			return true
		}
	}
	return false
}

// Match returns the binding of a key in a context.
func (t *Table) Match(c Context, k tea.KeyPressMsg) (Binding, bool) {
	m := t.index[c]
	for _, s := range names(k) {
		if i, ok := m[s]; ok {
			return t.bindings[i], true
		}
	}
	return Binding{}, false
}

// names returns the strings a key may be bound by: its text, and how it was
// struck, for terminals that report a shifted letter without its text.
func names(k tea.KeyPressMsg) []string {
	s := k.String()
	if k.Text == "" && k.ShiftedCode != 0 && k.Mod&^(tea.ModShift|tea.ModCapsLock|tea.ModNumLock) == 0 {
		return []string{string(k.ShiftedCode), s}
	}
	return []string{s}
}

// For returns a context's bindings in the order of help.
func (t *Table) For(c Context) []Binding {
	var out []Binding
	for _, b := range t.bindings {
		if b.Context == c {
			out = append(out, b)
		}
	}
	return out
}

// Hints returns the bindings that stand in a context's hint bar and can be used
// now. A nil why means all of them can.
func (t *Table) Hints(c Context, why Why) []Binding {
	var out []Binding
	for _, b := range t.For(c) {
		if b.Hint && (why == nil || why(b.ID) == "") {
			out = append(out, b)
		}
	}
	return out
}

// Get returns a binding by its name.
func (t *Table) Get(c Context, id ID) (Binding, bool) {
	for _, b := range t.bindings {
		if b.Context == c && b.ID == id {
			return b, true
		}
	}
	return Binding{}, false
}

// Label returns how people read the keys of a binding, "" for an unknown one.
func (t *Table) Label(c Context, id ID) string {
	b, _ := t.Get(c, id)
	return b.KeyLabel()
}

// Chosen tells whether the palette offers the binding: it means something by itself,
// without the key that was struck or the place where the cursor goes.
func (b Binding) Chosen() bool {
	switch b.ID {
	case Accept, Cancel, OpenPalette, GoTab, Tenth, SendPrefix:
		return false
	case ShowHelp:
		return b.Context != Prefix // the page has it too
	}
	return b.Group != "Move" && b.Context != Panel
}

// KeyLabel returns Label, or the keys joined.
func (b Binding) KeyLabel() string {
	if b.Label != "" {
		return b.Label
	}
	s := ""
	for i, k := range b.Keys {
		if i > 0 {
			s += " "
		}
		s += k
	}
	return s
}
