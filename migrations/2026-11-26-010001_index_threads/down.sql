CREATE INDEX threads_chat ON threads (chat_id);
DROP INDEX threads_chat_last;
