use super::Source;
use std::time::Duration;

/// The event stream.
#[derive(Clone, Debug)]
pub struct StreamConfig {
    /// `SPACE_EVENT_DAYS`: how long a client may be away and still resume, 1-90. Default 7.
    pub event_days: u16,
    /// `SPACE_HEARTBEAT_SECONDS`: how often an open socket is asked whether somebody is there, 1-25.
    /// Less than a proxy or a mobile network keeps silent connections. Default 25.
    pub heartbeat: Duration,
}

impl StreamConfig {
    pub(super) fn read(source: &mut Source) -> Self {
        Self {
            event_days: source.number("SPACE_EVENT_DAYS", 7, 1..=90),
            heartbeat: Duration::from_secs(source.number("SPACE_HEARTBEAT_SECONDS", 25, 1..=25)),
        }
    }

    /// Who neither said nor took anything for so long is gone: two heartbeats may be late.
    #[must_use]
    pub fn silence(&self) -> Duration {
        self.heartbeat * 12 / 5
    }
}
