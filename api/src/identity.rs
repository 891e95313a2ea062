//! Accounts, logins and profiles. Tables: `users`, `sessions`, `idempotency_keys`.

use crate::error::{ApiError, ApiResult};
use crate::http::current_user::{Authenticator, CurrentUser};
use crate::platform::db::Db;
use crate::realtime::command::Commands;
use async_trait::async_trait;
use shared::error::ErrorCode;
use utoipa_actix_web::service_config::ServiceConfig;

/// What the slice keeps in memory: keys, the hashing queue, sessions known to be alive.
pub struct Identity {}

impl Identity {
    #[must_use]
    pub fn new(_config: &crate::config::Config, _db: Db) -> Self {
        Self {}
    }
}

#[async_trait]
impl Authenticator for Identity {
    async fn authenticate(&self, _token: &str) -> ApiResult<CurrentUser> {
        Err(ApiError::new(ErrorCode::Unauthenticated))
    }
}

/// The routes, below `/api/v1`.
pub fn routes(_config: &mut ServiceConfig) {}

/// The socket commands.
#[must_use]
pub fn commands() -> Commands {
    Commands::default()
}
