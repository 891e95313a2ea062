-- Work that must happen, written by the transaction that wants it. A row is gone once it is done.
CREATE TABLE jobs (
    id           uuid PRIMARY KEY,
    kind         text NOT NULL,
    payload      jsonb NOT NULL,
    -- At most one job of a kind waits under a key; free again from the moment the job begins.
    dedupe_key   text,
    attempts     integer NOT NULL DEFAULT 0,
    max_attempts integer NOT NULL,
    run_at       timestamptz NOT NULL DEFAULT now(),
    -- The worker that runs it, and until when it is believed to be alive.
    locked_by    uuid,
    locked_until timestamptz,
    last_error   text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    -- Tried in vain too often: laid aside for the operator.
    died_at      timestamptz
);
CREATE INDEX jobs_due ON jobs (run_at, id) WHERE died_at IS NULL;
CREATE INDEX jobs_dead ON jobs (died_at) WHERE died_at IS NOT NULL;
CREATE UNIQUE INDEX jobs_once ON jobs (kind, dedupe_key) WHERE dedupe_key IS NOT NULL;

-- When periodic jobs are due next, once for all nodes.
CREATE TABLE job_schedules (
    kind    text PRIMARY KEY,
    next_at timestamptz NOT NULL
);
