-- What the space was called when somebody was told: all that he sees of it once it is hidden from him.
-- Only for entries about a space, not about a message.
ALTER TABLE notifications ADD COLUMN space_name text;
