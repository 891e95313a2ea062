CREATE TABLE sticker_packs (
    id           uuid PRIMARY KEY,
    -- Absent for packs that come with the server.
    owner_id     uuid REFERENCES users ON DELETE SET NULL,
    is_builtin   boolean NOT NULL DEFAULT false,
    name         text NOT NULL,
    description  text,
    visibility   text NOT NULL CHECK (visibility IN ('public', 'link', 'private')),
    -- The sticker that stands for it; absent: the first one.
    thumbnail_id uuid,
    created_at   timestamptz NOT NULL DEFAULT now(),
    -- Messages keep what they show.
    deleted_at   timestamptz
);
CREATE INDEX sticker_packs_public ON sticker_packs (id DESC) WHERE visibility = 'public' AND deleted_at IS NULL;
CREATE INDEX sticker_packs_name ON sticker_packs USING gin (name gin_trgm_ops)
    WHERE visibility = 'public' AND deleted_at IS NULL;
CREATE INDEX sticker_packs_owner ON sticker_packs (owner_id, id) WHERE deleted_at IS NULL;

CREATE TABLE stickers (
    id         uuid PRIMARY KEY,
    pack_id    uuid NOT NULL REFERENCES sticker_packs ON DELETE CASCADE,
    name       text NOT NULL,
    shortcode  text,
    position   integer NOT NULL,
    -- Absent for stickers that come with the server: the web client carries them.
    file_id    uuid REFERENCES files,
    url        text NOT NULL,
    width      integer NOT NULL CHECK (width > 0),
    height     integer NOT NULL CHECK (height > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    -- Messages keep what they show.
    deleted_at timestamptz
);
CREATE INDEX stickers_pack ON stickers (pack_id, position, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX stickers_shortcode ON stickers (pack_id, shortcode)
    WHERE deleted_at IS NULL AND shortcode IS NOT NULL;
ALTER TABLE sticker_packs
    ADD FOREIGN KEY (thumbnail_id) REFERENCES stickers ON DELETE SET NULL;
CREATE TRIGGER stickers_file AFTER UPDATE OF file_id OR DELETE ON stickers
    FOR EACH ROW EXECUTE FUNCTION release_file('file_id');

CREATE TABLE installed_packs (
    user_id  uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    pack_id  uuid NOT NULL REFERENCES sticker_packs ON DELETE CASCADE,
    position integer NOT NULL DEFAULT 0,
    -- A pack that comes with the server and is not wanted.
    hidden   boolean NOT NULL DEFAULT false,
    added_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, pack_id)
);

ALTER TABLE messages ADD COLUMN sticker_id uuid REFERENCES stickers ON DELETE SET NULL;
CREATE INDEX messages_sticker ON messages (sticker_id) WHERE sticker_id IS NOT NULL;

-- `:name:` in the chats of a space.
CREATE TABLE space_emoji (
    id         uuid PRIMARY KEY,
    space_id   uuid NOT NULL REFERENCES spaces ON DELETE CASCADE,
    name       text NOT NULL,
    file_id    uuid NOT NULL REFERENCES files,
    url        text NOT NULL,
    created_by uuid REFERENCES users ON DELETE SET NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT space_emoji_name UNIQUE (space_id, name)
);
CREATE TRIGGER space_emoji_file AFTER UPDATE OF file_id OR DELETE ON space_emoji
    FOR EACH ROW EXECUTE FUNCTION release_file('file_id');

-- The pack that everybody has.
INSERT INTO sticker_packs (id, is_builtin, name, description, visibility)
VALUES ('00000000-0000-7000-8000-000000000001', true, 'Dot', 'A small round friend', 'public');
INSERT INTO stickers (id, pack_id, name, shortcode, position, url, width, height)
SELECT ('00000000-0000-7000-8000-0000000001' || lpad(n::text, 2, '0'))::uuid,
    '00000000-0000-7000-8000-000000000001', name, code, n, '/stickers/' || code || '.webp', 256, 256
FROM (VALUES
    (1, 'Hello', 'hello'), (2, 'Thank you', 'thanks'), (3, 'Yes', 'yes'), (4, 'No', 'no'),
    (5, 'Laughing', 'laugh'), (6, 'In love', 'love'), (7, 'Sad', 'sad'), (8, 'Surprised', 'wow'),
    (9, 'Thinking', 'hmm'), (10, 'Sleeping', 'sleep'), (11, 'Party', 'party'), (12, 'Coffee', 'coffee')
) AS dot (n, name, code);
