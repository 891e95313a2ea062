-- A banner shows once it is there: what stood behind the cards of those who never chose it.
ALTER TABLE user_choices ALTER COLUMN card_background SET DEFAULT 'banner';
UPDATE user_choices c SET card_background = 'banner'
    FROM users u WHERE u.id = c.user_id AND u.banner_id IS NULL AND c.card_background = 'plain';
