//! The stickers of a pack.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::expression::access::{access_own_pack, access_pack};
use crate::expression::actions::stickers::{
    check_room, do_add_sticker, do_delete_sticker, do_update_sticker,
};
use crate::expression::model::sticker::StickerRow;
use crate::files::actions::store_picture;
use crate::files::picture::Shape;
use crate::files::routes::FileForm;
use crate::http::current_user::CurrentUser;
use crate::http::json::{Created, Json, NoContent, Valid};
use crate::http::query::{Path, Query};
use actix_multipart::Multipart;
use actix_web::{HttpRequest, delete, patch, post, web};
use serde::Deserialize;
use shared::error::{FieldError, Problem};
use shared::expression::{FullPack, Sticker, UpdateSticker, shortcode};
use shared::ids::{PackId, StickerId};
use shared::validate::{self, check};
use utoipa::IntoParams;

/// Parameters of `/stickers/packs/{pack_id}/stickers/{sticker_id}`.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct StickerPath {
    pub pack_id: PackId,
    pub sticker_id: StickerId,
}

/// What a new sticker is called.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NewStickerQuery {
    /// 1-100 characters.
    name: String,
    /// 2-32 small latin letters, digits, `_`, `-` or `+`; unique in the pack.
    shortcode: Option<String>,
}

/// Add a sticker to a pack of the caller's, as the last one: field `file` of a form. It is made to fit
/// into 512 pixels and moves if it did.
#[utoipa::path(
    tag = "stickers",
    params(NewStickerQuery),
    request_body(content = FileForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, body = Sticker),
        (status = 403, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "`limit_reached`, `name_taken`"),
        (status = 413, body = Problem),
        (status = 415, body = Problem),
        (status = 422, body = Problem)
    )
)]
#[post("/stickers/packs/{pack_id}/stickers")]
pub async fn add_sticker(
    app: web::Data<App>,
    caller: CurrentUser,
    Path(pack_id): Path<PackId>,
    Query(query): Query<NewStickerQuery>,
    request: HttpRequest,
    form: Multipart,
) -> ApiResult<Created<Sticker>> {
    let mut errors: Vec<FieldError> = Vec::new();
    check(&mut errors, "name", validate::name(&query.name, 1, 100));
    let short = query.shortcode.as_deref().filter(|code| !code.is_empty());
    if let Some(code) = short {
        check(&mut errors, "shortcode", shortcode(code));
    }
    if !errors.is_empty() {
        return Err(ApiError::invalid(errors));
    }
    // Before the upload; and again in the transaction that writes.
    app.transact(async |tx| check_room(&access_own_pack(tx, &caller, pack_id).await?)).await?;
    let picture = store_picture(&app, (caller.id, None), (&request, form), Shape::STICKER).await?;
    let sticker = app
        .transact(async |tx| {
            let pack = access_own_pack(tx, &caller, pack_id).await?;
            do_add_sticker(tx, &pack, &picture, &query.name, short).await
        })
        .await?;
    Ok(Created { location: format!("/stickers/packs/{pack_id}"), body: sticker })
}

/// Change a sticker's name or short name: absent keeps, `null` clears.
#[utoipa::path(
    tag = "stickers",
    request_body = UpdateSticker,
    params(StickerPath),
    responses(
        (status = 200, body = FullPack),
        (status = 403, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "`name_taken`"),
        (status = 422, body = Problem)
    )
)]
#[patch("/stickers/packs/{pack_id}/stickers/{sticker_id}")]
pub async fn update_sticker(
    app: web::Data<App>,
    caller: CurrentUser,
    Path(path): Path<StickerPath>,
    Valid(body): Valid<UpdateSticker>,
) -> ApiResult<Json<FullPack>> {
    app.transact(async |tx| {
        let pack = access_own_pack(tx, &caller, path.pack_id).await?;
        do_update_sticker(tx, &pack, path.sticker_id, &body).await?;
        let pack = access_pack(tx, &caller, path.pack_id).await?;
        let stickers = StickerRow::of_pack(tx, path.pack_id).await?;
        let stickers = stickers.into_iter().map(Into::into).collect();
        Ok(Json(FullPack { pack: pack.into_pack()?, stickers }))
    })
    .await
}

/// Take a sticker out of a pack of the caller's. Messages keep what they show.
#[utoipa::path(
    tag = "stickers",
    params(StickerPath),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem))
)]
#[delete("/stickers/packs/{pack_id}/stickers/{sticker_id}")]
pub async fn delete_sticker(
    app: web::Data<App>,
    caller: CurrentUser,
    Path(path): Path<StickerPath>,
) -> ApiResult<NoContent> {
    app.transact(async |tx| {
        let pack = access_own_pack(tx, &caller, path.pack_id).await?;
        do_delete_sticker(tx, &pack, path.sticker_id).await
    })
    .await?;
    Ok(NoContent)
}
