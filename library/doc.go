// Package library is this machine's collection of recordings: the files, and the
// database that makes them quick to list and to find.
//
// Files are the truth. A recording is a cast, which holds the content, and a
// sidecar beside it, which holds what can change without the content (title,
// description, tags, visibility, keep, trash, state of sync). The database can be
// made again from the two by [Rebuild]; only the audit log stands nowhere else:
//
//	<Data>/library.db                        SQLite, WAL; made from the rest
//	<Data>/library.db.part, .new, .lock      it, while it is made anew: see rebuild.go
//	<Data>/recordings/2026/11/<id>.cast      content, by month of recording (UTC);
//	                      … /<id>.cast.zst   when it is compressed (package pack)
//	<Data>/recordings/2026/11/<id>.json      sidecar
//	<Data>/incoming/<id>.<owner>.part        a copy that an import has not finished
//	<Data>/locks/<owner>.lock                held by an open library that writes
//	<Data>/spare                             room for deleting on a full disk: room.go
//	<Data>/library.user                      on a network disk, who has it: remote.go
//
// Several processes share one library. Everything that must happen as one is done
// inside one write transaction of SQLite, of which there is one at a time on the
// machine; and whatever a crash can leave between a transaction and a file is
// written down in the transaction first, so that the next Recover ends it. Two
// kinds of lock say that somebody lives: the lock on a cast, held while it is
// written, and the lock of an open Library (its owner lock). Only what neither
// holds is repaired.
//
// What is deleted goes to the trash first, which is a time in its row and sidecar.
// What is deleted for good is in no file any more; what of that a crash or a reader
// prevents, is written down and done later ([Library.Scrub]). [Library.Check] finds
// what files, sidecars and rows say against each other, and [Library.Mend] believes
// them in this order. Package retention decides what goes by itself.
//
// # Search
//
// The text of a recording (package transcript) is indexed when it ends or is
// imported; what is not, because a crash or an older rexec left it so, is pending
// until IndexPending. Lines are kept, packed, in chunks of half a page, and two
// full-text indexes say which chunks hold a word or three characters:
//
//	query.Parse → plan: recordings, and expressions for the indexes
//	            → keys of chunks, newest first, as SQLite finds them
//	            → the lines of each chunk, compared by package query
//	            → Hit
//
// The key of a chunk begins with when its recording was made, so that both indexes
// yield the newest first without sorting, and the first page does not wait for the
// rest. The indexes may find too much but never too little: what a query means is
// decided by package query alone.
//
// The package knows recordings (rexec/recording/...), not the network and not the
// screen: titles and other text come out as they were stored, and whoever draws
// them makes control characters visible.
package library
