//! `/stickers/packs` and `/stickers/packs/{pack_id}`.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::expression::access::{access_own_pack, access_pack};
use crate::expression::actions::packs::{do_create_pack, do_delete_pack, do_update_pack};
use crate::expression::model::pack::{PackFilter, PackRow};
use crate::expression::model::sticker::StickerRow;
use crate::http::current_user::CurrentUser;
use crate::http::cursor;
use crate::http::json::{Created, Json, NoContent, Valid};
use crate::http::query::{Path, Query, limit};
use crate::platform::db::PgConn;
use actix_web::{delete, get, patch, post, web};
use serde::Deserialize;
use shared::error::Problem;
use shared::expression::{CreatePack, FullPack, StickerPack, UpdatePack};
use shared::ids::PackId;
use shared::page::Page;
use shared::validate;
use utoipa::IntoParams;

/// Which packs to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PacksQuery {
    /// `true`: the packs the caller has made, also private and empty ones.
    own: Option<bool>,
    /// Only names with this in it.
    q: Option<String>,
    /// 1-100, by default 30.
    limit: Option<i64>,
    cursor: Option<String>,
}

/// List packs, newest first: the public ones, or the caller's own.
#[utoipa::path(
    tag = "stickers",
    params(PacksQuery),
    responses((status = 200, body = Page<StickerPack>))
)]
#[get("/stickers/packs")]
pub async fn list_packs(
    app: web::Data<App>,
    caller: CurrentUser,
    Query(query): Query<PacksQuery>,
) -> ApiResult<Json<Page<StickerPack>>> {
    let limit = limit(query.limit, 30)?;
    let name = query.q.map(|q| q.trim().to_owned()).filter(|q| !q.is_empty());
    if let Some(name) = &name {
        validate::text(name, 1, 100).map_err(|code| ApiError::field("q", code))?;
    }
    let filter = PackFilter { own: query.own == Some(true), name };
    let before = cursor::decode(query.cursor.as_deref())?;
    let conn = &mut *app.conn().await?;
    let rows = PackRow::page_before(conn, caller.id, &filter, before, limit + 1).await?;
    let page = cursor::page(rows, limit, PackRow::id);
    let items = page.items.into_iter().map(|row| row.into_pack(caller.id));
    let items = items.collect::<Result<_, _>>()?;
    Ok(Json(Page { items, next_cursor: page.next_cursor }))
}

/// Make an empty pack. It is at the caller's hand from the beginning.
#[utoipa::path(
    tag = "stickers",
    request_body = CreatePack,
    responses(
        (status = 201, body = FullPack),
        (status = 409, body = Problem, description = "`limit_reached`"),
        (status = 422, body = Problem)
    )
)]
#[post("/stickers/packs")]
pub async fn create_pack(
    app: web::Data<App>,
    caller: CurrentUser,
    Valid(body): Valid<CreatePack>,
) -> ApiResult<Created<FullPack>> {
    let pack = app
        .transact(async |tx| {
            let id = do_create_pack(tx, caller.id, &body).await?;
            full(tx, &caller, id).await
        })
        .await?;
    Ok(Created { location: format!("/stickers/packs/{}", pack.pack.id), body: pack })
}

/// A pack with its stickers in order: a public one, one whose link the caller has, or his own.
#[utoipa::path(
    tag = "stickers",
    responses((status = 200, body = FullPack), (status = 404, body = Problem))
)]
#[get("/stickers/packs/{pack_id}")]
pub async fn find_pack(
    app: web::Data<App>,
    caller: CurrentUser,
    Path(pack_id): Path<PackId>,
) -> ApiResult<Json<FullPack>> {
    full(&mut *app.conn().await?, &caller, pack_id).await.map(Json)
}

/// Change a pack of the caller's: absent keeps, `null` clears.
#[utoipa::path(
    tag = "stickers",
    request_body = UpdatePack,
    responses(
        (status = 200, body = FullPack),
        (status = 403, body = Problem),
        (status = 404, body = Problem),
        (status = 422, body = Problem)
    )
)]
#[patch("/stickers/packs/{pack_id}")]
pub async fn update_pack(
    app: web::Data<App>,
    caller: CurrentUser,
    Path(pack_id): Path<PackId>,
    Valid(body): Valid<UpdatePack>,
) -> ApiResult<Json<FullPack>> {
    app.transact(async |tx| {
        let pack = access_own_pack(tx, &caller, pack_id).await?;
        do_update_pack(tx, &pack, &body).await?;
        full(tx, &caller, pack_id).await
    })
    .await
    .map(Json)
}

/// Delete a pack of the caller's. Messages keep the stickers they show.
#[utoipa::path(
    tag = "stickers",
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem))
)]
#[delete("/stickers/packs/{pack_id}")]
pub async fn delete_pack(
    app: web::Data<App>,
    caller: CurrentUser,
    Path(pack_id): Path<PackId>,
) -> ApiResult<NoContent> {
    app.transact(async |tx| {
        let pack = access_own_pack(tx, &caller, pack_id).await?;
        do_delete_pack(tx, &pack).await
    })
    .await?;
    Ok(NoContent)
}

async fn full(conn: &mut PgConn, caller: &CurrentUser, id: PackId) -> ApiResult<FullPack> {
    let pack = access_pack(conn, caller, id).await?;
    let stickers = StickerRow::of_pack(conn, id).await?.into_iter().map(Into::into).collect();
    Ok(FullPack { pack: pack.into_pack()?, stickers })
}
