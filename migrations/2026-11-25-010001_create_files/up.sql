-- Uploaded files. The bytes are in the object store, under keys made from the id.
CREATE TABLE files (
    id            uuid PRIMARY KEY,
    -- Who uploaded it; counts towards his quota.
    owner_id      uuid REFERENCES users ON DELETE SET NULL,
    -- The space it counts towards, once it belongs to one.
    space_id      uuid REFERENCES spaces ON DELETE SET NULL,
    -- `attachment`: for those who see its message. `picture`: of a person, a space, a sticker: for all.
    purpose       text NOT NULL CHECK (purpose IN ('attachment', 'picture')),
    -- The chat it was uploaded for: it cannot go to another one.
    chat_id       uuid,
    message_id    uuid REFERENCES messages ON DELETE SET NULL,
    -- Order within the message.
    position      smallint NOT NULL DEFAULT 0,
    kind          text NOT NULL CHECK (kind IN ('image', 'audio', 'video', 'document')),
    name          text NOT NULL,
    mime          text NOT NULL,
    size          bigint NOT NULL CHECK (size >= 0),
    width         integer,
    height        integer,
    blurhash      text,
    duration_ms   bigint,
    animated      boolean NOT NULL DEFAULT false,
    has_thumbnail boolean NOT NULL DEFAULT false,
    created_at    timestamptz NOT NULL DEFAULT now(),
    -- Absent while the bytes are on their way to the store.
    stored_at     timestamptz,
    -- When something began to use it.
    used_at       timestamptz,
    -- Nobody uses it any more: the sweep removes bytes and row.
    doomed_at     timestamptz
);
CREATE INDEX files_message ON files (message_id, position) WHERE message_id IS NOT NULL;
CREATE INDEX files_owner ON files (owner_id) INCLUDE (size) WHERE doomed_at IS NULL;
CREATE INDEX files_space ON files (space_id) INCLUDE (size) WHERE doomed_at IS NULL AND space_id IS NOT NULL;
CREATE INDEX files_doomed ON files (doomed_at) WHERE doomed_at IS NOT NULL;
CREATE INDEX files_loose ON files (created_at) WHERE message_id IS NULL AND doomed_at IS NULL;

-- Pictures are named by these columns and by nothing a person can write.
ALTER TABLE users
    ADD COLUMN banner_url text,
    ADD COLUMN avatar_id uuid REFERENCES files ON DELETE SET NULL,
    ADD COLUMN banner_id uuid REFERENCES files ON DELETE SET NULL;
ALTER TABLE spaces
    ADD COLUMN banner_url text,
    ADD COLUMN avatar_id uuid REFERENCES files ON DELETE SET NULL,
    ADD COLUMN banner_id uuid REFERENCES files ON DELETE SET NULL;

-- `release_file('column')` on a table that uses files: the old file goes in the transaction that puts
-- a new one in its place, clears the column or deletes the row, and in no other.
CREATE FUNCTION release_file() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    old_id uuid := (to_jsonb(OLD) ->> TG_ARGV[0])::uuid;
BEGIN
    IF old_id IS NULL THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF old_id = (to_jsonb(NEW) ->> TG_ARGV[0])::uuid THEN
            RETURN NULL;
        END IF;
    END IF;
    UPDATE files SET doomed_at = now() WHERE id = old_id AND doomed_at IS NULL;
    RETURN NULL;
END $$;

CREATE TRIGGER users_avatar AFTER UPDATE OF avatar_id OR DELETE ON users
    FOR EACH ROW EXECUTE FUNCTION release_file('avatar_id');
CREATE TRIGGER users_banner AFTER UPDATE OF banner_id OR DELETE ON users
    FOR EACH ROW EXECUTE FUNCTION release_file('banner_id');
CREATE TRIGGER spaces_avatar AFTER UPDATE OF avatar_id OR DELETE ON spaces
    FOR EACH ROW EXECUTE FUNCTION release_file('avatar_id');
CREATE TRIGGER spaces_banner AFTER UPDATE OF banner_id OR DELETE ON spaces
    FOR EACH ROW EXECUTE FUNCTION release_file('banner_id');
