-- Words, together with those of the comment, and pieces of words.
CREATE INDEX CONCURRENTLY messages_forwarded
    ON messages USING gin ((search || forwarded_search), (content || E'\n' || forwarded) gin_trgm_ops)
    WITH (gin_pending_list_limit = 64) WHERE forwarded IS NOT NULL AND deleted_at IS NULL;
