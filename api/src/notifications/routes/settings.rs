//! What the caller wants to hear.

use crate::app::App;
use crate::error::ApiResult;
use crate::http::current_user::CurrentUser;
use crate::http::json::{Json, Valid};
use crate::notifications::actions::settings::{check_targets, do_update_settings};
use crate::notifications::model::settings;
use actix_web::{get, patch, web};
use shared::error::Problem;
use shared::notifications::{NotificationSettings, UpdateNotificationSettings};

/// What the caller wants to hear.
#[utoipa::path(tag = "notifications", responses((status = 200, body = NotificationSettings)))]
#[get("/notifications/settings")]
pub async fn find_notification_settings(
    app: web::Data<App>,
    user: CurrentUser,
) -> ApiResult<Json<NotificationSettings>> {
    let conn = &mut *app.conn().await?;
    Ok(Json(settings::find(conn, user.id).await?))
}

/// Change what is named; spaces and chats that are named change as a whole.
#[utoipa::path(tag = "notifications", request_body = UpdateNotificationSettings, responses(
    (status = 200, body = NotificationSettings), (status = 422, body = Problem)))]
#[patch("/notifications/settings")]
pub async fn update_notification_settings(
    app: web::Data<App>,
    user: CurrentUser,
    Valid(body): Valid<UpdateNotificationSettings>,
) -> ApiResult<Json<NotificationSettings>> {
    check_targets(&app, user.id, &body).await?;
    app.transact(async |tx| do_update_settings(tx, user.id, &body).await).await.map(Json)
}
