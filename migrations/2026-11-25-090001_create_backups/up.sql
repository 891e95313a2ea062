-- What `api backup` has made and verified; whoever watches the server learns how old the last one is.
CREATE TABLE backups (
    id uuid PRIMARY KEY,
    -- When its snapshot was taken.
    taken_at timestamptz NOT NULL,
    verified_at timestamptz NOT NULL,
    bytes bigint NOT NULL
);
CREATE INDEX backups_taken ON backups (taken_at DESC);
