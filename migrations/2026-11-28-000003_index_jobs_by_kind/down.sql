DROP INDEX CONCURRENTLY jobs_due_by_kind;
