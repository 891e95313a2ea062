ALTER TABLE user_choices ALTER COLUMN card_background SET DEFAULT 'plain';
UPDATE user_choices c SET card_background = 'plain'
    FROM users u WHERE u.id = c.user_id AND u.banner_id IS NULL AND c.card_background = 'banner';
