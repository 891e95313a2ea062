CREATE TABLE chats (
    id              uuid PRIMARY KEY,
    kind            text NOT NULL CHECK (kind IN ('space', 'direct', 'group')),
    space_id        uuid REFERENCES spaces ON DELETE CASCADE,
    -- Who made a group.
    owner_id        uuid REFERENCES users ON DELETE SET NULL,
    name            text NOT NULL DEFAULT '',
    topic           text,
    position        integer NOT NULL DEFAULT 0,
    -- Both ids, smaller first: one direct chat a pair.
    direct_key      text UNIQUE,
    -- The newest message's seq. Its row lock orders the messages of the chat.
    last_seq        bigint NOT NULL DEFAULT 0,
    last_message_at timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    version         bigint NOT NULL DEFAULT 1,
    CHECK ((kind = 'space') = (space_id IS NOT NULL)),
    CHECK ((kind = 'direct') = (direct_key IS NOT NULL))
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX chats_name ON chats (space_id, lower(name)) WHERE kind = 'space';

ALTER TABLE spaces
    ADD FOREIGN KEY (default_chat_id) REFERENCES chats ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED;

-- The people of direct and group chats. Chats of a space belong to its members.
CREATE TABLE chat_members (
    chat_id   uuid NOT NULL REFERENCES chats ON DELETE CASCADE,
    user_id   uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    joined_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (chat_id, user_id)
);
CREATE INDEX chat_members_user ON chat_members (user_id, chat_id);

-- What a role or a member may do differently in one chat.
CREATE TABLE chat_overrides (
    chat_id uuid NOT NULL REFERENCES chats ON DELETE CASCADE,
    role_id uuid REFERENCES roles ON DELETE CASCADE,
    user_id uuid REFERENCES users ON DELETE CASCADE,
    allow   bigint NOT NULL,
    deny    bigint NOT NULL,
    CHECK ((role_id IS NULL) <> (user_id IS NULL))
);
CREATE UNIQUE INDEX chat_overrides_role ON chat_overrides (chat_id, role_id) WHERE role_id IS NOT NULL;
CREATE UNIQUE INDEX chat_overrides_user ON chat_overrides (chat_id, user_id) WHERE user_id IS NOT NULL;

CREATE TABLE messages (
    id         uuid PRIMARY KEY,
    chat_id    uuid NOT NULL REFERENCES chats ON DELETE CASCADE,
    seq        bigint NOT NULL,
    author_id  uuid NOT NULL REFERENCES users,
    content    text NOT NULL,
    -- A heading that opens a topic (imports).
    subject    text,
    reply_to   uuid REFERENCES messages ON DELETE SET NULL,
    nonce      text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    edited_at  timestamptz,
    deleted_at timestamptz,
    deleted_by uuid REFERENCES users ON DELETE SET NULL,
    search     tsvector GENERATED ALWAYS AS (
        to_tsvector('simple', coalesce(subject, '') || ' ' || content)
        || to_tsvector('english', coalesce(subject, '') || ' ' || content)
        || to_tsvector('russian', coalesce(subject, '') || ' ' || content)
    ) STORED,
    UNIQUE (chat_id, seq),
    -- Exactly once: the same author's nonce is the same message.
    UNIQUE (chat_id, author_id, nonce)
);
CREATE INDEX messages_own ON messages (chat_id, author_id, seq);
CREATE INDEX messages_deleted ON messages (chat_id, seq) WHERE deleted_at IS NOT NULL;
CREATE INDEX messages_by_date ON messages (chat_id, created_at, seq);
CREATE INDEX messages_reply ON messages (reply_to) WHERE reply_to IS NOT NULL;
CREATE INDEX messages_search ON messages USING gin (search) WHERE deleted_at IS NULL;
-- The fallback for pieces of words and typing errors.
CREATE INDEX messages_trigrams ON messages USING gin (content gin_trgm_ops) WHERE deleted_at IS NULL;

CREATE TABLE message_versions (
    message_id uuid NOT NULL REFERENCES messages ON DELETE CASCADE,
    -- When this text was written, not when it was replaced.
    written_at timestamptz NOT NULL,
    content    text NOT NULL,
    PRIMARY KEY (message_id, written_at)
);

CREATE TABLE reactions (
    message_id uuid NOT NULL REFERENCES messages ON DELETE CASCADE,
    emoji      text NOT NULL,
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (message_id, emoji, user_id)
);

CREATE TABLE mentions (
    message_id uuid NOT NULL REFERENCES messages ON DELETE CASCADE,
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    chat_id    uuid NOT NULL,
    seq        bigint NOT NULL,
    PRIMARY KEY (message_id, user_id)
);
-- Unread mentions: everything after the read position.
CREATE INDEX mentions_unread ON mentions (user_id, chat_id, seq);

CREATE TABLE read_states (
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    chat_id    uuid NOT NULL REFERENCES chats ON DELETE CASCADE,
    read_seq   bigint NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, chat_id)
) WITH (fillfactor = 70);
