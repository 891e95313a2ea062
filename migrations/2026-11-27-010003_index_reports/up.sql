-- Each message that goes looks for its reports.
CREATE INDEX CONCURRENTLY reports_message ON reports (message_id) WHERE message_id IS NOT NULL;
