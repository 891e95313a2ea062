-- What a person chose; without a row, the defaults.
CREATE TABLE user_choices (
    user_id         uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    -- Looks and language, as `shared::settings` knows them; absent: the device decides.
    looks           jsonb,
    lang            text,
    -- Who may open a direct chat: people who share a space, or nobody.
    direct_from     text NOT NULL DEFAULT 'shared' CHECK (direct_from IN ('shared', 'nobody')),
    shows_online    boolean NOT NULL DEFAULT true,
    status_text     text,
    status_emoji    text,
    -- Ends text, emoji, and `away` or `dnd` chosen by hand; not `offline`: who hides stays hidden.
    status_until    timestamptz,
    card_background text NOT NULL DEFAULT 'plain',
    card_frame      text NOT NULL DEFAULT 'none',
    updated_at      timestamptz NOT NULL DEFAULT now()
);

-- People whom somebody does not want to hear. Blocked ones cannot write to him directly either.
CREATE TABLE user_marks (
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    other_id   uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    mark       text NOT NULL CHECK (mark IN ('blocked', 'muted')),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, other_id),
    CHECK (user_id <> other_id)
);
CREATE INDEX user_marks_other ON user_marks (other_id, user_id);

-- Nicknames that were given up: for a while nobody else may answer to them.
CREATE TABLE former_nicknames (
    nickname_key text PRIMARY KEY,
    user_id      uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    changed_at   timestamptz NOT NULL DEFAULT now(),
    until        timestamptz NOT NULL
);
CREATE INDEX former_nicknames_user ON former_nicknames (user_id, changed_at);

-- After the row: whoever waited for a nickname that is given up at this moment sees its reservation.
CREATE FUNCTION check_former_nickname() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM former_nicknames f WHERE f.nickname_key = NEW.nickname_key
               AND f.user_id <> NEW.id AND f.until > now()) THEN
        RAISE EXCEPTION 'the nickname is reserved'
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'users_nickname_key_key';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER users_nickname_reserved AFTER INSERT OR UPDATE OF nickname_key ON users
    FOR EACH ROW EXECUTE FUNCTION check_former_nickname();

-- Accounts that asked to be deleted. Done after `due_at`, unless the person logs in before.
CREATE TABLE account_deletions (
    user_id          uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    requested_at     timestamptz NOT NULL DEFAULT now(),
    due_at           timestamptz NOT NULL,
    removes_messages boolean NOT NULL,
    -- What is left of the account is a row that others' chats refer to.
    done_at          timestamptz
);
CREATE INDEX account_deletions_due ON account_deletions (due_at) WHERE done_at IS NULL;

-- What a member is called in this space.
ALTER TABLE space_members ADD COLUMN nickname text;
