DROP TABLE space_emoji;
ALTER TABLE messages DROP COLUMN sticker_id;
DROP TABLE installed_packs;
ALTER TABLE sticker_packs DROP COLUMN thumbnail_id;
DROP TABLE stickers;
DROP TABLE sticker_packs;
