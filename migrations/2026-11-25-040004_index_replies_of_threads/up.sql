-- The replies of a thread in their order. Databases of before have it from create_threads.
CREATE INDEX CONCURRENTLY IF NOT EXISTS messages_thread ON messages (thread_root, seq) WHERE thread_root IS NOT NULL;
