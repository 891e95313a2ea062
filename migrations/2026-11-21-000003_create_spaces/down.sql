DROP TABLE restrictions;
DROP TABLE space_members;
DROP FUNCTION count_space_members;
DROP TABLE roles;
DROP TABLE spaces;
DROP EXTENSION pg_trgm;
