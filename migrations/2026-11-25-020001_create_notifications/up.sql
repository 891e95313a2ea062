CREATE TABLE notifications (
    id          uuid PRIMARY KEY,
    user_id     uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    kind        text NOT NULL CHECK (kind IN ('mention', 'reply', 'thread', 'direct_message', 'invite',
                                              'role_change', 'moderation')),
    -- Of space and chat no references: who writes an entry holds a message that the deletion of a chat
    -- waits for, and must not wait for the chat. The message takes its entries along.
    space_id    uuid,
    chat_id     uuid,
    message_id  uuid REFERENCES messages ON DELETE CASCADE,
    message_seq bigint,
    actor_id    uuid REFERENCES users ON DELETE SET NULL,
    -- shared::notifications::NotificationDetail
    detail      jsonb NOT NULL DEFAULT '{}',
    created_at  timestamptz NOT NULL DEFAULT now(),
    read_at     timestamptz,
    -- Taken into an e-mail.
    mailed_at   timestamptz
);
-- A message notifies a person once, however often he is mentioned in it.
CREATE UNIQUE INDEX notifications_once ON notifications (message_id, user_id) WHERE message_id IS NOT NULL;
CREATE INDEX notifications_inbox ON notifications (user_id, created_at DESC, id DESC);
CREATE INDEX notifications_unread ON notifications (user_id, chat_id, message_seq) WHERE read_at IS NULL;
CREATE INDEX notifications_unmailed ON notifications (created_at) WHERE read_at IS NULL AND mailed_at IS NULL;
CREATE INDEX notifications_actor ON notifications (actor_id) WHERE actor_id IS NOT NULL;

-- Who has no row has the defaults.
CREATE TABLE notification_settings (
    user_id        uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    -- Kinds that do not come at all, and kinds that are not mailed.
    kinds_off      text[] NOT NULL DEFAULT '{}',
    mail_kinds_off text[] NOT NULL DEFAULT '{}',
    mail           boolean NOT NULL DEFAULT true,
    -- What stayed unread for so long is mailed.
    mail_minutes   integer NOT NULL DEFAULT 30 CHECK (mail_minutes BETWEEN 5 AND 1440),
    -- Do not disturb: until a time, and every day between two local times.
    quiet_until    timestamptz,
    quiet_from     time,
    quiet_to       time,
    zone           text NOT NULL DEFAULT 'UTC',
    -- Of the link that ends the mails without a login.
    unsubscribe    uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    CHECK ((quiet_from IS NULL) = (quiet_to IS NULL))
);

-- How loud a space or a chat is for a person. Without references, as above; a job sweeps.
CREATE TABLE notification_levels (
    user_id     uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    space_id    uuid,
    chat_id     uuid,
    level       text CHECK (level IN ('all', 'mentions', 'nothing')),
    muted       boolean NOT NULL DEFAULT false,
    -- NULL: until it is taken back.
    muted_until timestamptz,
    CHECK ((space_id IS NULL) <> (chat_id IS NULL))
);
CREATE UNIQUE INDEX notification_levels_space ON notification_levels (user_id, space_id)
    WHERE space_id IS NOT NULL;
CREATE UNIQUE INDEX notification_levels_chat ON notification_levels (user_id, chat_id)
    WHERE chat_id IS NOT NULL;
