ALTER INDEX messages_trigrams RESET (gin_pending_list_limit);
ALTER INDEX messages_search RESET (gin_pending_list_limit);
