// Package live is the page of hosted terminals: tabs, each with a child process
// that runs on whether it is looked at or not.
//
// The page is a value that knows each terminal's latest snapshot. Frames arrive
// as messages: for the terminal that is shown, and only for that one, a command
// waits until its screen is newer than the one that is drawn, and holds it for at
// most a frame's time. Keys go the other way as bytes, in order, through
// page.Send. Starting, recording and closing are commands that call a Host.
//
//	session ──snapshot──► frame ──► Model ──► screen
//	        ◄───────── Send ◄─ input.Append ◄─ key
//
// Everything that a key can mean here is behind the prefix; all other keys belong
// to the child.
package live
