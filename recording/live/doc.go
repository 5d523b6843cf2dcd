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
// The package knows no library, no network and no screen to draw on. Hosting
// works on Linux and macOS; elsewhere Start returns ErrUnsupported.
package live
