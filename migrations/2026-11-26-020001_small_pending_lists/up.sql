-- What waits in an index of words is sorted in by whoever fills the list: with 4 MB, the default, one send
-- in a few thousand took 110-175 ms for it, and every search read the list. With 64 kB it is a few ms.
ALTER INDEX messages_search SET (gin_pending_list_limit = 64);
ALTER INDEX messages_trigrams SET (gin_pending_list_limit = 64);
