SELECT 1; -- What was deleted stays deleted.
