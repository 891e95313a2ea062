//! Read positions and typing.

use crate::app::App;
use crate::chat::access::access_chat;
use crate::chat::actions::read::{do_mark_all_read, do_mark_read, do_mark_unread};
use crate::error::ApiResult;
use crate::http::current_user::CurrentUser;
use crate::http::json::{Json, NoContent};
use crate::http::query::Path;
use crate::realtime::command::CommandContext;
use crate::spaces::access::access_space;
use actix_web::{post, web};
use shared::chat::{MarkAllRead, MarkRead, MarkUnread, ReadState};
use shared::command::{ReadTo, Room};
use shared::event::{Event, RoomUser};
use shared::ids::ChatId;
use shared::permission::Permission;

/// Mark a chat as read up to a message. Never moves back.
#[utoipa::path(tag = "chats", request_body = MarkRead, responses(
    (status = 200, body = ReadState), (status = "default", body = shared::error::Problem)))]
#[post("/chats/{chat_id}/read")]
pub async fn mark_read(
    app: web::Data<App>,
    user: CurrentUser,
    chat: Path<ChatId>,
    body: Json<MarkRead>,
) -> ApiResult<Json<ReadState>> {
    mark(&app, &user, chat.0, body.0.seq).await.map(Json)
}

/// The socket's `mark_read`.
pub async fn read_command(context: CommandContext, data: ReadTo) -> ApiResult<ReadState> {
    mark(&context.app, &context.user, data.chat_id, data.seq).await
}

async fn mark(app: &App, user: &CurrentUser, chat: ChatId, seq: i64) -> ApiResult<ReadState> {
    app.transact(async |tx| {
        let chat = access_chat(tx, user, chat).await?;
        do_mark_read(tx, &chat, seq).await
    })
    .await
}

/// Mark a message and all after it as unread: the read position moves back, and what the inbox told
/// of them is unread again.
#[utoipa::path(tag = "chats", request_body = MarkUnread, responses(
    (status = 200, body = ReadState), (status = "default", body = shared::error::Problem)))]
#[post("/chats/{chat_id}/unread")]
pub async fn mark_unread(
    app: web::Data<App>,
    user: CurrentUser,
    chat: Path<ChatId>,
    body: Json<MarkUnread>,
) -> ApiResult<Json<ReadState>> {
    app.transact(async |tx| {
        let chat = access_chat(tx, &user, chat.0).await?;
        do_mark_unread(tx, &chat, body.0.seq).await
    })
    .await
    .map(Json)
}

/// Mark all chats as read, or those of one space. Each that changes is told by `read_state_changed`.
#[utoipa::path(tag = "chats", request_body = MarkAllRead, responses(
    (status = 204), (status = "default", body = shared::error::Problem)))]
#[post("/chats/read-all")]
pub async fn mark_all_read(
    app: web::Data<App>,
    user: CurrentUser,
    body: Json<MarkAllRead>,
) -> ApiResult<NoContent> {
    let space = body.0.space_id;
    app.transact(async |tx| {
        if let Some(space) = space {
            access_space(tx, &user, space).await?;
        }
        do_mark_all_read(tx, user.id, space).await
    })
    .await
    .map(|()| NoContent)
}

/// Tell who has the chat open that the caller is typing. Say it again every few seconds.
#[utoipa::path(tag = "chats", responses(
    (status = 204), (status = "default", body = shared::error::Problem)))]
#[post("/chats/{chat_id}/typing")]
pub async fn send_typing(
    app: web::Data<App>,
    user: CurrentUser,
    chat: Path<ChatId>,
) -> ApiResult<NoContent> {
    typing(&app, &user, chat.0).await.map(|()| NoContent)
}

/// The socket's `typing`.
pub async fn typing_command(context: CommandContext, data: Room) -> ApiResult<()> {
    typing(&context.app, &context.user, data.chat_id).await
}

async fn typing(app: &App, user: &CurrentUser, chat: ChatId) -> ApiResult<()> {
    let conn = &mut *app.conn().await?;
    let chat = access_chat(conn, user, chat).await?;
    chat.require(Permission::SendMessages)?;
    chat.require_reachable()?;
    let who = RoomUser { chat_id: chat.chat_id(), user: chat.me().clone() };
    app.live.ephemeral(chat.topic(), None, Event::Typing(who));
    Ok(())
}
