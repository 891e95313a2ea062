//! The emoji of a space.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::expression::actions::emoji::{do_create_emoji, do_delete_emoji, do_rename_emoji};
use crate::expression::model::emoji::EmojiRow;
use crate::files::actions::store_picture;
use crate::files::picture::Shape;
use crate::files::routes::FileForm;
use crate::http::current_user::CurrentUser;
use crate::http::json::{Created, Json, NoContent, Valid};
use crate::http::query::{Path, Query};
use crate::spaces::access::{access_space, access_space_to_change};
use actix_multipart::Multipart;
use actix_web::{HttpRequest, delete, get, patch, post, web};
use serde::Deserialize;
use shared::error::Problem;
use shared::expression::{EMOJI_SIDE, RenameEmoji, SpaceEmoji, shortcode};
use shared::ids::{EmojiId, SpaceId};
use shared::page::Page;
use shared::permission::Permission;
use utoipa::IntoParams;

/// Parameters of `/spaces/{space_id}/emoji/{emoji_id}`.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct EmojiPath {
    pub space_id: SpaceId,
    pub emoji_id: EmojiId,
}

/// What a new emoji is called.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NewEmojiQuery {
    /// 2-32 small latin letters, digits, `_`, `-` or `+`; unique in the space.
    name: String,
}

/// The emoji of a space, by name.
#[utoipa::path(
    tag = "stickers",
    responses((status = 200, body = Page<SpaceEmoji>), (status = 404, body = Problem))
)]
#[get("/spaces/{space_id}/emoji")]
pub async fn list_emoji(
    app: web::Data<App>,
    caller: CurrentUser,
    Path(space_id): Path<SpaceId>,
) -> ApiResult<Json<Page<SpaceEmoji>>> {
    let conn = &mut *app.conn().await?;
    let space = access_space(conn, &caller, space_id).await?;
    let rows = EmojiRow::of_space(conn, space.id()).await?;
    Ok(Json(Page::whole(rows.into_iter().map(Into::into).collect())))
}

/// Give a space an emoji: field `file` of a form, made to fit into 128 pixels. In its chats `:name:`
/// shows it, and reacts with it. Needs `change_info`.
#[utoipa::path(
    tag = "stickers",
    params(NewEmojiQuery),
    request_body(content = FileForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, body = SpaceEmoji),
        (status = 403, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "`limit_reached`, `name_taken`"),
        (status = 413, body = Problem),
        (status = 415, body = Problem),
        (status = 422, body = Problem)
    )
)]
#[post("/spaces/{space_id}/emoji")]
pub async fn create_emoji(
    app: web::Data<App>,
    caller: CurrentUser,
    Path(space_id): Path<SpaceId>,
    Query(query): Query<NewEmojiQuery>,
    request: HttpRequest,
    form: Multipart,
) -> ApiResult<Created<SpaceEmoji>> {
    // Before the upload; and again in the transaction that writes.
    let access = access_space(&mut *app.conn().await?, &caller, space_id).await?;
    access.require(Permission::ChangeInfo)?;
    shortcode(&query.name).map_err(|code| ApiError::field("name", code))?;
    let shape = Shape::Within(EMOJI_SIDE);
    let picture = store_picture(&app, (caller.id, Some(space_id)), (&request, form), shape).await?;
    let emoji = app
        .transact(async |tx| {
            let space = access_space_to_change(tx, &caller, space_id).await?;
            do_create_emoji(tx, &space, &picture, &query.name).await
        })
        .await?;
    Ok(Created { location: format!("/spaces/{space_id}/emoji/{}", emoji.id), body: emoji })
}

/// Give an emoji another name. Needs `change_info`.
#[utoipa::path(
    tag = "stickers",
    request_body = RenameEmoji,
    params(EmojiPath),
    responses(
        (status = 200, body = SpaceEmoji),
        (status = 403, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "`name_taken`"),
        (status = 422, body = Problem)
    )
)]
#[patch("/spaces/{space_id}/emoji/{emoji_id}")]
pub async fn rename_emoji(
    app: web::Data<App>,
    caller: CurrentUser,
    Path(path): Path<EmojiPath>,
    Valid(body): Valid<RenameEmoji>,
) -> ApiResult<Json<SpaceEmoji>> {
    app.transact(async |tx| {
        let space = access_space_to_change(tx, &caller, path.space_id).await?;
        do_rename_emoji(tx, &space, path.emoji_id, &body.name).await
    })
    .await
    .map(Json)
}

/// Remove an emoji; where it was written its name stands from then on. Needs `change_info`.
#[utoipa::path(
    tag = "stickers",
    params(EmojiPath),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem))
)]
#[delete("/spaces/{space_id}/emoji/{emoji_id}")]
pub async fn delete_emoji(
    app: web::Data<App>,
    caller: CurrentUser,
    Path(path): Path<EmojiPath>,
) -> ApiResult<NoContent> {
    app.transact(async |tx| {
        let space = access_space_to_change(tx, &caller, path.space_id).await?;
        do_delete_emoji(tx, &space, path.emoji_id).await
    })
    .await?;
    Ok(NoContent)
}
