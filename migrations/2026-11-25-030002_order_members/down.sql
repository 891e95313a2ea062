DROP TRIGGER users_renamed ON users;
DROP FUNCTION rename_space_member;
DROP TRIGGER space_members_named ON space_members;
DROP FUNCTION name_space_member;
DROP INDEX space_members_list;
ALTER TABLE space_members DROP COLUMN sort_name;
CREATE OR REPLACE FUNCTION count_space_members() RETURNS trigger LANGUAGE plpgsql AS $$
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
