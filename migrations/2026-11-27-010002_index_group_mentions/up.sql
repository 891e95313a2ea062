-- Each page of a history asks by message, and each message that goes does. The unique ones know only a part each.
CREATE INDEX CONCURRENTLY group_mentions_message ON group_mentions (message_id);
