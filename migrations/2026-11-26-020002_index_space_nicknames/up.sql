-- Members are found by a piece of what they are called in the space.
CREATE INDEX CONCURRENTLY space_members_nicknames ON space_members (space_id) WHERE nickname IS NOT NULL;
