// Package browser is the library page: the list of recordings, headed by the
// hosted terminals, with search and a preview.
//
// The rows come from the library page by page (keyset), as the cursor nears the
// end of what is known. Whatever reads or writes the library is a command whose
// message carries a generation; an answer to an older question is dropped. One
// command watches the library's version, so that what another rexec does shows up
// within about a second and an idle page costs nothing.
package browser
