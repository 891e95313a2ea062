-- A worker asks for the next job of each of its kinds: a backlog of another kind is not walked over.
CREATE INDEX CONCURRENTLY jobs_due_by_kind ON jobs (kind, run_at, id) WHERE died_at IS NULL;
