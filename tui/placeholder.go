package tui

import (
	tea "charm.land/bubbletea/v2"

	"rexec/tui/keys"
	"rexec/tui/page"
	"rexec/tui/screen"
)

type notYet struct{}

func (n notYet) Init(page.Env) page.Action { return nil }
func (n notYet) Update(env page.Env, msg tea.Msg) (page.Page, page.Action) {
	if _, ok := msg.(tea.KeyPressMsg); ok {
		return n, page.Back{}
	}
	return n, nil
}
func (n notYet) Draw(env page.Env, s *screen.Screen, r screen.Rect) {
	s.TextCenter(r, r.Dy()/2, "The player is not in this build.", env.Theme.Muted)
}
func (n notYet) Keys() keys.Context           { return keys.Player }
func (n notYet) Why(page.Env, keys.ID) string { return "" }
func (n notYet) Title() string                { return "rexec" }
func (n notYet) Wants() page.Wants            { return page.Wants{} }
func (n notYet) Close() tea.Cmd               { return nil }
