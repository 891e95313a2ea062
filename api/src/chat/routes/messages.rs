//! History, send, edit, delete.

use crate::app::App;
use crate::chat::access::{ChatAccess, access_chat, access_message};
use crate::chat::actions::forwards::{copied, with_copies};
use crate::chat::actions::messages::{
    Sent, do_delete_message, do_edit_message, do_send_message, repeated,
};
use crate::chat::actions::news::announce;
use crate::chat::actions::removal::Recount;
use crate::chat::group_commit::Outcome;
use crate::chat::history::{Part, Rows, page};
use crate::chat::model::chat_changes::members_of;
use crate::chat::model::message::{self, Place};
use crate::chat::model::{message_changes, thread};
use crate::chat::previews;
use crate::error::{ApiError, ApiResult, check};
use crate::files::actions::give_up;
use crate::http::current_user::CurrentUser;
use crate::http::json::{Created, Json, NoContent, Valid};
use crate::http::query::{Path, Query, limit};
use crate::identity::model::mark;
use crate::platform::db::PgConn;
use crate::realtime::command::CommandContext;
use actix_web::{Either, delete, get, patch, post, web};
use chrono::{DateTime, Utc};
use futures_util::future::join;
use serde::Deserialize;
use shared::chat::{EditMessage, History, Message, MessageVersion, SendMessage};
use shared::command::{EditOne, OneMessage, SendTo};
use shared::error::ErrorCode;
use shared::identity::UserRef;
use shared::ids::{ChatId, MessageId, UserId};
use shared::page::Page;
use std::slice::from_ref;

/// Which part of the history: at most one of the four.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// Messages before this `seq`; without any of the four: the newest.
    before: Option<i64>,
    /// Messages after this `seq`.
    after: Option<i64>,
    /// Messages on both sides of this `seq`, itself included.
    around: Option<i64>,
    /// Messages around the first one at or after this time.
    at: Option<DateTime<Utc>>,
    /// 1-100, default 30.
    limit: Option<i64>,
}

/// Read the history of a chat, oldest first.
#[utoipa::path(tag = "messages", params(HistoryQuery), responses(
    (status = 200, body = History), (status = "default", body = shared::error::Problem)))]
#[get("/messages/{chat_id}")]
pub async fn list_messages(
    app: web::Data<App>,
    user: CurrentUser,
    chat: Path<ChatId>,
    query: Query<HistoryQuery>,
) -> ApiResult<Json<History>> {
    let Query(HistoryQuery { before, after, around, at, limit: wanted }) = query;
    let limit = limit(wanted, 30)?;
    let part = Part { before, after, around, at };
    part.check()?;
    let conn = &mut *app.conn().await?;
    // Both go to the database together; without access nothing of the page is used.
    let place = Place::Chat(chat.0);
    let (access, found) =
        join(access_chat(conn, &user, chat.0), page(conn, place, part, limit)).await;
    access?;
    let Rows { rows, has_before, has_after } = found?;
    let items = message::assemble(conn, rows, user.id).await?;
    Ok(Json(History { items, has_before, has_after }))
}

/// Post a message. The same nonce is the same message: a repeat answers 200 with the stored one.
#[utoipa::path(tag = "messages", request_body = SendMessage, responses(
    (status = 201, body = Message), (status = 200, body = Message),
    (status = "default", body = shared::error::Problem)))]
#[post("/messages/{chat_id}")]
pub async fn send_message(
    app: web::Data<App>,
    user: CurrentUser,
    chat: Path<ChatId>,
    body: Valid<SendMessage>,
) -> ApiResult<Either<Created<Message>, Json<Message>>> {
    let (message, is_new) = send(&app, &user, chat.0, &body.0).await?;
    Ok(if is_new {
        Either::Left(Created { location: format!("/messages/{}", message.chat_id), body: message })
    } else {
        Either::Right(Json(message))
    })
}

/// The socket's `send_message`.
pub async fn send_command(context: CommandContext, data: SendTo) -> ApiResult<Message> {
    let (chat, body) = data.into_parts();
    check(&body)?;
    Ok(send(&context.app, &context.user, chat, &body).await?.0)
}

/// The message, and whether it is new.
async fn send(
    app: &App,
    user: &CurrentUser,
    chat: ChatId,
    body: &SendMessage,
) -> ApiResult<(Message, bool)> {
    if let Some(source) = body.forward_of {
        return forward(app, user, chat, body, source).await;
    }
    let outcome = match app.group_commit.takes(chat, body) {
        true => app.group_commit.send(app, user.id, chat, body).await?,
        false => Outcome::Apart,
    };
    match outcome {
        Outcome::New(message) => Ok((*message, true)),
        Outcome::Repeat => repeat(app, user, chat, body).await,
        Outcome::Apart => send_apart(app, user, chat, body).await,
    }
}

async fn repeat(
    app: &App,
    user: &CurrentUser,
    chat: ChatId,
    body: &SendMessage,
) -> ApiResult<(Message, bool)> {
    let conn = &mut *app.conn().await?;
    Ok((repeated(conn, chat, user.id, body).await?, false))
}

/// A send that passes a message on.
async fn forward(
    app: &App,
    user: &CurrentUser,
    chat: ChatId,
    body: &SendMessage,
    source: MessageId,
) -> ApiResult<(Message, bool)> {
    let Some(whole) = with_copies(app, user, chat, body, source).await? else {
        return repeat(app, user, chat, body).await;
    };
    let sent = send_apart(app, user, chat, &whole).await;
    if !matches!(sent, Ok((_, true)))
        && let Err(error) = give_up(app, &whole.attachment_ids).await
    {
        // The copies are swept later; why the message was not sent is what matters.
        error.log();
    }
    sent
}

/// A send with a transaction of its own.
async fn send_apart(
    app: &App,
    user: &CurrentUser,
    chat: ChatId,
    body: &SendMessage,
) -> ApiResult<(Message, bool)> {
    let sent = app
        .transact(async |tx| {
            let chat = access_chat(tx, user, chat).await?;
            let copied = match body.forward_of {
                Some(source) => Some(copied(tx, user, source).await?),
                None => None,
            };
            let quota = app.config.files.space_quota;
            match do_send_message(tx, &chat, body, copied, quota).await? {
                Sent::New(message, told) => {
                    previews::request(app, tx, from_ref(&*message)).await?;
                    let people = own_people(tx, &chat).await?;
                    let followers = match message.thread_root {
                        Some(root) => thread::followers(tx, root).await?,
                        None => Vec::new(),
                    };
                    let all: Vec<_> = told.iter().chain(&followers).copied().collect();
                    let silenced = mark::silenced(tx, user.id, &all).await?;
                    let heard = |mut list: Vec<UserId>| {
                        list.retain(|id| !silenced.contains(id));
                        list
                    };
                    Ok((chat, people, heard(followers), message, heard(told)))
                }
                // Rolls back: the `seq` it took must not become a hole.
                Sent::Repeat => Err(ApiError::new(ErrorCode::NonceMismatch)),
            }
        })
        .await;
    match sent {
        Ok((chat, people, followers, message, told)) => {
            announce(&app.live, &chat, &people, (&followers, &told), &message);
            Ok((*message, true))
        }
        Err(error) if error.code == ErrorCode::NonceMismatch => repeat(app, user, chat, body).await,
        Err(error) => Err(error),
    }
}

/// Edit one's own message. The earlier text stays in its history.
#[utoipa::path(tag = "messages", request_body = EditMessage, responses(
    (status = 200, body = Message), (status = "default", body = shared::error::Problem)))]
#[patch("/messages/{message_id}")]
pub async fn update_message(
    app: web::Data<App>,
    user: CurrentUser,
    message: Path<MessageId>,
    body: Valid<EditMessage>,
) -> ApiResult<Json<Message>> {
    edit(&app, &user, message.0, &body.0).await.map(Json)
}

/// The socket's `edit_message`.
pub async fn edit_command(context: CommandContext, data: EditOne) -> ApiResult<Message> {
    let body = EditMessage { content: data.content };
    check(&body)?;
    edit(&context.app, &context.user, data.message_id, &body).await
}

async fn edit(
    app: &App,
    user: &CurrentUser,
    message: MessageId,
    body: &EditMessage,
) -> ApiResult<Message> {
    app.transact(async |tx| {
        let (chat, row) = access_message(tx, user, message).await?;
        let message = do_edit_message(tx, &chat, row.id(), &body.content).await?;
        previews::request(app, tx, from_ref(&message)).await?;
        Ok(message)
    })
    .await
}

/// Delete a message: one's own, or any with `delete_any_messages`.
#[utoipa::path(tag = "messages", responses(
    (status = 204), (status = "default", body = shared::error::Problem)))]
#[delete("/messages/{message_id}")]
pub async fn delete_message(
    app: web::Data<App>,
    user: CurrentUser,
    message: Path<MessageId>,
) -> ApiResult<NoContent> {
    remove(&app, &user, message.0).await.map(|()| NoContent)
}

/// The socket's `delete_message`.
pub async fn delete_command(context: CommandContext, data: OneMessage) -> ApiResult<()> {
    remove(&context.app, &context.user, data.message_id).await
}

async fn remove(app: &App, user: &CurrentUser, message: MessageId) -> ApiResult<()> {
    let recount = app
        .transact(async |tx| {
            let (chat, row) = access_message(tx, user, message).await?;
            let gone = do_delete_message(tx, &chat, &row).await?;
            Recount::of(tx, &gone).await
        })
        .await?;
    recount.tell(&app.live);
    Ok(())
}

/// The people of a direct or group chat.
async fn own_people(conn: &mut PgConn, chat: &ChatAccess) -> ApiResult<Vec<UserRef>> {
    if chat.space_id().is_some() {
        return Ok(Vec::new());
    }
    let id = chat.chat_id();
    Ok(members_of(conn, &[id]).await?.remove(&id).unwrap_or_default())
}

/// The earlier texts of a message (the latest hundred), oldest first.
#[utoipa::path(tag = "messages", responses(
    (status = 200, body = Page<MessageVersion>), (status = "default", body = shared::error::Problem)))]
#[get("/messages/{message_id}/history")]
pub async fn list_message_versions(
    app: web::Data<App>,
    user: CurrentUser,
    message: Path<MessageId>,
) -> ApiResult<Json<Page<MessageVersion>>> {
    let conn = &mut *app.conn().await?;
    let (_, row) = access_message(conn, &user, message.0).await?;
    Ok(Json(Page::whole(message_changes::versions(conn, row.id()).await?)))
}
