//! HTTP only: extract, load, act, answer.

pub mod audit;
pub mod bans;
pub mod invites;
pub mod members;
pub mod permissions;
pub mod pictures;
pub mod reports;
pub mod restrictions;
pub mod roles;
pub mod spaces;

use crate::error::{ApiError, ApiResult};
use serde::Deserialize;
use shared::ids::{ReportId, RoleId, SpaceId, UserId};
use shared::validate;
use utoipa::IntoParams;

/// Parameters of `/spaces/{space_id}/…`.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct SpacePath {
    pub space_id: SpaceId,
}

/// Parameters of `/spaces/{space_id}/…/{user_id}`.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct MemberPath {
    pub space_id: SpaceId,
    pub user_id: UserId,
}

/// Parameters of `/spaces/{space_id}/roles/{role_id}`.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct RolePath {
    pub space_id: SpaceId,
    pub role_id: RoleId,
}

/// Parameters of `/spaces/{space_id}/assign-role/{user_id}/{role_id}`.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct MemberRolePath {
    pub space_id: SpaceId,
    pub user_id: UserId,
    pub role_id: RoleId,
}

/// Parameters of `/invites/{code}`.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InvitePath {
    pub code: String,
}

/// Parameters of `/spaces/{space_id}/reports/{report_id}`.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ReportPath {
    pub space_id: SpaceId,
    pub report_id: ReportId,
}

/// `?limit=&cursor=` of a list without filters.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// 1-100, by default 50.
    limit: Option<i64>,
    cursor: Option<String>,
}

/// `?q=`: what to look for, at most 100 characters; nothing when it is empty.
fn wanted(q: Option<String>) -> ApiResult<Option<String>> {
    let q = q.map(|q| q.trim().to_owned()).filter(|q| !q.is_empty());
    if let Some(q) = &q {
        validate::text(q, 1, 100).map_err(|code| ApiError::field("q", code))?;
    }
    Ok(q)
}
