//! HTTP only.

use super::deletion::plan;
use super::export::copy_of;
use super::model::traces::owned_spaces;
use crate::app::App;
use crate::error::ApiResult;
use crate::http::current_user::CurrentUser;
use crate::http::json::Json;
use crate::http::rate_limit::Limit;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::{HttpResponse, get, post, web};
use shared::error::Problem;
use shared::people::{DELETION_DAYS, DeleteAccount, DeletionOutlook, PlannedDeletion};

/// Copies of everything an account has.
const EXPORT: Limit = Limit { name: "export", burst: 5, per_hour: 5 };

/// What stands in the way of deleting the caller's account, and how long it takes.
#[utoipa::path(tag = "profile", responses((status = 200, body = DeletionOutlook)))]
#[get("/profile/me/deletion")]
pub async fn find_deletion(
    app: web::Data<App>,
    caller: CurrentUser,
) -> ApiResult<Json<DeletionOutlook>> {
    let owned_spaces = owned_spaces(&mut *app.conn().await?, caller.id).await?;
    Ok(Json(DeletionOutlook { owned_spaces, days: DELETION_DAYS }))
}

/// Delete the caller's account in 7 days. All sessions end now; logging in before calls it off. His
/// messages stay as a deleted person's, or go too.
#[utoipa::path(
    tag = "profile",
    responses(
        (status = 200, body = PlannedDeletion),
        (status = 403, body = Problem, description = "`wrong_password`"),
        (status = 409, body = Problem, description = "`owns_spaces`: transfer or delete them first"),
        (status = 422, body = Problem, description = "`confirm` is not the nickname"),
        (status = 429, body = Problem)
    )
)]
#[post("/profile/me/deletion")]
pub async fn delete_account(
    app: web::Data<App>,
    caller: CurrentUser,
    Json(body): Json<DeleteAccount>,
) -> ApiResult<Json<PlannedDeletion>> {
    plan(&app, caller, body).await.map(Json)
}

/// A copy of what the caller wrote, set and uploaded: a zip of JSON files and of his files, made while it
/// is sent.
#[utoipa::path(
    tag = "profile",
    responses(
        (status = 200, description = "profile, settings, sessions, spaces, conversations, people, \
            reactions, files, notifications, their settings, stickers and messages, a JSON file each; \
            the files below `files/`", content_type = "application/zip", body = Vec<u8>),
        (status = 429, body = Problem)
    )
)]
#[get("/profile/me/export")]
pub async fn export_data(app: web::Data<App>, caller: CurrentUser) -> ApiResult<HttpResponse> {
    app.limits.take(EXPORT, caller.id).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/zip")
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"the-space.zip\""))
        .streaming(copy_of(&app, caller.id)))
}
