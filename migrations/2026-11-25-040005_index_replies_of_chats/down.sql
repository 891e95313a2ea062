DROP INDEX CONCURRENTLY messages_replies;
