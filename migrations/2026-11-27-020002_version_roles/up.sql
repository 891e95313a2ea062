-- Two editors of one role do not overwrite each other.
ALTER TABLE roles ADD COLUMN version bigint NOT NULL DEFAULT 1;
