// Package vt is a terminal emulator: bytes in, screens out. It draws nothing,
// starts nothing and knows no other package of this module.
//
// Three ideas make it up. The parser (parser.go, utf8.go) turns any chunking of
// the input into text runs and complete sequences. The sequences are looked up in
// tables (csi.go, esc.go, osc.go, dcs.go, mode.go), each row of which names the
// sequence, its function and its source; a new sequence is a new row. The
// functions they name change the grid (print.go, cursor.go, erase.go, scroll.go,
// rect.go), the pen (sgr.go) and the modes (mode.go).
//
//	bytes -> parser -> text runs, controls, sequences -> Terminal
//	                                                      |- lines []*line   the screen shown
//	                                                      |- other []*line   the screen hidden
//	                                                      |- history         what scrolled off
//	                                                      `- state           everything else, one value
//
// The invariant behind cheap snapshots: a line whose epoch is not the terminal's
// may be shared and is never written; Snapshot bumps the epoch and copies only
// pointers. All the rest of the terminal is the plain value state, so that a
// snapshot restores exactly, in the middle of a sequence too.
//
// Bounds: a grid is at most MaxCols × MaxRows, a control string keeps at most
// MaxString bytes (the rest is swallowed), numbers are clamped to 65535, at most
// 32 parameters count, and a cluster takes at most 128 bytes. An instance is
// therefore bounded by its two grids, its scrollback, and about 20 MB of tables.
package vt
