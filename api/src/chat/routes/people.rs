//! The people of a chat.

use crate::app::App;
use crate::chat::access::{access_chat, access_chat_to_change};
use crate::chat::actions::groups::{do_add_member, do_remove_member};
use crate::chat::model::people::{ReaderSearch, readers};
use crate::error::{ApiError, ApiResult};
use crate::http::current_user::CurrentUser;
use crate::http::cursor;
use crate::http::json::{Json, NoContent};
use crate::http::query::{Path, Query, limit};
use crate::platform::db::PgConn;
use actix_web::{delete, get, post, web};
use serde::Deserialize;
use shared::chat::{AddChatMember, Chat};
use shared::identity::UserRef;
use shared::ids::{ChatId, UserId};
use shared::page::Page;
use shared::validate;

/// The longest part of a name, in characters: no name is longer.
const MAX_NAME: usize = 64;

/// Which people.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PeopleQuery {
    /// At most 64 characters: part of a nickname or display name.
    q: Option<String>,
    /// 1-100, default 50.
    limit: Option<i64>,
    cursor: Option<String>,
}

/// Who may read the chat, by nickname.
#[utoipa::path(tag = "chats", params(PeopleQuery), responses(
    (status = 200, body = Page<UserRef>), (status = "default", body = shared::error::Problem)))]
#[get("/chats/{chat_id}/members")]
pub async fn list_chat_members(
    app: web::Data<App>,
    user: CurrentUser,
    chat: Path<ChatId>,
    query: Query<PeopleQuery>,
) -> ApiResult<Json<Page<UserRef>>> {
    let limit = limit(query.0.limit, 50)?;
    let after: Option<String> = cursor::decode(query.0.cursor.as_deref())?;
    let name = query.0.q.as_deref().unwrap_or_default();
    validate::text(name, 0, MAX_NAME).map_err(|code| ApiError::field("q", code))?;
    let conn = app.conn().await?;
    let chat = access_chat(&conn, &user, chat.0).await?;
    let search =
        ReaderSearch { query: name, after: after.as_deref().unwrap_or_default(), limit: limit + 1 };
    let overrides = chat.view().overrides();
    let (id, space) = (chat.chat_id(), chat.space_id());
    // Of a private chat in a large space many are looked at for one who is shown.
    let found = async |conn: &mut PgConn| readers(conn, id, space, &overrides, &search).await;
    let found = app.db.heavy_read(conn, found).await?;
    Ok(Json(cursor::page(found, limit, |person| person.nickname.to_lowercase())))
}

/// Bring somebody into a group chat.
#[utoipa::path(tag = "chats", request_body = AddChatMember, responses(
    (status = 200, body = Chat), (status = "default", body = shared::error::Problem)))]
#[post("/chats/{chat_id}/members")]
pub async fn add_chat_member(
    app: web::Data<App>,
    user: CurrentUser,
    chat: Path<ChatId>,
    body: Json<AddChatMember>,
) -> ApiResult<Json<Chat>> {
    app.transact(async |tx| {
        let chat = access_chat_to_change(tx, &user, chat.0).await?;
        do_add_member(tx, &chat, body.0.user_id).await
    })
    .await
    .map(Json)
}

/// Leave a group chat, or take somebody out of one's own.
#[utoipa::path(tag = "chats", responses(
    (status = 204), (status = "default", body = shared::error::Problem)))]
#[delete("/chats/{chat_id}/members/{user_id}")]
pub async fn remove_chat_member(
    app: web::Data<App>,
    user: CurrentUser,
    path: Path<(ChatId, UserId)>,
) -> ApiResult<NoContent> {
    let (chat, other) = path.0;
    app.transact(async |tx| {
        let chat = access_chat_to_change(tx, &user, chat).await?;
        do_remove_member(tx, &chat, other).await
    })
    .await
    .map(|()| NoContent)
}
