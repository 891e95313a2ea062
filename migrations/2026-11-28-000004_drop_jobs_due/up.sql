-- Nothing goes over all kinds in their order any more.
DROP INDEX CONCURRENTLY jobs_due;
