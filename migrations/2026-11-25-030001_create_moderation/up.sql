-- What was done in a space, by whom, to whom. Written in the transaction of the act.
CREATE TABLE audit_log (
    id          uuid PRIMARY KEY,
    space_id    uuid NOT NULL REFERENCES spaces ON DELETE CASCADE,
    actor_id    uuid REFERENCES users ON DELETE SET NULL,
    -- A key of shared::spaces::AuditAction.
    action      text NOT NULL,
    -- The person acted on.
    user_id     uuid REFERENCES users ON DELETE SET NULL,
    -- The thing acted on (a role, a chat, a message) and its name at that time.
    target_id   uuid,
    target_name text,
    reason      text,
    -- [{field, before, after}]
    changes     jsonb NOT NULL DEFAULT '[]',
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX audit_log_space ON audit_log (space_id, id DESC);
CREATE INDEX audit_log_actor ON audit_log (space_id, actor_id, id DESC);
CREATE INDEX audit_log_user ON audit_log (space_id, user_id, id DESC);
CREATE INDEX audit_log_action ON audit_log (space_id, action, id DESC);

CREATE TABLE bans (
    space_id   uuid NOT NULL REFERENCES spaces ON DELETE CASCADE,
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    banned_by  uuid REFERENCES users ON DELETE SET NULL,
    reason     text,
    -- NULL: until lifted.
    until      timestamptz,
    -- The mailbox behind the person's address: another account of it stays out too.
    mailbox    text,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (space_id, user_id)
);
CREATE INDEX bans_latest ON bans (space_id, created_at DESC, user_id DESC);
CREATE INDEX bans_mailbox ON bans (space_id, mailbox) WHERE mailbox IS NOT NULL;
CREATE INDEX bans_over ON bans (until) WHERE until IS NOT NULL;

-- Who was in and is not any more: may still be banned; who was removed waits before joining by himself.
CREATE TABLE past_members (
    space_id   uuid NOT NULL REFERENCES spaces ON DELETE CASCADE,
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    left_at    timestamptz NOT NULL DEFAULT now(),
    was_kicked boolean NOT NULL,
    PRIMARY KEY (space_id, user_id)
);

CREATE TABLE invites (
    code       text PRIMARY KEY,
    space_id   uuid NOT NULL REFERENCES spaces ON DELETE CASCADE,
    created_by uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    -- NULL: the member role.
    role_id    uuid,
    -- Only this person may accept.
    for_user   uuid REFERENCES users ON DELETE CASCADE,
    max_uses   integer CHECK (max_uses > 0),
    uses       integer NOT NULL DEFAULT 0,
    expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (max_uses IS NULL OR uses <= max_uses),
    FOREIGN KEY (space_id, role_id) REFERENCES roles (space_id, id) ON DELETE SET NULL (role_id)
);
CREATE INDEX invites_latest ON invites (space_id, created_at DESC, code DESC);

CREATE TABLE reports (
    id          uuid PRIMARY KEY,
    space_id    uuid NOT NULL REFERENCES spaces ON DELETE CASCADE,
    reporter_id uuid REFERENCES users ON DELETE SET NULL,
    -- The person it is about.
    user_id     uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    message_id  uuid REFERENCES messages ON DELETE SET NULL,
    chat_id     uuid REFERENCES chats ON DELETE SET NULL,
    -- The text as it was reported: what is edited or deleted later can still be judged.
    content     text,
    reason      text NOT NULL CHECK (reason IN ('spam', 'abuse', 'illegal', 'other')),
    note        text,
    state       text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'resolved', 'dismissed')),
    handled_by  uuid REFERENCES users ON DELETE SET NULL,
    handled_at  timestamptz,
    outcome     text,
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX reports_queue ON reports (space_id, state, id DESC);
-- The same person says the same thing once.
CREATE UNIQUE INDEX reports_once ON reports (space_id, reporter_id, user_id, coalesce(message_id, user_id))
    WHERE state = 'open';

-- The order of a person's spaces where he has chosen one; spaces without a row come after, by joining.
CREATE TABLE space_order (
    user_id  uuid NOT NULL,
    space_id uuid NOT NULL,
    position integer NOT NULL,
    PRIMARY KEY (user_id, space_id),
    FOREIGN KEY (space_id, user_id) REFERENCES space_members (space_id, user_id) ON DELETE CASCADE
);
CREATE INDEX space_order_member ON space_order (space_id, user_id);
