-- What pages that messages link to say about themselves, as it was when they were asked. A row never
-- changes: asked again, a page gets another one.
CREATE TABLE link_previews (
    id          uuid PRIMARY KEY,
    -- As in the texts.
    url         text NOT NULL CHECK (octet_length(url) <= 2000),
    fetched_at  timestamptz NOT NULL DEFAULT now(),
    -- Absent, with the rest: there was nothing to show.
    title       text,
    site_name   text,
    description text,
    picture_id  uuid REFERENCES files ON DELETE SET NULL
);
CREATE INDEX link_previews_url ON link_previews (url, fetched_at);
CREATE INDEX link_previews_fetched ON link_previews (fetched_at);
-- For the reference: a file that goes is looked for here.
CREATE INDEX link_previews_picture ON link_previews (picture_id) WHERE picture_id IS NOT NULL;
CREATE TRIGGER link_previews_picture AFTER UPDATE OF picture_id OR DELETE ON link_previews
    FOR EACH ROW EXECUTE FUNCTION release_file('picture_id');

-- What messages show.
CREATE TABLE message_previews (
    message_id uuid NOT NULL REFERENCES messages ON DELETE CASCADE,
    position   smallint NOT NULL,
    preview_id uuid NOT NULL REFERENCES link_previews,
    PRIMARY KEY (message_id, position)
);
CREATE INDEX message_previews_preview ON message_previews (preview_id);

-- Messages whose author or a moderator wants nothing shown.
CREATE TABLE hidden_previews (
    message_id uuid PRIMARY KEY REFERENCES messages ON DELETE CASCADE
);

-- `preview`: for those who see a message that shows it. The rows that are there keep the old rule.
ALTER TABLE files DROP CONSTRAINT files_purpose_check;
ALTER TABLE files ADD CONSTRAINT files_purpose_check
    CHECK (purpose IN ('attachment', 'picture', 'preview')) NOT VALID;
