//! Pinned messages.

use crate::app::App;
use crate::chat::access::{access_chat, access_message};
use crate::chat::actions::pins::do_pin;
use crate::chat::model::pin;
use crate::error::ApiResult;
use crate::http::current_user::CurrentUser;
use crate::http::json::{Json, NoContent};
use crate::http::query::Path;
use actix_web::{delete, get, put, web};
use shared::chat::Pin;
use shared::ids::{ChatId, MessageId};
use shared::page::Page;

/// The pinned messages of a chat (at most 100), the newest pin first.
#[utoipa::path(tag = "messages", responses(
    (status = 200, body = Page<Pin>), (status = "default", body = shared::error::Problem)))]
#[get("/chats/{chat_id}/pins")]
pub async fn list_pins(
    app: web::Data<App>,
    user: CurrentUser,
    chat: Path<ChatId>,
) -> ApiResult<Json<Page<Pin>>> {
    let conn = &mut *app.conn().await?;
    let chat = access_chat(conn, &user, chat.0).await?;
    Ok(Json(Page::whole(pin::of_chat(conn, chat.chat_id(), user.id).await?)))
}

/// Pin a message. Needs `pin_messages`; in a direct or group chat everybody may.
#[utoipa::path(tag = "messages", responses(
    (status = 204), (status = "default", body = shared::error::Problem)))]
#[put("/messages/{message_id}/pin")]
pub async fn pin_message(
    app: web::Data<App>,
    user: CurrentUser,
    message: Path<MessageId>,
) -> ApiResult<NoContent> {
    set(&app, &user, message.0, true).await
}

/// Unpin a message. As pinning.
#[utoipa::path(tag = "messages", responses(
    (status = 204), (status = "default", body = shared::error::Problem)))]
#[delete("/messages/{message_id}/pin")]
pub async fn unpin_message(
    app: web::Data<App>,
    user: CurrentUser,
    message: Path<MessageId>,
) -> ApiResult<NoContent> {
    set(&app, &user, message.0, false).await
}

async fn set(
    app: &App,
    user: &CurrentUser,
    message: MessageId,
    pinned: bool,
) -> ApiResult<NoContent> {
    app.transact(async |tx| {
        let (chat, row) = access_message(tx, user, message).await?;
        do_pin(tx, &chat, &row, pinned).await
    })
    .await
    .map(|()| NoContent)
}
