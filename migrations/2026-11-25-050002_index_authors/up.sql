CREATE INDEX CONCURRENTLY messages_author ON messages (author_id, id);
