DROP TABLE pins;
DROP TABLE thread_members;
DROP TABLE threads;
ALTER TABLE messages DROP COLUMN thread_root;
