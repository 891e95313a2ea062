-- Kinds that come, or are mailed, from this space or chat otherwise than from elsewhere. A kind that is
-- set stands in one of each two.
ALTER TABLE notification_levels
    ADD COLUMN kinds_on text[] NOT NULL DEFAULT '{}',
    ADD COLUMN kinds_off text[] NOT NULL DEFAULT '{}',
    ADD COLUMN mail_kinds_on text[] NOT NULL DEFAULT '{}',
    ADD COLUMN mail_kinds_off text[] NOT NULL DEFAULT '{}';
