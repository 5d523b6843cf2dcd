// Package live hosts a terminal: a child process on a pseudo-terminal, the
// emulator that shows its screen, and the recorder that writes a cast of it.
//
// One owner goroutine per session holds the emulator, the recorder and all
// state; nothing else touches them. Around it run a reader, which moves the
// child's output into a bounded buffer, and a writer, which moves input to the
// child. Everybody else sends the owner requests and gets immutable snapshots:
//
//	child → PTY → reader → intake → owner → emulator → snapshot → viewers
//	                │                 └──→ recorder → castfile
//	                └→ Config.Tee
//	viewers → input queue → writer → PTY → child
//
// What holds, whatever the child does:
//
//   - Output is never dropped. A child that prints faster than the owner works
//     is slowed down by the full pseudo-terminal; only frames are dropped.
//   - Input never blocks a caller. A child that does not read fills its queue,
//     and what no longer fits is refused and told.
//   - A recording can fail; the terminal goes on.
//   - When Done is closed, all of the child's output has been read, shown and
//     recorded, and the recording is closed.
//
// # Recording
//
// All that is written, of whatever kind, has passed the masks of package secret,
// when RecordOptions.Mask is set. The clock stands still in pauses, of which nothing
// is kept, and the screen is drawn anew behind them.
//
// Input is told as far as it showed. With ICANON and ECHO on, that is all; with ECHO
// off, nothing of the line. Where the program itself shows what is typed, as line
// editors and ssh do, a character is told when it appears at the cursor within
// 250 ms, and another key when the screen answers at all; a line typed at a question
// for a password is never told. What is not told is a gap: one input event, or part
// of one, of the character ▒, however much was typed there. An input event that
// waited for its echo stands before it, at the time at which it was typed, or at that
// of the last event, if that is later: times do not run backward.
//
// The package knows no library, no network and no screen to draw on. Hosting
// works on Linux and macOS; elsewhere Start returns ErrUnsupported.
package live
