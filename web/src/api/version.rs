//! Lost updates: an editor saves over what it began with, and over nothing else.

use super::client::get;
use super::{ApiError, ApiResult};
use serde::de::DeserializeOwned;
use shared::error::{ErrorCode, Problem};

/// The version of what the server has at a path, for [`super::client::Call::seen`], as long as it is the
/// same as what an editor began with.
///
/// # Errors
/// `stale` when somebody changed it meanwhile; else see [`ApiError`].
pub async fn version_of<T: DeserializeOwned>(
    path: &str,
    is_same: impl FnOnce(&T) -> bool,
) -> ApiResult<String> {
    let (now, version) = get(path).send_tagged::<T>().await?;
    if is_same(&now) { Ok(version) } else { Err(stale()) }
}

fn stale() -> ApiError {
    ApiError::Problem(Box::new(Problem {
        kind: String::new(),
        title: String::new(),
        status: ErrorCode::Stale.status(),
        detail: String::new(),
        instance: String::new(),
        code: ErrorCode::Stale,
        request_id: String::new(),
        permission: None,
        retry_after: None,
        errors: Vec::new(),
    }))
}
