-- Recordings, their tags and the commands run in them. Times and durations are in
-- microseconds; created_us counts from the Unix epoch.

-- +goose Up

CREATE TABLE recordings (
    -- seq is the rowid that full-text tables of later migrations refer to.
    seq          INTEGER PRIMARY KEY,
    id           TEXT    NOT NULL UNIQUE,
    -- path of the cast below the data folder, with slashes.
    path         TEXT    NOT NULL UNIQUE,
    title        TEXT    NOT NULL,
    description  TEXT    NOT NULL DEFAULT '',
    -- folded is the title and the command in lower case: SQLite compares without
    -- case in ASCII only.
    folded       TEXT    NOT NULL,
    status       TEXT    NOT NULL CHECK (status IN ('recording', 'complete', 'repaired', 'damaged')),
    -- missing leaves the status as it was, for when the file comes back.
    missing      INTEGER NOT NULL DEFAULT 0,
    source       TEXT    NOT NULL CHECK (source IN ('recorded', 'imported')),
    created_us   INTEGER NOT NULL,
    duration_us  INTEGER NOT NULL DEFAULT 0,
    size         INTEGER NOT NULL DEFAULT 0,
    cols         INTEGER NOT NULL,
    rows         INTEGER NOT NULL,
    problems     INTEGER NOT NULL DEFAULT 0,
    command      TEXT    NOT NULL DEFAULT '',
    shell        TEXT    NOT NULL DEFAULT '',
    host         TEXT    NOT NULL DEFAULT '',
    dir          TEXT    NOT NULL DEFAULT '',
    exit_status  INTEGER,
    sha256       TEXT    NOT NULL DEFAULT '',
    derived_from TEXT    NOT NULL DEFAULT '',
    commands     INTEGER NOT NULL DEFAULT 0,
    -- summary is the version of the reader that found the commands; 0: none did.
    summary      INTEGER NOT NULL DEFAULT 0,
    -- owner is the open library that is writing the recording.
    owner        TEXT    NOT NULL DEFAULT '',
    -- sidecar_due says that the sidecar is older than this row.
    sidecar_due  INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX recordings_newest ON recordings (created_us DESC, id DESC);
CREATE INDEX recordings_sha256 ON recordings (sha256);
CREATE INDEX recordings_sidecar_due ON recordings (seq) WHERE sidecar_due = 1;

CREATE TABLE tags (
    recording INTEGER NOT NULL REFERENCES recordings (seq) ON DELETE CASCADE,
    tag       TEXT    NOT NULL,
    PRIMARY KEY (recording, tag)
) STRICT, WITHOUT ROWID;

CREATE TABLE commands (
    seq       INTEGER PRIMARY KEY,
    recording INTEGER NOT NULL REFERENCES recordings (seq) ON DELETE CASCADE,
    n         INTEGER NOT NULL,
    text      TEXT    NOT NULL,
    folded    TEXT    NOT NULL,
    dir       TEXT    NOT NULL,
    start_us  INTEGER NOT NULL,
    end_us    INTEGER NOT NULL,
    exit      INTEGER,
    heuristic INTEGER NOT NULL,
    UNIQUE (recording, n)
) STRICT;

-- Files that a finished deletion must no longer leave behind. The rows of the
-- recording go in the transaction that writes these.
CREATE TABLE removals (
    path TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- +goose Down

DROP TABLE removals;
DROP TABLE commands;
DROP TABLE tags;
DROP TABLE recordings;
