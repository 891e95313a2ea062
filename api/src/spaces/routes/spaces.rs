//! `/spaces` and `/spaces/{space_id}`.

use super::{SpacePath, wanted};
use crate::app::App;
use crate::error::ApiResult;
use crate::http::current_user::CurrentUser;
use crate::http::cursor;
use crate::http::etag::{IfMatch, Tagged};
use crate::http::json::{Created, Json, NoContent, Valid};
use crate::http::language::Language;
use crate::http::query::{Path, Query, limit_up_to, storable};
use crate::platform::db::PgConn;
use crate::spaces::access::{access_member, access_space_to_change, view_space};
use crate::spaces::actions::spaces::{
    do_create_space, do_delete_space, do_order_spaces, do_transfer_space, do_update_space,
};
use crate::spaces::model::space::{SeenSpace, SpaceKey};
use actix_web::web::Data;
use actix_web::{delete, get, patch, post, put};
use serde::Deserialize;
use shared::error::ErrorCode;
use shared::event::SpacesOrdered;
use shared::page::Page;
use shared::spaces::{
    CreateSpace, MAX_MEMBERSHIPS, OrderSpaces, Space, TransferSpace, UpdateSpace,
};
use utoipa::IntoParams;

/// Which spaces to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SpacesQuery {
    /// `true`: all public and invite spaces, the largest first, instead of the caller's own.
    directory: Option<bool>,
    /// Only names with this in it.
    q: Option<String>,
    /// 1-100, of the caller's own 1-500 (he is in no more), by default 50.
    limit: Option<i64>,
    cursor: Option<String>,
}

/// List spaces: the caller's own in his order (then by joining), or the directory. Hidden spaces are
/// listed to their members only.
#[utoipa::path(tag = "spaces", params(SpacesQuery), responses((status = 200, body = Page<Space>)))]
#[get("/spaces")]
pub async fn list_spaces(
    app: Data<App>,
    user: CurrentUser,
    Query(query): Query<SpacesQuery>,
) -> ApiResult<Json<Page<Space>>> {
    let is_directory = query.directory == Some(true);
    let most = if is_directory { 100 } else { MAX_MEMBERSHIPS.into() };
    let limit = limit_up_to(most, query.limit, 50)?;
    let q = wanted(query.q)?;
    let (q, after) = (q.as_deref(), query.cursor.as_deref());
    let mut conn = app.conn().await?;
    let page = if is_directory {
        let after = cursor::decode(after)?;
        let listed =
            async |conn: &mut PgConn| SeenSpace::listed(conn, user.id, q, after, limit + 1).await;
        let rows = app.db.heavy_read(conn, listed).await?;
        cursor::page(rows, limit, |row| (row.space.member_count, row.space.id))
    } else {
        let after: Option<SpaceKey> = cursor::decode(after)?;
        if after.is_some_and(|(_, at, _)| !storable(at)) {
            return Err(ErrorCode::BadCursor.into());
        }
        let rows = SeenSpace::joined(&mut conn, user.id, q, after, limit + 1).await?;
        let page = cursor::page(rows, limit, |(row, at)| (*at, row.joined_at, row.space.id));
        let items = page.items.into_iter().map(|(row, _)| row).collect();
        Page { items, next_cursor: page.next_cursor }
    };
    let items = page.items.into_iter().map(|row| row.into_space(user.id)).collect();
    Ok(Json(Page { items, next_cursor: page.next_cursor }))
}

/// Create a space with its default roles, named in the caller's language, and its first chat. The
/// caller owns it.
#[utoipa::path(tag = "spaces", request_body = CreateSpace, responses((status = 201, body = Space)))]
#[post("/spaces")]
pub async fn create_space(
    app: Data<App>,
    user: CurrentUser,
    Language(lang): Language,
    Valid(body): Valid<CreateSpace>,
) -> ApiResult<Created<Space>> {
    let space = app.transact(async |tx| do_create_space(tx, user.id, lang, &body).await).await?;
    Ok(Created { location: format!("/spaces/{}", space.id), body: space })
}

/// Get a space of the caller's or of the directory.
#[utoipa::path(tag = "spaces", params(SpacePath), responses((status = 200, body = Space)))]
#[get("/spaces/{space_id}")]
pub async fn find_space(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<SpacePath>,
) -> ApiResult<Tagged<Space>> {
    let view = view_space(&mut *app.conn().await?, &user, path.space_id).await?;
    Ok(Tagged { version: view.space().version, body: view.into_space() })
}

/// Edit a space. Name and description need `change_info`, visibility needs `manage_space`. With
/// `If-Match` a version that somebody changed meanwhile is not overwritten (412).
#[utoipa::path(tag = "spaces", request_body = UpdateSpace, params(SpacePath), responses((status = 200, body = Space)))]
#[patch("/spaces/{space_id}")]
pub async fn update_space(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<SpacePath>,
    seen: IfMatch,
    Valid(body): Valid<UpdateSpace>,
) -> ApiResult<Tagged<Space>> {
    app.transact(async |tx| {
        let access = access_space_to_change(tx, &user, path.space_id).await?;
        let row = do_update_space(tx, &access, &seen, &body).await?;
        let me = access.into_space().me;
        Ok(Tagged { version: row.version, body: row.into_space(me) })
    })
    .await
}

/// Delete a space with everything in it. Needs `delete_space`.
#[utoipa::path(tag = "spaces", params(SpacePath), responses((status = 204)))]
#[delete("/spaces/{space_id}")]
pub async fn delete_space(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<SpacePath>,
    seen: IfMatch,
) -> ApiResult<NoContent> {
    app.transact(async |tx| {
        let access = access_space_to_change(tx, &user, path.space_id).await?;
        do_delete_space(tx, &access, &seen, &*app.conversations).await
    })
    .await?;
    Ok(NoContent)
}

/// Make another member the owner. Only the owner may; he is a plain member from then on.
#[utoipa::path(tag = "spaces", params(SpacePath), responses((status = 200, body = Space)))]
#[post("/spaces/{space_id}/transfer")]
pub async fn transfer_space(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<SpacePath>,
    Json(body): Json<TransferSpace>,
) -> ApiResult<Json<Space>> {
    app.transact(async |tx| {
        let access = access_space_to_change(tx, &user, path.space_id).await?;
        access.require_owner()?;
        let heir = access_member(tx, &access, body.user_id).await?;
        do_transfer_space(tx, &access, &heir).await
    })
    .await
    .map(Json)
}

/// Put one's spaces into another order, on all one's devices. Ids of other spaces are passed over;
/// spaces that are left out come after, by joining.
#[utoipa::path(tag = "spaces", request_body = OrderSpaces, responses((status = 200, body = SpacesOrdered)))]
#[put("/spaces/order")]
pub async fn order_spaces(
    app: Data<App>,
    user: CurrentUser,
    Valid(body): Valid<OrderSpaces>,
) -> ApiResult<Json<SpacesOrdered>> {
    app.transact(async |tx| do_order_spaces(tx, user.id, &body.space_ids).await).await.map(Json)
}
