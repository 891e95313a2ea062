DROP INDEX CONCURRENTLY group_mentions_message;
