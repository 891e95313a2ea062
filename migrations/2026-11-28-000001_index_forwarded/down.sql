DROP INDEX CONCURRENTLY messages_forwarded;
