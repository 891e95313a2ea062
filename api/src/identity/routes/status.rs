//! Presence over REST, and the socket's `set_status`.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::http::current_user::CurrentUser;
use crate::http::json::{Json, NoContent, OptionalJson};
use crate::http::query::Path;
use crate::identity::actions::accounts::do_set_status;
use crate::identity::model::user;
use crate::realtime::command::CommandContext;
use actix_web::{get, post, web};
use serde_json::{Value, json};
use shared::error::Problem;
use shared::identity::{Beat, Me, Presence, SetStatus};
use shared::ids::UserId;

/// The caller's presence as others see it.
#[utoipa::path(tag = "profile", responses((status = 200, body = Presence)))]
#[get("/status/my-status")]
pub async fn find_my_status(app: web::Data<App>, caller: CurrentUser) -> Json<Presence> {
    Json(Presence { user_id: caller.id, status: app.live.presences().of(caller.id) })
}

/// Choose how others see the caller; `offline` means invisible.
#[utoipa::path(tag = "profile", responses((status = 204), (status = 422, body = Problem)))]
#[post("/status/set-status")]
pub async fn set_status(
    app: web::Data<App>,
    caller: CurrentUser,
    Json(body): Json<SetStatus>,
) -> ApiResult<NoContent> {
    choose(&app, caller, body).await?;
    Ok(NoContent)
}

/// The socket's `set_status`.
///
/// # Errors
/// The database's.
pub async fn set_status_command(context: CommandContext, body: SetStatus) -> ApiResult<Value> {
    choose(&context.app, context.user, body).await?;
    Ok(json!({}))
}

async fn choose(app: &App, caller: CurrentUser, body: SetStatus) -> ApiResult<()> {
    let changed = app.transact(async |tx| do_set_status(tx, caller.id, body.status).await).await?;
    app.live.choose(caller.id, Me::from(changed).status);
    Ok(())
}

/// A person's presence, for people who share a space or a conversation with him.
#[utoipa::path(
    tag = "profile",
    responses((status = 200, body = Presence), (status = 404, body = Problem))
)]
#[get("/status/user/{user_id}")]
pub async fn find_status(
    app: web::Data<App>,
    caller: CurrentUser,
    Path(user_id): Path<UserId>,
) -> ApiResult<Json<Presence>> {
    let directory = app.live.directory();
    let (told, heard) = tokio::try_join!(directory.audience(user_id), directory.topics(caller.id))?;
    if user_id != caller.id && !heard.iter().any(|topic| told.contains(topic)) {
        return Err(ApiError::not_found());
    }
    Ok(Json(Presence { user_id, status: app.live.presences().of(user_id) }))
}

/// "I am here", from clients without a socket. Good for a minute.
#[utoipa::path(tag = "profile", request_body = Option<Beat>, responses((status = 204)))]
#[post("/status/heartbeat")]
pub async fn heartbeat(
    app: web::Data<App>,
    caller: CurrentUser,
    OptionalJson(body): OptionalJson<Beat>,
) -> ApiResult<NoContent> {
    let me = Me::from(user::find(&mut *app.conn().await?, caller.id).await?);
    app.live.visit(caller.id, caller.session_id, me.status, body.active);
    Ok(NoContent)
}
