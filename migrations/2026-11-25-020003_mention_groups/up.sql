-- Who is mentioned only because he was there when @here was written.
ALTER TABLE mentions ADD COLUMN via_here boolean NOT NULL DEFAULT false;

-- Mentions of many: counted when read, for those who may read the chat and hold the role then.
CREATE TABLE group_mentions (
    message_id uuid NOT NULL REFERENCES messages ON DELETE CASCADE,
    chat_id    uuid NOT NULL,
    seq        bigint NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('all', 'here', 'role')),
    role_id    uuid REFERENCES roles ON DELETE CASCADE,
    CHECK ((kind = 'role') = (role_id IS NOT NULL))
);
CREATE UNIQUE INDEX group_mentions_role ON group_mentions (message_id, role_id) WHERE role_id IS NOT NULL;
CREATE UNIQUE INDEX group_mentions_kind ON group_mentions (message_id, kind) WHERE role_id IS NULL;
CREATE INDEX group_mentions_unread ON group_mentions (chat_id, seq);
CREATE INDEX group_mentions_of_role ON group_mentions (role_id) WHERE role_id IS NOT NULL;
