-- The folded nickname beside the membership: a page of 50,000 members is a range of an index.
ALTER TABLE space_members ADD COLUMN sort_name text COLLATE "C" NOT NULL DEFAULT '';

-- Both counts as before; an update that moves nobody to another role locks no role and no space.
CREATE OR REPLACE FUNCTION count_space_members() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        UPDATE roles SET member_count = member_count + n
        FROM (SELECT role_id, sum(d) AS n
              FROM (SELECT role_id, 1 AS d FROM joined UNION ALL SELECT role_id, -1 FROM gone) x
              GROUP BY role_id HAVING sum(d) <> 0) c WHERE id = c.role_id;
    ELSIF TG_OP = 'INSERT' THEN
        UPDATE roles SET member_count = member_count + n
        FROM (SELECT role_id, count(*) AS n FROM joined GROUP BY role_id) c WHERE id = c.role_id;
        UPDATE spaces SET member_count = member_count + n
        FROM (SELECT space_id, count(*) AS n FROM joined GROUP BY space_id) c WHERE id = c.space_id;
    ELSE
        UPDATE roles SET member_count = member_count - n
        FROM (SELECT role_id, count(*) AS n FROM gone GROUP BY role_id) c WHERE id = c.role_id;
        UPDATE spaces SET member_count = member_count - n
        FROM (SELECT space_id, count(*) AS n FROM gone GROUP BY space_id) c WHERE id = c.space_id;
    END IF;
    RETURN NULL;
END $$;

UPDATE space_members m SET sort_name = lower(u.nickname) FROM users u WHERE u.id = m.user_id;
CREATE INDEX space_members_list ON space_members (space_id, role_id, sort_name, user_id);

CREATE FUNCTION name_space_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT lower(nickname) INTO NEW.sort_name FROM users WHERE id = NEW.user_id;
    NEW.sort_name := coalesce(NEW.sort_name, '');
    RETURN NEW;
END $$;
CREATE TRIGGER space_members_named BEFORE INSERT ON space_members
    FOR EACH ROW EXECUTE FUNCTION name_space_member();

CREATE FUNCTION rename_space_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE space_members SET sort_name = lower(NEW.nickname) WHERE user_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER users_renamed AFTER UPDATE OF nickname ON users
    FOR EACH ROW WHEN (OLD.nickname IS DISTINCT FROM NEW.nickname)
    EXECUTE FUNCTION rename_space_member();
