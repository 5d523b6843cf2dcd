package live

// Event is something that happened beside the picture. The concrete types are
// TitleEvent, BellEvent, DirectoryEvent, NotificationEvent, InputLostEvent,
// RecordingEndedEvent and ExitEvent. Text in them is the child's: data, to be
// made visible before it is shown.
type Event interface{ liveEvent() }

type (
	// TitleEvent says that the window title changed.
	TitleEvent struct{ Title string }

	// BellEvent is a BEL.
	BellEvent struct{}

	// DirectoryEvent says in which directory the shell is, as a file URL.
	DirectoryEvent struct{ URL string }

	// NotificationEvent is a desktop notification that the child asked for.
	NotificationEvent struct{ Title, Body string }

	// InputLostEvent says that input was refused because the child does not read.
	InputLostEvent struct{ Bytes int }

	// RecordingEndedEvent says that the recording ended by itself: it reached its
	// limit (Result.Limited), or could not be written, for the reason Result.Err.
	// What was written before is there, and the terminal goes on.
	RecordingEndedEvent struct{ Result RecordResult }

	// ExitEvent is the last event: the child is gone, and the recording, if there
	// was one, is closed; StopRecording returns it.
	ExitEvent struct{ Status ExitStatus }
)

func (TitleEvent) liveEvent()          {}
func (BellEvent) liveEvent()           {}
func (DirectoryEvent) liveEvent()      {}
func (NotificationEvent) liveEvent()   {}
func (InputLostEvent) liveEvent()      {}
func (RecordingEndedEvent) liveEvent() {}
func (ExitEvent) liveEvent()           {}

// eventRoom is more than the number of kinds of event.
const eventRoom = 16

// post puts e into the queue in place of an older event of its kind. A viewer
// that does not listen costs nothing, and finds the newest of each kind. Only the
// owner posts, so that there is always room.
func post(queue chan Event, e Event) {
	var waiting [eventRoom]Event
	n := 0
	for {
		select {
		case old := <-queue:
			if !sameKind(old, e) {
				waiting[n] = old
				n++
			}
			continue
		default:
		}
		break
	}
	for _, old := range waiting[:n] {
		queue <- old
	}
	queue <- e
}

func sameKind(a, b Event) bool {
	switch a.(type) {
	case TitleEvent:
		_, ok := b.(TitleEvent)
		return ok
	case BellEvent:
		_, ok := b.(BellEvent)
		return ok
	case DirectoryEvent:
		_, ok := b.(DirectoryEvent)
		return ok
	case NotificationEvent:
		_, ok := b.(NotificationEvent)
		return ok
	case InputLostEvent:
		_, ok := b.(InputLostEvent)
		return ok
	case RecordingEndedEvent:
		_, ok := b.(RecordingEndedEvent)
		return ok
	}
	return false
}
