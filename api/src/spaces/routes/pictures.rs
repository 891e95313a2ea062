//! Avatar and banner of a space.

use super::SpacePath;
use crate::app::App;
use crate::error::ApiResult;
use crate::files::actions::store_picture;
use crate::files::model::file;
use crate::files::picture::Shape;
use crate::files::routes::FileForm;
use crate::http::current_user::CurrentUser;
use crate::http::json::Json;
use crate::http::query::Path;
use crate::spaces::access::{access_space, access_space_to_change};
use crate::spaces::actions::spaces::{SpacePicture, do_set_space_picture};
use actix_multipart::Multipart;
use actix_web::web::Data;
use actix_web::{HttpRequest, delete, post};
use shared::error::Problem;
use shared::ids::SpaceId;
use shared::permission::Permission;
use shared::spaces::Space;

/// Give a space a picture: field `file` of a form, cut to a square. Needs `change_info`.
#[utoipa::path(
    tag = "spaces",
    params(SpacePath),
    request_body(content = FileForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, body = Space), (status = 413, body = Problem),
        (status = 415, body = Problem), (status = 422, body = Problem))
)]
#[post("/spaces/{space_id}/upload-avatar")]
pub async fn upload_space_avatar(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<SpacePath>,
    request: HttpRequest,
    form: Multipart,
) -> ApiResult<Json<Space>> {
    let picture = (SpacePicture::Avatar, Shape::AVATAR);
    upload(&app, user, path.space_id, &request, form, picture).await
}

/// Give a space a banner: field `file` of a form, cut to three times its height. Needs `change_info`.
#[utoipa::path(
    tag = "spaces",
    params(SpacePath),
    request_body(content = FileForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, body = Space), (status = 413, body = Problem),
        (status = 415, body = Problem), (status = 422, body = Problem))
)]
#[post("/spaces/{space_id}/upload-banner")]
pub async fn upload_space_banner(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<SpacePath>,
    request: HttpRequest,
    form: Multipart,
) -> ApiResult<Json<Space>> {
    let picture = (SpacePicture::Banner, Shape::BANNER);
    upload(&app, user, path.space_id, &request, form, picture).await
}

/// Take the picture of a space away. Needs `change_info`.
#[utoipa::path(tag = "spaces", params(SpacePath), responses((status = 200, body = Space)))]
#[delete("/spaces/{space_id}/upload-avatar")]
pub async fn delete_space_avatar(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<SpacePath>,
) -> ApiResult<Json<Space>> {
    clear(&app, user, path.space_id, SpacePicture::Avatar).await
}

/// Take the banner of a space away. Needs `change_info`.
#[utoipa::path(tag = "spaces", params(SpacePath), responses((status = 200, body = Space)))]
#[delete("/spaces/{space_id}/upload-banner")]
pub async fn delete_space_banner(
    app: Data<App>,
    user: CurrentUser,
    Path(path): Path<SpacePath>,
) -> ApiResult<Json<Space>> {
    clear(&app, user, path.space_id, SpacePicture::Banner).await
}

async fn upload(
    app: &App,
    user: CurrentUser,
    space: SpaceId,
    request: &HttpRequest,
    form: Multipart,
    (picture, shape): (SpacePicture, Shape),
) -> ApiResult<Json<Space>> {
    // Who may not is told before anything is read.
    access_space(&mut *app.conn().await?, &user, space).await?.require(Permission::ChangeInfo)?;
    let stored = store_picture(app, (user.id, Some(space)), (request, form), shape).await?;
    app.transact(async |tx| {
        let access = access_space_to_change(tx, &user, space).await?;
        let id = file::mark_used(tx, stored.id).await?;
        let row = do_set_space_picture(tx, &access, picture, Some(id)).await?;
        Ok(Json(row.into_space(access.into_space().me)))
    })
    .await
}

async fn clear(
    app: &App,
    user: CurrentUser,
    space: SpaceId,
    picture: SpacePicture,
) -> ApiResult<Json<Space>> {
    app.transact(async |tx| {
        let access = access_space_to_change(tx, &user, space).await?;
        let row = do_set_space_picture(tx, &access, picture, None).await?;
        Ok(Json(row.into_space(access.into_space().me)))
    })
    .await
}
