package widget

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"rexec/tui/keys"
	"rexec/tui/screen"
	"rexec/tui/theme"
)

var paletteChoices = []Choice{
	{Binding: keys.Binding{ID: "a", Keys: []string{"a"}, Help: "close the terminal; asks while it is running"}, Why: "No terminal is open."},
	{Binding: keys.Binding{ID: "b", Help: "make a copy in which tokens are masked"}},
	{Binding: keys.Binding{ID: "c", Keys: []string{"c"}, Help: "mark for deletion"}},
}

func typed(p Palette, text string) Palette {
	for _, r := range text {
		p, _, _ = p.Update(keys.New(), tea.KeyPressMsg{Code: r, Text: string(r)}, 20)
	}
	return p
}

func names(p Palette) string {
	var out []string
	for _, f := range p.found {
		out = append(out, string(p.choices[f.choice].Binding.ID))
	}
	return strings.Join(out, " ")
}

func TestPaletteFinds(t *testing.T) {
	for text, want := range map[string]string{
		"":             "b c a", // what cannot be used comes last
		"mask":         "b",
		"masked copy":  "b",
		"MARK":         "c",
		"mkcp":         "b", // letters in this order
		"close":        "a",
		"nothing-such": "",
	} {
		if got := names(typed(NewPalette(paletteChoices), text)); got != want {
			t.Errorf("%q finds %q, want %q", text, got, want)
		}
	}
}

func TestPaletteChooses(t *testing.T) {
	table := keys.New()
	press := func(p Palette, code rune) (Palette, *Choice, bool) {
		return p.Update(table, tea.KeyPressMsg{Code: code}, 20)
	}
	p := NewPalette(paletteChoices)
	p, _, _ = press(p, tea.KeyDown)
	if _, chosen, closed := press(p, tea.KeyEnter); !closed || chosen == nil || chosen.Binding.ID != "c" {
		t.Errorf("enter chose %+v (closed: %v), want c", chosen, closed)
	}
	if _, chosen, closed := press(p, tea.KeyEscape); !closed || chosen != nil {
		t.Errorf("escape chose %+v (closed: %v)", chosen, closed)
	}
	if _, chosen, closed := press(typed(p, "nothing-such"), tea.KeyEnter); closed || chosen != nil {
		t.Errorf("enter on nothing chose %+v (closed: %v)", chosen, closed)
	}
}

func TestPaletteIsDrawnInAnyWindow(t *testing.T) {
	for _, size := range [][2]int{{200, 50}, {80, 24}, {40, 10}, {40, 6}} {
		s := screen.New(size[0], size[1])
		typed(NewPalette(paletteChoices), "mask").Draw(s, theme.New(theme.Options{}), keys.New(), s.Bounds())
		if text := s.String(); !strings.Contains(text, "make a copy") {
			t.Errorf("%v: it shows\n%s", size, text)
		}
	}
}
