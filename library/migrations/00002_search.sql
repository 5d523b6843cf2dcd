-- The text of recordings, and what finds it. All of this is made from the casts:
-- it may be emptied at any time, and is filled again in the background.

-- +goose Up

-- One row for each recording whose text is here, or is being brought here or away.
CREATE TABLE texts (
    -- ord is the time of the recording in seconds, or one of the next that are free:
    -- it sorts recordings by age, and so do the keys of chunks, which begin with it.
    ord       INTEGER PRIMARY KEY,
    -- recording is NULL once it is deleted: then the text is about to be.
    recording INTEGER UNIQUE REFERENCES recordings (seq) ON DELETE SET NULL,
    -- version of the index when the text is complete, 0 before.
    version   INTEGER NOT NULL DEFAULT 0,
    -- owner is the open library that is at work on it.
    owner     TEXT    NOT NULL DEFAULT '',
    lines     INTEGER NOT NULL DEFAULT 0,
    bytes     INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX texts_doomed ON texts (ord) WHERE recording IS NULL;

-- Some lines of a recording each, by time.
CREATE TABLE chunks (
    -- key is ord * 16384 + the number of the chunk in its recording.
    key   INTEGER PRIMARY KEY,
    text  TEXT NOT NULL, -- the lines, one behind the other
    lines BLOB NOT NULL  -- their lengths, times, kinds and commands: see chunk.go
) STRICT;

-- Which chunks hold a word or a trigram. The rowid is the chunk's key. The text of
-- words is that of query.WordText, of trigrams that of query.TrigramText, so neither
-- can fetch it from the table of chunks.
CREATE VIRTUAL TABLE words USING fts5 (
    text, content = '', columnsize = 0, tokenize = 'unicode61 remove_diacritics 0'
);
CREATE VIRTUAL TABLE trigrams USING fts5 (
    text, content = '', columnsize = 0, detail = none, tokenize = 'ascii'
);
INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
INSERT INTO trigrams (trigrams, rank) VALUES ('secure-delete', 1);

CREATE INDEX commands_exit ON commands (exit, recording);
CREATE INDEX commands_dir ON commands (dir, recording);

-- +goose Down

DROP INDEX commands_dir;
DROP INDEX commands_exit;
DROP TABLE trigrams;
DROP TABLE words;
DROP TABLE chunks;
DROP TABLE texts;
