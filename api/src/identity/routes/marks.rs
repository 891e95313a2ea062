//! People whom the caller does not want to hear.

use crate::app::App;
use crate::error::ApiResult;
use crate::http::current_user::CurrentUser;
use crate::http::json::{Json, NoContent};
use crate::http::query::Path;
use crate::identity::actions::people::{do_clear_mark, do_mark};
use crate::identity::model::mark;
use actix_web::{delete, get, put, web};
use shared::error::Problem;
use shared::ids::UserId;
use shared::page::Page;
use shared::people::{Marked, SetMark};

/// The people whom the caller blocked or muted, by nickname.
#[utoipa::path(tag = "profile", responses((status = 200, body = Page<Marked>)))]
#[get("/profile/me/marks")]
pub async fn list_marks(app: web::Data<App>, caller: CurrentUser) -> ApiResult<Json<Page<Marked>>> {
    let marks = mark::of_user(&mut *app.conn().await?, caller.id).await?;
    Ok(Json(Page::whole(marks)))
}

/// Block a person (no direct messages either) or mute him (his messages are folded, nothing of his
/// notifies). He is not told.
#[utoipa::path(
    tag = "profile",
    responses(
        (status = 200, body = Marked),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "`yourself`")
    )
)]
#[put("/profile/me/marks/{user_id}")]
pub async fn set_mark(
    app: web::Data<App>,
    caller: CurrentUser,
    Path(user_id): Path<UserId>,
    Json(body): Json<SetMark>,
) -> ApiResult<Json<Marked>> {
    app.transact(async |tx| do_mark(tx, caller.id, user_id, body.mark).await).await.map(Json)
}

/// Hear a person again.
#[utoipa::path(tag = "profile", responses((status = 204), (status = 404, body = Problem)))]
#[delete("/profile/me/marks/{user_id}")]
pub async fn clear_mark(
    app: web::Data<App>,
    caller: CurrentUser,
    Path(user_id): Path<UserId>,
) -> ApiResult<NoContent> {
    app.transact(async |tx| do_clear_mark(tx, caller.id, user_id).await).await?;
    Ok(NoContent)
}
