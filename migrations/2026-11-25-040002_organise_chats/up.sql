CREATE TABLE chat_categories (
    id         uuid PRIMARY KEY,
    space_id   uuid NOT NULL REFERENCES spaces ON DELETE CASCADE,
    name       text NOT NULL,
    position   integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    -- Target of the foreign key below: a chat stands in a category of its own space.
    UNIQUE (space_id, id)
);
CREATE UNIQUE INDEX chat_categories_name ON chat_categories (space_id, lower(name));

ALTER TABLE chats ADD COLUMN category_id uuid;
ALTER TABLE chats ADD FOREIGN KEY (space_id, category_id) REFERENCES chat_categories (space_id, id)
    ON DELETE SET NULL (category_id);
CREATE INDEX chats_category ON chats (category_id) WHERE category_id IS NOT NULL;
-- Slow mode: seconds between two messages of one person; 0 is off.
ALTER TABLE chats ADD COLUMN slow_seconds integer NOT NULL DEFAULT 0
    CHECK (slow_seconds BETWEEN 0 AND 21600);

-- Neither role nor member: the override concerns everybody in the space.
ALTER TABLE chat_overrides DROP CONSTRAINT chat_overrides_check;
ALTER TABLE chat_overrides ADD CONSTRAINT chat_overrides_check
    CHECK (role_id IS NULL OR user_id IS NULL);
CREATE UNIQUE INDEX chat_overrides_everybody ON chat_overrides (chat_id)
    WHERE role_id IS NULL AND user_id IS NULL;

-- People are looked for by any part of their names.
CREATE INDEX users_names_trigrams ON users
    USING gin ((lower(nickname) || ' ' || lower(coalesce(display_name, ''))) gin_trgm_ops);
