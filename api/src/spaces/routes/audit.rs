//! `/spaces/{space_id}/audit`.

use super::SpacePath;
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::http::current_user::CurrentUser;
use crate::http::cursor;
use crate::http::json::Json;
use crate::http::query::{Path, Query, limit, storable};
use crate::platform::db::PgConn;
use crate::realtime::directory::Question;
use crate::spaces::access::access_space;
use crate::spaces::model::audit::{AuditFilter, page_before};
use actix_web::get;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use shared::error::FieldCode;
use shared::ids::{ChatId, UserId};
use shared::page::Page;
use shared::permission::Permission;
use shared::spaces::{AuditAction, AuditEntry};
use std::collections::HashSet;
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

/// List what was done in the space, latest first. Needs `view_audit`. Of what concerns a chat that the
/// caller does not see, names, texts and changes are left out.
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
    let (rows, is_owner) = {
        let mut conn = app.conn().await?;
        let space = access_space(&mut conn, &user, path.space_id).await?;
        space.require(Permission::ViewAudit)?;
        let page = async |conn: &mut PgConn| {
            page_before(conn, space.id(), filter, before, limit + 1).await
        };
        (app.db.heavy_read(conn, page).await?, space.standing().is_owner)
    };
    // The owner sees every chat, and what is written about those that are gone.
    let rooms: Vec<ChatId> =
        rows.iter().filter(|_| !is_owner).filter_map(|(_, chat)| *chat).collect();
    let readable = match rooms.is_empty() {
        true => HashSet::new(),
        false => app.live.lookups().views.ask(Question { user: user.id, rooms }).await?.readable,
    };
    let rows = rows.into_iter().map(|(mut entry, chat)| {
        if !is_owner && chat.is_some_and(|chat| !readable.contains(&chat)) {
            (entry.target_id, entry.target_name) = (None, None);
            entry.changes = Vec::new();
        }
        entry
    });
    Ok(Json(cursor::page(rows.collect(), limit, |row| row.id)))
}
