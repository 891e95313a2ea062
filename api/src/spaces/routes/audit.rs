//! `/spaces/{space_id}/audit`.

use super::SpacePath;
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::http::current_user::CurrentUser;
use crate::http::cursor;
use crate::http::json::Json;
use crate::http::query::{Path, Query, limit, storable};
use crate::spaces::access::access_space;
use crate::spaces::model::audit::{AuditFilter, page_before};
use actix_web::get;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use shared::error::FieldCode;
use shared::ids::UserId;
use shared::page::Page;
use shared::permission::Permission;
use shared::spaces::{AuditAction, AuditEntry};
use utoipa::IntoParams;

/// Which lines to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Only what this person did.
    actor: Option<UserId>,
    /// Only acts of this kind.
    action: Option<String>,
    /// Only what was done to this person.
    target: Option<UserId>,
    /// From this time on.
    since: Option<DateTime<Utc>>,
    /// Before this time.
    until: Option<DateTime<Utc>>,
    /// 1-100, by default 50.
    limit: Option<i64>,
    cursor: Option<String>,
}

/// List what was done in the space, latest first. Needs `view_audit`.
#[utoipa::path(
    tag = "spaces",
    params(SpacePath, AuditQuery),
    responses((status = 200, body = Page<AuditEntry>))
)]
#[get("/spaces/{space_id}/audit")]
pub async fn list_audit(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<SpacePath>,
    Query(query): Query<AuditQuery>,
) -> ApiResult<Json<Page<AuditEntry>>> {
    let limit = limit(query.limit, 50)?;
    let before = cursor::decode(query.cursor.as_deref())?;
    for (name, at) in [("since", query.since), ("until", query.until)] {
        if at.is_some_and(|at| !storable(at)) {
            return Err(ApiError::field(name, FieldCode::OutOfRange));
        }
    }
    let unknown = || ApiError::field("action", FieldCode::Unknown);
    let action = query.action.as_deref();
    let action = action.map(|key| AuditAction::from_key(key).ok_or_else(unknown)).transpose()?;
    let filter = AuditFilter {
        actor: query.actor,
        action,
        user: query.target,
        since: query.since,
        until: query.until,
    };
    let conn = &mut *app.conn().await?;
    let space = access_space(conn, &user, path.space_id).await?;
    space.require(Permission::ViewAudit)?;
    let rows = page_before(conn, space.id(), filter, before, limit + 1).await?;
    Ok(Json(cursor::page(rows, limit, |row| row.id)))
}
