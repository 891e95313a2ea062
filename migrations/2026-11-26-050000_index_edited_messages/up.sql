-- `is:edited` alone finds them newest first. Only edits pay for it.
CREATE INDEX CONCURRENTLY messages_edited ON messages (id) WHERE edited_at IS NOT NULL;
