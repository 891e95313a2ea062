//! Bans.

use super::{MemberPath, SpacePath, wanted};
use crate::app::App;
use crate::error::{ApiResult, check};
use crate::http::current_user::CurrentUser;
use crate::http::cursor;
use crate::http::json::{Json, NoContent, OptionalJson};
use crate::http::query::{Path, Query, limit};
use crate::spaces::access::{access_space, access_space_to_change};
use crate::spaces::actions::bans::{do_ban_member, do_unban_member};
use crate::spaces::model::ban;
use actix_web::web::Data;
use actix_web::{get, post};
use serde::Deserialize;
use shared::page::Page;
use shared::permission::Permission;
use shared::spaces::{Ban, BanMember};
use utoipa::IntoParams;

/// Which bans to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BansQuery {
    /// Only people with this in their nickname or display name.
    q: Option<String>,
    /// 1-100, by default 50.
    limit: Option<i64>,
    cursor: Option<String>,
}

/// Ban a member of a lower rank, or somebody who was a member once: he is out now and comes in by no
/// way, also not with another account of the same mailbox. Needs `ban_members`; the body may be
/// absent.
#[utoipa::path(
    tag = "spaces",
    params(MemberPath),
    request_body(content = BanMember, description = "May be absent"),
    responses((status = 204))
)]
#[post("/spaces/{space_id}/ban/{user_id}")]
pub async fn ban_member(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<MemberPath>,
    OptionalJson(body): OptionalJson<BanMember>,
) -> ApiResult<NoContent> {
    check(&body)?;
    let conversations = &*app.conversations;
    let swept = app
        .transact(async |tx| {
            let space = access_space_to_change(tx, &user, path.space_id).await?;
            do_ban_member(tx, &space, path.user_id, &body, conversations).await
        })
        .await?;
    swept.announce(&app.live, path.space_id);
    Ok(NoContent)
}

/// Lift a ban: one's own, or one that a lower rank or somebody who is gone has set. Needs
/// `ban_members`.
#[utoipa::path(tag = "spaces", params(MemberPath), responses((status = 204)))]
#[post("/spaces/{space_id}/unban/{user_id}")]
pub async fn unban_member(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<MemberPath>,
) -> ApiResult<NoContent> {
    app.transact(async |tx| {
        let space = access_space_to_change(tx, &user, path.space_id).await?;
        do_unban_member(tx, &space, path.user_id).await
    })
    .await?;
    Ok(NoContent)
}

/// List the bans in force, latest first. Needs `ban_members`.
#[utoipa::path(
    tag = "spaces",
    params(SpacePath, BansQuery),
    responses((status = 200, body = Page<Ban>))
)]
#[get("/spaces/{space_id}/bans")]
pub async fn list_bans(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<SpacePath>,
    Query(query): Query<BansQuery>,
) -> ApiResult<Json<Page<Ban>>> {
    let (limit, q) = (limit(query.limit, 50)?, wanted(query.q)?);
    let after = cursor::decode(query.cursor.as_deref())?;
    let conn = &mut *app.conn().await?;
    let space = access_space(conn, &user, path.space_id).await?;
    space.require(Permission::BanMembers)?;
    let rows = ban::page_after(conn, space.id(), q.as_deref(), after, limit + 1).await?;
    Ok(Json(cursor::page(rows, limit, |row| (row.created_at, row.user.id))))
}
