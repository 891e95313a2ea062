DROP INDEX users_names_trigrams;
DROP INDEX chat_overrides_everybody;
DELETE FROM chat_overrides WHERE role_id IS NULL AND user_id IS NULL;
ALTER TABLE chat_overrides DROP CONSTRAINT chat_overrides_check;
ALTER TABLE chat_overrides ADD CONSTRAINT chat_overrides_check
    CHECK ((role_id IS NULL) <> (user_id IS NULL));
ALTER TABLE chats DROP COLUMN slow_seconds;
ALTER TABLE chats DROP COLUMN category_id;
DROP TABLE chat_categories;
