-- What programs ask with, in the name of a person or a bot.
CREATE TABLE access_tokens (
    id           uuid PRIMARY KEY,
    user_id      uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    name         text NOT NULL,
    -- SHA-256. The token itself is shown once and kept nowhere.
    token_hash   bytea NOT NULL UNIQUE,
    -- How it begins and ends, to find it by.
    hint         text NOT NULL,
    -- Bits of shared::integrations::Scope.
    scopes       bigint NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    -- NULL: until revoked.
    expires_at   timestamptz,
    -- True to five minutes: not every request writes.
    last_used_at timestamptz,
    revoked_at   timestamptz
);
CREATE INDEX access_tokens_user ON access_tokens (user_id, created_at DESC) WHERE revoked_at IS NULL;

-- Accounts that belong to a person and are used by programs.
CREATE TABLE bots (
    user_id    uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    owner_id   uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    -- What a deleted bot has written stays.
    deleted_at timestamptz
);
CREATE INDEX bots_owner ON bots (owner_id, created_at) WHERE deleted_at IS NULL;
