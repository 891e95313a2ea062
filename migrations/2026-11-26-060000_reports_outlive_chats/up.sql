-- Reports of messages that are gone with their chat are not about the same thing: the second one of a
-- person kept the chat from being deleted.
DROP INDEX reports_once;
CREATE UNIQUE INDEX reports_once ON reports (space_id, reporter_id, user_id, coalesce(message_id, user_id))
    WHERE state = 'open' AND (message_id IS NOT NULL OR content IS NULL);
