DROP INDEX CONCURRENTLY notifications_chat;
