ALTER TABLE notification_levels
    DROP COLUMN kinds_on,
    DROP COLUMN kinds_off,
    DROP COLUMN mail_kinds_on,
    DROP COLUMN mail_kinds_off;
