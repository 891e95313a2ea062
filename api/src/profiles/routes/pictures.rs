//! Avatar and banner of the caller. The old picture goes in the transaction that puts the new one in
//! its place, when its bytes are safe.

use crate::app::App;
use crate::error::ApiResult;
use crate::files::actions::store_picture;
use crate::files::model::file;
use crate::files::picture::Shape;
use crate::files::routes::FileForm;
use crate::http::current_user::CurrentUser;
use crate::http::json::Json;
use crate::identity::actions::accounts::do_set_picture;
use crate::identity::model::user::Picture;
use actix_multipart::Multipart;
use actix_web::{HttpRequest, delete, post, web};
use shared::error::Problem;
use shared::identity::Me;

/// Show a picture: field `file` of a form. It is cut to a square.
#[utoipa::path(
    tag = "profile",
    request_body(content = FileForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, body = Me), (status = 413, body = Problem),
        (status = 415, body = Problem), (status = 422, body = Problem))
)]
#[post("/profile/upload-avatar")]
pub async fn upload_my_avatar(
    app: web::Data<App>,
    user: CurrentUser,
    request: HttpRequest,
    form: Multipart,
) -> ApiResult<Json<Me>> {
    upload(&app, user, &request, form, (Picture::Avatar, Shape::AVATAR)).await
}

/// Show a picture behind one's profile: field `file` of a form. It is cut to three times its height.
#[utoipa::path(
    tag = "profile",
    request_body(content = FileForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, body = Me), (status = 413, body = Problem),
        (status = 415, body = Problem), (status = 422, body = Problem))
)]
#[post("/profile/upload-banner")]
pub async fn upload_my_banner(
    app: web::Data<App>,
    user: CurrentUser,
    request: HttpRequest,
    form: Multipart,
) -> ApiResult<Json<Me>> {
    upload(&app, user, &request, form, (Picture::Banner, Shape::BANNER)).await
}

/// Show no picture.
#[utoipa::path(tag = "profile", responses((status = 200, body = Me)))]
#[delete("/profile/upload-avatar")]
pub async fn delete_my_avatar(app: web::Data<App>, user: CurrentUser) -> ApiResult<Json<Me>> {
    clear(&app, user, Picture::Avatar).await
}

/// Show no banner.
#[utoipa::path(tag = "profile", responses((status = 200, body = Me)))]
#[delete("/profile/upload-banner")]
pub async fn delete_my_banner(app: web::Data<App>, user: CurrentUser) -> ApiResult<Json<Me>> {
    clear(&app, user, Picture::Banner).await
}

async fn upload(
    app: &App,
    user: CurrentUser,
    request: &HttpRequest,
    form: Multipart,
    (picture, shape): (Picture, Shape),
) -> ApiResult<Json<Me>> {
    let stored = store_picture(app, (user.id, None), (request, form), shape).await?;
    let row = app
        .transact(async |tx| {
            let id = file::mark_used(tx, stored.id).await?;
            do_set_picture(tx, user.id, picture, Some(id)).await
        })
        .await?;
    Ok(Json(row.into()))
}

async fn clear(app: &App, user: CurrentUser, picture: Picture) -> ApiResult<Json<Me>> {
    let row = app.transact(async |tx| do_set_picture(tx, user.id, picture, None).await).await?;
    Ok(Json(row.into()))
}
