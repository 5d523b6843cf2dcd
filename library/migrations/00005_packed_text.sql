-- The text of chunks takes half the room when it is packed, and the index of words
-- also holds what is known of the commands that lines belong to. All of it is made
-- anew from the casts.

-- +goose Up

DROP TABLE words;
DROP TABLE trigrams;
DROP TABLE chunks;
DELETE FROM texts;

-- Some lines of a recording each, by time.
CREATE TABLE chunks (
    -- key is ord * 16384 + the number of the chunk in its recording.
    key   INTEGER PRIMARY KEY,
    -- text is the lines, one behind the other, and then what the index of words has
    -- besides their words: as a frame of Zstandard (RFC 8878), or as it is when that
    -- is no smaller. size is how many bytes it is unpacked, marks how many are not
    -- of lines.
    text  BLOB    NOT NULL,
    size  INTEGER NOT NULL,
    marks INTEGER NOT NULL,
    lines BLOB    NOT NULL  -- their lengths, times, kinds and commands: see chunk.go
) STRICT;

-- The rowids are the keys of chunks.
CREATE VIRTUAL TABLE words USING fts5 (
    text, content = '', columnsize = 0, tokenize = 'unicode61 remove_diacritics 0'
);
CREATE VIRTUAL TABLE trigrams USING fts5 (
    text, content = '', columnsize = 0, detail = none, tokenize = 'ascii'
);
INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
INSERT INTO trigrams (trigrams, rank) VALUES ('secure-delete', 1);

-- What is written at once becomes one segment of an index. Sixteen are merged at a
-- time, by the program, in steps of their own: see indexwrite.go. Where that is not
-- done, sixty-four are merged by SQLite.
INSERT INTO words (words, rank) VALUES ('automerge', 0), ('usermerge', 16), ('crisismerge', 64), ('hashsize', 16777216);
INSERT INTO trigrams (trigrams, rank) VALUES ('automerge', 0), ('usermerge', 16), ('crisismerge', 64), ('hashsize', 16777216);

-- +goose Down

DROP TABLE words;
DROP TABLE trigrams;
DROP TABLE chunks;
DELETE FROM texts;
CREATE TABLE chunks (
    key   INTEGER PRIMARY KEY,
    text  TEXT NOT NULL,
    lines BLOB NOT NULL
) STRICT;
CREATE VIRTUAL TABLE words USING fts5 (
    text, content = '', columnsize = 0, tokenize = 'unicode61 remove_diacritics 0'
);
CREATE VIRTUAL TABLE trigrams USING fts5 (
    text, content = '', columnsize = 0, detail = none, tokenize = 'ascii'
);
INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
INSERT INTO trigrams (trigrams, rank) VALUES ('secure-delete', 1);
