DROP TABLE restrictions;
DROP TABLE space_members;
DROP TABLE roles;
DROP TABLE spaces;
