package library

import (
	"path/filepath"
	"strings"
	"time"
)

// Status says in what state a recording's content is.
type Status string

const (
	StatusRecording Status = "recording" // being written, here or by another rexec
	StatusComplete  Status = "complete"
	StatusRepaired  Status = "repaired" // playable, but something was damaged; see Problems
	StatusDamaged   Status = "damaged"  // the file holds nothing that can be played
	StatusMissing   Status = "missing"  // the file is gone
)

// Source says where a recording came from.
type Source string

const (
	SourceRecorded Source = "recorded" // made by rexec, here
	SourceImported Source = "imported" // a file that was brought in
	SourcePulled   Source = "pulled"   // brought by sync from a server
)

// Visibility says who may see a recording on a server.
type Visibility string

const (
	VisibilityPrivate  Visibility = "private"  // its owner; of one that says nothing
	VisibilityUnlisted Visibility = "unlisted" // whoever has the link
	VisibilityPublic   Visibility = "public"   // everybody; it is listed too
)

func (v Visibility) valid() bool {
	return v == VisibilityPrivate || v == VisibilityUnlisted || v == VisibilityPublic
}

// SyncState says how a recording stands to the server.
type SyncState string

const (
	SyncLocal   SyncState = ""        // it is on this machine only
	SyncPending SyncState = "pending" // the server does not have all of it yet
	SyncDone    SyncState = "synced"
)

func (s SyncState) valid() bool { return s == SyncLocal || s == SyncPending || s == SyncDone }

func (s Source) valid() bool {
	return s == SourceRecorded || s == SourceImported || s == SourcePulled
}

// Recording is what the library knows of one recording. Text fields are as they
// were stored: they may come from a stranger's cast and hold control characters.
type Recording struct {
	ID          string // UUIDv7, lower case, for what was recorded by rexec
	Title       string // may be empty; see Name
	Description string
	Tags        []string // sorted
	Visibility  Visibility
	Keep        bool      // spared by retention and the limit of size
	Trashed     time.Time // when it went to the trash; zero: it is not there
	Status      Status
	Source      Source
	SyncState   SyncState
	Created     time.Time     // when it was recorded; local time, microseconds
	Duration    time.Duration // of the content; while it is written, up to the last write
	Size        int64         // of the content in bytes; while it is written, as the file is now
	Stored      int64         // bytes that the file takes: less than Size when it is compressed
	Cols, Rows  int           // at the start
	Commands    int           // how many commands were run in it
	Problems    int           // damaged places that were mended or skipped
	Command     string        // what was run, when it was not a shell
	Shell       string
	Host        string
	Dir         string   // where it began
	Dirs        []string // working directories seen in it, Dir first; at most 100
	// Participants are the names of those who shared the terminal, if several did.
	Participants []string
	ExitStatus   *int // nil: unknown
	// FirstCommand is the first command run in it that tells something: not exit.
	FirstCommand string
	SHA256       string // of the uncompressed cast, lower case hex; empty while it is written
	DerivedFrom  string // the id of the recording whose id this one's content carries, or empty
	Path         string // of the cast, absolute
}

// Name is what to call the recording: its title, else the command that was
// recorded, else the first one that was typed, else the shell.
func (r Recording) Name() string {
	switch {
	case strings.TrimSpace(r.Title) != "":
		return r.Title
	case r.Command != "":
		return r.Command
	case r.FirstCommand != "":
		line, _, _ := strings.Cut(strings.TrimSpace(r.FirstCommand), "\n")
		return line
	case r.Shell != "":
		return filepath.Base(r.Shell)
	}
	return "untitled"
}

// Cursor is the recording's place in a list that is sorted newest first.
func (r Recording) Cursor() *Cursor { return &Cursor{Created: r.Created, ID: r.ID} }

// Cursor is a place between two recordings of a list: just after the one that it
// names. It holds when recordings come and go.
type Cursor struct {
	Created time.Time
	ID      string
}

// Command is one command that was run in a recording. Times are positions in the
// recording.
type Command struct {
	Text       string
	Dir        string // working directory; empty: unknown
	Start, End time.Duration
	Exit       *int // nil: unknown
	Heuristic  bool // found by what a prompt looks like, not by the shell's own marks
	Unverified bool // not marked by the shell that was recorded; see transcript.Command
}

// ListOptions says what List returns.
type ListOptions struct {
	// Query holds words. A recording is listed when each of them is part of its
	// title, of the command that it records, or of a command that was run in it.
	// Case does not matter.
	Query string
	// Trashed lists the trash, and nothing else; without it, nothing of the trash is
	// listed. The order is the same.
	Trashed bool
	Limit   int     // 0: 100
	After   *Cursor // nil: from the newest
}

// Stats are sums over the whole library. Trash counts in none but its own.
type Stats struct {
	Recordings int
	Bytes      int64 // of content
	Stored     int64 // on the disk: less where casts are compressed
	Duration   time.Duration

	Trashed       int   // recordings in the trash
	TrashedStored int64 // bytes on the disk
}

// NewRecording describes a recording that is about to begin.
type NewRecording struct {
	Title, Description string
	Tags               []string
	Command            string // empty when a shell is recorded
	Shell, Host, Dir   string // Host empty: this machine's name
	Cols, Rows         int
	Env                map[string]string // goes into the header as it is
}

// FinishInfo is what the recorder knows at the end and the file may not.
type FinishInfo struct {
	ExitStatus *int // nil: taken from the file, if it holds one
}

// Patch changes what can change without the content. Nil fields stay as they are.
type Patch struct {
	Title       *string
	Description *string
	Tags        *[]string
	Tag, Untag  []string // added to the tags, and taken from them
	Keep        *bool
	Visibility  *Visibility
}

// Action is what Recover did.
type Action string

const (
	ActionRepaired  Action = "repaired"  // a recording that a crash left open was mended and closed
	ActionAdopted   Action = "adopted"   // a cast in the recordings folder that the database did not know
	ActionMissing   Action = "missing"   // a recording's file is gone
	ActionReturned  Action = "returned"  // a file that was missing is back
	ActionDiscarded Action = "discarded" // a recording that had stored nothing yet
	ActionFailed    Action = "failed"    // see Err; it will be tried again
)

// Recovered is one thing that Recover found and ended.
type Recovered struct {
	Action       Action
	Recording    Recording
	DroppedBytes int64 // of a torn last line that was cut off
	Err          error // with ActionFailed
}

// ImportProgress is where ImportAll stands.
type ImportProgress struct {
	Path        string
	File, Files int   // File counts from 1
	Done, Total int64 // bytes of this file; reading it twice is counted
}

// ImportResult is what became of one file. Err is *ErrDuplicate when its content
// was there already.
type ImportResult struct {
	Path      string
	Recording Recording
	Err       error
}

// Target is what an argument FILE|ID|- stands for.
type Target struct {
	Stdin     bool
	Path      string     // of the cast, unless Stdin
	Recording *Recording // when the argument was an id
}
