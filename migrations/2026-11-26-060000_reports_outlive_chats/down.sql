-- What the index before would refuse is one report from here on.
DELETE FROM reports r USING reports o
    WHERE r.state = 'open' AND o.state = 'open' AND r.message_id IS NULL AND o.message_id IS NULL
      AND (r.space_id, r.reporter_id, r.user_id) = (o.space_id, o.reporter_id, o.user_id) AND r.id > o.id;
DROP INDEX reports_once;
CREATE UNIQUE INDEX reports_once ON reports (space_id, reporter_id, user_id, coalesce(message_id, user_id))
    WHERE state = 'open';
