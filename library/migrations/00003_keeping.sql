-- What is kept and for how long: visibility, the trash, what retention spares; and
-- what of a deletion has still to be done.

-- +goose Up

ALTER TABLE recordings ADD COLUMN visibility TEXT NOT NULL DEFAULT 'private'
    CHECK (visibility IN ('private', 'unlisted', 'public'));
-- keep spares a recording from retention and from the limit of size.
ALTER TABLE recordings ADD COLUMN keep INTEGER NOT NULL DEFAULT 0;
-- trashed_us is when it went to the trash; NULL: it is not there.
ALTER TABLE recordings ADD COLUMN trashed_us INTEGER;
ALTER TABLE recordings ADD COLUMN sync_state TEXT NOT NULL DEFAULT ''
    CHECK (sync_state IN ('', 'pending', 'synced'));
-- participants and dirs are JSON arrays of text.
ALTER TABLE recordings ADD COLUMN participants TEXT NOT NULL DEFAULT '[]';
ALTER TABLE recordings ADD COLUMN dirs TEXT NOT NULL DEFAULT '[]';
-- stored is what the cast takes on the disk; size is that of its content.
ALTER TABLE recordings ADD COLUMN stored INTEGER NOT NULL DEFAULT 0;

UPDATE recordings SET stored = size, dirs = (
    SELECT json_group_array(dir) FROM (
        SELECT dir FROM (SELECT recordings.dir AS dir, -1 AS n
            UNION ALL SELECT c.dir, c.n FROM commands c WHERE c.recording = recordings.seq)
        WHERE dir <> '' GROUP BY dir ORDER BY min(n) LIMIT 100));

-- A CHECK cannot be changed; the column that has it can be replaced.
ALTER TABLE recordings ADD COLUMN source_now TEXT NOT NULL DEFAULT 'recorded'
    CHECK (source_now IN ('recorded', 'imported', 'pulled'));
UPDATE recordings SET source_now = source;
ALTER TABLE recordings DROP COLUMN source;
ALTER TABLE recordings RENAME COLUMN source_now TO source;

CREATE INDEX recordings_trashed ON recordings (trashed_us) WHERE trashed_us IS NOT NULL;

-- What else is named after the content of a deleted recording: its cache.
ALTER TABLE removals ADD COLUMN sha256 TEXT NOT NULL DEFAULT '';

-- Work that outlives the process that should have done it, or is done from time to
-- time: a row says what is due, or when it was done last.
CREATE TABLE chores (
    name    TEXT    NOT NULL PRIMARY KEY,
    due     INTEGER NOT NULL DEFAULT 0,
    done_us INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Until now SQLite did not overwrite what it deleted: the next deletion writes the
-- whole file anew.
INSERT INTO chores (name, due) SELECT 'vacuum', 1 WHERE EXISTS (SELECT 1 FROM recordings);

-- +goose Down

DROP TABLE chores;
ALTER TABLE removals DROP COLUMN sha256;
DROP INDEX recordings_trashed;
UPDATE recordings SET source = 'imported' WHERE source = 'pulled';
ALTER TABLE recordings DROP COLUMN stored;
ALTER TABLE recordings DROP COLUMN dirs;
ALTER TABLE recordings DROP COLUMN participants;
ALTER TABLE recordings DROP COLUMN sync_state;
ALTER TABLE recordings DROP COLUMN trashed_us;
ALTER TABLE recordings DROP COLUMN keep;
ALTER TABLE recordings DROP COLUMN visibility;
