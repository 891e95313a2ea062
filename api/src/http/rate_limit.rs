//! Rate limits: budgets that refill steadily, per account and per real client address.
//!
//! An [`Engine`] keeps them: `memory` those of one node, `redis` those of all nodes together.

pub mod memory;
pub mod redis;

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::http::client_address;
use crate::http::current_user::{bearer, identify};
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web;
use async_trait::async_trait;
use std::fmt::Display;
use std::net::IpAddr;
use std::time::Duration;

/// How much of something: `burst` at once, then `per_hour` spread evenly.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    pub name: &'static str,
    pub burst: u32,
    pub per_hour: u32,
}

/// Any request of an account.
const ACCOUNT: Limit = Limit { name: "account", burst: 600, per_hour: 72_000 };
/// Any request of a bot: five a second on the long run.
const BOT: Limit = Limit { name: "bot", burst: 300, per_hour: 18_000 };
/// Requests of an address by nobody known. A whole school may share one.
const ADDRESS: Limit = Limit { name: "address", burst: 300, per_hour: 18_000 };

/// Tokens that only the database can tell from made-up ones. Each good one costs one in some seconds.
const UNKNOWN_TOKEN: Limit = Limit { name: "unknown_token", burst: 600, per_hour: 180_000 };

/// A budget after it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Zero when it was granted, else how long until it will be.
    pub wait: Duration,
    pub remaining: u32,
    /// When the budget is whole again.
    pub whole_in: Duration,
}

/// A limit as an engine applies it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    pub burst: u32,
    /// One more is granted after so long.
    pub interval: Duration,
}

/// Keeps budgets.
#[async_trait]
pub trait Engine: Send + Sync {
    /// Takes one from the budget of `key`, if there is one.
    async fn take(&self, key: String, rate: Rate) -> ApiResult<Outcome>;
}

/// All limits of the server.
pub struct Limits {
    factor: f64,
    engine: Box<dyn Engine>,
}

/// The state of a limit, for the headers of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitState {
    name: &'static str,
    quota: u32,
    window: u64,
    outcome: Outcome,
}

impl Limits {
    /// `factor` multiplies every limit; 0 switches them off.
    #[must_use]
    pub fn new(factor: f64, engine: Box<dyn Engine>) -> Self {
        Self { factor, engine }
    }

    /// Takes one from the budget of `who`. `None` when limits are off.
    ///
    /// # Errors
    /// `rate_limited` with the time to wait.
    pub async fn take(&self, limit: Limit, who: impl Display) -> ApiResult<Option<LimitState>> {
        let Some(rate) = self.rate(limit) else { return Ok(None) };
        let outcome = self.engine.take(format!("{}:{who}", limit.name), rate).await?;
        let window = (rate.interval * rate.burst).as_secs().max(1);
        let state = LimitState { name: limit.name, quota: rate.burst, window, outcome };
        if outcome.wait.is_zero() {
            return Ok(Some(state));
        }
        let wait = outcome.wait.as_secs() + 1;
        Err(ApiError { limit: Some(Box::new(state)), ..ApiError::rate_limited(wait) })
    }

    fn rate(&self, limit: Limit) -> Option<Rate> {
        if self.factor <= 0.0 {
            return None;
        }
        let burst = (f64::from(limit.burst) * self.factor).ceil().max(1.0);
        let seconds = 3600.0 / (f64::from(limit.per_hour) * self.factor);
        Some(Rate { burst: burst as u32, interval: Duration::from_secs_f64(seconds) })
    }
}

impl LimitState {
    /// Writes `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers).
    pub fn write(&self, headers: &mut HeaderMap) {
        let Self { name, quota, window, outcome } = self;
        let (remaining, reset) = (outcome.remaining, outcome.whole_in.as_secs());
        for (header, value) in [
            ("ratelimit-policy", format!("\"{name}\";q={quota};w={window}")),
            ("ratelimit", format!("\"{name}\";r={remaining};t={reset}")),
        ] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(header), value);
            }
        }
    }
}

/// Whom an address stands for: an IPv6 subscriber has a whole /64.
#[must_use]
pub fn subscriber(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("{:x}", v6.to_bits() >> 64),
    }
}

/// Limits every request: of an account when its token is good, else of its address.
///
/// # Errors
/// A layer below refused.
pub async fn limit_requests<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<EitherBody<B>>> {
    match spend(&request).await {
        Ok(state) => {
            let mut response = next.call(request).await?;
            if let Some(state) = state {
                state.write(response.headers_mut());
            }
            Ok(response.map_into_left_body())
        }
        Err(error) => Ok(request.error_response(error).map_into_right_body()),
    }
}

async fn spend(request: &ServiceRequest) -> ApiResult<Option<LimitState>> {
    let app = request.app_data::<web::Data<App>>().cloned();
    let Some(app) = app.filter(|app| app.limits.factor > 0.0) else { return Ok(None) };
    if !request.path().starts_with("/api/v1/") {
        return Ok(None);
    }
    let address = subscriber(client_address::of(request.request()));
    if bearer(request.request()).is_some_and(|token| app.authenticator.must_be_looked_up(token)) {
        app.limits.take(UNKNOWN_TOKEN, &address).await?;
    }
    match identify(request.request()).await {
        Ok(caller) if caller.is_bot() => app.limits.take(BOT, caller.id).await,
        Ok(caller) => app.limits.take(ACCOUNT, caller.id).await,
        Err(_) => app.limits.take(ADDRESS, address).await,
    }
}
