-- The threads of a chat, the liveliest first.
CREATE INDEX threads_chat_last ON threads (chat_id, last_at, root_id);
DROP INDEX threads_chat;
