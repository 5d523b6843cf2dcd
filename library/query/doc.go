// Package query is the language in which recordings are searched, one everywhere:
// in the app and on the command line. It reads a query, and it says where in a line
// of text the query matches. It knows no database: the library asks it for what to
// look up in an index, and for what of that is really meant.
//
//	word            a whole word, or several joined by what is no letter or digit: go.mod
//	"a phrase"      text as it stands; a blank stands for any number of blanks;
//	                \" and \\ are a quotation mark and a backslash
//	pre*  *end  *in*  a star opens its side: the word may go on there; so does
//	                *"a phrase"*
//	/regexp/        a regular expression (RE2) over one line; \/ is a slash in it;
//	                case counts when it has an upper-case letter. What has a slash
//	                within, as /usr/bin does, is a word
//	cmd:X           in moments of commands whose text matches X
//	out:X           X in what was put out, not in what was entered
//	title:X tag:X host:X dir:X   of recordings whose title, tag, … matches X; title,
//	                host and dir match inside words too; dir: is also the directory
//	                that the command was run in
//	exit:0 exit:!0 exit:N   by the exit status of the command, or of the recording
//	before:T after:T  recorded before T, or from T on: 2026, 2026-03, 2026-03-14,
//	                2026-03-14T15:04, today, yesterday, 12h, 7d, 3w (so long ago)
//	longer:T        recordings longer than T: 90, 1:30, 1h2m
//	is:private is:unlisted is:public   of recordings shared so, or not
//	is:unsynced     of recordings that the server does not have as they are
//	is:imported is:recorded is:keep    of recordings brought in, made here, kept
//	is:trash        of recordings in the trash, which are not found otherwise
//	-X              not X, for all of the above
//
// Case and the accents of Latin letters do not count. Everything in a query must be
// true of one moment, which is one line of text (rows that were wrapped are one) or
// one command. A query that names recordings only finds recordings.
//
// A star counts at the ends of a word; anywhere else it is an error, and quotation
// marks make it a star. A name that is no field, as in http://x, is part of a word;
// so is the dash of --force and of ->.
//
// Bare words are whole words first. When no moment at all matches so, the library
// takes them for parts of words (see [Query.Loosened]); a query of what is only a
// part of words is thus never in vain, and one of whole words is not drowned.
package query
