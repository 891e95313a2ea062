-- Those that were sent before the trigger was there.
UPDATE messages m SET forwarded = f.content, forwarded_search = to_tsvector('simple', f.content)
    || to_tsvector('english', f.content) || to_tsvector('russian', f.content)
FROM forwards f WHERE m.id = f.message_id AND f.content <> '' AND m.forwarded IS NULL AND m.deleted_at IS NULL;
