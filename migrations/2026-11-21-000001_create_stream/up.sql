-- The durable stream. A topic's row lock makes seq gap-free and equal to commit order.
CREATE TABLE streams (
    topic text PRIMARY KEY,
    seq   bigint NOT NULL
);

-- One row an event, kept for EVENTS_KEEP_DAYS; dropped by partition (a day each).
CREATE TABLE events (
    topic      text        NOT NULL,
    seq        bigint      NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    -- Only for people who may see this chat; others get a `noop` with the same seq.
    audience   uuid,
    -- The frame as every socket receives it: serialised once.
    frame      text        NOT NULL,
    PRIMARY KEY (topic, seq, created_at)
) PARTITION BY RANGE (created_at);

CREATE TABLE events_default PARTITION OF events DEFAULT;
