-- The message that a thread hangs on; its replies do not show among the chat's own messages.
ALTER TABLE messages ADD COLUMN thread_root uuid REFERENCES messages ON DELETE CASCADE;

-- A message that was replied to at least once. Its row lock orders changes of the counts.
CREATE TABLE threads (
    root_id     uuid PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
    chat_id     uuid NOT NULL REFERENCES chats ON DELETE CASCADE,
    -- Replies that are not deleted.
    reply_count bigint NOT NULL,
    last_seq    bigint NOT NULL,
    last_at     timestamptz NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX threads_chat ON threads (chat_id);

-- Who follows a thread, has followed it, or wrote in it.
CREATE TABLE thread_members (
    root_id        uuid NOT NULL REFERENCES messages ON DELETE CASCADE,
    user_id        uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    is_following   boolean NOT NULL,
    read_seq       bigint NOT NULL,
    -- The first reply that is not deleted; NULL: did not write.
    first_reply_at timestamptz,
    PRIMARY KEY (root_id, user_id)
) WITH (fillfactor = 70);
CREATE INDEX thread_members_user ON thread_members (user_id, root_id) WHERE is_following;

CREATE TABLE pins (
    message_id uuid PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
    chat_id    uuid NOT NULL REFERENCES chats ON DELETE CASCADE,
    pinned_by  uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at timestamptz NOT NULL
);
CREATE INDEX pins_chat ON pins (chat_id, created_at DESC, message_id);
