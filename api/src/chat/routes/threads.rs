//! Threads: read, follow, list.

use crate::app::App;
use crate::chat::access::{access_chat, access_thread};
use crate::chat::actions::threads::{do_follow, do_read_thread};
use crate::chat::history::{Part, page};
use crate::chat::model::message::{MessageRow, Place, assemble};
use crate::chat::model::thread;
use crate::chat::model::thread_list::{ThreadKey, Which, list};
use crate::chat::search::readable;
use crate::error::ApiResult;
use crate::http::current_user::CurrentUser;
use crate::http::cursor;
use crate::http::json::Json;
use crate::http::query::{Path, Query, limit};
use actix_web::{delete, get, post, put, web};
use serde::Deserialize;
use shared::chat::{ListedThread, MarkThreadRead, Thread, ThreadState};
use shared::ids::{ChatId, MessageId};
use shared::page::Page;

/// Which part of a thread: at most one of the three.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ThreadQuery {
    /// Replies before this `seq`; without any of the three: the newest.
    before: Option<i64>,
    /// Replies after this `seq`.
    after: Option<i64>,
    /// Replies on both sides of this `seq`, itself included.
    around: Option<i64>,
    /// 1-100, default 30.
    limit: Option<i64>,
}

/// Read the thread that a message opens or belongs to, oldest first.
#[utoipa::path(tag = "threads", params(ThreadQuery), responses(
    (status = 200, body = Thread), (status = "default", body = shared::error::Problem)))]
#[get("/messages/{message_id}/thread")]
pub async fn find_thread(
    app: web::Data<App>,
    user: CurrentUser,
    message: Path<MessageId>,
    query: Query<ThreadQuery>,
) -> ApiResult<Json<Thread>> {
    let Query(ThreadQuery { before, after, around, limit: wanted }) = query;
    let limit = limit(wanted, 30)?;
    let part = Part { before, after, around, at: None };
    part.check()?;
    let conn = &mut *app.conn().await?;
    let (chat, root) = access_thread(conn, &user, message.0).await?;
    let found = page(conn, Place::Thread(root.id()), part, limit).await?;
    let mut rows = found.rows;
    // One query more than needed at most: the first message comes with the same page.
    if !root.is_deleted {
        rows.extend(MessageRow::find_all(conn, &[root.id()]).await?);
    }
    let mut items = assemble(conn, rows, user.id).await?;
    let first = items.pop_if(|last| last.id == root.id());
    Ok(Json(Thread {
        root_id: root.id(),
        chat_id: chat.chat_id(),
        root: first,
        me: thread::state(conn, root.id(), user.id).await?,
        items,
        has_before: found.has_before,
        has_after: found.has_after,
    }))
}

/// Mark a thread as read up to a reply. Never moves back; only for who follows it.
#[utoipa::path(tag = "threads", request_body = MarkThreadRead, responses(
    (status = 200, body = ThreadState), (status = "default", body = shared::error::Problem)))]
#[post("/messages/{message_id}/thread/read")]
pub async fn mark_thread_read(
    app: web::Data<App>,
    user: CurrentUser,
    message: Path<MessageId>,
    body: Json<MarkThreadRead>,
) -> ApiResult<Json<ThreadState>> {
    app.transact(async |tx| {
        let (chat, root) = access_thread(tx, &user, message.0).await?;
        do_read_thread(tx, &chat, &root, body.0.seq).await
    })
    .await
    .map(Json)
}

/// Follow a thread from here on.
#[utoipa::path(tag = "threads", responses(
    (status = 200, body = ThreadState), (status = "default", body = shared::error::Problem)))]
#[put("/messages/{message_id}/thread/follow")]
pub async fn follow_thread(
    app: web::Data<App>,
    user: CurrentUser,
    message: Path<MessageId>,
) -> ApiResult<Json<ThreadState>> {
    follow(&app, &user, message.0, true).await
}

/// Stop following a thread, also when one is mentioned in it later.
#[utoipa::path(tag = "threads", responses(
    (status = 200, body = ThreadState), (status = "default", body = shared::error::Problem)))]
#[delete("/messages/{message_id}/thread/follow")]
pub async fn unfollow_thread(
    app: web::Data<App>,
    user: CurrentUser,
    message: Path<MessageId>,
) -> ApiResult<Json<ThreadState>> {
    follow(&app, &user, message.0, false).await
}

async fn follow(
    app: &App,
    user: &CurrentUser,
    message: MessageId,
    follows: bool,
) -> ApiResult<Json<ThreadState>> {
    app.transact(async |tx| {
        let (chat, root) = access_thread(tx, user, message).await?;
        do_follow(tx, &chat, &root, follows).await
    })
    .await
    .map(Json)
}

/// Which threads.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ThreadsQuery {
    /// All threads of this chat instead, followed or not.
    chat_id: Option<ChatId>,
    /// `true`: only those with something unread.
    unread: Option<bool>,
    /// 1-100, default 30.
    limit: Option<i64>,
    cursor: Option<String>,
}

/// The threads that the caller follows, or all of a chat; the liveliest first.
#[utoipa::path(tag = "threads", params(ThreadsQuery), responses(
    (status = 200, body = Page<ListedThread>),
    (status = "default", body = shared::error::Problem)))]
#[get("/threads")]
pub async fn list_threads(
    app: web::Data<App>,
    user: CurrentUser,
    query: Query<ThreadsQuery>,
) -> ApiResult<Json<Page<ListedThread>>> {
    let limit = limit(query.0.limit, 30)?;
    let after: Option<ThreadKey> = cursor::decode(query.0.cursor.as_deref())?;
    let conn = &mut *app.conn().await?;
    let which = match query.0.chat_id {
        Some(chat) => Which::OfChat(access_chat(conn, &user, chat).await?.chat_id()),
        None => Which::Followed(readable(conn, &user, None, None).await?.chats),
    };
    let only_unread = query.0.unread.unwrap_or(false);
    let found = list(conn, user.id, which, only_unread, after, limit + 1).await?;
    Ok(Json(cursor::page(found, limit, |one| (one.thread.last_at, one.root.id))))
}
