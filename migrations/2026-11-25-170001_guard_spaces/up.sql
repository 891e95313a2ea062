-- A role below that of members is not shed by leaving and coming again.
ALTER TABLE past_members
    ADD COLUMN low_role_id uuid,
    ADD FOREIGN KEY (space_id, low_role_id) REFERENCES roles (space_id, id) ON DELETE SET NULL (low_role_id);

-- The chat that a line is about: what it says is for who sees the chat. Stays when the chat is gone.
ALTER TABLE audit_log ADD COLUMN chat_id uuid;
