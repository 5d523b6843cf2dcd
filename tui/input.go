package tui

import (
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"rexec/tui/keys"
	"rexec/tui/live"
	"rexec/tui/page"
	"rexec/tui/screen"
	"rexec/tui/widget"
)

// prefix is where the prefix key stands.
type prefix struct {
	pending bool // the next key belongs to it
	popup   bool // and what it can be is shown
	count   int  // of presses, to tell old timers
}

// prefixMsg says that the user has hesitated after the prefix.
type prefixMsg struct{ count int }

// hesitation is how long after the prefix its keys are shown.
const hesitation = 400 * time.Millisecond

// key gives a key to whoever has the keys: the dialog, the help, the prefix, the
// page that is shown.
func (a app) key(now time.Time, k tea.KeyPressMsg, fx *effects) app {
	switch {
	case a.closing:
		return a
	case a.tooSmall():
		if k.String() == leaveSmall && a.idle() {
			return a.leave(fx)
		}
		return a
	case len(a.dialogs) > 0:
		return a.taken(k).dialogKey(now, k, fx)
	case a.help != nil:
		h, closed := a.help.Update(a.keys, k, a.inner())
		a.help, fx.redraw = &h, true
		if closed {
			a.help = nil
		}
		return a.taken(k)
	case a.palette != nil:
		return a.taken(k).paletteKey(now, k, fx)
	case a.prefix.pending:
		return a.taken(k).prefixed(now, k, fx)
	case a.hosting && a.keys.IsPrefix(k):
		a.prefix = prefix{pending: true, count: a.prefix.count + 1}
		count := a.prefix.count
		fx.do(tea.Tick(hesitation, func(time.Time) tea.Msg { return prefixMsg{count} }))
		return a.taken(k)
	}
	return a.tell(now, a.top(), k, fx)
}

// leaveSmall quits where the window is too small to ask anything. It works while
// no terminal is running, so that there is nothing to ask.
const leaveSmall = "ctrl+c"

// idle tells that no terminal is running.
func (a app) idle() bool {
	m, _ := a.page(liveID).(live.Model)
	running, _ := m.Running()
	return running == 0
}

// taken remembers that a key's press was not given to the page below.
func (a app) taken(k tea.KeyPressMsg) app {
	if !slices.Contains(a.swallow, k.Code) {
		a.swallow = append(a.swallow[:len(a.swallow):len(a.swallow)], k.Code)
	}
	a.swallow = a.swallow[max(len(a.swallow)-8, 0):]
	return a
}

func (a app) release(now time.Time, k tea.KeyReleaseMsg, fx *effects) app {
	if i := slices.Index(a.swallow, k.Code); i >= 0 {
		a.swallow = slices.Delete(slices.Clone(a.swallow), i, i+1)
		return a
	}
	return a.below(now, k, fx)
}

// dialogKey gives a key or a paste to the dialog on top.
func (a app) dialogKey(now time.Time, msg tea.Msg, fx *effects) app {
	last := len(a.dialogs) - 1
	d, answer := a.dialogs[last].dialog.Update(a.keys, now, msg)
	by := a.dialogs[last].by
	a.dialogs = slices.Clone(a.dialogs)
	a.dialogs[last].dialog = d
	fx.redraw = true
	if answer == nil {
		return a
	}
	a.dialogs = a.dialogs[:last]
	if by == rootID {
		if answer.ID == askQuit && answer.OK {
			return a.leave(fx)
		}
		return a
	}
	return a.tell(now, by, *answer, fx)
}

// prefixed carries out the key after the prefix.
func (a app) prefixed(now time.Time, k tea.KeyPressMsg, fx *effects) app {
	if isModifier(k.Code) {
		return a // it is on its way to the next key: R needs shift
	}
	fx.redraw = fx.redraw || a.prefix.popup
	a.prefix.pending, a.prefix.popup = false, false
	b, ok := a.keys.Match(keys.Prefix, k)
	if !ok {
		return a.act(now, rootID, page.Info(fmt.Sprintf("%s means nothing after %s; ? there lists the keys.",
			screen.Clean(k.String()), a.keys.Prefix())), fx)
	}
	if why := a.whyPrefix(now, b.ID, k); why != "" {
		return a.act(now, rootID, page.Info(why), fx)
	}
	return a.afterPrefix(now, b.ID, k.Code, fx)
}

// afterPrefix carries out a binding of the prefix; code is the key's, which says which
// tab is meant.
func (a app) afterPrefix(now time.Time, id keys.ID, code rune, fx *effects) app {
	switch id {
	case keys.Cancel:
		return a
	case keys.ShowHelp:
		return a.openHelp(fx)
	case keys.OpenPalette:
		return a.openPalette(now, fx)
	case keys.ToLibrary:
		return a.toLibrary(now, fx)
	}
	return a.toLive(now, live.Command{ID: id, Key: code}, fx)
}

// isModifier tells whether a key only changes what others mean. A terminal reports
// such keys while a program asks for all of them.
func isModifier(code rune) bool {
	return code >= tea.KeyLeftShift && code <= tea.KeyIsoLevel5Shift ||
		code >= tea.KeyCapsLock && code <= tea.KeyNumLock
}

// whyPrefix tells why a key after the prefix cannot be used now.
func (a app) whyPrefix(now time.Time, id keys.ID, k tea.KeyPressMsg) string {
	m, _ := a.page(liveID).(live.Model)
	switch id {
	case keys.Cancel, keys.ShowHelp, keys.OpenPalette, keys.NewTab:
		return ""
	case keys.ToLibrary:
		if a.top() == libraryID {
			return "This is the library."
		}
		return ""
	}
	if m.Len() == 0 {
		return "No terminal is open: c opens one."
	}
	onLive := a.top() == liveID
	switch id {
	case keys.GoTab:
		if n := int(k.Code - '0'); n > m.Len() {
			return fmt.Sprintf("There is no terminal %d.", n)
		}
		return ""
	case keys.NextTab, keys.PrevTab:
		if !onLive {
			return ""
		}
	default:
		if !onLive {
			return "That is for the terminal on the screen; " + a.keys.Prefix() + " 1 goes to the first one."
		}
	}
	return m.Why(a.env(now), id)
}

// openHelp shows help on the keys of the page that is shown.
func (a app) openHelp(fx *effects) app {
	h := widget.NewHelp(a.contexts()...)
	a.help, fx.redraw = &h, true
	return a
}
