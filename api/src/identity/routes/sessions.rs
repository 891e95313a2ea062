//! Where the caller is logged in.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::http::current_user::CurrentUser;
use crate::http::json::{Json, NoContent};
use crate::http::query::Path;
use crate::identity::actions::sessions::revoke;
use crate::identity::model::session::{self, Which};
use actix_web::{delete, get, web};
use shared::error::Problem;
use shared::identity::Session;
use shared::ids::SessionId;
use shared::page::Page;

/// The caller's sessions, newest first.
#[utoipa::path(
    tag = "auth",
    responses((status = 200, body = Page<Session>))
)]
#[get("/auth/sessions")]
pub async fn list_sessions(
    app: web::Data<App>,
    caller: CurrentUser,
) -> ApiResult<Json<Page<Session>>> {
    let rows = session::of_user(&mut *app.conn().await?, caller.id).await?;
    let seen = rows.into_iter().map(|row| row.seen_from(caller.session_id));
    Ok(Json(Page::whole(seen.collect())))
}

/// End one session of the caller: its tokens and its sockets.
#[utoipa::path(
    tag = "auth",
    responses((status = 204), (status = 404, body = Problem))
)]
#[delete("/auth/sessions/{session_id}")]
pub async fn delete_session(
    app: web::Data<App>,
    caller: CurrentUser,
    Path(session_id): Path<SessionId>,
) -> ApiResult<NoContent> {
    match revoke(&app, caller.id, Which::One(session_id)).await? {
        0 => Err(ApiError::not_found()),
        _ => Ok(NoContent),
    }
}
