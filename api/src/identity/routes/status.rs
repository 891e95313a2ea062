//! Presence over REST, and the socket's `set_status`.

use crate::app::App;
use crate::error::{ApiError, ApiResult, check};
use crate::http::current_user::CurrentUser;
use crate::http::json::{Json, NoContent, OptionalJson, Valid};
use crate::http::query::Path;
use crate::identity::actions::people::do_set_status;
use crate::identity::model::person::Person;
use crate::realtime::command::CommandContext;
use actix_web::{get, post, web};
use serde_json::{Value, json};
use shared::error::Problem;
use shared::identity::{Beat, Presence, SetStatus};
use shared::ids::UserId;

/// The caller's presence as others see it.
#[utoipa::path(tag = "profile", responses((status = 200, body = Presence)))]
#[get("/status/my-status")]
pub async fn find_my_status(app: web::Data<App>, caller: CurrentUser) -> ApiResult<Json<Presence>> {
    let person = Person::find(&mut *app.conn().await?, caller.id).await?;
    Ok(Json(presence_of(&app, &person)))
}

/// Choose how others see the caller; `offline` means invisible. Text, emoji and end: absent keeps,
/// `null` clears.
#[utoipa::path(tag = "profile", request_body = SetStatus, responses((status = 204), (status = 422, body = Problem)))]
#[post("/status/set-status")]
pub async fn set_status(
    app: web::Data<App>,
    caller: CurrentUser,
    Valid(body): Valid<SetStatus>,
) -> ApiResult<NoContent> {
    choose(&app, caller, body).await?;
    Ok(NoContent)
}

/// The socket's `set_status`.
///
/// # Errors
/// `invalid`, or the database's.
pub async fn set_status_command(context: CommandContext, body: SetStatus) -> ApiResult<Value> {
    check(&body)?;
    choose(&context.app, context.user, body).await?;
    Ok(json!({}))
}

async fn choose(app: &App, caller: CurrentUser, body: SetStatus) -> ApiResult<()> {
    let person = app.transact(async |tx| do_set_status(tx, caller.id, &body).await).await?;
    app.live.choose(caller.id, person.chosen());
    Ok(())
}

/// What others see of a person now.
pub(super) fn presence_of(app: &App, person: &Person) -> Presence {
    Presence {
        user_id: person.row.id,
        status: app.live.presences().of(person.row.id),
        custom_status: person.chosen().custom,
    }
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
    if !app.live.directory().knows(caller.id, user_id).await? {
        return Err(ApiError::not_found());
    }
    let person = Person::find(&mut *app.conn().await?, user_id).await?;
    Ok(Json(presence_of(&app, &person)))
}

/// "I am here", from clients without a socket. Good for a minute.
#[utoipa::path(tag = "profile", request_body = Option<Beat>, responses((status = 204)))]
#[post("/status/heartbeat")]
pub async fn heartbeat(
    app: web::Data<App>,
    caller: CurrentUser,
    OptionalJson(body): OptionalJson<Beat>,
) -> ApiResult<NoContent> {
    let now = chrono::Utc::now();
    let person = Person::find(&mut *app.conn().await?, caller.id).await?;
    app.live.visit(caller.id, caller.session_id, (person.chosen(), now), body.active);
    Ok(NoContent)
}
