package page

import (
	"io"

	tea "charm.land/bubbletea/v2"

	"rexec/tui/keys"
	"rexec/tui/widget"
)

// Action is what a page asks of the root. The concrete types are in this file.
type Action interface{ action() }

type (
	// Several is any number of actions, in order; nil ones are skipped.
	Several []Action

	// Do runs a command; its message comes back to the page.
	Do struct{ Cmd tea.Cmd }

	// Unchanged says that the message changed nothing on the screen.
	Unchanged struct{}

	// Toast shows a short message that goes away by itself.
	Toast struct {
		Kind widget.ToastKind
		Text string
	}

	// Ask opens a dialog. The page receives an Answer that carries the dialog's ID.
	Ask struct{ Dialog widget.Dialog }

	// ShowHelp opens help on the page's keys.
	ShowHelp struct{}

	// ShowPalette opens the palette on what the page can do.
	ShowPalette struct{}

	// Play opens the player above the page.
	Play struct{ Playback }

	// NewTerminal opens a hosted terminal and shows it.
	NewTerminal struct {
		Record bool
		Title  string // of the recording; may be empty
	}

	// GoTerminal shows the hosted terminal in a tab.
	GoTerminal struct{ Tab int }

	// GoLibrary shows the library. Everything else keeps running.
	GoLibrary struct{}

	// Back leaves the page for the one below it; leaving the last one quits.
	Back struct{}

	// Quit leaves the app, asking first while terminals are running.
	Quit struct{}

	// Copy puts a text into the clipboard of the terminal that the app runs in (OSC
	// 52); whether that takes it is not known.
	Copy struct{ Text string }

	// Changed tells the library page that its content changed. With an ID the
	// cursor goes to that recording: it is what the user was busy with.
	Changed struct{ ID string }
)

func (Several) action()     {}
func (Do) action()          {}
func (Unchanged) action()   {}
func (Toast) action()       {}
func (Ask) action()         {}
func (ShowHelp) action()    {}
func (ShowPalette) action() {}
func (Play) action()        {}
func (NewTerminal) action() {}
func (GoTerminal) action()  {}
func (GoLibrary) action()   {}
func (Back) action()        {}
func (Quit) action()        {}
func (Copy) action()        {}
func (Changed) action()     {}

// Info is a toast that only tells.
func Info(text string) Action { return Toast{widget.ToastInfo, text} }

// Done is a toast that tells that something succeeded.
func Done(text string) Action { return Toast{widget.ToastDone, text} }

// Fail is a toast that tells what failed and what to do; it stays longer, and the
// root logs it.
func Fail(text string) Action { return Toast{widget.ToastError, text} }

// Refuse tells why a key does nothing now.
func Refuse(p Page, env Env, id keys.ID) (Action, bool) {
	if why := p.Why(env, id); why != "" {
		return Info(why), true
	}
	return nil, false
}

// Send writes to a hosted terminal. It is an action and not a command because
// commands run side by side and keys must arrive in order: the root carries it
// out at once. To must not wait, as a session's input queue does not.
type Send struct {
	To   io.Writer
	Data []byte
}

func (Send) action() {}
