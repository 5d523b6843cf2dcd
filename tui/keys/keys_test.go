package keys

import (
	"testing"

	tea "charm.land/bubbletea/v2"
)

func TestKeysAreUniqueWithinAContext(t *testing.T) {
	table := New("ctrl+a", "ctrl+b")
	seen := map[Context]map[string]ID{}
	ids := map[Context]map[ID]bool{}
	for _, b := range table.bindings {
		if seen[b.Context] == nil {
			seen[b.Context], ids[b.Context] = map[string]ID{}, map[ID]bool{}
		}
		if ids[b.Context][b.ID] {
			t.Errorf("%s: %q is listed twice", b.Context, b.ID)
		}
		ids[b.Context][b.ID] = true
		for _, k := range b.Keys {
			if other, taken := seen[b.Context][k]; taken {
				t.Errorf("%s: %q belongs to %q and %q", b.Context, k, other, b.ID)
			}
			seen[b.Context][k] = b.ID
		}
	}
}

func TestEveryBindingCanBeExplained(t *testing.T) {
	for _, b := range New().bindings {
		if b.Short == "" || b.Help == "" || b.Group == "" || len(b.Keys) == 0 && !(b.Context == Library && b.Group == "Tools") {
			t.Errorf("%s %q: a binding needs keys, a short name, a help line and a group: %+v", b.Context, b.ID, b)
		}
	}
}

func TestMatch(t *testing.T) {
	table := New()
	for _, c := range []struct {
		name string
		in   Context
		key  tea.KeyPressMsg
		want ID
	}{
		{"a letter", Library, tea.KeyPressMsg{Code: 'r', Text: "r"}, Record},
		{"a shifted letter", Prefix, tea.KeyPressMsg{Code: 'r', ShiftedCode: 'R', Text: "R", Mod: tea.ModShift}, ToggleRecord},
		{"a shifted letter without its text", Prefix, tea.KeyPressMsg{Code: 'r', ShiftedCode: 'R', Mod: tea.ModShift}, ToggleRecord},
		{"space", Player, tea.KeyPressMsg{Code: tea.KeySpace, Text: " "}, Pause},
		{"backspace", Player, tea.KeyPressMsg{Code: tea.KeyBackspace}, NormalSpeed},
		{"page down", Library, tea.KeyPressMsg{Code: tea.KeyPgDown}, PageDown},
		{"shift and an arrow", Player, tea.KeyPressMsg{Code: tea.KeyLeft, Mod: tea.ModShift}, Back10},
		{"a digit", Prefix, tea.KeyPressMsg{Code: '7', Text: "7"}, GoTab},
		{"escape", Dialog, tea.KeyPressMsg{Code: tea.KeyEscape}, Cancel},
		{"the prefix after the prefix", Prefix, tea.KeyPressMsg{Code: 'b', Mod: tea.ModCtrl}, SendPrefix},
		{"nothing", Library, tea.KeyPressMsg{Code: 'Q', Text: "Q"}, ""},
	} {
		if b, _ := table.Match(c.in, c.key); b.ID != c.want {
			t.Errorf("%s: %q in %s is %q, want %q", c.name, c.key.String(), c.in, b.ID, c.want)
		}
	}
}

func TestPrefixCanBeChosen(t *testing.T) {
	table := New("ctrl+a", "ctrl+b")
	if table.Prefix() != "ctrl+a" {
		t.Errorf("hints name %q, want ctrl+a", table.Prefix())
	}
	for _, code := range []rune{'a', 'b'} {
		if !table.IsPrefix(tea.KeyPressMsg{Code: code, Mod: tea.ModCtrl}) {
			t.Errorf("ctrl+%c is no prefix", code)
		}
	}
	if table.IsPrefix(tea.KeyPressMsg{Code: 'a', Text: "a"}) {
		t.Error("a plain a is a prefix")
	}
}

func TestHintsLeaveOutWhatIsDisabled(t *testing.T) {
	why := func(id ID) string {
		if id == Delete {
			return "nothing to delete"
		}
		return ""
	}
	for _, b := range New().Hints(Library, why) {
		if b.ID == Delete {
			t.Error("a disabled binding stands in the hint bar")
		}
	}
}
