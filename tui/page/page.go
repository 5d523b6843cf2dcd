// Package page is the contract between the root of the app and its pages.
//
// A page (the library, the live terminals, the player) is a plain value, not a
// tea.Model. The root gives it messages and a rectangle; it gives back itself and
// Actions, which the root carries out:
//
//	        messages, Env                    Actions
//	root ────────────────► Page.Update ────────────────► root
//	     ────────────────► Page.Draw   ──► screen.Screen
//
// Rules for pages:
//
//   - Update and Draw are pure: no I/O, clock, lock or goroutine. The moment at
//     which a message arrived is Env.Now; whatever takes time goes into a tea.Cmd
//     inside a Do action. Draw changes nothing and draws the whole rectangle.
//   - A command's message comes back to the page that returned the command, and is
//     dropped when that page is closed. Commands must not be tea.Sequence; several
//     are several Do actions. (tea.Tick is fine: its time is a message.)
//   - A page receives: Size when its rectangle changes, tea.KeyPressMsg,
//     tea.PasteMsg, mouse messages in coordinates of its rectangle, Answer for a
//     dialog it opened, Shown and Hidden, and its own messages. Keys reach it only
//     while no dialog is open.
//   - The screen is drawn again after each message unless the page says Unchanged,
//     so messages that change nothing (a poll that found nothing) should not be
//     sent at all.
package page

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"rexec/tui/keys"
	"rexec/tui/screen"
	"rexec/tui/theme"
	"rexec/tui/widget"
	"rexec/vt"
)

// Page is one full-window view.
type Page interface {
	// Init returns what the page needs to begin with; it is called once, before
	// the first Size.
	Init(Env) Action
	// Update returns the page after a message, and what it asks of the root; a nil
	// Action asks for nothing.
	Update(Env, tea.Msg) (Page, Action)
	// Draw draws the page into the rectangle and sets the screen's cursor when it
	// has one.
	Draw(Env, *screen.Screen, screen.Rect)
	// Keys names the bindings that hold now, for help and hints.
	Keys() keys.Context
	// Why tells why a binding of Keys cannot be used now, "" when it can.
	Why(Env, keys.ID) string
	// Title is the window title.
	Title() string
	// Wants says what the page needs of the terminal.
	Wants() Wants
	// Close is called when the page is left for good; the command, nil for none,
	// ends what it started.
	Close() tea.Cmd
}

// Env is what a page may know of the world outside. The root gives the same to
// Update and to the Draw that follows.
type Env struct {
	Now       time.Time // when the message arrived
	Theme     *theme.Theme
	Keys      *keys.Table
	Terminals []Terminal // the hosted terminals, in the order of their tabs
}

// Terminal is what every page may know of a hosted terminal.
type Terminal struct {
	Tab       int // its number in the tab bar, from 1
	Title     string
	Command   string
	Started   time.Time
	Running   bool
	Exit      string // why it ended, in words, when it is not running
	Recording bool
	RecordID  string // the recording being written
	Elapsed   time.Duration
	Bytes     int64
	Screen    *vt.Snapshot // as it was last seen; nil before the first frame
}

// Wants is what a page needs of the terminal that the app runs in.
type Wants struct {
	Mouse    tea.MouseMode
	Keyboard tea.KeyboardEnhancements
}

// Messages that the root sends to pages.
type (
	// Size says how large the page's rectangle is, in cells.
	Size struct{ Cols, Rows int }
	// Shown says that the page is on the screen from now on.
	Shown struct{}
	// Hidden says that another page covers it from now on.
	Hidden struct{}
	// Run asks for what a binding of the page's Keys does: it was chosen by name. What
	// cannot be used now was refused before.
	Run struct{ ID keys.ID }
	// Answer is the user's answer to a dialog that the page opened with Ask.
	Answer = widget.Answer
)

// Playback says what to play.
type Playback struct {
	ID    string // of the recording, "" for a file
	Title string // as stored: data, drawn through screen.Text
	Path  string // the cast file
	// SHA256 is of the cast's bytes, in hexadecimal, if that is known: by it the
	// index that is kept of a big cast is found.
	SHA256 string
	// Duration is how long it is, as far as that is known: it holds until the whole
	// recording has been read.
	Duration time.Duration
	Start    time.Duration // position to begin at
	Paused   bool          // begin paused
	Query    string        // search to begin with
}
