-- What messages pass on is found by its words: a copy of its text and its words stand beside those of the
-- message, which most messages leave empty. A trigger keeps them, so that also what the release before this one
-- sends is found. A generated column would write every message anew.
ALTER TABLE messages ADD COLUMN forwarded text, ADD COLUMN forwarded_search tsvector;

CREATE FUNCTION find_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        UPDATE messages SET forwarded = NULL, forwarded_search = NULL WHERE id = OLD.message_id;
    ELSE
        UPDATE messages SET forwarded = NEW.content, forwarded_search = to_tsvector('simple', NEW.content)
            || to_tsvector('english', NEW.content) || to_tsvector('russian', NEW.content)
        WHERE id = NEW.message_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER forwards_found AFTER INSERT ON forwards
    FOR EACH ROW WHEN (NEW.content <> '') EXECUTE FUNCTION find_forward();
CREATE TRIGGER forwards_lost AFTER DELETE ON forwards
    FOR EACH ROW WHEN (OLD.content <> '') EXECUTE FUNCTION find_forward();
