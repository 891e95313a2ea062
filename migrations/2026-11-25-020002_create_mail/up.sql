-- What letters to a person need to know; a row from the first time it differs from nothing.
CREATE TABLE user_mail (
    user_id     uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    -- The language last used: a BCP 47 tag of shared::text::Lang.
    locale      text,
    -- When a code showed that users.email is his.
    verified_at timestamptz,
    -- A new address that waits for its code; the old one counts until then.
    pending     text
);

-- The code that was sent to an address to confirm it; one a person.
CREATE TABLE email_codes (
    user_id    uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    email      text NOT NULL,
    -- HMAC of the code with a key that is not in the database: six digits are quickly tried.
    code_hash  bytea NOT NULL,
    tries      integer NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL
);

-- SHA-256 of the secret in the last reset link; one a person, used once.
CREATE TABLE password_resets (
    user_id    uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    token_hash bytea NOT NULL UNIQUE,
    expires_at timestamptz NOT NULL
);

-- What was sent to people, or could not be; kept for 90 days.
CREATE TABLE deliveries (
    id      uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    channel text NOT NULL CHECK (channel IN ('email')),
    about   text NOT NULL,
    sent    boolean NOT NULL,
    error   text,
    at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX deliveries_user ON deliveries (user_id, at DESC, id DESC);
CREATE INDEX deliveries_age ON deliveries (at);
