package tui

import (
	"log/slog"
	"time"

	tea "charm.land/bubbletea/v2"

	"rexec/tui/screen"
)

// noKey is asked about when it is not known which of a binding's keys it will be.
var noKey = tea.KeyPressMsg{Code: '1'}

// shell is the one tea.Model: it reads the clock, lets app decide, and carries out
// what app decided.
type shell struct {
	app app
	now func() time.Time
	log *slog.Logger

	screen *screen.Screen
	view   tea.View
	drawn  time.Time // when app was last changed so that it must be drawn
	dirty  bool
}

func newShell(a app, now func() time.Time, log *slog.Logger) *shell {
	return &shell{app: a, now: now, log: log, screen: screen.New(0, 0), dirty: true}
}

// Init implements tea.Model.
func (s *shell) Init() tea.Cmd {
	fx := effects{}
	s.drawn = s.now()
	s.app = s.app.begin(s.drawn, &fx)
	return tea.Batch(s.carryOut(fx), tea.RequestBackgroundColor)
}

// Update implements tea.Model.
func (s *shell) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	fx, now := effects{}, s.now()
	s.app = s.app.update(now, msg, &fx)
	if fx.redraw {
		s.dirty, s.drawn = true, now
	}
	return s, s.carryOut(fx)
}

// carryOut does what must be done in order at once and returns the rest as one
// command.
func (s *shell) carryOut(fx effects) tea.Cmd {
	for _, send := range fx.sends {
		// A terminal that takes no input says so by an event of its own.
		_, _ = send.To.Write(send.Data)
	}
	for _, line := range fx.logs {
		s.log.Warn(line)
	}
	return tea.Batch(fx.cmds...)
}

// View implements tea.Model. It draws only after a change.
func (s *shell) View() tea.View {
	wants := s.app.page(s.app.top()).Wants()
	if s.dirty {
		s.dirty = false
		s.app.draw(s.drawn, s.screen)
		s.view = tea.View{
			Content: s.screen.Render(), Cursor: s.screen.Cursor(),
			AltScreen: true, ReportFocus: true, WindowTitle: s.app.page(s.app.top()).Title(),
		}
	}
	s.view.MouseMode, s.view.KeyboardEnhancements = wants.Mouse, wants.Keyboard
	return s.view
}
