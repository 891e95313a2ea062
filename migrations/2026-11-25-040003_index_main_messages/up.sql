-- A page of the chat does not wade through replies, and unread counts leave them out. Databases of before have it from create_threads.
CREATE INDEX CONCURRENTLY IF NOT EXISTS messages_main ON messages (chat_id, seq) WHERE thread_root IS NULL AND deleted_at IS NULL;
