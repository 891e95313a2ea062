DROP TABLE read_states;
DROP TABLE mentions;
DROP TABLE reactions;
DROP TABLE message_versions;
DROP TABLE messages;
DROP TABLE chat_overrides;
DROP TABLE chat_members;
ALTER TABLE spaces DROP CONSTRAINT spaces_default_chat_id_fkey;
DROP TABLE chats;
