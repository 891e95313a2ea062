ALTER TABLE notifications DROP COLUMN space_name;
