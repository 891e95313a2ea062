//! Budgets of all nodes together: the generic cell rate algorithm as a script, by Redis' own clock.
//!
//! Each node also keeps its budgets in memory and asks them first. So nothing is unlimited while Redis
//! is away, or after it forgot everything: a node then grants what it would alone.

use super::memory::MemoryLimits;
use super::{Engine, Outcome, Rate};
use crate::error::ApiResult;
use crate::platform::redis::Redis;
use async_trait::async_trait;
use deadpool_redis::redis::Script;
use std::sync::Arc;
use std::time::Duration;

/// Takes one from a budget; microseconds to wait, and until it is whole again.
const TAKE: &str = r"
local now = redis.call('TIME')
now = now[1] * 1000000 + now[2]
local full, interval = tonumber(ARGV[1]), tonumber(ARGV[2])
local debt = math.max(tonumber(redis.call('GET', KEYS[1]) or 0) - now, 0)
local next = debt + interval
if next > full then return {next - full, debt} end
redis.call('SET', KEYS[1], string.format('%.0f', now + next), 'PX', math.ceil(next / 1000))
return {0, next}
";

/// See the module.
pub struct RedisLimits {
    redis: Arc<Redis>,
    own: MemoryLimits,
    take: Script,
}

impl RedisLimits {
    #[must_use]
    pub fn new(redis: Arc<Redis>) -> Self {
        Self { redis, own: MemoryLimits::default(), take: Script::new(TAKE) }
    }
}

#[async_trait]
impl Engine for RedisLimits {
    async fn take(&self, key: String, rate: Rate) -> ApiResult<Outcome> {
        let name = self.redis.name(format_args!("limit:{key}"));
        let own = self.own.take(key, rate).await?;
        if !own.wait.is_zero() {
            return Ok(own);
        }
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let full = rate.interval * rate.burst;
        let mut take = self.take.key(name);
        take.arg(micros(full)).arg(micros(rate.interval).max(1));
        let Ok((wait, whole_in)) = self.redis.run::<(u64, u64)>(&take).await else {
            return Ok(own);
        };
        let whole_in = Duration::from_micros(whole_in);
        let left = full.saturating_sub(whole_in).as_nanos() / rate.interval.as_nanos().max(1);
        let remaining = if wait == 0 { u32::try_from(left).unwrap_or(u32::MAX) } else { 0 };
        Ok(Outcome { wait: Duration::from_micros(wait), remaining, whole_in })
    }
}
