//! Reactions.

use crate::app::App;
use crate::chat::access::access_message;
use crate::chat::actions::messages::do_toggle_reaction;
use crate::chat::model::reaction;
use crate::error::{ApiResult, check};
use crate::http::current_user::CurrentUser;
use crate::http::json::{Json, Valid};
use crate::http::query::Path;
use crate::realtime::command::CommandContext;
use actix_web::{get, post, web};
use shared::chat::{React, Reactions};
use shared::command::ReactTo;
use shared::ids::MessageId;

/// Add one's reaction, or take it back.
#[utoipa::path(tag = "messages", request_body = React, responses(
    (status = 200, body = Reactions), (status = "default", body = shared::error::Problem)))]
#[post("/messages/{message_id}/reaction")]
pub async fn toggle_reaction(
    app: web::Data<App>,
    user: CurrentUser,
    message: Path<MessageId>,
    body: Valid<React>,
) -> ApiResult<Json<Reactions>> {
    toggle(&app, &user, message.0, &body.0.emoji).await.map(Json)
}

/// The socket's `add_reaction`: toggles too.
pub async fn react_command(context: CommandContext, data: ReactTo) -> ApiResult<Reactions> {
    let body = React { emoji: data.emoji };
    check(&body)?;
    toggle(&context.app, &context.user, data.message_id, &body.emoji).await
}

async fn toggle(
    app: &App,
    user: &CurrentUser,
    message: MessageId,
    emoji: &str,
) -> ApiResult<Reactions> {
    app.transact(async |tx| {
        let (chat, row) = access_message(tx, user, message).await?;
        do_toggle_reaction(tx, &chat, &row, emoji).await?;
        let reactions = reaction::of_messages(tx, &[row.id()], user.id).await?;
        let reactions = reactions.into_values().next().unwrap_or_default();
        Ok(Reactions { message_id: row.id(), reactions })
    })
    .await
}

/// The reactions of a message, with the first ten people of each.
#[utoipa::path(tag = "messages", responses(
    (status = 200, body = Reactions), (status = "default", body = shared::error::Problem)))]
#[get("/messages/{message_id}/reactions")]
pub async fn list_reactions(
    app: web::Data<App>,
    user: CurrentUser,
    message: Path<MessageId>,
) -> ApiResult<Json<Reactions>> {
    let conn = &mut *app.conn().await?;
    let (_, row) = access_message(conn, &user, message.0).await?;
    let reactions = reaction::of_messages(conn, &[row.id()], user.id).await?;
    let reactions = reactions.into_values().next().unwrap_or_default();
    Ok(Json(Reactions { message_id: row.id(), reactions }))
}
