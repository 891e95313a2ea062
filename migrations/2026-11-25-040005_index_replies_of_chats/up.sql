-- The replies in a chat, for counts of what is unread. Databases of before have it from create_threads.
CREATE INDEX CONCURRENTLY IF NOT EXISTS messages_replies ON messages (chat_id, seq) WHERE thread_root IS NOT NULL;
