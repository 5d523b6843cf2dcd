package tui

import (
	"fmt"
	"time"

	"rexec/tui/keys"
	"rexec/tui/screen"
	"rexec/tui/widget"
)

// draw draws everything: the page, then what lies above it.
func (a app) draw(now time.Time, s *screen.Screen) {
	s.SetGraphemes(a.graphemes)
	if b := s.Bounds(); b.Dx() != a.size.Cols || b.Dy() != a.size.Rows {
		s.Resize(a.size.Cols, a.size.Rows)
	}
	s.Clear()
	r := s.Bounds()
	if r.Empty() {
		return
	}
	if a.tooSmall() {
		a.drawTooSmall(s, r)
		return
	}
	a.page(a.top()).Draw(a.env(now), s, r)
	inner := a.inner()
	a.toasts.Draw(s, a.theme, inner)
	if a.help != nil {
		a.help.Draw(s, a.theme, a.keys, inner)
	}
	if a.palette != nil {
		a.palette.Draw(s, a.theme, a.keys, inner)
	}
	if a.prefix.popup {
		why := func(id keys.ID) string { return a.whyPrefix(now, id, noKey) }
		widget.WhichKey(s, a.theme, screen.R(r.Min.X, r.Min.Y+1, r.Dx(), r.Dy()-1), a.keys.Prefix(), a.keys.For(keys.Prefix), why)
	}
	for _, d := range a.dialogs {
		d.dialog.Draw(s, a.theme, inner)
	}
	if a.closing {
		a.drawClosing(s, r)
	}
}

// inner is the place that overlays have: the first and the last row, which say where
// one is and what to press, stay free.
func (a app) inner() screen.Rect { return screen.R(0, 1, a.size.Cols, a.size.Rows-2) }

// drawTooSmall says what is missing, in the words that fit.
func (a app) drawTooSmall(s *screen.Screen, r screen.Rect) {
	text := fmt.Sprintf("This window is %d×%d. Rexec needs at least %d×%d.", r.Dx(), r.Dy(), minCols, minRows)
	if r.Dx() < 24 {
		text = fmt.Sprintf("Too small: %d×%d, needs %d×%d", r.Dx(), r.Dy(), minCols, minRows)
	}
	if a.idle() {
		text += "\n" + leaveSmall + " quits."
	}
	lines := s.Wrap(text, r.Dx())
	y := r.Min.Y + max((r.Dy()-len(lines))/2, 0)
	for i, l := range lines {
		s.TextCenter(r, y+i, l, a.theme.Text)
	}
}

func (a app) drawClosing(s *screen.Screen, r screen.Rect) {
	s.HideCursor()
	text := "Closing terminals and saving recordings…"
	w := min(s.Width(text)+6, r.Dx())
	box := screen.R(r.Min.X+(r.Dx()-w)/2, r.Min.Y+r.Dy()/2-1, w, 3)
	s.Box(box, a.theme.PanelBorder, a.theme.Panel)
	s.Text(box.Min.X+3, box.Min.Y+1, w-6, text, a.theme.Panel)
}
