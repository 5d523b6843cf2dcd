// Package export turns what a recording shows into other formats. It takes
// snapshots and writes bytes; it knows no files, no library and no network.
//
// For now that is one screen: as plain text, as text with SGR sequences, and as
// JSON.
package export
