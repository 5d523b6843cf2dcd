package widget

import (
	"slices"
	"time"

	"rexec/tui/screen"
	"rexec/tui/theme"
)

// ToastKind says how serious a toast is.
type ToastKind uint8

// The kinds of toasts.
const (
	ToastInfo ToastKind = iota
	ToastDone
	ToastWarn
	ToastError
)

// Toasts are the short messages that are shown now, oldest first.
type Toasts struct {
	items []toast
}

type toast struct {
	by    int
	kind  ToastKind
	text  string
	until time.Time
}

// maxToasts is how many are shown at once; older ones give way.
const maxToasts = 3

// life is how long a toast of a kind stays, for a text of a length.
func (k ToastKind) life(text string) time.Duration {
	base := 3 * time.Second
	if k >= ToastWarn {
		base = 8 * time.Second
	}
	return base + time.Duration(len(text)/20)*time.Second/2
}

// Add returns the toasts with one more, and how long it will stay. A toast that
// says the same as one that is shown takes its place, and so does news for news of
// the same one: only warnings and errors pile up. by names who says it.
func (ts Toasts) Add(now time.Time, by int, kind ToastKind, text string) (Toasts, time.Duration) {
	var items []toast
	for _, t := range ts.items {
		if t.text != text && !(t.by == by && t.kind < ToastWarn && kind < ToastWarn) {
			items = append(items, t)
		}
	}
	life := kind.life(text)
	items = append(items, toast{by, kind, text, now.Add(life)})
	items = items[max(len(items)-maxToasts, 0):]
	return Toasts{items}, life
}

// At returns the toasts that are still shown at a moment.
func (ts Toasts) At(now time.Time) Toasts {
	var items []toast
	for _, t := range ts.items {
		if now.Before(t.until) {
			items = append(items, t)
		}
	}
	return Toasts{items}
}

// Without returns the toasts without those of somebody who has left.
func (ts Toasts) Without(by int) Toasts {
	var items []toast
	for _, t := range ts.items {
		if t.by != by {
			items = append(items, t)
		}
	}
	return Toasts{items}
}

// WithoutNews returns the warnings and errors.
func (ts Toasts) WithoutNews() Toasts {
	return Toasts{slices.DeleteFunc(slices.Clone(ts.items), func(t toast) bool { return t.kind < ToastWarn })}
}

// Empty tells whether there is nothing to show.
func (ts Toasts) Empty() bool { return len(ts.items) == 0 }

// Draw draws the toasts into the lower right of r, the newest at the bottom.
func (ts Toasts) Draw(s *screen.Screen, t *theme.Theme, r screen.Rect) {
	bottom := r.Max.Y
	for i := len(ts.items) - 1; i >= 0; i-- {
		item := ts.items[i]
		glyph, st := item.kind.look(t)
		inner := min(56, r.Dx()-8)
		if inner < 10 {
			return
		}
		lines := s.Wrap(item.text, inner)
		lines = lines[:min(len(lines), 6)]
		width := 0
		for _, l := range lines {
			width = max(width, s.Width(l))
		}
		box := screen.R(r.Max.X-width-7, bottom-len(lines)-2, width+6, len(lines)+2)
		if box.Min.Y < r.Min.Y {
			return
		}
		s.Box(box, st, t.Panel)
		s.Text(box.Min.X+2, box.Min.Y+1, 1, glyph, st)
		for j, l := range lines {
			s.Text(box.Min.X+4, box.Min.Y+1+j, width, l, t.Panel)
		}
		bottom = box.Min.Y
	}
}

func (k ToastKind) look(t *theme.Theme) (string, screen.Style) {
	switch k {
	case ToastDone:
		return "✓", t.PanelOK
	case ToastWarn:
		return "!", t.PanelWarn
	case ToastError:
		return "✗", t.PanelError
	}
	return "·", t.PanelAccent
}
