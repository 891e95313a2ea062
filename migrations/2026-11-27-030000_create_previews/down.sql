DROP TABLE hidden_previews;
DROP TABLE message_previews;
DROP TABLE link_previews;
UPDATE files SET purpose = 'picture', doomed_at = coalesce(doomed_at, now()) WHERE purpose = 'preview';
ALTER TABLE files DROP CONSTRAINT files_purpose_check;
ALTER TABLE files ADD CONSTRAINT files_purpose_check CHECK (purpose IN ('attachment', 'picture')) NOT VALID;
