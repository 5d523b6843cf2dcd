-- Who did what to which recording, and when. It outlives the recordings, and so knows
-- none of their text: ids, times and sizes only.

-- +goose Up

CREATE TABLE audit (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    at_us       INTEGER NOT NULL,
    action      TEXT    NOT NULL,
    -- recording is an id, which need not be one of recordings any more.
    recording   TEXT    NOT NULL,
    actor       TEXT    NOT NULL, -- user@host
    terminal    TEXT    NOT NULL,
    -- duration and size of the recording then.
    duration_us INTEGER NOT NULL,
    size        INTEGER NOT NULL,
    -- detail is words of our own, such as the names of changed fields.
    detail      TEXT    NOT NULL
) STRICT;

CREATE INDEX audit_at ON audit (at_us);
CREATE INDEX audit_recording ON audit (recording);

-- The log only grows.
-- +goose StatementBegin
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
-- +goose StatementEnd
-- REPLACE would delete without a word.
-- +goose StatementBegin
CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit WHEN NEW.seq IN (SELECT seq FROM audit) BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
-- +goose StatementEnd

-- +goose Down

DROP TABLE audit;
