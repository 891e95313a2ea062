//! What is taken from members.

use super::{MemberPath, PageQuery, SpacePath};
use crate::app::App;
use crate::error::ApiResult;
use crate::http::current_user::CurrentUser;
use crate::http::cursor;
use crate::http::json::{Json, Valid};
use crate::http::query::{Path, Query, limit};
use crate::spaces::access::{access_member, access_space, access_space_to_change};
use crate::spaces::actions::members::do_restrict_member;
use crate::spaces::model::member;
use actix_web::web::Data;
use actix_web::{get, post};
use shared::page::Page;
use shared::permission::Permission;
use shared::spaces::{RestrictMember, RestrictedMember, Restriction};

/// Take permissions from a member of a lower rank, for a while or until lifted; an empty list gives
/// them back. Survives leaving and joining again. Needs `restrict_members`.
#[utoipa::path(tag = "spaces", request_body = RestrictMember, params(MemberPath),
    responses((status = 200, body = Restriction)))]
#[post("/spaces/{space_id}/restrict/{user_id}")]
pub async fn restrict_member(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<MemberPath>,
    Valid(body): Valid<RestrictMember>,
) -> ApiResult<Json<Restriction>> {
    app.transact(async |tx| {
        let space = access_space_to_change(tx, &user, path.space_id).await?;
        let target = access_member(tx, &space, path.user_id).await?;
        do_restrict_member(tx, &space, &target, &body).await
    })
    .await
    .map(Json)
}

/// What is taken from a member at the moment; nothing is an empty list. Needs `restrict_members`.
#[utoipa::path(tag = "spaces", params(MemberPath), responses((status = 200, body = Restriction)))]
#[get("/spaces/{space_id}/restrict/{user_id}")]
pub async fn find_restriction(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<MemberPath>,
) -> ApiResult<Json<Restriction>> {
    let conn = &mut *app.conn().await?;
    let space = access_space(conn, &user, path.space_id).await?;
    space.require(Permission::RestrictMembers)?;
    let target = access_member(conn, &space, path.user_id).await?;
    let (space_id, user_id) = (space.id(), target.user_id());
    let found = member::restriction(conn, space_id, user_id).await?;
    let (permissions_denied, until, _) = found.unwrap_or_default();
    Ok(Json(Restriction { space_id, user_id, permissions_denied, until }))
}

/// List what is taken from whom at the moment, latest first. Needs `restrict_members`.
#[utoipa::path(
    tag = "spaces",
    params(SpacePath, PageQuery),
    responses((status = 200, body = Page<RestrictedMember>))
)]
#[get("/spaces/{space_id}/restrictions")]
pub async fn list_restrictions(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<SpacePath>,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<RestrictedMember>>> {
    let limit = limit(query.limit, 50)?;
    let after = cursor::decode(query.cursor.as_deref())?;
    let conn = &mut *app.conn().await?;
    let space = access_space(conn, &user, path.space_id).await?;
    space.require(Permission::RestrictMembers)?;
    let rows = member::restrictions_after(conn, space.id(), after, limit + 1).await?;
    Ok(Json(cursor::page(rows, limit, |row| (row.created_at, row.user.id))))
}
