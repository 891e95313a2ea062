use super::Source;

/// The event stream.
#[derive(Clone, Debug)]
pub struct StreamConfig {
    /// `SPACE_EVENT_DAYS`: how long a client may be away and still resume, 1-90. Default 7.
    pub event_days: u16,
}

impl StreamConfig {
    pub(super) fn read(source: &mut Source) -> Self {
        Self { event_days: source.number("SPACE_EVENT_DAYS", 7, 1..=90) }
    }
}
