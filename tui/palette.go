package tui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"rexec/tui/keys"
	"rexec/tui/page"
	"rexec/tui/widget"
)

// openPalette shows what can be done on the page that is shown, to be found by name.
func (a app) openPalette(now time.Time, fx *effects) app {
	shown := a.page(a.top())
	var choices []widget.Choice
	for _, c := range a.contexts() {
		why := func(id keys.ID) string { return shown.Why(a.env(now), id) }
		if c == keys.Prefix {
			why = func(id keys.ID) string { return a.whyPrefix(now, id, noKey) }
		}
		for _, b := range a.keys.For(c) {
			if b.Chosen() {
				choices = append(choices, widget.Choice{Binding: b, Why: why(b.ID)})
			}
		}
	}
	p := widget.NewPalette(choices)
	a.palette, fx.redraw = &p, true
	return a
}

// contexts are those whose bindings can be used on the page that is shown.
func (a app) contexts() []keys.Context {
	contexts := []keys.Context{a.page(a.top()).Keys()}
	switch contexts[0] {
	case keys.Filter:
		contexts[0] = keys.Library
	case keys.Panel:
		contexts = append(contexts, keys.Player)
	}
	if a.hosting && !slices.Contains(contexts, keys.Prefix) {
		contexts = append(contexts, keys.Prefix)
	}
	return contexts
}

// paletteKey gives a key or a paste to the palette, and does what was chosen in it.
func (a app) paletteKey(now time.Time, msg tea.Msg, fx *effects) app {
	p, chosen, closed := a.palette.Update(a.keys, msg, a.inner().Dy())
	a.palette, fx.redraw = &p, true
	if closed {
		a.palette = nil
	}
	switch {
	case chosen == nil:
		return a
	case chosen.Why != "":
		return a.act(now, rootID, page.Info(chosen.Why), fx)
	case chosen.Binding.Context == keys.Prefix:
		return a.afterPrefix(now, chosen.Binding.ID, noKey.Code, fx)
	}
	return a.tell(now, a.top(), page.Run{ID: chosen.Binding.ID}, fx)
}
