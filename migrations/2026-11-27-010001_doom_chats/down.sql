ALTER TABLE chats DROP COLUMN doomed_at;
