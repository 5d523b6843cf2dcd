package vt

// Event is something that a program said beside its picture. The concrete types
// are TitleEvent, BellEvent, DirectoryEvent, PromptEvent, NotificationEvent,
// ClipboardEvent and ModesEvent. All text in them is the program's: data, to be
// cleaned before it is shown.
type Event interface{ event() }

type (
	// TitleEvent says that the window title changed (OSC 0, 1, 2, title stack).
	TitleEvent struct{ Title string }

	// BellEvent is a BEL.
	BellEvent struct{}

	// DirectoryEvent says in which directory the shell is (OSC 7), as a file URL.
	DirectoryEvent struct{ URL string }

	// PromptEvent is a mark of the shell's integration (OSC 133).
	PromptEvent struct {
		Mark      PromptMark
		HasStatus bool   // D only: Status is known
		Status    int    // D only: the command's exit status
		Params    string // what follows the mark, "k=v;k=v"
	}

	// NotificationEvent is a desktop notification (OSC 9, OSC 777).
	NotificationEvent struct{ Title, Body string }

	// ClipboardEvent asks to set the clipboard, or to read it (OSC 52). This
	// package never carries it out.
	ClipboardEvent struct {
		Selection string // "c", "p", …
		Query     bool
		Data      string // base64, as sent
	}

	// ModesEvent says that something in Modes changed.
	ModesEvent struct{}
)

func (TitleEvent) event()        {}
func (BellEvent) event()         {}
func (DirectoryEvent) event()    {}
func (PromptEvent) event()       {}
func (NotificationEvent) event() {}
func (ClipboardEvent) event()    {}
func (ModesEvent) event()        {}

// PromptMark is a shell integration mark (OSC 133 A, B, C, D).
type PromptMark uint8

// The marks.
const (
	NoMark       PromptMark = iota
	PromptStart             // A: the prompt begins
	CommandStart            // B: the prompt ends, the user types
	OutputStart             // C: the command runs
	CommandEnd              // D: the command ended
)
