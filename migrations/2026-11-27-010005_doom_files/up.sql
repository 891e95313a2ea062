-- Files of deleted messages are doomed with them from now on; these are those of before.
UPDATE files f SET doomed_at = now() FROM messages m
    WHERE m.id = f.message_id AND f.doomed_at IS NULL AND m.deleted_at IS NOT NULL;
