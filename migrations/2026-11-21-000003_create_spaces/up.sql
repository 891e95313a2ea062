-- Also used by search in messages.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE spaces (
    id              uuid PRIMARY KEY,
    name            text NOT NULL,
    description     text,
    avatar_url      text,
    visibility      text NOT NULL CHECK (visibility IN ('public', 'invite', 'hidden')),
    owner_id        uuid NOT NULL REFERENCES users,
    default_chat_id uuid,
    member_count    bigint NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL DEFAULT now(),
    -- Changes with every edit; the ETag.
    version         bigint NOT NULL DEFAULT 1
);
CREATE INDEX spaces_directory ON spaces (member_count DESC, id DESC) WHERE visibility <> 'hidden';
CREATE INDEX spaces_name_trigrams ON spaces USING gin (name gin_trgm_ops) WHERE visibility <> 'hidden';

CREATE TABLE roles (
    id           uuid PRIMARY KEY,
    space_id     uuid NOT NULL REFERENCES spaces ON DELETE CASCADE,
    kind         text NOT NULL CHECK (kind IN ('owner', 'member', 'custom')),
    name         text NOT NULL,
    color        text NOT NULL CHECK (color ~ '^#[0-9a-fA-F]{6}$'),
    priority     integer NOT NULL CHECK (priority BETWEEN 1 AND 100),
    -- Bits of shared::permission::Permission.
    permissions  bigint NOT NULL,
    member_count bigint NOT NULL DEFAULT 0,
    created_at   timestamptz NOT NULL DEFAULT now(),
    -- Target of the foreign keys below: a role of another space cannot be held.
    UNIQUE (space_id, id)
);
CREATE UNIQUE INDEX roles_one_owner_one_member ON roles (space_id, kind) WHERE kind <> 'custom';
CREATE UNIQUE INDEX roles_name ON roles (space_id, lower(name));

CREATE TABLE space_members (
    space_id  uuid NOT NULL REFERENCES spaces ON DELETE CASCADE,
    user_id   uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    role_id   uuid NOT NULL,
    joined_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (space_id, user_id),
    FOREIGN KEY (space_id, role_id) REFERENCES roles (space_id, id)
);
CREATE INDEX space_members_user ON space_members (user_id, joined_at);
CREATE INDEX space_members_role ON space_members (space_id, role_id, user_id);

-- Keeps both counts exact, whoever writes: joins, imports of thousands, cascades.
CREATE FUNCTION count_space_members() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN
        UPDATE roles SET member_count = member_count + n
        FROM (SELECT role_id, count(*) AS n FROM joined GROUP BY role_id) c WHERE id = c.role_id;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        UPDATE roles SET member_count = member_count - n
        FROM (SELECT role_id, count(*) AS n FROM gone GROUP BY role_id) c WHERE id = c.role_id;
    END IF;
    IF TG_OP = 'INSERT' THEN
        UPDATE spaces SET member_count = member_count + n
        FROM (SELECT space_id, count(*) AS n FROM joined GROUP BY space_id) c WHERE id = c.space_id;
    ELSIF TG_OP = 'DELETE' THEN
        UPDATE spaces SET member_count = member_count - n
        FROM (SELECT space_id, count(*) AS n FROM gone GROUP BY space_id) c WHERE id = c.space_id;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER space_members_joined AFTER INSERT ON space_members
    REFERENCING NEW TABLE AS joined FOR EACH STATEMENT EXECUTE FUNCTION count_space_members();
CREATE TRIGGER space_members_gone AFTER DELETE ON space_members
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION count_space_members();
CREATE TRIGGER space_members_changed AFTER UPDATE ON space_members
    REFERENCING OLD TABLE AS gone NEW TABLE AS joined
    FOR EACH STATEMENT EXECUTE FUNCTION count_space_members();

-- Permissions taken from a person for a while. Not tied to the membership: who leaves and joins
-- again is still restricted.
CREATE TABLE restrictions (
    space_id   uuid NOT NULL REFERENCES spaces ON DELETE CASCADE,
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    denied     bigint NOT NULL,
    -- NULL: until lifted.
    until      timestamptz,
    set_by     uuid REFERENCES users ON DELETE SET NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (space_id, user_id)
);
