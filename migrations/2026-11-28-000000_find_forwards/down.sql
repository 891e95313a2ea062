DROP TRIGGER forwards_found ON forwards;
DROP TRIGGER forwards_lost ON forwards;
DROP FUNCTION find_forward();
ALTER TABLE messages DROP COLUMN forwarded, DROP COLUMN forwarded_search;
