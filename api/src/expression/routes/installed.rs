//! The packs that the caller has at hand.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::expression::access::access_pack;
use crate::expression::actions::packs::do_install_pack;
use crate::expression::model::installed;
use crate::expression::model::pack::PackRow;
use crate::http::current_user::CurrentUser;
use crate::http::json::{Json, NoContent};
use crate::http::query::Path;
use crate::platform::db::PgConn;
use actix_web::{delete, get, post, put, web};
use shared::error::{FieldCode, Problem};
use shared::expression::{MAX_INSTALLED, OrderPacks, StickerPack};
use shared::ids::{PackId, UserId};
use shared::page::Page;

/// The packs that the caller has at hand, in his order.
#[utoipa::path(tag = "stickers", responses((status = 200, body = Page<StickerPack>)))]
#[get("/stickers/my-packs")]
pub async fn list_my_packs(
    app: web::Data<App>,
    caller: CurrentUser,
) -> ApiResult<Json<Page<StickerPack>>> {
    mine(&mut *app.conn().await?, caller.id).await.map(Json)
}

/// Put the caller's packs in another order. What is not named stays behind.
#[utoipa::path(
    tag = "stickers",
    responses((status = 200, body = Page<StickerPack>), (status = 422, body = Problem))
)]
#[put("/stickers/my-packs")]
pub async fn order_my_packs(
    app: web::Data<App>,
    caller: CurrentUser,
    Json(body): Json<OrderPacks>,
) -> ApiResult<Json<Page<StickerPack>>> {
    if body.pack_ids.len() as i64 > 2 * MAX_INSTALLED {
        return Err(ApiError::field("pack_ids", FieldCode::TooMany));
    }
    let mut unique = body.pack_ids.clone();
    unique.sort_unstable();
    unique.dedup();
    if unique.len() != body.pack_ids.len() {
        return Err(ApiError::field("pack_ids", FieldCode::Duplicate));
    }
    app.transact(async |tx| {
        installed::order(tx, caller.id, &body.pack_ids).await?;
        mine(tx, caller.id).await
    })
    .await
    .map(Json)
}

/// Put a pack at hand, as the first one.
#[utoipa::path(
    tag = "stickers",
    responses(
        (status = 204),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "`limit_reached`")
    )
)]
#[post("/stickers/packs/{pack_id}/install")]
pub async fn install_pack(
    app: web::Data<App>,
    caller: CurrentUser,
    Path(pack_id): Path<PackId>,
) -> ApiResult<NoContent> {
    app.transact(async |tx| {
        let pack = access_pack(tx, &caller, pack_id).await?;
        do_install_pack(tx, &pack).await
    })
    .await?;
    Ok(NoContent)
}

/// Take a pack away, also one that was made private meanwhile.
#[utoipa::path(tag = "stickers", responses((status = 204)))]
#[delete("/stickers/packs/{pack_id}/uninstall")]
pub async fn uninstall_pack(
    app: web::Data<App>,
    caller: CurrentUser,
    Path(pack_id): Path<PackId>,
) -> ApiResult<NoContent> {
    installed::uninstall(&mut *app.conn().await?, caller.id, pack_id).await?;
    Ok(NoContent)
}

async fn mine(conn: &mut PgConn, user: UserId) -> ApiResult<Page<StickerPack>> {
    let rows = PackRow::installed(conn, user).await?;
    let items = rows.into_iter().map(|row| row.into_pack(user));
    Ok(Page::whole(items.collect::<Result<_, _>>()?))
}
