-- How much room the pictures of pages take.
CREATE INDEX CONCURRENTLY files_previews ON files (id) INCLUDE (size)
    WHERE purpose = 'preview' AND doomed_at IS NULL;
