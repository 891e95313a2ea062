CREATE INDEX CONCURRENTLY jobs_due ON jobs (run_at, id) WHERE died_at IS NULL;
