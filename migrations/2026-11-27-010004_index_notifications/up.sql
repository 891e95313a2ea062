-- A chat that goes takes its entries along.
CREATE INDEX CONCURRENTLY notifications_chat ON notifications (chat_id, user_id) WHERE message_id IS NOT NULL;
