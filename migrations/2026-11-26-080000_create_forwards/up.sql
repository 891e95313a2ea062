-- What messages pass on: a copy, which later changes of its source do not reach.
CREATE TABLE forwards (
    message_id uuid PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
    -- The message it was taken from. No key: neither waits for the other, and the copy outlives it.
    source_id  uuid NOT NULL,
    author_id  uuid NOT NULL REFERENCES users,
    content    text NOT NULL,
    written_at timestamptz NOT NULL
);
