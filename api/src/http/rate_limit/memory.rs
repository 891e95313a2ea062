//! Budgets of one node: the generic cell rate algorithm, a timestamp for each key.

use super::{Engine, Outcome, Rate};
use crate::error::ApiResult;
use async_trait::async_trait;
use dashmap::DashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Budgets that are whole again are forgotten every so many requests.
const SWEEP: u64 = 4096;

/// See the module.
#[derive(Default)]
pub struct MemoryLimits {
    /// When the budget of a key is whole again.
    whole_at: DashMap<String, Instant>,
    taken: AtomicU64,
}

impl MemoryLimits {
    fn take_at(&self, now: Instant, key: String, rate: Rate) -> Outcome {
        if self.taken.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.whole_at.retain(|_, whole_at| *whole_at > now);
        }
        let full = rate.interval * rate.burst;
        let mut whole_at = self.whole_at.entry(key).or_insert(now);
        let debt = whole_at.saturating_duration_since(now);
        let next = debt + rate.interval;
        if next > full {
            return Outcome { wait: next - full, remaining: 0, whole_in: debt };
        }
        *whole_at = now + next;
        let left = (full - next).as_nanos() / rate.interval.as_nanos().max(1);
        let remaining = u32::try_from(left).unwrap_or(u32::MAX);
        Outcome { wait: Duration::ZERO, remaining, whole_in: next }
    }
}

#[async_trait]
impl Engine for MemoryLimits {
    async fn take(&self, key: String, rate: Rate) -> ApiResult<Outcome> {
        Ok(self.take_at(Instant::now(), key, rate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_and_then_one_each_interval() {
        let engine = MemoryLimits::default();
        let rate = Rate { burst: 10, interval: Duration::from_secs(360) };
        let start = Instant::now();
        let take = |seconds: u64| {
            engine.take_at(start + Duration::from_secs(seconds), "anna".into(), rate)
        };
        for left in (0..10).rev() {
            assert_eq!((take(0).wait, left), (Duration::ZERO, left));
        }
        assert_eq!(take(0).wait, Duration::from_secs(360));
        assert_eq!(take(359).wait, Duration::from_secs(1));
        assert_eq!(take(360).wait, Duration::ZERO);
        assert!(!take(361).wait.is_zero());
        // Never more than 20 within an hour, however they are spread.
        let granted = 11 + (361..3600).filter(|at| take(*at).wait.is_zero()).count();
        assert!(granted <= 20, "{granted}");
        let other = engine.take_at(start, "boris".into(), rate);
        assert_eq!((other.wait, other.remaining), (Duration::ZERO, 9));
    }

    #[test]
    fn whole_budgets_are_forgotten() {
        let engine = MemoryLimits::default();
        let rate = Rate { burst: 1, interval: Duration::from_secs(1) };
        let start = Instant::now();
        for n in 0..SWEEP * 2 {
            engine.take_at(start + Duration::from_secs(2 * n), n.to_string(), rate);
        }
        assert!(engine.whole_at.len() <= 2);
    }
}
