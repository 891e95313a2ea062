//! Times, as people read them.

use hdrhistogram::Histogram;
use std::time::{Duration, Instant};

/// Collected durations.
pub struct Times(Histogram<u64>);

impl Times {
    pub fn new() -> anyhow::Result<Self> {
        // Microseconds, up to ten minutes, three digits.
        Ok(Self(Histogram::new_with_bounds(1, 600_000_000, 3)?))
    }

    pub fn add(&mut self, time: Duration) {
        self.0.saturating_record(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
    }

    pub fn since(&mut self, began: Instant) {
        self.add(began.elapsed());
    }

    /// Adds those of another collection.
    pub fn merge(&mut self, other: &Self) -> anyhow::Result<()> {
        Ok(self.0.add(&other.0)?)
    }

    /// The time within which this share is done.
    pub fn at(&self, share: f64) -> Duration {
        Duration::from_micros(self.0.value_at_quantile(share))
    }

    pub fn count(&self) -> u64 {
        self.0.len()
    }
}

/// `1.2 ms`.
pub fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}
