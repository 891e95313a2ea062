-- Chats allowed people something who are members no more: whoever comes back is given it anew. What is
-- denied stays.
UPDATE chats SET version = version + 1 WHERE id IN (
    SELECT o.chat_id FROM chat_overrides o JOIN chats c ON c.id = o.chat_id
    WHERE o.allow <> 0 AND o.user_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM space_members m WHERE m.space_id = c.space_id AND m.user_id = o.user_id)
);
UPDATE chat_overrides o SET allow = 0 FROM chats c
WHERE c.id = o.chat_id AND o.allow <> 0 AND o.user_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM space_members m WHERE m.space_id = c.space_id AND m.user_id = o.user_id
);
DELETE FROM chat_overrides WHERE user_id IS NOT NULL AND allow = 0 AND deny = 0;
