DROP TRIGGER users_avatar ON users;
DROP TRIGGER users_banner ON users;
DROP TRIGGER spaces_avatar ON spaces;
DROP TRIGGER spaces_banner ON spaces;
DROP FUNCTION release_file();
ALTER TABLE users DROP COLUMN avatar_id, DROP COLUMN banner_id, DROP COLUMN banner_url;
ALTER TABLE spaces DROP COLUMN avatar_id, DROP COLUMN banner_id, DROP COLUMN banner_url;
DROP TABLE files;
