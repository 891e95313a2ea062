ALTER TABLE audit_log DROP COLUMN chat_id;
ALTER TABLE past_members DROP COLUMN low_role_id;
