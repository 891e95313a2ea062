CREATE TABLE users (
    id             uuid PRIMARY KEY,
    nickname       text NOT NULL,
    -- shared::validate::nickname_key: case and look-alikes folded.
    nickname_key   text NOT NULL UNIQUE,
    email          text,
    -- Lower case; what e-mail logins compare.
    email_key      text UNIQUE,
    -- Absent for placeholders made by an import: they cannot log in.
    password_hash  text,
    display_name   text,
    bio            text,
    avatar_url     text,
    is_bot         boolean NOT NULL DEFAULT false,
    is_placeholder boolean NOT NULL DEFAULT false,
    -- Chosen by hand; what others see also depends on open sockets.
    status         text NOT NULL DEFAULT 'online' CHECK (status IN ('online', 'away', 'dnd', 'offline')),
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX users_nickname_prefix ON users (lower(nickname) text_pattern_ops);

-- A login: one refresh-token family.
CREATE TABLE sessions (
    id            uuid PRIMARY KEY,
    user_id       uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    -- SHA-256 of the refresh token in force, and of the one before it (10 s grace for parallel tabs).
    token_hash    bytea NOT NULL,
    previous_hash bytea,
    rotated_at    timestamptz NOT NULL DEFAULT now(),
    user_agent    text,
    address       text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    last_used_at  timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz NOT NULL,
    revoked_at    timestamptz
);
CREATE INDEX sessions_user ON sessions (user_id, created_at DESC) WHERE revoked_at IS NULL;

-- Answers to writes with an Idempotency-Key, for 24 h.
CREATE TABLE idempotency_keys (
    user_id     uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    key         text NOT NULL,
    -- SHA-256 of method, path and body.
    fingerprint bytea NOT NULL,
    -- Absent while the first request is still running.
    status      smallint,
    headers     jsonb,
    body        bytea,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
