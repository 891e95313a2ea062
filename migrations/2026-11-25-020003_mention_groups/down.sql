DROP TABLE group_mentions;
ALTER TABLE mentions DROP COLUMN via_here;
