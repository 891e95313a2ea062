-- Files of messages are found by a piece of their names.
CREATE INDEX CONCURRENTLY files_name ON files USING gin (lower(name) gin_trgm_ops) WHERE message_id IS NOT NULL;
