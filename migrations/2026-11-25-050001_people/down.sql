ALTER TABLE space_members DROP COLUMN nickname;
DROP TABLE account_deletions;
DROP TRIGGER users_nickname_reserved ON users;
DROP FUNCTION check_former_nickname;
DROP TABLE former_nicknames;
DROP TABLE user_marks;
DROP TABLE user_choices;
