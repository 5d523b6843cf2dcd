-- Which commands a program may have forged. What is here already is read anew with its
-- text.

-- +goose Up

ALTER TABLE commands ADD COLUMN unverified INTEGER NOT NULL DEFAULT 0;

-- +goose Down

ALTER TABLE commands DROP COLUMN unverified;
