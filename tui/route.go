package tui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"rexec/tui/live"
	"rexec/tui/page"
)

// show makes stack the pages that lie above each other. Pages with ids of their
// own that are no longer in it are closed.
func (a app) show(now time.Time, stack []int, fx *effects) app {
	before, old := a.top(), a.stack
	a.stack = stack
	fx.redraw = true
	if a.top() != before {
		a = a.tell(now, before, page.Hidden{}, fx)
		a = a.tell(now, a.top(), page.Shown{}, fx)
	}
	for _, id := range old {
		if id < firstID || slices.Contains(a.stack, id) {
			continue
		}
		if close := a.page(id).Close(); close != nil {
			fx.do(func() tea.Msg { close(); return nil })
		}
		a.toasts = a.toasts.Without(id)
		a.pages = slices.DeleteFunc(slices.Clone(a.pages), func(s slot) bool { return s.id == id })
	}
	return a
}

// toLive shows the terminals and gives them a message.
func (a app) toLive(now time.Time, msg tea.Msg, fx *effects) app {
	if !a.hosting {
		return a
	}
	a = a.tell(now, liveID, msg, fx)
	if a.top() == liveID {
		return a
	}
	stack := slices.DeleteFunc(slices.Clone(a.stack), func(id int) bool { return id == liveID })
	return a.show(now, append(stack, liveID), fx)
}

// toLibrary shows the library; without one the app ends.
func (a app) toLibrary(now time.Time, fx *effects) app {
	if a.page(libraryID) == nil {
		return a.quit(now, fx)
	}
	left := a.top() == liveID
	a = a.show(now, []int{libraryID}, fx)
	if left {
		a = a.tell(now, liveID, live.Tidy{}, fx)
	}
	return a
}

// back leaves the page that is shown for the one below.
func (a app) back(now time.Time, fx *effects) app {
	if len(a.stack) == 1 {
		return a.quit(now, fx)
	}
	return a.show(now, slices.Clone(a.stack[:len(a.stack)-1]), fx)
}
